# shellcheck shell=bash
# What every command in this folder starts from: where things are, how a step is shown, how one ends with a sentence.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)

# Under sudo the person's own rustup is out of sight: go on as that person, whose turn it is to call sudo where it is needed.
if [ "$EUID" = 0 ] && [ -n "${SUDO_USER-}" ] && [ "$SUDO_USER" != root ] && ! command -v cargo >/dev/null &&
    [ ! -x "${CARGO_HOME:-$HOME/.cargo}/bin/cargo" ]; then
    mapfile -t settings < <(env | grep '^GATEHOUSE_' || true)
    exec sudo --user="$SUDO_USER" --set-home -- env "${settings[@]}" "$BASH" "$0" "$@"
fi

PATH=${CARGO_HOME:-$HOME/.cargo}/bin:$PATH
export PATH
# Everything below looks for what is built in the one place.
unset CARGO_TARGET_DIR

# Named in every build: what is compiled for this machine and what runs while compiling are two things then, and the latter
# is the same for the server and for the browser.
host_target() { rustc --version --verbose | sed -n 's/^host: //p'; }

# die SENTENCE: says what is wrong and ends.
die() {
    printf '%s\n' "$1" >&2
    exit 1
}

# What is built is in ./target all the same; but jemalloc is made on the way there, and cannot be in a path with a space.
if [[ $root =~ [[:space:]] ]]; then
    CARGO_BUILD_BUILD_DIR=${XDG_CACHE_HOME:-$HOME/.cache}/gatehouse/$(sha256sum <<<"$root" | cut -c 1-16)
    [[ $CARGO_BUILD_BUILD_DIR =~ [[:space:]] ]] && die "One of $root and $HOME has to be a path without a space."
    export CARGO_BUILD_BUILD_DIR
fi

# seconds_since MOMENT: the time since a reading of EPOCHREALTIME, as "12.3 s".
seconds_since() {
    local tenths=$(((${EPOCHREALTIME/[.,]/} - ${1/[.,]/}) / 100000))
    printf '%d.%d s' $((tenths / 10)) $((tenths % 10))
}

# step NAME COMMAND…: runs the command between its name and its duration, and answers its status.
step() {
    local name=$1 begun=$EPOCHREALTIME status=0
    shift
    printf '==> %s\n' "$name"
    "$@" || status=$?
    if [ "$status" = 0 ]; then
        printf '    %s: %s\n' "$name" "$(seconds_since "$begun")"
    else
        printf '    %s: failed after %s\n' "$name" "$(seconds_since "$begun")"
    fi
    return "$status"
}

# ensure NAME TEST COMMAND…: a step that is skipped where TEST already holds.
ensure() {
    local name=$1 holds=$2 begun=$EPOCHREALTIME
    shift 2
    if "$holds" >/dev/null 2>&1; then
        printf '==> %s: already there, %s\n' "$name" "$(seconds_since "$begun")"
    else
        step "$name" "$@"
    fi
}

# need COMMAND SENTENCE: ends with the sentence where the command is missing.
need() {
    command -v "$1" >/dev/null || die "$2"
}

# as_root COMMAND…: runs it as root, by sudo where one is not root.
as_root() {
    if [ "$EUID" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        die "Root is needed for \"$*\", and there is no sudo: run that command as root, then this one again."
    fi
}

# debian_packages PACKAGE…: installs them, with fresh package lists where those at hand do not do.
debian_packages() {
    need apt-get "These have to be installed first, and there is no apt-get to do it: $*."
    local install=(env DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends "$@")
    as_root "${install[@]}" >/dev/null 2>&1 ||
        { as_root apt-get update -qq && as_root "${install[@]}" >/dev/null; } ||
        die "apt-get could not install $*; what it said is above."
}

# free_port: a TCP port on the loopback address that nothing uses right now.
free_port() {
    node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })'
}
