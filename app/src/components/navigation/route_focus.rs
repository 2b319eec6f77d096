//! Where the focus goes when the router shows another page: to its heading, as a full load would start reading there.

use leptos::html;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use wasm_bindgen::JsCast;

/// The path of the page whose heading was last arrived at.
#[derive(Clone, Copy)]
struct Arrived(StoredValue<Option<String>>);

/// Makes [`focus_on_arrival`] work below the current owner.
pub fn provide_arrival() {
    provide_context(Arrived(StoredValue::new(None)));
}

/// For the `node_ref` of a page's heading, which takes the focus once when the router has come to its page. The first
/// page of all is left to the browser.
///
/// # Panics
/// Where [`provide_arrival`] was not called.
#[must_use]
pub fn focus_on_arrival() -> NodeRef<html::H1> {
    let node = NodeRef::<html::H1>::new();
    let Arrived(arrived) = expect_context();
    let path = use_location().pathname;
    Effect::new(move |_| {
        let Some(heading) = node.get() else { return };
        let path = path.get_untracked();
        let before = arrived.get_value();
        if before.as_ref() == Some(&path) {
            return;
        }
        arrived.set_value(Some(path));
        if before.is_some() || is_focus_lost() {
            focus(&heading);
        }
    });
    node
}

/// The item of the tab's storage that says that the next document starts at its heading.
const FOCUS_HEADING: &str = "focus-heading";

/// Makes the next document of this tab start at its heading, unless something on it takes the focus by itself: for a
/// dialog that loads its page anew when it closes.
pub fn focus_heading_after_load() {
    if let Ok(Some(storage)) = window().session_storage() {
        // Where nothing can be stored, the next document starts where documents start.
        let _ = storage.set_item(FOCUS_HEADING, "true");
    }
}

/// Whether a dialog has left this document with nothing in focus.
fn is_focus_lost() -> bool {
    let Ok(Some(storage)) = window().session_storage() else {
        return false;
    };
    let is_marked = storage.get_item(FOCUS_HEADING).is_ok_and(|mark| mark.is_some());
    let _ = storage.remove_item(FOCUS_HEADING);
    is_marked
        && document()
            .active_element()
            .is_none_or(|active| active.tag_name() == "BODY")
}

/// Focuses the field that its page wants to start with, or else the heading.
fn focus(heading: &web_sys::HtmlElement) {
    let field = document().query_selector("main [autofocus]").ok().flatten();
    let target = field.and_then(|field| field.dyn_into::<web_sys::HtmlElement>().ok());
    // Focus that cannot be moved stays where it is, which is no worse than before.
    let _ = target.as_ref().unwrap_or(heading).focus();
}
