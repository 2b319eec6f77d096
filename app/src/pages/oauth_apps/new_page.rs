//! The form for a new app, on a page of its own as it is long.

use crate::components::data::page_header::PageHeader;
use crate::components::feedback::error_message::refusal;
use crate::components::forms::field::TextField;
use crate::components::forms::form::{Check, CheckedForm, FormProblem, Values};
use crate::components::reactive::suspend::suspend;
use crate::error::Failure;
use crate::pages::oauth_apps::access_denied::Closed;
use crate::pages::oauth_apps::actions::CreateApp;
use crate::pages::oauth_apps::data::{FormData, new_app};
use crate::pages::oauth_apps::fields::{GrantField, RedirectUrisField, UserField, app_form, who_may_be_meant};
use crate::pages::oauth_apps::page_url::{Address, Filled, PATH};
use crate::pages::oauth_apps::scopes::{ScopesField, read};
use crate::pages::oauth_apps::{ABOVE_ONE, current_address};
use crate::pages::page::Page;
use crate::session::current_user;
use domain::fields::FieldErrors;
use domain::oauth2::oauth_apps::{AppForm, Grant};
use domain::oauth2::scopes::Scope;
use leptos::prelude::*;

/// The fields that show their own complaints.
const FIELDS: &[&str] = &["name", "grant", "user", "redirect_uris", "scopes"];

fn errors(values: Values<'_>) -> Option<FieldErrors> {
    app_form(values).checked().err()
}

/// The page Add new app.
pub struct NewOauthAppPage {
    address: Memo<Address>,
    data: Resource<Result<FormData, Failure>>,
}

impl Page for NewOauthAppPage {
    fn data() -> Self {
        let address = current_address();
        Self {
            address,
            data: Resource::new(move || address.get().to_string(), new_app),
        }
    }

    fn view(this: Self) -> AnyView {
        let NewOauthAppPage { address, data } = this;
        let user = current_user();
        let body = move || {
            let form = address.with(|address| address.app_form().cloned());
            suspend(async move {
                match (data.await, user.await) {
                    (Ok(data), Ok(_)) => view! { <Form form=form.unwrap_or_default() data /> }.into_any(),
                    (Err(failure), Ok(me)) => view! { <Closed failure me /> }.into_any(),
                    (_, Err(failure)) => refusal("This page", failure),
                }
            })
        };
        view! {
            <div class="page">
                <PageHeader
                    title="Add new app"
                    lead="An application that gets access tokens by OAuth 2."
                    crumbs=ABOVE_ONE.to_vec()
                />
                <Transition>{body}</Transition>
            </div>
        }
        .into_any()
    }
}

#[component]
fn Form(form: AppForm, data: FormData) -> impl IntoView {
    let check = Check::<CreateApp>::new(errors);
    let grant = RwSignal::new(Grant::from_code(&form.grant).unwrap_or(Grant::ClientCredentials));
    let rights = RwSignal::new(data.rights);
    let candidates = who_may_be_meant(Some(&form), &data.users, &Address::new_app());
    let chosen = RwSignal::new(read(&form.scopes));
    let live = check.live();
    let asks_people = Signal::derive(move || grant.get().asks_people());
    // Whoever allows the app bounds what it is granted, and that is not known beforehand.
    let known_rights = Signal::derive(move || rights.get().filter(|_| !asks_people.get()));
    let connector = AppForm {
        scopes: Scope::CONNECTOR.map(|scope| scope.code().to_owned()).to_vec(),
        ..form.clone()
    };
    let connector = Address::new_app().filled(Filled::App(connector)).to_string();
    view! {
        <section class="card" aria-label="Add new app">
            <div class="card-body">
                <CheckedForm check class="form">
                    <TextField
                        name="name"
                        label="Application name"
                        value=form.name
                        autofocus=true
                        error=check.error("name")
                    />
                    <GrantField grant error=check.error("grant") />
                    <div hidden=move || live.get() && asks_people.get()>
                        <UserField value=form.user suggested=data.users candidates rights error=check.error("user") />
                    </div>
                    <div hidden=move || live.get() && !asks_people.get()>
                        <RedirectUrisField value=form.redirect_uris error=check.error("redirect_uris") />
                    </div>
                    <ScopesField
                        chosen
                        rights=known_rights
                        asks_people
                        connector
                        live
                        error=check.error("scopes")
                    />
                    <FormProblem check fields=FIELDS />
                    <div class="buttons">
                        <button class="button primary" aria-busy=move || check.busy()>
                            "Register application"
                        </button>
                        <a class="button" href=PATH>
                            "Cancel"
                        </a>
                    </div>
                </CheckedForm>
            </div>
        </section>
    }
    .into_any()
}
