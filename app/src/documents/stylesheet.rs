//! The URL of the style sheet.

use leptos::config::LeptosOptions;
use std::path::PathBuf;
use std::sync::OnceLock;

/// Returns the URL of the style sheet, whose file name contains a hash of its content in release builds.
///
/// The hash file lies beside the executable and doesn't change while it runs, so it is read once. The corresponding
/// component of leptos_meta reads it for each page.
pub fn stylesheet_url(options: &LeptosOptions) -> &'static str {
    static URL: OnceLock<String> = OnceLock::new();
    URL.get_or_init(|| {
        let hashes = if options.hash_files {
            read_hash_file(options)
        } else {
            String::new()
        };
        format!(
            "/{}/{}.css",
            options.site_pkg_dir,
            hashed_name(&options.output_name, &hashes)
        )
    })
}

/// Returns the content of the hash file, or an empty string if it can't be read.
fn read_hash_file(options: &LeptosOptions) -> String {
    let program = std::env::current_exe().unwrap_or_default();
    let file = program.parent().map(PathBuf::from).unwrap_or_default();
    std::fs::read_to_string(file.join(options.hash_file.as_ref())).unwrap_or_default()
}

fn hashed_name(name: &str, hashes: &str) -> String {
    let lines = hashes.lines().filter_map(|line| line.split_once(':'));
    let hash = lines.into_iter().find(|(file, _)| file.trim() == "css");
    match hash {
        Some((_, hash)) => format!("{name}.{}", hash.trim()),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::hashed_name;

    #[test]
    fn hash_is_added_to_the_name_if_the_file_has_one() {
        assert_eq!(
            hashed_name("gatehouse", "js: abc\n css: def \nwasm: ghi\n"),
            "gatehouse.def"
        );
        assert_eq!(hashed_name("gatehouse", "js: abc"), "gatehouse");
        assert_eq!(hashed_name("gatehouse", ""), "gatehouse");
    }
}
