//! The card with an app's token settings.

use crate::components::feedback::toast::toast;
use crate::components::forms::field::FieldError;
use crate::components::forms::form::{Check, CheckedForm, FormProblem, Values};
use crate::pages::oauth_apps::actions::SetTokenSettings;
use domain::fields::FieldErrors;
use domain::oauth2::oauth_apps::{
    Grant, OauthApp, REFRESH_TOKEN_IDLE_DAYS, REFRESH_TOKEN_LIFETIME_DAYS, SigningAlgorithm, TokenSettings,
    TokenSettingsForm,
};
use leptos::prelude::*;

const FIELDS: &[&str] = &["signing_algorithm", "allow_introspection"];

fn errors(values: Values<'_>) -> Option<FieldErrors> {
    let grant = Grant::from_code(&values("grant"))?;
    let form = TokenSettingsForm {
        rotate_refresh_tokens: !values("rotate_refresh_tokens").is_empty(),
        signing_algorithm: values("signing_algorithm"),
        allow_introspection: !values("allow_introspection").is_empty(),
    };
    form.validate(grant).err()
}

/// Rotation of refresh tokens, signing algorithm, and introspection.
#[component]
pub fn TokenSettingsCard(
    /// The app.
    app: OauthApp,
    /// Counts the changes, so that the page is read again after each.
    changes: RwSignal<u32>,
) -> impl IntoView {
    let check = Check::<SetTokenSettings>::new(errors);
    check.on_success(move || {
        toast("Token settings saved");
        changes.update(|changes| *changes += 1);
    });
    let settings = app.token_settings;
    view! {
        <section class="card" aria-labelledby="token-settings">
            <div class="card-header">
                <h2 id="token-settings">"Token settings"</h2>
            </div>
            <div class="card-body">
                <CheckedForm check class="form">
                    <input type="hidden" name="app" value=app.id.to_string() />
                    // For the check before it is sent; the server knows the grant.
                    <input type="hidden" name="grant" value=app.grant.code() />
                    {rotation(app.grant, settings)}
                    {algorithm(settings, check.error("signing_algorithm"))}
                    {app.grant.has_secret().then(|| introspection(settings, check.error("allow_introspection")))}
                    <FormProblem check fields=FIELDS />
                    <div class="buttons">
                        <button class="button" aria-busy=move || check.busy()>
                            "Save token settings"
                        </button>
                    </div>
                </CheckedForm>
            </div>
        </section>
    }
    .into_any()
}

/// A public client's always rotate, and with client credentials there are none.
fn rotation(grant: Grant, settings: TokenSettings) -> Option<AnyView> {
    let is_public = grant == Grant::Public;
    let help = match grant {
        Grant::ClientCredentials => return None,
        Grant::AuthorizationCode => format!(
            "On: each refresh returns a new refresh token and the old one stops. Off: the app keeps its refresh token, which \
             clients need that go on using the first one. It expires after {REFRESH_TOKEN_IDLE_DAYS} days without use; a \
             kept one {REFRESH_TOKEN_LIFETIME_DAYS} days after it was issued at the latest."
        ),
        Grant::Public => format!(
            "Always on for a public client, which has no secret. A refresh token expires after {REFRESH_TOKEN_IDLE_DAYS} \
             days without use."
        ),
    };
    let view = view! {
        <label class="check">
            <input
                type="checkbox"
                name="rotate_refresh_tokens"
                value="true"
                checked=is_public || settings.rotate_refresh_tokens
                disabled=is_public
            />
            <span>"Rotate refresh tokens" <small class="muted">{help}</small></span>
        </label>
    };
    Some(view.into_any())
}

fn algorithm(settings: TokenSettings, error: Signal<Option<String>>) -> AnyView {
    let options = SigningAlgorithm::ALL.iter().map(|algorithm| {
        let is_kept = *algorithm == settings.signing_algorithm;
        view! {
            <option value=algorithm.code() selected=is_kept>
                {algorithm.label()}
            </option>
        }
    });
    view! {
        <div class="field">
            <label for="signing_algorithm">"Signing algorithm"</label>
            <select
                id="signing_algorithm"
                name="signing_algorithm"
                autocomplete="off"
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                aria-describedby="signing_algorithm-help signing_algorithm-error"
            >
                {options.collect_view()}
            </select>
            <p class="help" id="signing_algorithm-help">
                "What signs its access tokens from the next one on. Choose RS256 for a resource server or gateway that \
                 verifies nothing else."
            </p>
            <FieldError id="signing_algorithm-error" error />
        </div>
    }
    .into_any()
}

fn introspection(settings: TokenSettings, error: Signal<Option<String>>) -> AnyView {
    view! {
        <div class="field">
            <label class="check">
                <input
                    type="checkbox"
                    name="allow_introspection"
                    value="true"
                    checked=settings.allow_introspection
                    aria-invalid=move || error.with(Option::is_some).then_some("true")
                    aria-describedby="allow_introspection-error"
                />
                <span>
                    "Allow introspection of other apps’ tokens"
                    <small class="muted">
                        "For a resource server: it may ask whose access token of this account it was sent, and what the token \
                         is good for. Without, an app learns of its own tokens alone."
                    </small>
                </span>
            </label>
            <FieldError id="allow_introspection-error" error />
        </div>
    }
    .into_any()
}
