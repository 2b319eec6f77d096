//! Dialogs that confirm a destructive action.

use crate::components::feedback::notice::{Notice, NoticeKind};
use crate::components::forms::field::{Field, aria_invalid};
use crate::components::forms::form::{FormState, Values};
use crate::components::overlay::form_dialog::FormDialog;
use domain::fields::{self, FieldErrors};
use leptos::prelude::*;

/// Renders a dialog that confirms a destructive action.
#[component]
pub fn ConfirmDialog(
    /// The form's state.
    form_state: FormState,
    /// The question.
    #[prop(into)]
    title: String,
    /// The URL of the page without the dialog.
    back: String,
    /// The label of the button that confirms.
    button: &'static str,
    /// The consequences, and the form's fields.
    children: Children,
) -> impl IntoView {
    view! {
        <FormDialog form_state title back button danger=true>
            {children()}
        </FormDialog>
    }
    .into_any()
}

/// Renders a dialog that deletes an object. The user confirms by typing the object's name.
#[component]
pub fn DeleteDialog(
    /// The form's state, created with [`validate_typed_name`].
    form_state: FormState,
    /// The kind of object, such as `consumer`. The form's field with the object's ID has this name.
    what: &'static str,
    /// The object's ID.
    id: String,
    /// The object's name.
    name: String,
    /// What the user typed, if it was rejected.
    typed: String,
    /// What happens to the things that belong to the object.
    consequence: String,
    /// The URL of the page without the dialog.
    back: String,
) -> impl IntoView {
    let title = format!("Delete “{name}”?");
    let button = format!("Delete {what}");
    let error = form_state.error("name");
    // The object's own name is not filled in, because a link to the dialog must not confirm the deletion.
    let is_rejected = !typed.is_empty() && fields::validate_confirmation(&name, &typed).is_err();
    let typed = is_rejected.then_some(typed);
    view! {
        <FormDialog form_state title back button danger=true fields=&["name"]>
            <DeleteFields what id name typed consequence error />
        </FormDialog>
    }
    .into_any()
}

/// Validates the form of a [`DeleteDialog`]. The server checks whether the name matches.
pub fn validate_typed_name(values: Values<'_>) -> Option<FieldErrors> {
    let mut errors = FieldErrors::default();
    fields::validate_name("name", &values("name"), &mut errors);
    errors.into_result(()).err()
}

#[component]
fn DeleteFields(
    what: &'static str,
    id: String,
    name: String,
    typed: Option<String>,
    consequence: String,
    error: Signal<Option<String>>,
) -> impl IntoView {
    view! {
        <Notice kind=NoticeKind::Warning>
            <p>{consequence} " This cannot be undone."</p>
        </Notice>
        <input type="hidden" name=what value=id />
        <Field id="confirm" label=format!("Type the {what}’s name to confirm") help=name error>
            <input
                id="confirm"
                name="name"
                value=typed
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                required
                autofocus
                aria-invalid=aria_invalid(error)
                aria-describedby="confirm-help confirm-error"
            />
        </Field>
    }
    .into_any()
}
