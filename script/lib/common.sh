# shellcheck shell=bash
# Shared by all commands in this folder: paths, step output, error messages and package installation.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)

# Under sudo the caller's rustup is not found. Continue as the calling user, and use sudo only where root is needed.
if [ "$EUID" = 0 ] && [ -n "${SUDO_USER-}" ] && [ "$SUDO_USER" != root ] && ! command -v cargo >/dev/null &&
    [ ! -x "${CARGO_HOME:-$HOME/.cargo}/bin/cargo" ]; then
    mapfile -t settings < <(env | grep '^GATEHOUSE_' || true)
    exec sudo --user="$SUDO_USER" --set-home -- env "${settings[@]}" "$BASH" "$0" "$@"
fi

PATH=${CARGO_HOME:-$HOME/.cargo}/bin:$PATH
export PATH
# The commands expect build output in ./target.
unset CARGO_TARGET_DIR

# Passed to every build as --target, so that build scripts and macros are compiled separately from the server, and shared
# with the browser build.
host_target() { rustc --version --verbose | sed -n 's/^host: //p'; }

# die MESSAGE: prints the message and exits with status 1.
die() {
    printf '%s\n' "$1" >&2
    exit 1
}

# jemalloc can't be built in a path with a space, so intermediate files go elsewhere. The final files are in ./target anyway.
if [[ $root =~ [[:space:]] ]]; then
    CARGO_BUILD_BUILD_DIR=${XDG_CACHE_HOME:-$HOME/.cache}/gatehouse/$(sha256sum <<<"$root" | cut -c 1-16)
    [[ $CARGO_BUILD_BUILD_DIR =~ [[:space:]] ]] && die "Both $root and $HOME contain a space. One of them must not."
    export CARGO_BUILD_BUILD_DIR
fi

# seconds_since START: prints the time since START, a value of EPOCHREALTIME, as "12.3 s".
seconds_since() {
    local tenths=$(((${EPOCHREALTIME/[.,]/} - ${1/[.,]/}) / 100000))
    printf '%d.%d s' $((tenths / 10)) $((tenths % 10))
}

# number_steps COUNT: numbers the steps that follow, as in "[2/8] WebAssembly".
number_steps() {
    step_count=$1
    step_number=0
}

# next_step: counts a step, and sets step_label to its number.
next_step() {
    step_label=
    if [ -n "${step_count-}" ]; then
        step_number=$((step_number + 1))
        step_label="[$step_number/$step_count] "
    fi
}

# step NAME COMMAND…: prints the name, runs the command, prints the duration, and returns the command's status.
step() {
    local name=$1 begun=$EPOCHREALTIME status=0 step_label
    shift
    next_step
    printf '==> %s%s\n' "$step_label" "$name"
    "$@" || status=$?
    if [ "$status" = 0 ]; then
        printf '    %s: %s\n' "$name" "$(seconds_since "$begun")"
    else
        printf '    %s: failed after %s\n' "$name" "$(seconds_since "$begun")"
    fi
    return "$status"
}

# ensure NAME TEST COMMAND…: runs a step unless TEST succeeds.
ensure() {
    local name=$1 is_done=$2 begun=$EPOCHREALTIME step_label
    shift 2
    if "$is_done" >/dev/null 2>&1; then
        next_step
        printf '==> %s%s: up to date, %s\n' "$step_label" "$name" "$(seconds_since "$begun")"
    else
        step "$name" "$@"
    fi
}

# need COMMAND MESSAGE: exits with the message if the command is missing.
need() {
    command -v "$1" >/dev/null || die "$2"
}

# as_root COMMAND…: runs the command as root, through sudo if necessary.
as_root() {
    if [ "$EUID" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        die "\"$*\" needs root, and sudo is missing. Run that command as root, then run this one again."
    fi
}

# debian_packages PACKAGE…: installs Debian packages, and updates the package lists if that fails at first.
debian_packages() {
    need apt-get "apt-get is missing. Install these packages first: $*."
    local install=(env DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends "$@")
    as_root "${install[@]}" >/dev/null 2>&1 ||
        { as_root apt-get update -qq && as_root "${install[@]}" >/dev/null; } ||
        die "apt-get couldn't install $*. Its output is above."
}

# free_port: prints a TCP port that is free on the loopback address.
free_port() {
    node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })'
}
