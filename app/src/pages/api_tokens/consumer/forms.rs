//! What can be changed about a consumer.

use crate::components::feedback::notice::{Kind, Notice};
use crate::components::feedback::toast::toast;
use crate::components::forms::field::{FieldError, TextField};
use crate::components::forms::form::{Check, CheckedForm, FormProblem, Values};
use crate::components::forms::text_area::text_area_content;
use crate::pages::api_tokens::actions::{RenameConsumer, SetSigning};
use crate::pages::api_tokens::consumer::create::name_errors;
use domain::fields::FieldErrors;
use domain::oauth1::consumers::{Consumer, ConsumerSigning};
use leptos::prelude::*;

/// The consumer's name.
#[component]
pub fn RenameForm(
    /// The consumer.
    consumer: Consumer,
    /// Counts the changes, so that the page is read again after each.
    changes: RwSignal<u32>,
) -> impl IntoView {
    let check = Check::<RenameConsumer>::new(name_errors);
    check.on_success(move || {
        toast("Consumer renamed");
        changes.update(|changes| *changes += 1);
    });
    view! {
        <section class="card" aria-labelledby="rename">
            <div class="card-header">
                <h2 id="rename">"Rename"</h2>
            </div>
            <div class="card-body">
                <CheckedForm check class="form">
                    <input type="hidden" name="consumer" value=consumer.id.to_string() />
                    <TextField name="name" label="Name" value=consumer.name error=check.error("name") />
                    <FormProblem check fields=&["name"] />
                    <div class="buttons">
                        <button class="button" aria-busy=move || check.busy()>
                            "Rename"
                        </button>
                    </div>
                </CheckedForm>
            </div>
        </section>
    }
    .into_any()
}

fn signing_errors(values: Values<'_>) -> Option<FieldErrors> {
    ConsumerSigning {
        rsa_public_key: values("rsa_public_key"),
        legacy_flow: false,
    }
    .checked()
    .err()
}

/// How the consumer's requests are checked beyond its secret.
#[component]
pub fn SigningForm(
    /// The consumer.
    consumer: Consumer,
    /// Counts the changes, so that the page is read again after each.
    changes: RwSignal<u32>,
) -> impl IntoView {
    let check = Check::<SetSigning>::new(signing_errors);
    check.on_success(move || {
        toast("Signing saved");
        changes.update(|changes| *changes += 1);
    });
    let error = check.error("rsa_public_key");
    let is_unsafe = consumer.legacy_flow;
    view! {
        <section class="card" aria-labelledby="signing">
            <div class="card-header">
                <h2 id="signing">"Signing"</h2>
            </div>
            <div class="card-body">
                <CheckedForm check class="form">
                    {is_unsafe
                        .then(|| {
                            view! {
                                <Notice kind=Kind::Warning title="This consumer uses the flow without verifier">
                                    <p>"Turn it off as soon as the application sends the verifier."</p>
                                </Notice>
                            }
                        })}
                    <input type="hidden" name="consumer" value=consumer.id.to_string() />
                    <div class="field">
                        <label for="rsa_public_key">
                            "RSA public key " <span class="optional">"(optional)"</span>
                        </label>
                        {key_area(consumer.rsa_public_key, error)}
                        <p class="help" id="rsa_public_key-help">
                            "In PEM form. With it the application may sign by RSA-SHA1 and needs no consumer secret."
                        </p>
                        <FieldError id="rsa_public_key-error" error />
                    </div>
                    <label class="check">
                        <input type="checkbox" name="legacy_flow" value="true" checked=consumer.legacy_flow />
                        <span>
                            "Allow the flow without verifier " <span class="badge warning">"Unsafe"</span>
                            <small class="muted">
                                "Only for applications that speak OAuth from before its correction of 2009: whoever starts \
                                 the flow and makes a user finish it gets that user’s token (session fixation)."
                            </small>
                        </span>
                    </label>
                    <FormProblem check fields=&["rsa_public_key"] />
                    <div class="buttons">
                        <button class="button" aria-busy=move || check.busy()>
                            "Save changes"
                        </button>
                    </div>
                </CheckedForm>
            </div>
        </section>
    }
    .into_any()
}

/// Without a key it must have no child at all: a placeholder of the renderer's would be taken for its text.
fn key_area(key: Option<String>, error: Signal<Option<String>>) -> AnyView {
    let attributes = view! {
        <{..}
            id="rsa_public_key"
            name="rsa_public_key"
            class="mono"
            rows="4"
            spellcheck="false"
            autocomplete="off"
            placeholder="-----BEGIN PUBLIC KEY-----"
            aria-invalid=move || error.with(Option::is_some).then_some("true")
            aria-describedby="rsa_public_key-help rsa_public_key-error"
        />
    };
    match key {
        Some(key) => view! { <textarea {..attributes}>{text_area_content(key)}</textarea> }.into_any(),
        None => view! { <textarea {..attributes}></textarea> }.into_any(),
    }
}
