# shellcheck shell=bash
# The tools that building and testing need. For each, has_TOOL succeeds if it is installed, and add_TOOL installs it.

cargo_deny_version=0.20.2
cargo_nextest_version=0.9.151
venv=$root/.tools/venv
oauth2_venv=$root/.tools/oauth2-venv

# need_basics: exits if a tool is missing that these commands don't install.
need_basics() {
    need cargo "Rust is missing: install it with rustup, then run this again."
    need rustc "The Rust compiler is missing: install it with rustup, then run this again."
    need cc "A C compiler is missing: install one (on Debian the package gcc), then run this again."
    need node "Node.js is missing: install it (on Debian the package nodejs), then run this again."
    need npm "npm is missing: install it (on Debian the package npm), then run this again."
}

# cargo_install CRATE VERSION…: compiles without optimization, because a tool is built once and runs for seconds.
cargo_install() {
    local crate=$1 version=$2
    shift 2
    CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_CODEGEN_UNITS=64 \
        cargo install "$crate" --version "$version" "$@"
}

# wasm-bundler splits the WebAssembly module and generates its JavaScript. A release build compiles it. Its version of wasm-bindgen must be the one in
# Cargo.lock, because the formats differ between versions.
wasm_bundler=$root/target/tools/release/wasm-bundler
wasm_bundler_source=$root/script/tools/wasm-bundler
has_wasm_bundler() {
    [ -x "$wasm_bundler" ] && [ "$(cat "$wasm_bundler.made-from")" = "$(wasm_bundler_sum)" ]
}
add_wasm_bundler() {
    [ "$(locked_version "$root" wasm-bindgen)" = "$(locked_version "$wasm_bundler_source" wasm-bindgen-cli-support)" ] ||
        die "script/tools/wasm-bundler needs the version of wasm-bindgen that Cargo.lock has: $(locked_version "$root" wasm-bindgen)."
    cargo build --locked --release --manifest-path "$wasm_bundler_source/Cargo.toml" --target-dir "$root/target/tools" &&
        wasm_bundler_sum >"$wasm_bundler.made-from"
}
wasm_bundler_sum() { lock_sum "$wasm_bundler_source"/{Cargo.toml,Cargo.lock,src/main.rs} <(rustc --version); }

# locked_version FOLDER CRATE: the version that the lock file of a workspace has.
locked_version() {
    awk -v name="name = \"$2\"" '$0 == name { getline; gsub(/[^0-9.]/, ""); print }' "$1/Cargo.lock"
}

has_cargo_nextest() { cargo nextest --version; }
add_cargo_nextest() { cargo_install cargo-nextest "$cargo_nextest_version" --locked; }

has_cargo_deny() { cargo deny --version; }
add_cargo_deny() { cargo_install cargo-deny "$cargo_deny_version" --locked; }

# The build of jemalloc, the server's allocator, runs make.
has_make() { command -v make; }
add_make() { debian_packages make; }

has_rust_checks() { cargo fmt --version && cargo clippy --version; }
add_rust_checks() {
    rustup component add rustfmt clippy || die "rustfmt and clippy are missing, and rustup could not add them."
}

has_chromium() { command -v chromium; }
add_chromium() { debian_packages chromium fonts-liberation; }

has_curl() { command -v curl; }
add_curl() { debian_packages curl ca-certificates; }

has_openssl() { command -v openssl; }
add_openssl() { debian_packages openssl; }

has_wrk() { command -v wrk; }
add_wrk() { debian_packages wrk; }

# lock_sum FILE…: prints a hash of the files that an installation depends on. The installation stores it.
lock_sum() { cat "$@" | sha256sum; }

has_npm_packages() {
    [ "$(cat "$1/node_modules/.made-from")" = "$(lock_sum "$1/package.json" "$1/package-lock.json")" ]
}
add_npm_packages() {
    (cd "$1" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) &&
        lock_sum "$1/package.json" "$1/package-lock.json" >"$1/node_modules/.made-from"
}

