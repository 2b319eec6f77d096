# shellcheck shell=bash
# Builds the release if one of its inputs has changed.

gatehouse=$root/target/release/gatehouse
site=$root/target/site
build_stamp=$root/target/release-build.stamp

# The steps of a build.
build_steps=4

release_build() {
    local begun=$EPOCHREALTIME status=0 skipped step_label
    mkdir -p "$root/target"
    exec {build_lock}>"$root/target/release-build.lock"
    flock "$build_lock"
    if is_built >/dev/null 2>&1; then
        for ((skipped = 0; skipped < build_steps; skipped++)); do next_step; done
        printf '==> %srelease build: up to date, %s\n' "$step_label" "$(seconds_since "$begun")"
    else
        build_all || status=$?
        printf '    release build: %s\n' "$(seconds_since "$begun")"
    fi
    exec {build_lock}>&-
    return "$status"
}

# announce_build: says how long a build takes, if one is needed.
announce_build() {
    if [ ! -e "$build_stamp" ]; then
        printf 'The first start builds Gatehouse, which takes 10 to 20 minutes on two cores. Later starts take seconds.\n'
    elif ! is_built >/dev/null 2>&1; then
        printf 'The source has changed since the last build. Building it again takes 2 to 10 minutes on two cores.\n'
    fi
}

# The stamp contains the hashes of the inputs and of the outputs, so that another build into the same folder is noticed too.
is_built() {
    [ -x "$gatehouse" ] && [ "$(cat "$build_stamp")" = "$(build_inputs) $(build_outputs)" ]
}

build_all() {
    local inputs bundler_build server_build status=0 step_label
    rm -f "$build_stamp"
    inputs=$(build_inputs) || return
    # Each build ends on one processor, so two at a time take less. Steps in the background are counted here.
    ensure "wasm-bundler" has_wasm_bundler add_wasm_bundler &
    bundler_build=$!
    next_step
    if ! step "WebAssembly" build_wasm; then
        wait "$bundler_build"
        return 1
    fi
    step "server" build_server &
    server_build=$!
    next_step
    wait "$bundler_build" && step "site files" build_site || status=1
    wait "$server_build" || status=1
    [ "$status" = 0 ] && printf '%s %s\n' "$inputs" "$(build_outputs)" >"$build_stamp"
}

# Compiles for size. Environment variables are used instead of a profile, so that procedural macros and build scripts are
# compiled once for the browser and the server. wasm-bundler needs the relocations to split the module. Messages of panics name
# source files, whose paths are shortened.
build_wasm() {
    local sources=${CARGO_HOME:-$HOME/.cargo}/registry/src/
    (cd "$root" &&
        CARGO_PROFILE_RELEASE_OPT_LEVEL=z CARGO_PROFILE_RELEASE_LTO=fat CARGO_PROFILE_RELEASE_CODEGEN_UNITS=1 \
            CARGO_PROFILE_RELEASE_PANIC=abort \
            cargo build --locked --release --package frontend --lib --target "$wasm_target" \
            --config "target.$wasm_target.rustflags=['-Clink-args=--emit-relocs', '--remap-path-prefix=$sources=']")
}

build_site() {
    node "$root/script/lib/build-site.mjs" "$root/target/$wasm_target/release/frontend.wasm" "$site" \
        "$root/target/release/hash.txt"
}

build_server() {
    local target
    target=$(host_target)
    (cd "$root" &&
        cargo build --locked --release --package server --bin gatehouse --target "$target" &&
        ln -f "target/$target/release/gatehouse" "$gatehouse")
}

# Hashes the content of all files in the clone that a build reads.
build_inputs() {
    (
        set -o pipefail
        cd "$root" || exit
        {
            rustc --version --verbose && env | grep '^\(RUSTFLAGS\|CARGO_\)' | sort
            find . -mindepth 1 \( -path './.*' ! -path './.cargo*' -o -path ./target -o -path ./data -o -path ./docs -o -path ./end2end \
                -o -path './script/*bench' -o -name node_modules -o -path './*.md' ! -path './*/*' \) -prune \
                -o -type f -print0 | sort -z | xargs -0 sha256sum
        } | sha256sum | cut -d ' ' -f 1
    )
}

build_outputs() {
    find "$site" "$gatehouse" "$root/target/release/hash.txt" -type f -printf '%p %s %T@\n' | sort | sha256sum | cut -d ' ' -f 1
}
