//! Dialogs that confirm a destructive action.

use crate::components::forms::field::Field;
use crate::components::forms::form::{FormError, FormState, ValidatedForm, Values};
use crate::components::overlay::dialog::{Dialog, DialogFooter};
use crate::error::AppError;
use domain::fields::{self, FieldErrors};
use leptos::prelude::*;
use leptos::server_fn::client::Client;
use leptos::server_fn::codec::{Json, PostUrl};
use leptos::server_fn::request::ClientReq;
use leptos::server_fn::{Http, ServerFn};
use serde::de::DeserializeOwned;
use web_sys::FormData;

/// Renders a dialog that confirms a destructive action.
#[component]
pub fn ConfirmDialog<S>(
    /// The form's state.
    form_state: FormState<S>,
    /// The question.
    #[prop(into)]
    title: String,
    /// The URL of the page without the dialog.
    back: String,
    /// The label of the button that confirms.
    button: &'static str,
    /// The fields that show their own errors.
    #[prop(optional)]
    fields: &'static [&'static str],
    /// The consequences, and the form's fields.
    children: Children,
) -> impl IntoView
where
    S: ServerFn<Protocol = Http<PostUrl, Json>, Error = AppError> + DeserializeOwned + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
    S::Client: Client<AppError>,
    <<S::Client as Client<AppError>>::Request as ClientReq<AppError>>::FormData: From<FormData>,
{
    view! {
        <Dialog title back=back.clone()>
            <ValidatedForm form_state>
                <div class="dialog-body">
                    {children()}
                    <FormError form_state fields />
                </div>
                <DialogFooter form_state back button danger=true />
            </ValidatedForm>
        </Dialog>
    }
    .into_any()
}

/// Validates a form with a [`ConfirmName`]. The server checks whether the name matches.
pub fn validate_name(values: Values<'_>) -> Option<FieldErrors> {
    let mut errors = FieldErrors::default();
    fields::validate_name("name", &values("name"), &mut errors);
    errors.into_result(()).err()
}

/// Renders the field `name`, in which the user types an object's name to confirm the action.
#[component]
pub fn ConfirmName<S>(
    /// The form's state.
    form_state: FormState<S>,
    /// The kind of object, such as `consumer`.
    what: &'static str,
    /// The object's name.
    name: String,
) -> impl IntoView
where
    S: ServerFn<Error = AppError> + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
{
    let error = form_state.error("name");
    view! {
        <Field id="confirm" label=format!("Type the {what}’s name to confirm") help=name error>
            <input
                id="confirm"
                name="name"
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                required
                autofocus
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                aria-describedby="confirm-help confirm-error"
            />
        </Field>
    }
    .into_any()
}
