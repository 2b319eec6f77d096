# shellcheck shell=bash
# The standard library for WebAssembly: from rustup, or built from source if rustup can't download it.

wasm_target=wasm32-unknown-unknown

has_wasm_target() {
    compgen -G "$(rustc --print target-libdir --target "$wasm_target")/libcore-*.rlib"
}

add_wasm_target() {
    rustup target add "$wasm_target" || build_wasm_target
}

# The standard library needs unstable features, which RUSTC_BOOTSTRAP allows on a stable compiler.
build_wasm_target() {
    local scratch release target_libdir
    printf "rustup couldn't add %s. Building it from source.\n" "$wasm_target"
    has_rust_source || add_rust_source || die "The Rust target $wasm_target is missing. rustup couldn't add it, and rust-src is missing too."
    scratch=$(mktemp -d) &&
        target_libdir=$(rustc --print target-libdir --target "$wasm_target") &&
        cargo init --quiet --lib --vcs none --name nothing "$scratch" &&
        RUSTC_BOOTSTRAP=1 cargo build --quiet --release --target "$wasm_target" -Zbuild-std=std,panic_abort \
            --manifest-path "$scratch/Cargo.toml" --target-dir "$scratch/target" &&
        release=$scratch/target/$wasm_target/release/deps &&
        rm -f "$release"/libnothing-*.rlib &&
        mkdir -p "$target_libdir" &&
        cp "$release"/*.rlib "$target_libdir" &&
        rm -rf "$scratch"
}

has_rust_source() {
    [ -f "$(rustc --print sysroot)/lib/rustlib/src/rust/library/Cargo.lock" ]
}

# Uses a copy of the library source next to the clone, if there is one for this compiler version.
add_rust_source() {
    local version archive source
    version=$(rustc --version | cut -d ' ' -f 2) &&
        archive=$root/../shared/toolchain/rust-library-$version.tar.xz &&
        source=$(rustc --print sysroot)/lib/rustlib/src/rust || return
    if [ -f "$archive" ]; then
        mkdir -p "$source" && tar -C "$source" -xf "$archive"
    else
        rustup component add rust-src
    fi
}
