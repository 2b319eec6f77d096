//! What can be changed about an app.

use crate::components::feedback::toast::toast;
use crate::components::forms::field::{FieldError, TextField};
use crate::components::forms::form::{Check, CheckedForm, FormProblem, Values};
use crate::pages::oauth_apps::actions::UpdateApp;
use crate::pages::oauth_apps::data::FormData;
use crate::pages::oauth_apps::fields::{RedirectUrisField, UserField, app_form, who_may_be_meant};
use crate::pages::oauth_apps::page_url::{Address, Filled};
use crate::pages::oauth_apps::scopes::{ScopesField, read};
use domain::accounts::users::UserChoice;
use domain::fields::FieldErrors;
use domain::oauth2::oauth_apps::{AppForm, OauthApp};
use domain::oauth2::scopes::{Scope, Scopes};
use leptos::prelude::*;

const FIELDS: &[&str] = &["name", "user", "redirect_uris", "scopes", "confirmed"];

/// What the server would say. Grant and present scopes are in the form for this alone: the server knows both.
fn errors(values: Values<'_>) -> Option<FieldErrors> {
    let before: Scopes = values("before").parse().unwrap_or_default();
    let app = match app_form(values).checked() {
        Ok(app) => app,
        Err(errors) => return Some(errors),
    };
    let is_more = !app.scopes.except(before).is_empty();
    (is_more && values("confirmed").is_empty())
        .then(|| FieldErrors::one("confirmed", "Tick this to let the app be granted more."))
}

/// What the fields hold while nothing else is filled in.
fn as_kept(app: &OauthApp) -> AppForm {
    let user = app.user.as_ref().map(|user| UserChoice {
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

/// Name, user, redirect URIs and scopes. Adding a scope has to be confirmed.
#[component]
pub fn DetailsForm(
    /// The app.
    app: OauthApp,
    /// What the fields hold instead of what is kept.
    filled: Option<AppForm>,
    /// What there is to choose from.
    data: FormData,
    /// Counts the changes, so that the page is read again after each.
    changes: RwSignal<u32>,
) -> impl IntoView {
    let check = Check::<UpdateApp>::new(errors);
    check.on_success(move || {
        toast("App saved");
        changes.update(|changes| *changes += 1);
    });
    let candidates = who_may_be_meant(filled.as_ref(), &data.users, &Address::app(app.id));
    let form = filled.unwrap_or_else(|| as_kept(&app));
    let asks_people = app.grant.asks_people();
    let rights = RwSignal::new(data.rights);
    let chosen = RwSignal::new(read(&form.scopes));
    let before = app.scopes;
    let added = Memo::new(move |_| {
        let added = chosen.get().except(before);
        if asks_people {
            added
        } else {
            added.without(Scope::Offline)
        }
    });
    let confirmation_error = check.error("confirmed");
    let confirmation =
        move || (!added.get().is_empty()).then(|| confirmation(added.get(), asks_people, confirmation_error));
    let with_seven = before.or(Scope::CONNECTOR.into_iter().collect());
    let connector = AppForm {
        scopes: with_seven.iter().map(|scope| scope.code().to_owned()).collect(),
        ..form.clone()
    };
    let connector = Address::app(app.id).filled(Filled::App(connector)).to_string();
    let who_or_where = if asks_people {
        view! { <RedirectUrisField value=form.redirect_uris error=check.error("redirect_uris") /> }.into_any()
    } else {
        view! { <UserField value=form.user suggested=data.users candidates rights error=check.error("user") /> }
            .into_any()
    };
    view! {
        <section class="card" aria-labelledby="details">
            <div class="card-header">
                <h2 id="details">"Details"</h2>
            </div>
            <div class="card-body">
                <CheckedForm check class="form">
                    <input type="hidden" name="app" value=app.id.to_string() />
                    <input type="hidden" name="grant" value=app.grant.code() />
                    <input type="hidden" name="before" value=before.to_string() />
                    <TextField
                        name="name"
                        label="Application name"
                        value=form.name
                        error=check.error("name")
                    />
                    {who_or_where}
                    <ScopesField
                        chosen
                        rights
                        asks_people=Signal::stored(asks_people)
                        connector
                        live=check.live()
                        error=check.error("scopes")
                    />
                    {confirmation}
                    <FormProblem check fields=FIELDS />
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

/// The second yes, which names what the app may be granted from now on.
fn confirmation(added: Scopes, asks_people: bool, error: Signal<Option<String>>) -> impl IntoView {
    let after = if asks_people {
        "Users are asked before it gets this for them."
    } else {
        "It gets this with its next token."
    };
    let words = added.iter().map(|scope| {
        view! {
            <li>
                <code>{scope.code()}</code>
                ": "
                {scope.sentence()}
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
                    aria-invalid=move || error.with(Option::is_some).then_some("true")
                    aria-describedby="confirmed-what confirmed-error"
                />
                <span>
                    "Let the app be granted more" <small class="muted">{after}</small>
                </span>
            </label>
            <ul id="confirmed-what">{words.collect_view()}</ul>
            <FieldError id="confirmed-error" error />
        </div>
    }
}
