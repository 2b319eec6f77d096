//! Bynder settings: how connectors reach the DAM.

use crate::components::data::time::moment;
use crate::components::feedback::notice::{Kind, Notice};
use crate::components::forms::field::FieldError;
use crate::components::forms::form::{Check, Values};
use crate::components::forms::save_form::SaveForm;
use crate::components::forms::unsaved_changes::Unsaved;
use crate::pages::integration::settings::actions::SaveConnection;
use crate::pages::integration::settings::checklist::Checklist;
use crate::pages::integration::settings::connection_test::ConnectionTest;
use domain::fields::FieldErrors;
use domain::integration::connection_test::Report;
use domain::integration::portal_url;
use domain::integration::selector::Dam;
use domain::integration::settings::{Clashes, ConnectionForm, Edit, Revised, Settings};
use domain::time::Timestamp;
use leptos::prelude::*;

const FIELDS: &[&str] = &["url", "dam", "client_id", "client_secret"];

fn errors(values: Values<'_>) -> Option<FieldErrors> {
    let form = ConnectionForm {
        url: values("url"),
        dam: values("dam"),
        client_id: values("client_id"),
    };
    Edit::Connection(form).apply(&mut Settings::default()).err()
}

fn as_kept(settings: &Settings) -> ConnectionForm {
    ConnectionForm {
        url: settings.portal.url.clone().unwrap_or_default(),
        dam: settings.portal.dam.code().to_owned(),
        client_id: settings.portal.client_id.clone().unwrap_or_default(),
    }
}

/// The card with the address of the DAM and what gets its tokens, and how to come by that.
#[component]
pub fn ConnectionCard(
    /// The settings.
    revised: Revised,
    /// What the fields hold instead of what is kept.
    filled: Option<ConnectionForm>,
    /// The revision of a form that came back, and what it clashes with.
    back: (Option<i64>, Option<Clashes>),
    /// Whether a client secret was typed into a form that came back.
    secret_again: bool,
    /// Whether the client secret was to be removed.
    remove_secret: bool,
    /// What the last test of the connection came to.
    report: Option<Report>,
    /// The form.
    unsaved: Unsaved,
    /// Counts the changes, so that the page is read again after each.
    changes: RwSignal<u32>,
) -> impl IntoView {
    let check = Check::<SaveConnection>::new(errors);
    let form = filled.unwrap_or_else(|| as_kept(&revised.settings));
    let typed = RwSignal::new(form.url.clone());
    let dam = RwSignal::new(form.dam.clone());
    let is_bynder = Signal::derive(move || dam.with(|dam| dam != Dam::Webdam.code()));
    let origin = Memo::new(move |_| typed.with(|typed| portal_url::normalised(typed).ok()));
    let (back, clashes) = back;
    view! {
        <section class="card" aria-labelledby="bynder">
            <div class="card-header">
                <h2 id="bynder">"Bynder settings"</h2>
                <p>"How connectors reach your organization’s DAM portal."</p>
            </div>
            <div class="card-body beside">
                <SaveForm check unsaved revision=revised.revision back clashes fields=FIELDS changes>
                    <UrlField typed error=check.error("url") origin />
                    <DamField dam error=check.error("dam") />
                    <fieldset class="form" aria-label="OAuth2 app" hidden=move || !is_bynder.get() disabled=move || !is_bynder.get()>
                        <ClientIdField value=form.client_id error=check.error("client_id") />
                        <SecretField
                            set_at=revised.secret_set_at
                            again=secret_again
                            remove=remove_secret
                            error=check.error("client_secret")
                        />
                    </fieldset>
                    <div hidden=move || is_bynder.get()>
                        <Notice kind=Kind::Info>
                            <p>
                                "Webdam has no OAuth2 apps, so there is no client ID and no client secret to enter. \
                                 What is saved for Bynder is kept, and counts again once DAM is Bynder and saved."
                            </p>
                        </Notice>
                    </div>
                </SaveForm>
                <div hidden=move || !is_bynder.get()>
                    <Checklist origin />
                </div>
            </div>
            <ConnectionTest last=report unsaved />
        </section>
    }
    .into_any()
}

