//! The controls of a form: whether they differ from their initial values, and which are cleared after a save.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlFormElement, HtmlInputElement, HtmlOptionElement, HtmlSelectElement, HtmlTextAreaElement};

/// Returns whether a control of the form differs from its initial value in the page.
pub fn is_form_dirty(form: &HtmlFormElement) -> bool {
    let controls = form.elements();
    let mut indices = 0..controls.length();
    indices.any(|index| controls.item(index).is_some_and(|control| is_control_dirty(&control)))
}

/// Clears the password fields, so that a saved secret isn't submitted again.
pub fn clear_passwords(form: &HtmlFormElement) {
    let controls = form.elements();
    for index in 0..controls.length() {
        let control = controls.item(index);
        if let Some(input) = control.and_then(|control| control.dyn_into::<HtmlInputElement>().ok())
            && input.type_() == "password"
        {
            input.set_value("");
        }
    }
}

fn is_control_dirty(control: &Element) -> bool {
    if let Some(input) = control.dyn_ref::<HtmlInputElement>() {
        return match input.type_().as_str() {
            "checkbox" | "radio" => input.checked() != input.default_checked(),
            "hidden" | "submit" | "button" | "file" => false,
            _ => input.value() != input.default_value(),
        };
    }
    if let Some(text) = control.dyn_ref::<HtmlTextAreaElement>() {
        // A submitted form has CRLF line breaks, while the value of a `<textarea>` has LF.
        let default = text.default_value().unwrap_or_default();
        return text.value() != default.replace("\r\n", "\n");
    }
    let Some(select) = control.dyn_ref::<HtmlSelectElement>() else {
        return false;
    };
    let options: Vec<HtmlOptionElement> = {
        let options = select.options();
        let option = |index| options.item(index)?.dyn_into().ok();
        (0..options.length()).filter_map(option).collect()
    };
    // If no option is marked as selected, the browser selects the first.
    let default = options
        .iter()
        .position(HtmlOptionElement::default_selected)
        .unwrap_or(0);
    usize::try_from(select.selected_index()) != Ok(default)
}
