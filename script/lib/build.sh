# shellcheck shell=bash
# The release build, made again only when something that goes into it has changed.

gatehouse=$root/target/release/gatehouse
site=$root/target/site
build_stamp=$root/target/release-build.stamp

release_build() {
    mkdir -p "$root/target"
    exec {build_lock}>"$root/target/release-build.lock"
    flock "$build_lock"
    ensure "release build" is_built make_build
    local status=$?
    exec {build_lock}>&-
    return "$status"
}

# The stamp holds what went in and what came out, so that another build into the same folder is noticed as well.
is_built() {
    [ -x "$gatehouse" ] && [ "$(cat "$build_stamp")" = "$(build_inputs) $(build_outputs)" ]
}

make_build() {
    local inputs
    rm -f "$build_stamp"
    inputs=$(build_inputs) &&
        (cd "$root" && cargo leptos build --release --split) &&
        node "$root/script/lib/precompress.mjs" "$site" &&
        printf '%s %s\n' "$inputs" "$(build_outputs)" >"$build_stamp"
}

# Whatever lies in the clone counts by its content, except what no build reads.
build_inputs() {
    (
        set -o pipefail
        cd "$root" || exit
        {
            rustc --version --verbose && cargo leptos --version && wasm-bindgen --version && env | grep '^\(RUSTFLAGS\|CARGO_\)' | sort
            find . -mindepth 1 \( -path './.*' ! -path './.cargo*' -o -path ./target -o -path ./data -o -path ./end2end -o -name node_modules \
                -o -path './*.md' ! -path './*/*' \) -prune -o -type f -print0 | sort -z | xargs -0 sha256sum
        } | sha256sum | cut -d ' ' -f 1
    )
}

build_outputs() {
    find "$site" "$gatehouse" "$root/target/release/hash.txt" -type f -printf '%p %s %T@\n' | sort | sha256sum | cut -d ' ' -f 1
}
