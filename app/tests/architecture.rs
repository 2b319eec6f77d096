//! The modules of the app depend on each other in one direction.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Returns the path below `src`, without its extension, and the code of each file, without its comments.
fn files() -> Vec<(String, String)> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    let mut folders = vec![source.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            let relative = path.strip_prefix(&source).unwrap().with_extension("");
            files.push((relative.display().to_string(), code.collect::<Vec<_>>().join("\n")));
        }
    }
    files
}

/// Returns which top-level modules each of them imports, with one importing file for each.
fn imports() -> BTreeMap<String, BTreeMap<String, String>> {
    let mut found = BTreeMap::<String, BTreeMap<String, String>>::new();
    for (file, code) in files() {
        let module = Path::new(&file).iter().next().unwrap().to_str().unwrap().to_owned();
        for rest in code.split("crate::").skip(1) {
            let imported: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if imported != module && imported.starts_with(|c: char| c.is_lowercase()) {
                let imports = found.entry(module.clone()).or_default();
                imports.entry(imported).or_insert_with(|| file.clone());
            }
        }
    }
    found
}

#[test]
fn modules_import_each_other_in_one_direction() {
    let imports = imports();
    assert!(imports["pages"].contains_key("components"), "{imports:?}");
    for (module, imported) in &imports {
        for (target, file) in imported {
            let mut reached = BTreeSet::new();
            let mut pending = vec![target];
            while let Some(next) = pending.pop() {
                assert_ne!(next, module, "{file} imports {target}, which imports {module} again");
                let further = imports.get(next).into_iter().flat_map(BTreeMap::keys);
                pending.extend(further.filter(|name| reached.insert((*name).clone())));
            }
        }
    }
}

/// The client notices when the session has ended. Without the argument, a server function would use a client that doesn't.
#[test]
fn every_server_function_is_called_by_the_session_client() {
    let mut count = 0;
    for (file, code) in files() {
        for function in code.split("\n#[server(").skip(1) {
            let (arguments, _) = function.split_once(")]").unwrap();
            assert!(arguments.contains("client = SessionClient"), "{file}: {arguments}");
            count += 1;
        }
    }
    assert!(count > 0);
}
