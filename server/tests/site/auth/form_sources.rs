//! Tests that the source of every form has what it needs to be sent again after its session has ended.

use std::fs;
use std::path::PathBuf;

/// The forms that work without a session.
const WITHOUT_SESSION: [&str; 3] = ["SignIn::url()", "SignOut::url()", "RequestPasswordReset::url()"];

/// The fields whose values are never shown; see `signed_out_page.rs`.
const SECRET_FIELDS: [&str; 3] = ["client_secret", "current_password", "password"];

/// Returns the source files of the pages.
fn sources() -> Vec<(PathBuf, String)> {
    let mut pending = vec![PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../app/src"))];
    let mut files = Vec::new();
    while let Some(path) = pending.pop() {
        if path.is_dir() {
            pending.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push((path.clone(), fs::read_to_string(&path).unwrap()));
        }
    }
    files
}

#[test]
fn every_form_names_the_user_that_it_was_rendered_for() {
    let mut forms = 0;
    for (path, text) in sources() {
        for (start, _) in text.match_indices("<form") {
            let form = text[start..].split("</form").next().unwrap();
            let is_post = form.contains("method=\"post\"");
            let needs_session = !WITHOUT_SESSION.iter().any(|action| form.contains(action));
            if is_post && needs_session {
                let path = path.display();
                assert!(
                    form.contains("<PageUser") || form.contains("PAGE_USER_FIELD"),
                    "{path}: {form}"
                );
                forms += 1;
            }
        }
    }
    // The others are rendered by these.
    assert!(forms >= 4, "{forms}");
}

#[test]
fn every_password_field_is_a_secret_that_is_never_shown() {
    let mut fields = 0;
    for (path, text) in sources() {
        for (at, _) in text.match_indices("=\"password\"") {
            let tag = text[..at].rfind('<').unwrap();
            let tag = &text[tag..text[at..].find('>').unwrap() + at];
            // A field without a name is not submitted.
            let name = tag.split("name=\"").nth(1).and_then(|rest| rest.split('"').next());
            if let Some(name) = name {
                assert!(SECRET_FIELDS.contains(&name), "{}: {tag}", path.display());
                fields += 1;
            }
        }
    }
    assert!(fields >= 2, "{fields}");
}
