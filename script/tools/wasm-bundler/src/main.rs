//! Splits a WebAssembly module into a base module and lazily loaded modules, and writes the JavaScript that loads them.
//!
//! Usage: `wasm-bundler MODULE FOLDER NAME`: reads `MODULE` and writes `NAME.js`, `NAME.wasm`, the lazily loaded modules and
//! their manifest into `FOLDER`. The loader's file name contains [`HASH_PLACEHOLDER`], which the build replaces with a hash.

use anyhow::{Context, Result, bail};
use std::env;
use std::fs;
use std::path::Path;
use wasm_bindgen_cli_support::Bindgen;
use wasmparser::{Parser, Payload};

/// Has the length of the hash that replaces it: compiled modules contain the name, and their length must not change.
const HASH_PLACEHOLDER: &str = "______________________";

/// The size of the padding in bytes that `frontend/src/lib.rs` adds to the data.
const DATA_PADDING_BYTES: usize = 4096;

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [module, folder, name] = arguments.as_slice() else {
        bail!("usage: wasm-bundler MODULE FOLDER NAME");
    };
    let folder = Path::new(folder);
    fs::create_dir_all(folder).with_context(|| format!("could not create {}", folder.display()))?;
    let base = split(Path::new(module), folder, name)?;
    bind(&base, folder, name)
}

/// Writes the lazily loaded modules and their manifest, and returns the path of the base module.
fn split(module: &Path, folder: &Path, name: &str) -> Result<std::path::PathBuf> {
    let input = fs::read(module).with_context(|| format!("could not read {}", module.display()))?;
    let base = module.with_extension("base.wasm");
    let main_module = format!("./{name}.js");
    let link_name = format!("./__wasm_split.{HASH_PLACEHOLDER}.js");
    let mut options = wasm_split_cli_support::Options::new(&input);
    options.output_dir = folder;
    options.main_out_path = &base;
    options.main_module = &main_module;
    options.link_name = &link_name;
    let chunks = match wasm_split_cli_support::transform(options) {
        Ok(chunks) => chunks,
        Err(error) => bail!("could not split {}: {error:?}", module.display()),
    };
    if data_bytes(&fs::read(&base)?)? >= data_bytes(&input)? - DATA_PADDING_BYTES {
        bail!("the splitter left the data of all pages in the base module: increase DATA_PADDING_BYTES in frontend/src/lib.rs");
    }
    let manifest = serde_json::to_string(&chunks.prefetch_map)?;
    fs::write(folder.join("__wasm_split_manifest.json"), manifest)?;
    Ok(base)
}

/// Returns the size of a module's data in bytes.
fn data_bytes(module: &[u8]) -> Result<usize> {
    let mut bytes = 0;
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::DataSection(segments) = payload? {
            for segment in segments {
                bytes += segment?.data.len();
            }
        }
    }
    Ok(bytes)
}

/// Writes the JavaScript bindings of the base module, and the module that they load.
fn bind(base: &Path, folder: &Path, name: &str) -> Result<()> {
    Bindgen::new()
        .input_path(base)
        .web(true)?
        .typescript(false)
        .keep_lld_exports(true)
        .demangle(false)
        .out_name(name)
        .generate(folder)
        .with_context(|| format!("could not write the JavaScript for {}", base.display()))?;
    fs::rename(folder.join(format!("{name}_bg.wasm")), folder.join(format!("{name}.wasm")))?;
    Ok(())
}
