//! Forms with one button, alone or in a card.

use crate::components::data::card::Card;
use crate::components::forms::form::{FormAction, FormError, FormState, ValidatedForm};
use leptos::prelude::*;

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
    S: FormAction,
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
    S: FormAction,
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
