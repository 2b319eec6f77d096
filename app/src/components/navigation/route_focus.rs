//! Moves the focus to the heading when the router shows another page, as screen readers expect after a full page load.

use crate::effect::effect;
use leptos::html;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use wasm_bindgen::JsCast;

/// Holds the path of the page that was shown last.
#[derive(Clone, Copy)]
struct LastPath(StoredValue<Option<String>>);

/// Provides the context that [`focus_on_navigation`] needs below the current owner.
pub fn provide_route_focus() {
    provide_context(LastPath(StoredValue::new(None)));
}

/// Returns the `node_ref` for a page's heading, which takes the focus when the router shows the page. The browser
/// determines the focus of the first page.
///
/// # Panics
/// Panics if [`provide_route_focus`] was not called.
#[must_use]
pub fn focus_on_navigation() -> NodeRef<html::H1> {
    let node = NodeRef::<html::H1>::new();
    let LastPath(last_path) = expect_context();
    let path = use_location().pathname;
    effect(move || {
        let Some(heading) = node.get() else { return };
        let path = path.get_untracked();
        let previous = last_path.get_value();
        if previous.as_ref() == Some(&path) {
            return;
        }
        last_path.set_value(Some(path));
        if previous.is_some() || take_focus_request() {
            focus_page(&heading);
        }
    });
    node
}

/// The key in the session storage that requests the focus for the next document's heading.
const FOCUS_HEADING_KEY: &str = "focus-heading";

/// Makes the next document of this tab focus its heading, unless another element takes the focus. A dialog that reloads
/// its page when it closes uses this.
pub fn focus_heading_after_load() {
    if let Ok(Some(storage)) = window().session_storage() {
        // Without storage, the browser determines the focus of the next document.
        let _ = storage.set_item(FOCUS_HEADING_KEY, "true");
    }
}

/// Removes the request of [`focus_heading_after_load`], and returns whether there was one and no element has the focus.
fn take_focus_request() -> bool {
    let Ok(Some(storage)) = window().session_storage() else {
        return false;
    };
    let is_requested = storage.get_item(FOCUS_HEADING_KEY).is_ok_and(|item| item.is_some());
    let _ = storage.remove_item(FOCUS_HEADING_KEY);
    is_requested
        && document()
            .active_element()
            .is_none_or(|active| active.tag_name() == "BODY")
}

/// Focuses the page's `autofocus` element, or else the heading.
fn focus_page(heading: &web_sys::HtmlElement) {
    let field = document().query_selector("main [autofocus]").ok().flatten();
    let target = field.and_then(|field| field.dyn_into::<web_sys::HtmlElement>().ok());
    // If the element can't take the focus, the focus stays where it is.
    let _ = target.as_ref().unwrap_or(heading).focus();
}
