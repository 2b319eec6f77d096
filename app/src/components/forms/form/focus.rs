//! Moving the focus to what a form reports.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Focuses the first field with an error, or else the error of the whole form: in the form that has the focus, or else on
/// the page. It waits for the next frame, so that the errors are rendered.
pub(crate) fn focus_first_error() {
    const ERROR_SELECTORS: [&str; 2] = ["[aria-invalid='true']", "[role='alert']"];
    request_animation_frame(|| {
        let form = document()
            .active_element()
            .and_then(|active| active.closest("form").ok()?);
        let first = |find: &dyn Fn(&str) -> Result<Option<web_sys::Element>, wasm_bindgen::JsValue>| {
            let mut found = ERROR_SELECTORS.into_iter().filter_map(|selector| find(selector).ok()?);
            found.find_map(|element| element.dyn_into::<HtmlElement>().ok())
        };
        let in_form = form.and_then(|form| first(&|selector| form.query_selector(selector)));
        if let Some(element) = in_form.or_else(|| first(&|selector| document().query_selector(selector))) {
            // An element that can't take the focus still shows its error.
            let _ = element.focus();
        }
    });
}
