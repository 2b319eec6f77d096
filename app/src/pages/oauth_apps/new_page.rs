//! The page Add new app, with the form that registers an app.

use crate::components::data::page_header::PageHeader;
use crate::components::feedback::error_message::access_error;
use crate::components::forms::field::TextField;
use crate::components::forms::form::{FormState, Values};
use crate::components::forms::form_card::SubmitForm;
use crate::components::reactive::dynamic::dynamic;
use crate::components::reactive::suspend::suspend;
use crate::page_data::PageData;
use crate::pages::oauth_apps::DETAIL_BREADCRUMBS;
use crate::pages::oauth_apps::access_denied::PageUnavailable;
use crate::pages::oauth_apps::actions::CreateApp;
use crate::pages::oauth_apps::data::{AppFormData, load_new_app};
use crate::pages::oauth_apps::fields::{GrantField, RedirectUrisField, UserField, read_app_form, user_suggestions};
use crate::pages::oauth_apps::page_url::{FormDraft, PATH, PageUrl};
use crate::pages::oauth_apps::scopes::{ScopesField, parse_scopes};
use crate::pages::page::Page;
use crate::routing::query_string::use_page_url;
use crate::session::current_user;
use domain::coded_enum::CodedEnum;
use domain::fields::FieldErrors;
use domain::oauth2::oauth_apps::{AppForm, Grant};
use domain::oauth2::scopes::Scope;
use leptos::prelude::*;

/// The fields that show their own validation errors.
const FIELDS: &[&str] = &["name", "grant", "user", "redirect_uris", "scopes"];

fn validate(values: Values<'_>) -> Option<FieldErrors> {
    read_app_form(values).validate().err()
}

/// Renders the page Add new app.
pub struct NewOauthAppPage {
    url: Memo<PageUrl>,
    data: PageData<AppFormData>,
}

impl Page for NewOauthAppPage {
    fn data() -> Self {
        let url = use_page_url(PageUrl::parse);
        Self {
            url,
            data: PageData::new(move || url.get().to_string(), load_new_app),
        }
    }

    fn view(this: Self) -> AnyView {
        let NewOauthAppPage { url, data } = this;
        let user = current_user();
        let content = dynamic(move || {
            let form = url.with(|url| url.app_draft().cloned());
            suspend(async move {
                match (data.await, user.await) {
                    (Ok(data), Ok(_)) => view! { <NewAppForm form=form.unwrap_or_default() data /> }.into_any(),
                    (Err(error), Ok(me)) => view! { <PageUnavailable error me /> }.into_any(),
                    (_, Err(error)) => access_error("open this page", error),
                }
            })
        });
        view! {
            <div class="page">
                <PageHeader
                    title="Add new app"
                    lead="Register an application that gets access tokens with OAuth 2.0."
                    breadcrumbs=DETAIL_BREADCRUMBS.to_vec()
                />
                <Transition>{content}</Transition>
            </div>
        }
        .into_any()
    }
}

#[component]
fn NewAppForm(form: AppForm, data: AppFormData) -> impl IntoView {
    let form_state = FormState::new::<CreateApp>(validate);
    let grant = RwSignal::new(Grant::from_code(&form.grant).unwrap_or(Grant::ClientCredentials));
    let rights = RwSignal::new(data.rights);
    let suggestions = user_suggestions(Some(&form), &data.users, &PageUrl::new_app());
    let selected = RwSignal::new(parse_scopes(&form.scopes));
    let live = form_state.is_live();
    let requires_consent = Signal::derive(move || grant.get().requires_consent());
    // With consent, the rights of each user who grants access limit the scopes. They are not known here.
    let known_rights = Signal::derive(move || rights.get().filter(|_| !requires_consent.get()));
    let connector_form = AppForm {
        scopes: Scope::CONNECTOR.map(|scope| scope.code().to_owned()).to_vec(),
        ..form.clone()
    };
    let connector_url = PageUrl::new_app()
        .with_draft(FormDraft::App(connector_form))
        .to_string();
    view! {
        <section class="card" aria-label="Add new app">
            <div class="card-body">
                <SubmitForm form_state fields=FIELDS button="Register application" primary=true cancel_url=PATH>
                    <TextField
                        name="name"
                        label="Application name"
                        value=form.name
                        autofocus=true
                        error=form_state.error("name")
                    />
                    <GrantField grant error=form_state.error("grant") />
                    <div hidden=move || live.get() && requires_consent.get()>
                        <UserField value=form.user options=data.users suggestions rights error=form_state.error("user") />
                    </div>
                    <div hidden=move || live.get() && !requires_consent.get()>
                        <RedirectUrisField value=form.redirect_uris error=form_state.error("redirect_uris") />
                    </div>
                    <ScopesField
                        initial=selected.get_untracked()
                        selected
                        rights=known_rights
                        requires_consent
                        connector_url
                        live
                        error=form_state.error("scopes")
                    />
                </SubmitForm>
            </div>
        </section>
    }
    .into_any()
}
