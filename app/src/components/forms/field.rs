//! A form field with its label, help text and validation error.

use crate::components::reactive::dynamic::dynamic;
use crate::icons::{Icon, IconView};
use leptos::html;
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
    dynamic(move || {
        error.get().map(|message| {
            view! {
                <p class="error" id=id.clone()>
                    <IconView icon=Icon::Error />
                    {message}
                </p>
            }
        })
    })
}

/// Returns the value of `aria-invalid` for a field with this validation error.
pub fn aria_invalid(error: Signal<Option<String>>) -> impl Fn() -> Option<&'static str> {
    move || error.with(Option::is_some).then_some("true")
}

/// Renders a label with its input, select or text area.
#[component]
pub fn Field(
    /// The element ID of the input, select or text area. Its `aria-describedby` names the help, `{id}-help`, and the
    /// error, `{id}-error`.
    id: &'static str,
    /// The label.
    #[prop(into)]
    label: String,
    /// A sentence of help.
    #[prop(into, optional)]
    help: String,
    /// Whether the field may be left empty.
    #[prop(optional)]
    optional: bool,
    /// What is below the error.
    #[prop(optional)]
    footer: Option<AnyView>,
    /// The validation error, if any.
    error: Signal<Option<String>>,
    /// The input, select or text area.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="field">
            <label for=id>
                {label} {optional.then(|| view! { " " <span class="optional">"(optional)"</span> })}
            </label>
            {children()}
            {(!help.is_empty()).then(|| view! { <p class="help" id=format!("{id}-help")>{help}</p> })}
            <FieldError id=format!("{id}-error") error />
            {footer}
        </div>
    }
    .into_any()
}

/// Renders a text field with its label. It has no `maxlength`, because browsers silently truncate pasted text.
#[component]
pub fn TextField(
    /// The field's name in the form, and its element's ID.
    name: &'static str,
    /// The label.
    label: &'static str,
    /// The value that the field has initially, and when the form is reset.
    #[prop(into, optional)]
    value: Signal<String>,
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
    let described_by = move || {
        let help = (!help.is_empty()).then(|| format!("{name}-help"));
        let error = error.with(Option::is_some).then(|| format!("{name}-error"));
        let ids: Vec<String> = help.into_iter().chain(error).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    };
    view! {
        <Field id=name label help optional error>
            <input
                id=name
                name=name
                type=kind
                value=value
                autocomplete=autocomplete
                minlength=minlength
                required=!optional
                autofocus=autofocus
                aria-invalid=aria_invalid(error)
                aria-describedby=described_by
            />
        </Field>
    }
    .into_any()
}

/// Renders a choice from a list with its label.
#[component]
pub fn SelectField(
    /// The field's name in the form, and its element's ID.
    name: &'static str,
    /// The label.
    label: &'static str,
    /// The values and labels of the options.
    options: Vec<(&'static str, &'static str)>,
    /// The value that is selected initially, and when the form is reset.
    #[prop(into)]
    selected: Signal<String>,
    /// A sentence of help.
    #[prop(optional)]
    help: &'static str,
    /// The validation error, if any.
    error: Signal<Option<String>>,
) -> impl IntoView {
    let described_by = if help.is_empty() {
        format!("{name}-error")
    } else {
        format!("{name}-help {name}-error")
    };
    let options = options.into_iter().map(|(value, label)| {
        view! {
            <option value=value selected=move || selected.with(|selected| selected == value)>
                {label}
            </option>
        }
    });
    let options = options.collect_view();
    view! {
        <Field id=name label help error>
            <select
                id=name
                name=name
                autocomplete="off"
                aria-invalid=aria_invalid(error)
                aria-describedby=described_by
            >
                {options}
            </select>
        </Field>
    }
    .into_any()
}

/// Renders the field `q` of a search form.
#[component]
pub fn SearchField(
    /// What is searched, for screen readers.
    label: &'static str,
    /// What can be searched for.
    placeholder: &'static str,
    /// The initial value.
    value: String,
    /// The value of the `spellcheck` attribute.
    #[prop(optional)]
    spellcheck: Option<&'static str>,
    /// The input.
    #[prop(optional)]
    node: NodeRef<html::Input>,
) -> impl IntoView {
    view! {
        <div class="search">
            <IconView icon=Icon::Search />
            <input
                class="input"
                type="search"
                name="q"
                value=value
                aria-label=label
                placeholder=placeholder
                autocomplete="off"
                spellcheck=spellcheck
                node_ref=node
            />
        </div>
    }
    .into_any()
}
