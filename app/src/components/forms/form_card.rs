//! Forms with one button, alone or in a card.

use crate::components::data::card::Card;
use crate::components::forms::form::{FormError, FormState, ValidatedForm};
use crate::error::AppError;
use leptos::prelude::*;
use leptos::server_fn::client::Client;
use leptos::server_fn::codec::{Json, PostUrl};
use leptos::server_fn::request::ClientReq;
use leptos::server_fn::{Http, ServerFn};
use serde::de::DeserializeOwned;
use web_sys::FormData;

/// Renders a card that contains a [`SubmitForm`].
#[component]
pub fn FormCard<S>(
    /// The form's state.
    form_state: FormState<S>,
    /// The heading's element id.
    id: &'static str,
    /// The heading.
    title: &'static str,
    /// The fields that show their own errors.
    fields: &'static [&'static str],
    /// The label of the button that submits the form.
    button: &'static str,
    /// The fields.
    children: Children,
) -> impl IntoView
where
    S: ServerFn<Protocol = Http<PostUrl, Json>, Error = AppError> + DeserializeOwned + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
    S::Client: Client<AppError>,
    <<S::Client as Client<AppError>>::Request as ClientReq<AppError>>::FormData: From<FormData>,
{
    view! {
        <Card id title>
            <div class="card-body">
                <SubmitForm form_state fields button>
                    {children()}
                </SubmitForm>
            </div>
        </Card>
    }
    .into_any()
}

/// Renders a form with its error and, below it, the button that submits it.
#[component]
pub fn SubmitForm<S>(
    /// The form's state.
    form_state: FormState<S>,
    /// The fields that show their own errors.
    fields: &'static [&'static str],
    /// The label of the button that submits the form.
    button: &'static str,
    /// Whether the button is the page's main action.
    #[prop(optional)]
    primary: bool,
    /// The URL of the link "Cancel", or empty to have none.
    #[prop(optional)]
    cancel_url: &'static str,
    /// The fields.
    children: Children,
) -> impl IntoView
where
    S: ServerFn<Protocol = Http<PostUrl, Json>, Error = AppError> + DeserializeOwned + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
    S::Client: Client<AppError>,
    <<S::Client as Client<AppError>>::Request as ClientReq<AppError>>::FormData: From<FormData>,
{
    let class = if primary { "button primary" } else { "button" };
    let cancel = (!cancel_url.is_empty()).then(|| {
        view! {
            <a class="button" href=cancel_url>
                "Cancel"
            </a>
        }
    });
    view! {
        <ValidatedForm form_state class="form">
            {children()}
            <FormError form_state fields />
            <div class="buttons">
                <button class=class aria-busy=move || form_state.busy()>
                    {button}
                </button>
                {cancel}
            </div>
        </ValidatedForm>
    }
    .into_any()
}
