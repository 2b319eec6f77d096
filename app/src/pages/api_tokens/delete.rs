//! The question before a consumer goes.

use super::actions::DeleteConsumer;
use super::create::name_errors;
use crate::components::checked_form::{Check, CheckedForm, FormProblem};
use crate::components::dialog::Dialog;
use crate::components::field::FieldError;
use crate::components::notice::{Kind, Notice};
use crate::components::toast::toast;
use domain::consumers::Consumer;
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
    let error = check.error("name");
    let stops = match consumer.tokens {
        0 => "It has no working tokens. What was revoked or has expired is deleted with it.".to_owned(),
        1 => "Its token stops working at once, and is deleted with it.".to_owned(),
        count => format!(
            "Its {} tokens stop working at once, and are deleted with it.",
            super::tokens::counted(count)
        ),
    };
    view! {
        <Dialog title=format!("Delete “{}”?", consumer.name) back=back.clone()>
            <CheckedForm check>
                <div class="dialog-body">
                    <FormProblem check fields=&["name"] />
                    <Notice kind=Kind::Warning>
                        <p>{stops} " This cannot be undone."</p>
                    </Notice>
                    <input type="hidden" name="consumer" value=consumer.id.to_string() />
                    <div class="field">
                        <label for="confirm">"Type the consumer’s name to confirm"</label>
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
                            {consumer.name}
                        </p>
                        <FieldError id="confirm-error" error />
                    </div>
                </div>
                <div class="dialog-footer">
                    <a class="button" href=back.clone() data-noscroll>
                        "Cancel"
                    </a>
                    <button class="button danger" aria-busy=move || check.busy()>
                        "Delete consumer"
                    </button>
                </div>
            </CheckedForm>
        </Dialog>
    }
    .into_any()
}