/// The address, and what will be made of it.
#[component]
fn UrlField(
    /// What it holds.
    typed: RwSignal<String>,
    error: Signal<Option<String>>,
    /// What it is used as, if it can be.
    origin: Memo<Option<String>>,
) -> impl IntoView {
    let used = move || origin.get().map(|origin| format!("Will be used as {origin}"));
    view! {
        <div class="field">
            <label for="url">"Portal URL"</label>
            <input
                id="url"
                name="url"
                type="text"
                inputmode="url"
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                value=typed.get_untracked()
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                aria-describedby="url-help url-used url-error"
                on:input=move |event| typed.set(event_target_value(&event))
            />
            <p class="help" id="url-help">
                "The domain of your Bynder or Webdam portal, such as acme.bynder.com."
            </p>
            <p class="help" id="url-used" aria-live="polite">
                {used}
            </p>
            <FieldError id="url-error" error />
        </div>
    }
    .into_any()
}

/// Which kind of DAM it is.
#[component]
fn DamField(
    /// Its code.
    dam: RwSignal<String>,
    error: Signal<Option<String>>,
) -> impl IntoView {
    let chosen = dam.get_untracked();
    let options = Dam::ALL.iter().map(|dam| {
        view! {
            <option value=dam.code() selected=dam.code() == chosen>
                {dam.label()}
            </option>
        }
    });
    let options = options.collect_view();
    view! {
        <div class="field">
            <label for="dam">"DAM"</label>
            <select
                id="dam"
                name="dam"
                autocomplete="off"
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                aria-describedby="dam-error"
                on:change=move |event| dam.set(event_target_value(&event))
            >
                {options}
            </select>
            <FieldError id="dam-error" error />
        </div>
    }
    .into_any()
}

#[component]
fn ClientIdField(value: String, error: Signal<Option<String>>) -> impl IntoView {
    view! {
        <div class="field">
            <label for="client_id">"OAuth2 Client ID"</label>
            <input
                id="client_id"
                name="client_id"
                type="text"
                class="mono"
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                value=value
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                aria-describedby="client-id-help client-id-error"
            />
            <p class="help" id="client-id-help">
                "Client ID for OAuth2 app. Used for tracking features."
            </p>
            <FieldError id="client-id-error" error />
        </div>
    }
    .into_any()
}

/// The client secret, which can be written and never read.
#[component]
fn SecretField(
    /// Since when there is one.
    set_at: Option<Timestamp>,
    /// Whether it was typed into a form that came back.
    again: bool,
    /// Whether it was to be removed.
    remove: bool,
    error: Signal<Option<String>>,
) -> impl IntoView {
    let state = match set_at {
        Some(at) => view! { "One is set since " {moment(at)} ". Type another to replace it." }.into_any(),
        None => "None is set.".into_any(),
    };
    view! {
        <div class="field">
            <label for="client_secret">"OAuth2 Client Secret"</label>
            <input
                id="client_secret"
                name="client_secret"
                type="password"
                autocomplete="new-password"
                spellcheck="false"
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                aria-describedby="client-secret-state client-secret-help client-secret-error"
            />
            <p class="help" id="client-secret-state">
                {state}
                {again.then_some(" You had typed one that is not saved: type it again.")}
            </p>
            <p class="help" id="client-secret-help">
                "Secret for OAuth2 app. Used for tracking features. It is kept encrypted and shown to nobody."
            </p>
            <FieldError id="client-secret-error" error />
            {set_at
                .is_some()
                .then(|| {
                    view! {
                        <label class="check">
                            <input type="checkbox" name="remove_secret" value="true" autocomplete="off" checked=remove />
                            <span>"Remove the client secret"</span>
                        </label>
                    }
                })}
        </div>
    }
    .into_any()
}
