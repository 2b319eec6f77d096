//! Tests that stored texts and request parameters are escaped on every page.

mod request_parameters;
mod stored_text;

/// Closes every context that a text can be in, then opens an element and an attribute. It contains no `&`, which is
/// escaped as `&amp;`.
const MARKER: &str = "</title></textarea></script>--><b id=stored-markup>\" data-stored=\"'";

/// Returns the names of all elements and attributes of a page, as an HTML tokenizer finds them.
fn markup(page: &str) -> impl Iterator<Item = &str> {
    let mut rest = page;
    std::iter::from_fn(move || {
        let (_, tag) = rest.split_once('<')?;
        let name = tag.split([' ', '>']).next().unwrap_or_default();
        let mut end = 0;
        let mut quote = None;
        for (at, c) in tag.char_indices() {
            end = at;
            match (quote, c) {
                (None, '"' | '\'') => quote = Some(c),
                (Some(open), c) if open == c => quote = None,
                (None, '>') => break,
                _ => {}
            }
        }
        let (inside, after) = tag.split_at(end);
        // A script ends only at its end tag.
        rest = match name {
            "script" => after.split_once("</script").map_or("", |(_, after)| after),
            _ => after,
        };
        Some(inside.split('"').step_by(2).flat_map(|part| part.split([' ', '/'])))
    })
    .flatten()
}

fn assert_no_markup(address: &str, page: &str) {
    if let Some(at) = page.find("<b id=stored-markup") {
        let around: String = page
            .chars()
            .skip(page[..at].chars().count().saturating_sub(300))
            .take(300)
            .collect();
        panic!("stored text is markup at {address}: {around}…");
    }
    for name in markup(page) {
        assert!(
            !name.starts_with("data-stored"),
            "stored text is an attribute at {address}"
        );
    }
}

#[test]
fn markup_tokenizer_finds_elements_and_attributes() {
    let page = "<p class=\"a > b\" id='x'>c \" data-stored=\"d</p><i title=\"\" data-stored=\"'\"></i><script>\" data-stored=\"</script>";
    let names: Vec<&str> = markup(page).filter(|name| !name.is_empty()).collect();
    assert_eq!(
        names.iter().filter(|name| name.starts_with("data-stored")).count(),
        1,
        "{names:?}"
    );
    assert_eq!(names[0], "p");
}
