//! The question before something ends for good.

use crate::components::forms::field::FieldError;
use crate::components::forms::form::{Check, CheckedForm, FormProblem, Values};
use crate::components::overlay::dialog::{Dialog, DialogFooter};
use crate::error::Failure;
use domain::fields::{self, FieldErrors};
use leptos::prelude::*;
use leptos::server_fn::client::Client;
use leptos::server_fn::codec::{Json, PostUrl};
use leptos::server_fn::request::ClientReq;
use leptos::server_fn::{Http, ServerFn};
use serde::de::DeserializeOwned;
use web_sys::FormData;

/// A dialog whose one button ends something.
#[component]
pub fn ConfirmDialog<S>(
    /// The check of its form.
    check: Check<S>,
    /// The question.
    #[prop(into)]
    title: String,
    /// The address of the page without the dialog.
    back: String,
    /// What its button says.
    button: &'static str,
    /// The fields that show their own complaints.
    #[prop(optional)]
    fields: &'static [&'static str],
    /// What would end, and the fields that name it.
    children: Children,
) -> impl IntoView
where
    S: ServerFn<Protocol = Http<PostUrl, Json>, Error = Failure> + DeserializeOwned + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
    S::Client: Client<Failure>,
    <<S::Client as Client<Failure>>::Request as ClientReq<Failure>>::FormData: From<FormData>,
{
    view! {
        <Dialog title back=back.clone()>
            <CheckedForm check>
                <div class="dialog-body">
                    {children()}
                    <FormProblem check fields />
                </div>
                <DialogFooter check back button danger=true />
            </CheckedForm>
        </Dialog>
    }
    .into_any()
}

/// The rule of a form with a [`ConfirmName`]. Whether the name is the right one, the server says.
pub fn name_errors(values: Values<'_>) -> Option<FieldErrors> {
    let mut errors = FieldErrors::default();
    fields::name("name", &values("name"), &mut errors);
    errors.or(()).err()
}

/// The field `name`, into which a thing's name is typed to show that it is meant.
#[component]
pub fn ConfirmName<S>(
    /// The check of its form.
    check: Check<S>,
    /// What the thing is, in a word.
    what: &'static str,
    /// The thing's name.
    name: String,
) -> impl IntoView
where
    S: ServerFn<Error = Failure> + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
{
    let error = check.error("name");
    view! {
        <div class="field">
            <label for="confirm">{format!("Type the {what}’s name to confirm")}</label>
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
            <p class="help" id="confirm-help">
                {name}
            </p>
            <FieldError id="confirm-error" error />
        </div>
    }
    .into_any()
}
