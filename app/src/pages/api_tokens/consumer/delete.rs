//! The dialog that deletes a consumer.

use crate::components::feedback::toast::toast;
use crate::components::forms::form::FormState;
use crate::components::overlay::confirm::{DeleteDialog, validate_typed_name};
use crate::pages::api_tokens::actions::DeleteConsumer;
use domain::oauth1::consumers::Consumer;
use leptos::prelude::*;

/// Renders the dialog that deletes a consumer. The user confirms by typing its name.
#[component]
pub fn DeleteConsumerDialog(
    /// The consumer.
    consumer: Consumer,
    /// The initial value of the field that confirms.
    typed: String,
    /// The URL of the page without the dialog.
    back: String,
) -> impl IntoView {
    let form_state = FormState::new::<DeleteConsumer>(validate_typed_name);
    form_state.on_success(|| toast("Consumer deleted"));
    let consequence = match consumer.tokens {
        0 => "It has no active tokens. Revoked and expired tokens are deleted too.".to_owned(),
        1 => "Its token stops working immediately and is deleted.".to_owned(),
        count => format!(
            "Its {} tokens stop working immediately and are deleted.",
            crate::pages::api_tokens::list::tokens::format_count(count)
        ),
    };
    view! {
        <DeleteDialog
            form_state
            what="consumer"
            id=consumer.id.to_string()
            name=consumer.name
            typed
            consequence
            back
        />
    }
    .into_any()
}
