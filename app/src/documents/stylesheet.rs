//! Where the style sheet is.

use leptos::config::LeptosOptions;
use std::path::PathBuf;
use std::sync::OnceLock;

/// The address of the style sheet, under the name that the build gave to its content.
///
/// The file with the names lies beside the program and stays as it is while that runs, so it is read once; leptos_meta's own
/// component for this reads it for each page.
pub fn address(options: &LeptosOptions) -> &'static str {
    static ADDRESS: OnceLock<String> = OnceLock::new();
    ADDRESS.get_or_init(|| {
        let names = if options.hash_files {
            names(options)
        } else {
            String::new()
        };
        format!("/{}/{}.css", options.site_pkg_dir, name(&options.output_name, &names))
    })
}

/// What the file says; nothing where there is none.
fn names(options: &LeptosOptions) -> String {
    let program = std::env::current_exe().unwrap_or_default();
    let file = program.parent().map(PathBuf::from).unwrap_or_default();
    std::fs::read_to_string(file.join(options.hash_file.as_ref())).unwrap_or_default()
}

fn name(plain: &str, names: &str) -> String {
    let lines = names.lines().filter_map(|line| line.split_once(':'));
    let hash = lines.into_iter().find(|(file, _)| file.trim() == "css");
    match hash {
        Some((_, hash)) => format!("{plain}.{}", hash.trim()),
        None => plain.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn the_build_names_it_by_its_content() {
        assert_eq!(name("gatehouse", "js: abc\n css: def \nwasm: ghi\n"), "gatehouse.def");
        assert_eq!(name("gatehouse", "js: abc"), "gatehouse");
        assert_eq!(name("gatehouse", ""), "gatehouse");
    }
}
