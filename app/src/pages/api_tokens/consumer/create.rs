//! The links that create a consumer or token, and the dialog that creates a consumer.

use crate::components::feedback::notice::MissingRight;
use crate::components::forms::field::TextField;
use crate::components::forms::form::{FormState, Values};
use crate::components::overlay::dialog::Dialog as DialogBox;
use crate::components::overlay::form_dialog::FormDialog;
use crate::icons::{Icon, IconView};
use crate::pages::api_tokens::actions::CreateConsumer;
use crate::pages::api_tokens::page_url::{Created, Dialog, PageUrl, Route};
use domain::accounts::features::Feature;
use domain::accounts::rights::Right;
use domain::accounts::users::CurrentUser;
use domain::fields::FieldErrors;
use domain::oauth1::consumers::ConsumerForm;
use domain::oauth1::tokens::NewToken;
use leptos::prelude::*;

/// Renders the links in the page header if the user may create tokens. The dialog for a new token preselects a consumer
/// that was just created. If no row shows that consumer, the link to this dialog takes the focus when `autofocus` is set.
pub fn create_links(me: &CurrentUser, url: &PageUrl, autofocus: bool) -> Option<impl IntoView + use<>> {
    let may_create = me.rights.has(Right::AdminSettings)
        && me.rights.has(Right::CreateApiTokens)
        && me.features.contains(&Feature::ApiTokens);
    may_create.then(|| {
        let new_consumer = url.with_dialog(Dialog::NewConsumer(String::new())).to_string();
        let created_consumer = match url.created {
            Some(Created::Consumer(id)) => id.to_string(),
            _ => String::new(),
        };
        let autofocus = autofocus && !created_consumer.is_empty() && url.route != Route::Consumers;
        let form = NewToken {
            consumer: created_consumer,
            ..NewToken::default()
        };
        let new_token = url.with_dialog(Dialog::NewToken(form)).to_string();
        view! {
            <a class="button" href=new_consumer data-noscroll>
                "Create new consumer"
            </a>
            <a class="button primary" href=new_token data-noscroll autofocus=autofocus>
                <IconView icon=Icon::Plus />
                "Create new token"
            </a>
        }
    })
}

/// Validates the form of a new or changed consumer as the server does.
pub fn validate_consumer(values: Values<'_>) -> Option<FieldErrors> {
    ConsumerForm { name: values("name") }.validate().err()
}

/// Renders the dialog that creates a consumer.
#[component]
pub fn NewConsumerDialog(
    /// The initial value of the name field.
    name: String,
    /// The URL of the page without the dialog.
    back: String,
    /// The signed-in user.
    me: CurrentUser,
) -> impl IntoView {
    let title = "Create new consumer";
    if !me.rights.has(Right::CreateApiTokens) {
        return view! {
            <DialogBox title back>
                <div class="dialog-body">
                    <MissingRight to="create consumers" right=Right::CreateApiTokens />
                </div>
            </DialogBox>
        }
        .into_any();
    }
    let form_state = FormState::new::<CreateConsumer>(validate_consumer);
    view! {
        <FormDialog form_state title back=back.clone() button="Create" fields=&["name"]>
            <input type="hidden" name="back" value=back />
            <TextField
                name="name"
                label="Name"
                value=name
                help="The application that will use the API."
                autofocus=true
                error=form_state.error("name")
            />
        </FormDialog>
    }
    .into_any()
}
