//! The folders of the server depend on each other in one direction.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The names of `lib.rs` that are re-exported from a folder.
const REEXPORTS: [(&str, &str); 2] = [("AppState", "state"), ("Config", "config")];

/// Returns the top-level names that `code` imports with `crate::`.
fn imported_names(code: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for rest in code.split("crate::").skip(1) {
        let paths: Vec<&str> = match rest.strip_prefix('{') {
            // Nested names are not at the top level, but it does no harm to look at them.
            Some(group) => {
                let group = group.split(';').next().unwrap_or_default();
                group.split([',', '{']).collect()
            }
            None => vec![rest],
        };
        for path in paths {
            let name: String = path
                .trim_start()
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            let reexport = REEXPORTS.iter().find(|(reexport, _)| *reexport == name);
            names.insert(reexport.map_or(name, |(_, folder)| (*folder).to_owned()));
        }
    }
    names.remove("");
    names
}

/// Returns which folders each folder imports, with one importing file for each. A file at the top level counts as a
/// folder.
fn imports() -> BTreeMap<String, BTreeMap<String, String>> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut texts = Vec::new();
    let mut pending = vec![source.clone()];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let file = path.strip_prefix(&source).unwrap().with_extension("");
                let text = fs::read_to_string(&path).unwrap();
                let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
                texts.push((file, code.collect::<Vec<_>>().join("\n")));
            }
        }
    }
    let folder_of = |file: &Path| file.iter().next().unwrap().to_str().unwrap().to_owned();
    let folders: BTreeSet<String> = texts.iter().map(|(file, _)| folder_of(file)).collect();
    let mut found = BTreeMap::<String, BTreeMap<String, String>>::new();
    for (file, code) in &texts {
        let folder = folder_of(file);
        // The crate root declares all folders.
        if ["lib", "main"].contains(&folder.as_str()) {
            continue;
        }
        let imported = imported_names(code).into_iter();
        let others = imported.filter(|name| *name != folder && folders.contains(name));
        let file = file.display().to_string();
        found
            .entry(folder.clone())
            .or_default()
            .extend(others.map(|name| (name, file.clone())));
    }
    found
}

#[test]
fn folders_import_each_other_in_one_direction() {
    let imports = imports();
    assert!(imports["router"].contains_key("http"), "{imports:?}");
    for (folder, imported) in &imports {
        for (target, file) in imported {
            let mut reached = BTreeSet::from([target]);
            let mut pending = vec![target];
            while let Some(next) = pending.pop() {
                assert_ne!(next, folder, "{file} imports {target}, which imports {folder} again");
                let further = imports.get(next).into_iter().flat_map(BTreeMap::keys);
                pending.extend(further.filter(|name| reached.insert(name)));
            }
        }
    }
}

#[test]
fn every_form_of_import_is_found() {
    let names = |code: &str| imported_names(code).into_iter().collect::<Vec<_>>();
    assert_eq!(names("use crate::http::{problem, paths};"), ["http"]);
    assert_eq!(
        names("use crate::{\n    api,\n    http::paths,\n};\nuse axum::Router;"),
        ["api", "http"]
    );
    assert_eq!(
        names("fn f(app: &crate::AppState) -> crate::config::Source;"),
        ["config", "state"]
    );
}
