//! What the controls of a form hold, beside what the page came with.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlFormElement, HtmlInputElement, HtmlOptionElement, HtmlSelectElement, HtmlTextAreaElement};

/// Whether a control holds something else than what the page came with.
pub fn differs(form: &HtmlFormElement) -> bool {
    let controls = form.elements();
    let mut indices = 0..controls.length();
    indices.any(|index| controls.item(index).is_some_and(|control| control_differs(&control)))
}

fn control_differs(control: &Element) -> bool {
    if let Some(input) = control.dyn_ref::<HtmlInputElement>() {
        return match input.type_().as_str() {
            "checkbox" | "radio" => input.checked() != input.default_checked(),
            "hidden" | "submit" | "button" | "file" => false,
            _ => input.value() != input.default_value(),
        };
    }
    if let Some(text) = control.dyn_ref::<HtmlTextAreaElement>() {
        // A form sends two characters for each end of a line; a page has one.
        let came_with = text.default_value().unwrap_or_default();
        return text.value() != came_with.replace("\r\n", "\n");
    }
    let Some(select) = control.dyn_ref::<HtmlSelectElement>() else {
        return false;
    };
    let options: Vec<HtmlOptionElement> = {
        let options = select.options();
        let option = |index| options.item(index)?.dyn_into().ok();
        (0..options.length()).filter_map(option).collect()
    };
    // Where nothing is marked, the browser selects the first.
    let marked = options
        .iter()
        .position(HtmlOptionElement::default_selected)
        .unwrap_or(0);
    usize::try_from(select.selected_index()) != Ok(marked)
}
