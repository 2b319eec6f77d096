//! A field of a form with its label, help and complaint.

use crate::icons::{Draw, Icon};
use leptos::prelude::*;

/// The complaint under a field.
#[component]
pub fn FieldError(
    /// The complaint's element id, for `aria-describedby`.
    #[prop(into)]
    id: String,
    /// The complaint, if there is one.
    #[prop(into)]
    error: Signal<Option<String>>,
) -> impl IntoView {
    move || {
        error.get().map(|message| {
            view! {
                <p class="error" id=id.clone()>
                    <Draw icon=Icon::Error />
                    {message}
                </p>
            }
        })
    }
}

/// A line of text to type, under its label. It has no `maxlength`: the browser would cut what is pasted without a word.
#[component]
pub fn TextField(
    /// The field's name in the form, and its element's id.
    name: &'static str,
    /// The label.
    label: &'static str,
    /// What it holds at first.
    #[prop(into, optional)]
    value: String,
    /// `text`, `email` or `password`.
    #[prop(default = "text")]
    kind: &'static str,
    /// What a password manager should fill in.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// Help in one sentence.
    #[prop(optional)]
    help: &'static str,
    /// The fewest characters that are taken.
    #[prop(optional)]
    minlength: Option<usize>,
    /// Whether the form can be sent without it.
    #[prop(optional)]
    optional: bool,
    /// Whether it has the focus when its page or dialog opens.
    #[prop(optional)]
    autofocus: bool,
    /// The complaint about it, if there is one.
    #[prop(into, optional)]
    error: Signal<Option<String>>,
) -> impl IntoView {
    // Without script, a form that comes back starts at what is wrong.
    let autofocus = autofocus || error.with_untracked(Option::is_some);
    let error_id = format!("{name}-error");
    let help_id = format!("{name}-help");
    let described = {
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
                aria-describedby=described
            />
            {(!help.is_empty()).then(|| view! { <p class="help" id=help_id>{help}</p> })}
            <FieldError id=error_id error />
        </div>
    }
    .into_any()
}
