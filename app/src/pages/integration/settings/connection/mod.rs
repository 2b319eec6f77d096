//! Card with the Bynder settings: the Portal URL, the DAM and the OAuth2 credentials.

mod checklist;
mod connection_test;

use crate::components::data::card::Card;
use crate::components::data::time::timestamp;
use crate::components::feedback::notice::{Notice, NoticeKind};
use crate::components::forms::field::{Field, SelectField, aria_invalid};
use crate::components::forms::form::{FormState, Values};
use crate::components::forms::save_form::SaveForm;
use crate::components::forms::unsaved_changes::FormTracker;
use crate::components::reactive::dynamic::dynamic;
use crate::effect::memo;
use crate::pages::integration::settings::actions::SaveConnection;
use crate::pages::integration::settings::connection::checklist::Checklist;
use crate::pages::integration::settings::connection::connection_test::ConnectionTest;
use crate::pages::integration::settings::data::SettingsData;
use domain::coded_enum::CodedEnum;
use domain::fields::FieldErrors;
use domain::integration::portal_url;
use domain::integration::selector::Dam;
use domain::integration::settings::{Conflicts, ConnectionForm, Edit, Settings};
use domain::time::Timestamp;
use leptos::prelude::*;
use std::sync::Arc;

/// The fields that show their own validation errors.
const FORM_FIELDS: &[&str] = &["url", "dam", "client_id", "client_secret"];

fn validate(values: Values<'_>) -> Option<FieldErrors> {
    let form = ConnectionForm {
        url: values("url"),
        dam: values("dam"),
        client_id: values("client_id"),
    };
    Edit::Connection(form).apply(&mut Settings::default()).err()
}

fn saved_form(settings: &Settings) -> ConnectionForm {
    ConnectionForm {
        url: settings.portal.url.clone().unwrap_or_default(),
        dam: settings.portal.dam.code().to_owned(),
        client_id: settings.portal.client_id.clone().unwrap_or_default(),
    }
}

/// Renders the card with the DAM's URL and OAuth2 credentials, the steps to create them, and the connection test.
#[component]
pub fn ConnectionCard(
    /// The data of the page.
    data: Signal<Arc<SettingsData>>,
    /// The values of a form that was rejected without JavaScript.
    draft: Option<ConnectionForm>,
    /// The revision and the conflicts of a form that was rejected without JavaScript.
    rejected: (Option<i64>, Option<Conflicts>),
    /// Whether a rejected form contained a client secret, which must be entered again.
    is_secret_lost: bool,
    /// Whether the client secret is marked for removal.
    remove_secret: bool,
    /// Tracks unsaved changes of the form.
    tracker: FormTracker,
    /// Incremented after each change to reload the page.
    changes: RwSignal<u32>,
) -> impl IntoView {
    let form_state = FormState::new::<SaveConnection>(validate);
    let saved = move || data.with_untracked(|data| saved_form(&data.current.settings));
    let initial = RwSignal::new(draft.unwrap_or_else(saved));
    let typed = RwSignal::new(initial.with_untracked(|form| form.url.clone()));
    let dam = RwSignal::new(initial.with_untracked(|form| form.dam.clone()));
    let is_draft = RwSignal::new(true);
    let show_saved = Callback::new(move |()| {
        let saved = saved();
        typed.set(saved.url.clone());
        dam.set(saved.dam.clone());
        initial.set(saved);
        is_draft.set(false);
    });
    let revision = Signal::derive(move || data.with(|data| data.current.revision));
    let is_bynder = Signal::derive(move || dam.with(|dam| dam != Dam::Webdam.code()));
    let origin = memo(move || typed.with(|typed| portal_url::normalize(typed).ok()));
    let (back, conflicts) = rejected;
    view! {
        <Card id="bynder" title="Bynder settings" help="How connectors reach your organization’s DAM portal.">
            <div class="card-body with-help">
                <SaveForm form_state tracker revision show_saved back conflicts fields=FORM_FIELDS changes>
                    <UrlField
                        initial=Signal::derive(move || initial.with(|form| form.url.clone()))
                        typed
                        error=form_state.error("url")
                        origin
                    />
                    <DamField initial=Signal::derive(move || initial.with(|form| form.dam.clone())) dam error=form_state.error("dam") />
                    <fieldset class="form" aria-label="OAuth2 app" hidden=move || !is_bynder.get() disabled=move || !is_bynder.get()>
                        <input type="hidden" name="has_client_id" value="true" />
                        <ClientIdField
                            initial=Signal::derive(move || initial.with(|form| form.client_id.clone()))
                            error=form_state.error("client_id")
                        />
                        <SecretField
                            set_at=memo(move || data.with(|data| data.current.secret_set_at))
                            is_lost=Signal::derive(move || is_secret_lost && is_draft.get())
                            remove=Signal::derive(move || remove_secret && is_draft.get())
                            error=form_state.error("client_secret")
                        />
                    </fieldset>
                    <div hidden=move || is_bynder.get()>
                        <Notice kind=NoticeKind::Info>
                            <p>
                                "Webdam has no OAuth2 apps, so there is no client ID and no client secret to enter. \
                                 Your Bynder credentials are kept and used again if you switch back."
                            </p>
                        </Notice>
                    </div>
                </SaveForm>
                <div hidden=move || !is_bynder.get()>
                    <Checklist origin />
                </div>
            </div>
            <ConnectionTest data tracker changes />
        </Card>
    }
    .into_any()
}