has_build_packages() { has_npm_packages "$root/script/tools"; }
add_build_packages() { add_npm_packages "$root/script/tools"; }

has_browser_packages() { has_npm_packages "$root/end2end"; }
add_browser_packages() { add_npm_packages "$root/end2end"; }

# has_venv FOLDER REQUIREMENTS, add_venv FOLDER REQUIREMENTS: a virtual environment with these Python packages.
has_venv() {
    "$1/bin/python" --version && [ "$(cat "$1/.made-from")" = "$(lock_sum "$2")" ]
}
add_venv() {
    need python3 "Python 3 is missing: install it (on Debian the package python3), then run this again."
    python3 -c 'import ensurepip, venv' 2>/dev/null || debian_packages python3-venv || return
    python3 -m venv --clear "$1" &&
        "$1/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$2" &&
        lock_sum "$2" >"$1/.made-from"
}

# The two versions of bynder-sdk need different versions of the same packages, so each has its own virtual environment.
has_python_packages() {
    has_venv "$venv" "$root/end2end/clients/requirements.txt" &&
        has_venv "$oauth2_venv" "$root/end2end/clients/oauth2/requirements.txt"
}
add_python_packages() {
    add_venv "$venv" "$root/end2end/clients/requirements.txt" &&
        add_venv "$oauth2_venv" "$root/end2end/clients/oauth2/requirements.txt"
}

# The mail server of the end-to-end tests.
mail_venv=$root/.tools/mail-venv
has_mail_packages() { has_venv "$mail_venv" "$root/end2end/mail/requirements.txt"; }
add_mail_packages() { add_venv "$mail_venv" "$root/end2end/mail/requirements.txt"; }

has_bench_packages() { has_npm_packages "$root/script/lib/bench/oidc-provider"; }
add_bench_packages() { add_npm_packages "$root/script/lib/bench/oidc-provider"; }

has_nextjs_packages() { has_npm_packages "$root/script/lib/bench/nextjs-table"; }
add_nextjs_packages() { add_npm_packages "$root/script/lib/bench/nextjs-table"; }

# setup_…: installs what one kind of work needs, and skips what is installed. setup_serve has setup_serve_steps steps.

setup_serve_steps=3
setup_serve() {
    need_basics
    ensure "make" has_make add_make &&
        ensure "wasm target" has_wasm_target add_wasm_target &&
        ensure "wasm-opt and esbuild" has_build_packages add_build_packages
}

setup_checks() {
    need_basics
    ensure "make" has_make add_make &&
        ensure "rustfmt and clippy" has_rust_checks add_rust_checks &&
        ensure "wasm target" has_wasm_target add_wasm_target
}

setup_deny() {
    need_basics
    ensure "cargo-deny" has_cargo_deny add_cargo_deny
}

setup_unit() {
    need_basics
    ensure "make" has_make add_make &&
        ensure "cargo-nextest" has_cargo_nextest add_cargo_nextest &&
        ensure "openssl" has_openssl add_openssl &&
        ensure "PostgreSQL" has_postgres add_postgres
}

setup_clients() {
    need_basics
    ensure "curl" has_curl add_curl &&
        ensure "openssl" has_openssl add_openssl &&
        ensure "Python packages" has_python_packages add_python_packages &&
        ensure "npm packages" has_browser_packages add_browser_packages
}

setup_e2e() {
    need_basics
    node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' || die "Playwright needs Node.js 20 or newer, and this is $(node --version)."
    ensure "Chromium" has_chromium add_chromium &&
        ensure "curl" has_curl add_curl &&
        ensure "npm packages" has_browser_packages add_browser_packages &&
        ensure "Python packages for email" has_mail_packages add_mail_packages
}

setup_test() { setup_checks && setup_deny && setup_unit && setup_serve && setup_clients && setup_e2e; }

setup_bench() {
    setup_serve && setup_e2e &&
        ensure "wrk" has_wrk add_wrk &&
        ensure "npm's oidc-provider" has_bench_packages add_bench_packages &&
        ensure "npm's next" has_nextjs_packages add_nextjs_packages
}
