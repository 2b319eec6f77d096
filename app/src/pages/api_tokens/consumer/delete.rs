//! The question before a consumer goes.

use crate::components::feedback::notice::{Kind, Notice};
use crate::components::feedback::toast::toast;
use crate::components::forms::form::Check;
use crate::components::overlay::confirm::{ConfirmDialog, ConfirmName, name_errors};
use crate::pages::api_tokens::actions::DeleteConsumer;
use domain::oauth1::consumers::Consumer;
use leptos::prelude::*;

/// Asks for the consumer's name before it is deleted.
#[component]
pub fn DeleteDialog(
    /// The consumer.
    consumer: Consumer,
    /// The address of the page without the dialog.
    back: String,
) -> impl IntoView {
    let check = Check::<DeleteConsumer>::new(name_errors);
    check.on_success(|| toast("Consumer deleted"));
    let stops = match consumer.tokens {
        0 => "It has no working tokens. What was revoked or has expired is deleted with it.".to_owned(),
        1 => "Its token stops working at once, and is deleted with it.".to_owned(),
        count => format!(
            "Its {} tokens stop working at once, and are deleted with it.",
            crate::pages::api_tokens::list::tokens::counted(count)
        ),
    };
    view! {
        <ConfirmDialog
            check
            title=format!("Delete “{}”?", consumer.name)
            back
            button="Delete consumer"
            fields=&["name"]
        >
            <Notice kind=Kind::Warning>
                <p>{stops} " This cannot be undone."</p>
            </Notice>
            <input type="hidden" name="consumer" value=consumer.id.to_string() />
            <ConfirmName check what="consumer" name=consumer.name />
        </ConfirmDialog>
    }
    .into_any()
}
