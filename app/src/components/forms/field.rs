//! A form field with its label, help text and validation error.

use crate::icons::{Icon, IconView};
use leptos::prelude::*;

/// Renders the validation error of a field.
#[component]
pub fn FieldError(
    /// The error's element ID, for `aria-describedby`.
    #[prop(into)]
    id: String,
    /// The validation error, if any.
    #[prop(into)]
    error: Signal<Option<String>>,
) -> impl IntoView {
    move || {
        error.get().map(|message| {
            view! {
                <p class="error" id=id.clone()>
                    <IconView icon=Icon::Error />
                    {message}
                </p>
            }
        })
    }
}

/// Renders a text field with its label. It has no `maxlength`, because browsers silently truncate pasted text.
#[component]
pub fn TextField(
    /// The field's name in the form, and its element's ID.
    name: &'static str,
    /// The label.
    label: &'static str,
    /// The initial value.
    #[prop(into, optional)]
    value: String,
    /// The input's type: `text`, `email` or `password`.
    #[prop(default = "text")]
    kind: &'static str,
    /// The value of the `autocomplete` attribute.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// A sentence of help.
    #[prop(optional)]
    help: &'static str,
    /// The minimum number of characters.
    #[prop(optional)]
    minlength: Option<usize>,
    /// Whether the field may be left empty.
    #[prop(optional)]
    optional: bool,
    /// Whether it takes the focus when its page or dialog opens.
    #[prop(optional)]
    autofocus: bool,
    /// The validation error, if any.
    #[prop(into, optional)]
    error: Signal<Option<String>>,
) -> impl IntoView {
    // Without script, a form that is shown again focuses its first invalid field.
    let autofocus = autofocus || error.with_untracked(Option::is_some);
    let error_id = format!("{name}-error");
    let help_id = format!("{name}-help");
    let described_by = {
        let (help_id, error_id) = (help_id.clone(), error_id.clone());
        move || {
            let mut ids = Vec::new();
            if !help.is_empty() {
                ids.push(help_id.as_str());
            }
            if error.with(Option::is_some) {
                ids.push(error_id.as_str());
            }
            (!ids.is_empty()).then(|| ids.join(" "))
        }
    };
    view! {
        <div class="field">
            <label for=name>
                {label} {optional.then(|| view! { " " <span class="optional">"(optional)"</span> })}
            </label>
            <input
                id=name
                name=name
                type=kind
                value=value
                autocomplete=autocomplete
                minlength=minlength
                required=!optional
                autofocus=autofocus
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                aria-describedby=described_by
            />
            {(!help.is_empty()).then(|| view! { <p class="help" id=help_id>{help}</p> })}
            <FieldError id=error_id error />
        </div>
    }
    .into_any()
}
