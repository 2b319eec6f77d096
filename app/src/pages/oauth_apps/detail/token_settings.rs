//! The card with the token settings of an app.

use crate::components::forms::field::{FieldError, SelectField, aria_invalid};
use crate::components::forms::form::{FormState, Values};
use crate::components::forms::form_card::{FormCard, PageReload};
use crate::pages::oauth_apps::actions::SetTokenSettings;
use domain::fields::FieldErrors;
use domain::oauth2::oauth_apps::{
    Grant, OauthApp, REFRESH_TOKEN_IDLE_DAYS, REFRESH_TOKEN_LIFETIME_DAYS, SigningAlgorithm, TokenSettingsForm,
};
use leptos::prelude::*;

const FIELDS: &[&str] = &["signing_algorithm", "allow_introspection"];

fn validate(values: Values<'_>) -> Option<FieldErrors> {
    let grant = Grant::from_code(&values("grant"))?;
    let form = TokenSettingsForm {
        rotate_refresh_tokens: !values("rotate_refresh_tokens").is_empty(),
        signing_algorithm: values("signing_algorithm"),
        allow_introspection: !values("allow_introspection").is_empty(),
    };
    form.validate(grant).err()
}

/// Renders the form for refresh token rotation, signing algorithm and introspection.
#[component]
pub fn TokenSettingsCard(
    /// The app.
    app: Memo<OauthApp>,
    /// The initial values, if they differ from the saved ones.
    draft: Option<TokenSettingsForm>,
    /// The reload of the page's data.
    page_reload: PageReload,
) -> impl IntoView {
    let form_state = FormState::new::<SetTokenSettings>(validate);
    let (id, grant) = app.with_untracked(|app| (app.id.to_string(), app.grant));
    let saved = move || app.with_untracked(|app| TokenSettingsForm::from(app.token_settings));
    let is_draft = draft.is_some();
    let form = draft.unwrap_or_else(saved);
    let rotates = RwSignal::new(form.rotate_refresh_tokens);
    let algorithm = RwSignal::new(form.signing_algorithm);
    let allows_introspection = RwSignal::new(form.allow_introspection);
    let show_saved = Callback::new(move |()| {
        let saved = saved();
        rotates.set(saved.rotate_refresh_tokens);
        algorithm.set(saved.signing_algorithm);
        allows_introspection.set(saved.allow_introspection);
    });
    view! {
        <FormCard
            form_state
            id="token-settings"
            title="Token settings"
            fields=FIELDS
            button="Save token settings"
            success="Token settings saved"
            is_draft
            page_reload
            show_saved
        >
            <input type="hidden" name="app" value=id />
            // Only for validation in the browser; the server does not read it.
            <input type="hidden" name="grant" value=grant.code() />
            {rotation_field(grant, rotates)}
            {algorithm_field(algorithm, form_state.error("signing_algorithm"))}
            {grant
                .has_secret()
                .then(|| introspection_field(allows_introspection, form_state.error("allow_introspection")))}
        </FormCard>
    }
    .into_any()
}

/// Renders the rotation setting. Refresh tokens of public clients always rotate, and client credentials have none.
fn rotation_field(grant: Grant, rotates: RwSignal<bool>) -> Option<AnyView> {
    let is_public = grant == Grant::Public;
    let help = match grant {
        Grant::ClientCredentials => return None,
        Grant::AuthorizationCode => format!(
            "On: each refresh returns a new refresh token and the old one stops working. Off: the app keeps its refresh \
             token, for clients that don’t store a new one. Refresh tokens expire after {REFRESH_TOKEN_IDLE_DAYS} days \
             without use; without rotation, at the latest {REFRESH_TOKEN_LIFETIME_DAYS} days after they were issued."
        ),
        Grant::Public => format!(
            "Always on for public clients, which have no secret. Refresh tokens expire after {REFRESH_TOKEN_IDLE_DAYS} days \
             without use."
        ),
    };
    let view = view! {
        <label class="check">
            <input
                type="checkbox"
                name="rotate_refresh_tokens"
                value="true"
                checked=move || is_public || rotates.get()
                disabled=is_public
            />
            <span>"Rotate refresh tokens" <small class="muted">{help}</small></span>
        </label>
    };
    Some(view.into_any())
}

fn algorithm_field(selected: RwSignal<String>, error: Signal<Option<String>>) -> AnyView {
    let options = SigningAlgorithm::ALL
        .iter()
        .map(|algorithm| (algorithm.code(), algorithm.label()));
    view! {
        <SelectField
            name="signing_algorithm"
            label="Signing algorithm"
            options=options.collect()
            selected
            help="Signs new access tokens. Choose RS256 if your resource server or gateway supports only RS256."
            error
        />
    }
    .into_any()
}

fn introspection_field(allowed: RwSignal<bool>, error: Signal<Option<String>>) -> AnyView {
    view! {
        <div class="field">
            <label class="check">
                <input
                    type="checkbox"
                    name="allow_introspection"
                    value="true"
                    checked=allowed
                    aria-invalid=aria_invalid(error)
                    aria-describedby="allow_introspection-error"
                />
                <span>
                    "Allow introspection of other apps’ tokens"
                    <small class="muted">
                        "For resource servers. Lets the app introspect any access token of this account. When off, the app \
                         can introspect only its own tokens."
                    </small>
                </span>
            </label>
            <FieldError id="allow_introspection-error" error />
        </div>
    }
    .into_any()
}
