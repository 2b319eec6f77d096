//! The form that changes an app.

use crate::components::forms::field::{FieldError, TextField, aria_invalid};
use crate::components::forms::form::{FormState, Values};
use crate::components::forms::form_card::{FormCard, PageReload};
use crate::components::reactive::dynamic::dynamic;
use crate::effect::memo;
use crate::pages::oauth_apps::actions::UpdateApp;
use crate::pages::oauth_apps::data::{AppData, AppFormData};
use crate::pages::oauth_apps::fields::{RedirectUrisField, UserField, read_app_form, user_suggestions};
use crate::pages::oauth_apps::page_url::{FormDraft, PageUrl};
use crate::pages::oauth_apps::scopes::{ScopesField, parse_scopes};
use domain::accounts::users::UserOption;
use domain::coded_enum::CodedEnum;
use domain::fields::FieldErrors;
use domain::oauth2::oauth_apps::{AppForm, OauthApp};
use domain::oauth2::scopes::{Scope, Scopes};
use leptos::prelude::*;
use std::sync::Arc;

const FIELDS: &[&str] = &["name", "user", "redirect_uris", "scopes", "confirmed"];

/// Validates the form as the server does. The form has hidden fields with the grant type and the current scopes only for
/// this; the server does not read them.
fn validate(values: Values<'_>) -> Option<FieldErrors> {
    let before: Scopes = values("before").parse().unwrap_or_default();
    let app = match read_app_form(values).validate() {
        Ok(app) => app,
        Err(errors) => return Some(errors),
    };
    let adds_scopes = !app.scopes.difference(before).is_empty();
    (adds_scopes && values("confirmed").is_empty())
        .then(|| FieldErrors::single("confirmed", "Confirm the additional scopes."))
}

/// Returns the form values of a saved app.
fn saved_values(app: &OauthApp) -> AppForm {
    let user = app.user.as_ref().map(|user| UserOption {
        id: user.id,
        name: user.name.clone(),
        email: user.email.clone(),
    });
    AppForm {
        name: app.name.clone(),
        grant: app.grant.code().to_owned(),
        user: user.map(|user| user.text()).unwrap_or_default(),
        redirect_uris: app.redirect_uris.join("\n"),
        scopes: app.scopes.iter().map(|scope| scope.code().to_owned()).collect(),
    }
}

/// Renders the form for name, user, redirect URIs and scopes. Added scopes must be confirmed.
#[component]
pub fn DetailsForm(
    /// The page with the app.
    loaded: Signal<Arc<AppData>>,
    /// The initial values, if they differ from the saved ones.
    draft: Option<AppForm>,
    /// The options for the initial values.
    options: AppFormData,
    /// The reload of the page's data.
    page_reload: PageReload,
) -> impl IntoView {
    let form_state = FormState::new::<UpdateApp>(validate);
    let (id, grant) = loaded.with_untracked(|data| (data.app.id, data.app.grant));
    let requires_consent = grant.requires_consent();
    let suggestions = user_suggestions(draft.as_ref(), &options.users, &PageUrl::app(id));
    let saved = move || loaded.with_untracked(|data| saved_values(&data.app));
    let is_draft = draft.is_some();
    let form = draft.unwrap_or_else(saved);
    let name = RwSignal::new(form.name.clone());
    let user = RwSignal::new(form.user.clone());
    let redirect_uris = RwSignal::new(form.redirect_uris.clone());
    let rights = RwSignal::new(options.rights);
    let initial_scopes = RwSignal::new(parse_scopes(&form.scopes));
    let selected = RwSignal::new(initial_scopes.get_untracked());
    let show_saved = Callback::new(move |()| {
        let saved = saved();
        let scopes = parse_scopes(&saved.scopes);
        name.set(saved.name);
        user.set(saved.user);
        redirect_uris.set(saved.redirect_uris);
        rights.set(loaded.with_untracked(|data| data.form.rights));
        initial_scopes.set(scopes);
        selected.set(scopes);
    });
    let before = memo(move || loaded.with(|data| data.app.scopes));
    let added = memo(move || {
        let added = selected.get().difference(before.get());
        if requires_consent {
            added
        } else {
            added.without(Scope::Offline)
        }
    });
    let confirmation_error = form_state.error("confirmed");
    let confirmation = dynamic(move || {
        (!added.get().is_empty()).then(|| scope_confirmation(added.get(), requires_consent, confirmation_error))
    });
    let with_connector_scopes = before.get_untracked().union(Scope::CONNECTOR.into_iter().collect());
    let connector_form = AppForm {
        scopes: with_connector_scopes
            .iter()
            .map(|scope| scope.code().to_owned())
            .collect(),
        ..form
    };
    let connector_url = PageUrl::app(id).with_draft(FormDraft::App(connector_form)).to_string();
    let grant_field = if requires_consent {
        view! { <RedirectUrisField value=redirect_uris error=form_state.error("redirect_uris") /> }.into_any()
    } else {
        view! { <UserField value=user options=options.users suggestions rights error=form_state.error("user") /> }
            .into_any()
    };
    view! {
        <FormCard
            form_state
            id="details"
            title="Details"
            fields=FIELDS
            button="Save changes"
            success="App saved"
            is_draft
            page_reload
            show_saved
        >
            <input type="hidden" name="app" value=id.to_string() />
            <input type="hidden" name="grant" value=grant.code() />
            <input type="hidden" name="before" value=move || before.get().to_string() />
            <TextField name="name" label="Application name" value=name error=form_state.error("name") />
            {grant_field}
            <ScopesField
                initial=initial_scopes
                selected
                rights
                requires_consent=Signal::stored(requires_consent)
                connector_url
                live=form_state.is_live()
                error=form_state.error("scopes")
            />
            {confirmation}
        </FormCard>
    }
    .into_any()
}

/// Renders the checkbox that confirms the added scopes, and lists them.
fn scope_confirmation(added: Scopes, requires_consent: bool, error: Signal<Option<String>>) -> impl IntoView {
    let effect = if requires_consent {
        "Each user is asked for consent first."
    } else {
        "Takes effect with the next token."
    };
    let items = added.iter().map(|scope| {
        view! {
            <li>
                <code>{scope.code()}</code>
                ": "
                {scope.description()}
            </li>
        }
    });
    view! {
        <div class="field confirm">
            <label class="check">
                <input
                    type="checkbox"
                    name="confirmed"
                    value="true"
                    aria-invalid=aria_invalid(error)
                    aria-describedby="confirmed-scopes confirmed-error"
                />
                <span>
                    "Allow additional scopes" <small class="muted">{effect}</small>
                </span>
            </label>
            <ul id="confirmed-scopes">{items.collect_view()}</ul>
            <FieldError id="confirmed-error" error />
        </div>
    }
}
