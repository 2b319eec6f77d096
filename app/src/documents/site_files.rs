//! The files of the built site that pages link: the style sheet, and the code that makes a page live.

use leptos::config::LeptosOptions;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::{Bytes, Decodes};
use leptos_meta::Link;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Contains the URLs of the files, whose names contain a hash of their content in release builds.
pub struct SiteFiles {
    /// The style sheet.
    pub style: String,
    /// The script that instantiates the base module.
    script: String,
    /// The base module, which every page loads.
    module: String,
    /// The script that loads the bundles, in builds that are split.
    loader: Option<String>,
    /// The packs of each bundle, by its name in snake case.
    bundles: HashMap<String, Vec<String>>,
}

static FILES: OnceLock<SiteFiles> = OnceLock::new();

/// Returns the files. What names them lies beside the executable and in the site, and doesn't change while the server runs, so
/// it is read once. The components of Leptos read it for each page.
pub fn site_files(options: &LeptosOptions) -> &'static SiteFiles {
    FILES.get_or_init(|| {
        let hashes = if options.hash_files {
            read_hash_file(options)
        } else {
            String::new()
        };
        let folder = Path::new(options.site_root.as_ref()).join(options.site_pkg_dir.as_ref());
        let manifest = folder.join(hashed_name("__wasm_split_manifest", "manifest", "json", &hashes));
        SiteFiles::new(options, &hashes, std::fs::read(manifest).ok())
    })
}

/// Returns the content of the hash file, or an empty string if it can't be read.
fn read_hash_file(options: &LeptosOptions) -> String {
    let program = std::env::current_exe().unwrap_or_default();
    let file = program.parent().map(PathBuf::from).unwrap_or_default();
    std::fs::read_to_string(file.join(options.hash_file.as_ref())).unwrap_or_default()
}

/// Returns the name of a file. `kind` is what the hash file calls it.
fn hashed_name(name: &str, kind: &str, extension: &str, hashes: &str) -> String {
    let mut lines = hashes.lines().filter_map(|line| line.split_once(':'));
    match lines.find(|(file, _)| file.trim() == kind) {
        Some((_, hash)) => format!("{name}.{}.{extension}", hash.trim()),
        None => format!("{name}.{extension}"),
    }
}

/// Returns the name of a bundle from its key in the manifest, such as `__auth_pages_view_13607954`.
fn bundle_name(key: &str) -> &str {
    let name = key.trim_start_matches('_');
    name.split_once("_view_").map_or(name, |(name, _)| name)
}

impl SiteFiles {
    fn new(options: &LeptosOptions, hashes: &str, manifest: Option<Vec<u8>>) -> Self {
        let url = |file: String| format!("/{}/{file}", options.site_pkg_dir);
        let app = |kind: &str| url(hashed_name(&options.output_name, kind, kind, hashes));
        let manifest: Option<HashMap<String, Vec<String>>> =
            manifest.and_then(|json| JsonEncoding::decode(Bytes::from(json)).ok());
        let loader = manifest
            .is_some()
            .then(|| url(hashed_name("__wasm_split", "split", "js", hashes)));
        let bundles = manifest.into_iter().flatten().map(|(key, packs)| {
            let packs = packs.into_iter().map(|pack| url(format!("{pack}.wasm")));
            (bundle_name(&key).to_owned(), packs.collect())
        });
        Self {
            style: app("css"),
            script: app("js"),
            module: app("wasm"),
            loader,
            bundles: bundles.collect(),
        }
    }
}

/// Renders the script that hydrates the page, and links to what it loads. Their low priority leaves the line to the page itself:
/// a page can be read before it is live.
#[component]
pub fn HydrationScript(
    /// The files of the site.
    files: &'static SiteFiles,
) -> impl IntoView {
    let SiteFiles { script, module, .. } = files;
    let hydrate = format!(
        "import({script:?}).then((app) => app.default({{ module_or_path: {module:?} }}).then(() => app.hydrate()));"
    );
    view! {
        <link rel="modulepreload" href=script.as_str() />
        <link rel="preload" r#as="fetch" href=module.as_str() type="application/wasm" crossorigin="" fetchpriority="low" />
        <script type="module" nonce=use_nonce().map(|nonce| nonce.to_string())>
            {hydrate}
        </script>
    }
}

/// Links the packs of a bundle in the head of the page, if the page is hydrated.
pub fn preload_bundle(bundle: &str) {
    let Some(files) = FILES.get().filter(|_| crate::is_hydrated()) else {
        return;
    };
    for pack in files.bundles.get(&snake_case(bundle)).into_iter().flatten() {
        // Rendering the component registers the link.
        let link = view! {
            <Link
                rel="preload"
                href=pack.as_str()
                as_="fetch"
                type_="application/wasm"
                crossorigin=""
                fetchpriority="low"
            />
        };
        _ = link.to_html();
    }
    if let Some(loader) = &files.loader {
        _ = view! { <Link rel="modulepreload" href=loader.as_str() /> }.to_html();
    }
}

fn snake_case(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 2);
    for c in name.chars() {
        if c.is_ascii_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.push(c.to_ascii_lowercase());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_by_the_hash_file() {
        let options = LeptosOptions::builder().output_name("gatehouse").build();
        let manifest = r#"{"__auth_pages_view_123": ["bundle_common.x", "bundle_auth_pages.y"]}"#;
        let files = SiteFiles::new(
            &options,
            "js: abc\n css: def \nwasm: ghi\nsplit: jkl",
            Some(manifest.as_bytes().to_vec()),
        );
        assert_eq!(files.style, "/pkg/gatehouse.def.css");
        assert_eq!(files.script, "/pkg/gatehouse.abc.js");
        assert_eq!(files.module, "/pkg/gatehouse.ghi.wasm");
        assert_eq!(files.loader.as_deref(), Some("/pkg/__wasm_split.jkl.js"));
        let packs = ["/pkg/bundle_common.x.wasm", "/pkg/bundle_auth_pages.y.wasm"];
        assert_eq!(files.bundles[&snake_case("AuthPages")], packs);
    }

    #[test]
    fn files_of_a_development_build_have_no_hash() {
        let options = LeptosOptions::builder().output_name("gatehouse").build();
        let files = SiteFiles::new(&options, "", None);
        assert_eq!(files.style, "/pkg/gatehouse.css");
        assert_eq!((files.loader, files.bundles.len()), (None, 0));
    }
}
