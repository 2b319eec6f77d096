//! The way to a new consumer or token, and the dialog for the consumer.

use crate::components::feedback::notice::Locked;
use crate::components::forms::field::TextField;
use crate::components::forms::form::{Check, CheckedForm, FormProblem, Values};
use crate::components::overlay::dialog::{Dialog as DialogBox, DialogFooter};
use crate::icons::{Draw, Icon};
use crate::pages::api_tokens::actions::CreateConsumer;
use crate::pages::api_tokens::page_url::{Address, Created, Dialog, Spot};
use domain::accounts::features::Feature;
use domain::accounts::rights::Right;
use domain::accounts::users::Me;
use domain::fields::FieldErrors;
use domain::oauth1::consumers::NewConsumer;
use domain::oauth1::tokens::NewToken;
use leptos::prelude::*;

/// The links at the top of the page, for whoever may follow them. A consumer that was just created is selected in the
/// dialog for the token; where no row shows it, the way to that dialog takes the focus if `autofocus` is set.
pub fn create_links(me: &Me, address: &Address, autofocus: bool) -> Option<impl IntoView + use<>> {
    let may = me.rights.has(Right::AdminSettings)
        && me.rights.has(Right::CreateApiTokens)
        && me.features.contains(&Feature::ApiTokens);
    may.then(|| {
        let consumer = address.with(Dialog::NewConsumer(String::new())).to_string();
        let created = match address.created {
            Some(Created::Consumer(id)) => id.to_string(),
            _ => String::new(),
        };
        let autofocus = autofocus && !created.is_empty() && address.spot != Spot::Consumers;
        let form = NewToken {
            consumer: created,
            ..NewToken::default()
        };
        let token = address.with(Dialog::NewToken(form)).to_string();
        view! {
            <a class="button" href=consumer data-noscroll>
                "Create new consumer"
            </a>
            <a class="button primary" href=token data-noscroll autofocus=autofocus>
                <Draw icon=Icon::Plus />
                "Create new token"
            </a>
        }
    })
}

/// What is wrong with a consumer's name.
pub fn name_errors(values: Values<'_>) -> Option<FieldErrors> {
    NewConsumer { name: values("name") }.checked().err()
}

/// Asks for a new consumer's name.
#[component]
pub fn NewConsumerDialog(
    /// What the field holds at first.
    name: String,
    /// The address of the page without the dialog.
    back: String,
    /// Who asks.
    me: Me,
) -> impl IntoView {
    let check = Check::<CreateConsumer>::new(name_errors);
    let cancel = back.clone();
    let body = if me.rights.has(Right::CreateApiTokens) {
        view! {
            <CheckedForm check>
                <div class="dialog-body">
                    <input type="hidden" name="back" value=cancel.clone() />
                    <TextField
                        name="name"
                        label="Name"
                        value=name
                        help="The application that will use the API."
                        autofocus=true
                        error=check.error("name")
                    />
                    <FormProblem check fields=&["name"] />
                </div>
                <DialogFooter check back=cancel button="Create" />
            </CheckedForm>
        }
        .into_any()
    } else {
        view! {
            <div class="dialog-body">
                <Locked what="Creating consumers" right=Right::CreateApiTokens />
            </div>
        }
        .into_any()
    };
    view! {
        <DialogBox title="Create new consumer" back>
            {body}
        </DialogBox>
    }
    .into_any()
}