/// Renders the field for the DAM's URL and the normalized form of its value.
#[component]
fn UrlField(
    /// The value that the field has initially, and when the form is reset.
    initial: Signal<String>,
    /// The typed value.
    typed: RwSignal<String>,
    error: Signal<Option<String>>,
    /// The normalized URL, if the value is valid.
    origin: Memo<Option<String>>,
) -> impl IntoView {
    let used = dynamic(move || origin.get().map(|origin| format!("Will be used as {origin}")));
    view! {
        <Field id="url" label="Portal URL" error>
            <input
                id="url"
                name="url"
                type="text"
                inputmode="url"
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                value=initial
                aria-invalid=aria_invalid(error)
                aria-describedby="url-help url-used url-error"
                on:input=move |event| typed.set(event_target_value(&event))
            />
            <p class="help" id="url-help">
                "The domain of your Bynder or Webdam portal, such as acme.bynder.com."
            </p>
            <p class="help" id="url-used" aria-live="polite">
                {used}
            </p>
        </Field>
    }
    .into_any()
}

/// Renders the choice of the DAM.
#[component]
fn DamField(
    /// The DAM that is selected initially, and when the form is reset.
    initial: Signal<String>,
    /// The code of the selected DAM.
    dam: RwSignal<String>,
    error: Signal<Option<String>>,
) -> impl IntoView {
    view! {
        <SelectField
            name="dam"
            label="DAM"
            options=Dam::ALL.iter().map(|dam| (dam.code(), dam.label())).collect()
            selected=initial
            error
            on:change=move |event| dam.set(event_target_value(&event))
        />
    }
    .into_any()
}

#[component]
fn ClientIdField(
    /// The value that the field has initially, and when the form is reset.
    initial: Signal<String>,
    error: Signal<Option<String>>,
) -> impl IntoView {
    view! {
        <Field
            id="client_id"
            label="OAuth2 Client ID"
            help="Client ID for OAuth2 app. Used for tracking features."
            error
        >
            <input
                id="client_id"
                name="client_id"
                type="text"
                class="mono"
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                value=initial
                aria-invalid=aria_invalid(error)
                aria-describedby="client_id-help client_id-error"
            />
        </Field>
    }
    .into_any()
}

/// Renders the field for the client secret, which can be set but never read.
#[component]
fn SecretField(
    /// When the saved secret was set.
    set_at: Memo<Option<Timestamp>>,
    /// Whether a rejected form contained a secret, which must be entered again.
    is_lost: Signal<bool>,
    /// Whether the secret is marked for removal initially, and when the form is reset.
    remove: Signal<bool>,
    error: Signal<Option<String>>,
) -> impl IntoView {
    let state = dynamic(move || match set_at.get() {
        Some(at) => view! { "Set on " {timestamp(at)} ". Enter a new secret to replace it." }.into_any(),
        None => "Not set.".into_any(),
    });
    let removal = move || {
        set_at.get().is_some().then(|| {
            view! {
                <label class="check">
                    <input type="checkbox" name="remove_secret" value="true" autocomplete="off" checked=remove />
                    <span>"Remove the client secret"</span>
                </label>
            }
        })
    };
    view! {
        <Field id="client_secret" label="OAuth2 Client Secret" footer=dynamic(removal) error>
            <input
                id="client_secret"
                name="client_secret"
                type="password"
                autocomplete="new-password"
                spellcheck="false"
                aria-invalid=aria_invalid(error)
                aria-describedby="client_secret-state client_secret-help client_secret-error"
            />
            <p class="help" id="client_secret-state">
                {state}
                {dynamic(move || is_lost.get().then_some(" The secret you entered wasn’t saved. Enter it again."))}
            </p>
            <p class="help" id="client_secret-help">
                "Secret for OAuth2 app. Used for tracking features. Stored encrypted and never shown."
            </p>
        </Field>
    }
    .into_any()
}
