//! The forms that change a consumer.

use crate::components::feedback::notice::{Notice, NoticeKind};
use crate::components::forms::field::{Field, TextField};
use crate::components::forms::form::{FormState, Values};
use crate::components::forms::form_card::{FormCard, PageReload};
use crate::components::forms::text_area::TextArea;
use crate::components::reactive::dynamic::dynamic;
use crate::pages::api_tokens::actions::{RenameConsumer, SetSigning};
use crate::pages::api_tokens::consumer::create::validate_consumer;
use crate::pages::api_tokens::page_url::SigningDraft;
use domain::fields::FieldErrors;
use domain::oauth1::consumers::{Consumer, ConsumerSigning};
use leptos::prelude::*;

/// Renders the form that renames a consumer.
#[component]
pub fn RenameForm(
    /// The consumer.
    consumer: Memo<Consumer>,
    /// The initial value of the name field, if it differs from the saved name.
    draft: Option<String>,
    /// The reload of the page's data.
    page_reload: PageReload,
) -> impl IntoView {
    let form_state = FormState::new::<RenameConsumer>(validate_consumer);
    let id = consumer.with_untracked(|consumer| consumer.id.to_string());
    let saved = move || consumer.with_untracked(|consumer| consumer.name.clone());
    let is_draft = draft.is_some();
    let name = RwSignal::new(draft.unwrap_or_else(saved));
    let show_saved = Callback::new(move |()| name.set(saved()));
    view! {
        <FormCard
            form_state
            id="rename"
            title="Rename"
            fields=&["name"]
            button="Rename"
            success="Consumer renamed"
            is_draft
            page_reload
            show_saved
        >
            <input type="hidden" name="consumer" value=id />
            <TextField name="name" label="Name" value=name error=form_state.error("name") />
        </FormCard>
    }
    .into_any()
}

fn validate_signing(values: Values<'_>) -> Option<FieldErrors> {
    ConsumerSigning {
        rsa_public_key: values("rsa_public_key"),
        legacy_flow: false,
    }
    .validate()
    .err()
}

/// Renders the form for the RSA public key and the flow without verifier.
#[component]
pub fn SigningForm(
    /// The consumer.
    consumer: Memo<Consumer>,
    /// The initial values, if they differ from the saved ones.
    draft: Option<SigningDraft>,
    /// The reload of the page's data.
    page_reload: PageReload,
) -> impl IntoView {
    let form_state = FormState::new::<SetSigning>(validate_signing);
    let error = form_state.error("rsa_public_key");
    let id = consumer.with_untracked(|consumer| consumer.id.to_string());
    let saved = move || {
        consumer.with_untracked(|consumer| SigningDraft {
            rsa_public_key: consumer.rsa_public_key.clone(),
            legacy_flow: consumer.legacy_flow,
        })
    };
    let is_draft = draft.is_some();
    let SigningDraft {
        rsa_public_key,
        legacy_flow,
    } = draft.unwrap_or_else(saved);
    let key = RwSignal::new(rsa_public_key.or_else(|| saved().rsa_public_key).unwrap_or_default());
    let allows_legacy_flow = RwSignal::new(legacy_flow);
    let show_saved = Callback::new(move |()| {
        let saved = saved();
        key.set(saved.rsa_public_key.unwrap_or_default());
        allows_legacy_flow.set(saved.legacy_flow);
    });
    let warning = dynamic(move || {
        consumer.with(|consumer| consumer.legacy_flow).then(|| {
            view! {
                <Notice kind=NoticeKind::Warning title="Legacy OAuth 1.0 flow (without verifier) is on">
                    <p>"Turn it off when the application supports OAuth 1.0a."</p>
                </Notice>
            }
        })
    });
    view! {
        <FormCard
            form_state
            id="signing"
            title="Signing"
            fields=&["rsa_public_key"]
            button="Save changes"
            success="Signing settings saved"
            is_draft
            page_reload
            show_saved
        >
            {warning}
            <input type="hidden" name="consumer" value=id />
            <Field
                id="rsa_public_key"
                label="RSA public key"
                help="PEM format. Lets the application sign with RSA-SHA1 instead of the consumer secret."
                optional=true
                error
            >
                <TextArea
                    name="rsa_public_key"
                    value=key
                    rows="4"
                    placeholder="-----BEGIN PUBLIC KEY-----"
                    error
                />
            </Field>
            <label class="check">
                <input type="checkbox" name="legacy_flow" value="true" checked=allows_legacy_flow />
                <span>
                    "Allow the legacy flow without verifier " <span class="badge warning">"Unsafe"</span>
                    <small class="muted">
                        "Only for applications that use OAuth 1.0 (before revision A, 2009). This flow is vulnerable to \
                         session fixation: an attacker who starts it can get the token of the user who completes it."
                    </small>
                </span>
            </label>
        </FormCard>
    }
    .into_any()
}
