//! The modules of the portal depend on each other in one direction.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The groups that the subjects stand on.
const CORE: [&str; 4] = ["crypto", "database", "http_client", "infra"];

/// The modules above the groups, which may know all of them.
const TOP: [&str; 5] = ["demo", "key_rotation", "lib", "maintenance", "open"];

/// Returns which groups each group imports, with one importing file for each.
fn imports() -> BTreeMap<String, BTreeMap<String, String>> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = BTreeMap::<String, BTreeMap<String, String>>::new();
    let mut folders = vec![source.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let relative = path.strip_prefix(&source).unwrap().with_extension("");
            let group = relative.iter().next().unwrap().to_str().unwrap().to_owned();
            let text = fs::read_to_string(&path).unwrap();
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            for line in code {
                for (_, rest) in line.split("crate::").enumerate().skip(1) {
                    let imported: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                    if imported != group && imported.starts_with(|c: char| c.is_lowercase()) {
                        let file = relative.display().to_string();
                        found.entry(group.clone()).or_default().entry(imported).or_insert(file);
                    }
                }
            }
        }
    }
    found
}

#[test]
fn core_imports_no_subject() {
    for (group, imported) in imports()
        .into_iter()
        .filter(|(group, _)| CORE.contains(&group.as_str()))
    {
        for (target, file) in imported {
            assert!(
                CORE.contains(&target.as_str()),
                "{file} in the core group {group} imports {target}"
            );
        }
    }
}

#[test]
fn groups_import_each_other_in_one_direction() {
    let imports = imports();
    for (group, imported) in imports.iter().filter(|(group, _)| !CORE.contains(&group.as_str())) {
        for (target, file) in imported {
            let is_top = |name: &String| TOP.contains(&name.as_str());
            assert!(
                !is_top(target) || is_top(group),
                "{file} imports {target}, which stands above the groups"
            );
            let mut reached = BTreeSet::new();
            let mut pending = vec![target];
            while let Some(next) = pending.pop() {
                assert_ne!(next, group, "{file} imports {target}, which imports {group} again");
                let further = imports.get(next).into_iter().flat_map(BTreeMap::keys);
                pending
                    .extend(further.filter(|name| reached.insert((*name).clone()) && !CORE.contains(&name.as_str())));
            }
        }
    }
}
