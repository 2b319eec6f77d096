//! The page of one app.

use crate::components::data::copy::Copy;
use crate::components::data::page_header::PageHeader;
use crate::components::data::time::{Time, by, moment_or_never};
use crate::components::feedback::error_message::refusal;
use crate::components::feedback::notice::{Kind, Notice};
use crate::components::overlay::secret_dialog::RevealDialog;
use crate::components::reactive::suspend::suspend;
use crate::error::Failure;
use crate::pages::oauth_apps::access_denied::Closed;
use crate::pages::oauth_apps::data::{AppData, app};
use crate::pages::oauth_apps::detail::dialogs::{DeleteAppDialog, DeleteSecretDialog, RevokeDialog};
use crate::pages::oauth_apps::detail::edit_form::DetailsForm;
use crate::pages::oauth_apps::detail::secrets::SecretsCard;
use crate::pages::oauth_apps::detail::token_settings::TokenSettingsCard;
use crate::pages::oauth_apps::detail::try_it::{TryIt, authorization_url};
use crate::pages::oauth_apps::detail::usage::usage;
use crate::pages::oauth_apps::list_page::acts_for;
use crate::pages::oauth_apps::page_url::{Address, Dialog, Filled, Spot};
use crate::pages::oauth_apps::{ABOVE_ONE, current_address};
use crate::pages::page::Page;
use crate::session::current_user;
use domain::oauth2::oauth_apps::{OauthApp, SecretForm};
use leptos::prelude::*;

/// The page of one app: what is known of it, what can be changed, how to try it, and its end.
pub struct OauthAppPage {
    address: Memo<Address>,
    changes: RwSignal<u32>,
    data: Resource<Result<AppData, Failure>>,
}

impl Page for OauthAppPage {
    fn data() -> Self {
        let address = current_address();
        let changes = RwSignal::new(0);
        // What opens a dialog is no other page: what has been filled in must still be there when the dialog closes.
        let without_dialog = Memo::new(move |_| address.with(Address::without_dialog));
        let data = Resource::new(
            move || (without_dialog.get(), changes.get()),
            |(address, _)| async move {
                match address.spot {
                    Spot::App(id) => app(id, address.to_string()).await,
                    _ => Err(Failure::NotFound("app".to_owned())),
                }
            },
        );
        Self { address, changes, data }
    }

    fn view(this: Self) -> AnyView {
        let OauthAppPage { address, changes, data } = this;
        let user = current_user();
        let filled = Memo::new(move |_| address.with(|address| address.filled.clone()));
        let body = move || {
            let filled = filled.get();
            suspend(async move {
                match (data.await, user.await) {
                    (Ok(data), Ok(_)) => page(data, filled, changes).into_any(),
                    (Err(failure), Ok(me)) => view! {
                        <PageHeader title="OAuth app" crumbs=ABOVE_ONE.to_vec() />
                        <Closed failure me />
                    }
                    .into_any(),
                    (_, Err(failure)) => refusal("This page", failure),
                }
            })
        };
        let dialog = Memo::new(move |_| address.with(|address| address.dialog));
        let overlay = move || {
            let dialog = dialog.get();
            let back = address.get_untracked().page().to_string();
            suspend(async move { overlay(data.await.ok()?, dialog, back, changes) })
        };
        view! {
            <div class="page">
                <Transition>{body}</Transition>
            </div>
            <Suspense>{overlay}</Suspense>
        }
        .into_any()
    }
}

/// The one dialog over the page: a secret that waits to be read, or else what the address asks for.
fn overlay(data: AppData, dialog: Option<Dialog>, back: String, changes: RwSignal<u32>) -> Option<AnyView> {
    let AppData {
        app, secrets, reveal, ..
    } = data;
    if let Some(reveal) = reveal {
        return Some(view! { <RevealDialog reveal back /> }.into_any());
    }
    match dialog? {
        Dialog::DeleteSecret(id) => {
            let secret = secrets.into_iter().find(|secret| secret.id == id)?;
            Some(view! { <DeleteSecretDialog app secret back changes /> }.into_any())
        }
        Dialog::Revoke if app.grant.asks_people() => Some(view! { <RevokeDialog app back changes /> }.into_any()),
        Dialog::Revoke => None,
        Dialog::Delete => Some(view! { <DeleteAppDialog app back /> }.into_any()),
    }
}

fn page(data: AppData, filled: Option<Filled>, changes: RwSignal<u32>) -> impl IntoView {
    let AppData {
        app,
        secrets,
        form,
        public_url,
        now,
        ..
    } = data;
    let (details, new_secret) = match filled {
        Some(Filled::App(form)) => (Some(form), SecretForm::default()),
        Some(Filled::Secret(secret)) => (None, secret),
        None => (None, SecretForm::default()),
    };
    let has_stopped = app.user.as_ref().is_some_and(|user| !user.active);
    let try_it = if app.grant.asks_people() {
        authorization_url(&app, &public_url).into_any()
    } else {
        view! { <TryIt app=app.clone() public_url /> }.into_any()
    };
    view! {
        <PageHeader title=app.name.clone() lead=app.grant.label() crumbs=ABOVE_ONE.to_vec() />
        {has_stopped
            .then(|| {
                view! {
                    <Notice kind=Kind::Warning title="This app has stopped">
                        <p>
                            "Its user is inactive, so it gets no tokens and those that it has open nothing. Choose \
                             another user under Details, or activate this one."
                        </p>
                    </Notice>
                }
            })}
        {facts(&app)}
        <DetailsForm app=app.clone() filled=details data=form changes />
        <TokenSettingsCard app=app.clone() changes />
        {usage(&app)}
        {app
            .grant
            .has_secret()
            .then(|| view! { <SecretsCard app=app.id secrets form=new_secret now changes /> })}
        {tokens(&app)}
        {try_it}
        {end(&app)}
    }
}

fn facts(app: &OauthApp) -> impl IntoView + use<> {
    let client_id = app.id.to_string();
    view! {
        <section class="card" aria-labelledby="facts">
            <div class="card-header">
                <h2 id="facts">"About this app"</h2>
            </div>
            <dl class="facts">
                <div>
                    <dt>"Client ID"</dt>
                    <dd>
                        <span class="key">
                            <code>{client_id.clone()}</code>
                            <Copy text=client_id what="Client ID" compact=true />
                        </span>
                    </dd>
                </div>
                <div>
                    <dt>"Acts for"</dt>
                    <dd>{acts_for(app.user.clone())}</dd>
                </div>
                <div>
                    <dt>"Created"</dt>
                    <dd>
                        <Time at=app.created_at />
                        <small>{by(app.created_by.clone())}</small>
                    </dd>
                </div>
                <div>
                    <dt>"Last used"</dt>
                    <dd>{moment_or_never(app.last_used_at)}</dd>
                </div>
            </dl>
        </section>
    }
}

fn tokens(app: &OauthApp) -> impl IntoView + use<> {
    let revoke = Address::app(app.id).with(Dialog::Revoke).to_string();
    let words = match (app.live_tokens, app.grant.asks_people()) {
        (0, _) => "None of its tokens is alive.",
        (_, true) => {
            "Access tokens end by themselves within the hour; refresh tokens get new ones until they are revoked."
        }
        (_, false) => "They end by themselves within the hour. The app gets new ones as long as it has a secret.",
    };
    view! {
        <section class="card" aria-labelledby="tokens">
            <div class="card-header">
                <h2 id="tokens">"Tokens"</h2>
                {app
                    .grant
                    .asks_people()
                    .then(|| {
                        view! {
                            <a class="button danger quiet" href=revoke data-noscroll>
                                "Revoke all refresh tokens"
                            </a>
                        }
                    })}
                <p>{words}</p>
            </div>
            <dl class="facts">
                <div>
                    <dt>"Tokens alive"</dt>
                    <dd>{app.live_tokens}</dd>
                </div>
            </dl>
        </section>
    }
}

fn end(app: &OauthApp) -> impl IntoView + use<> {
    let delete = Address::app(app.id).with(Dialog::Delete).to_string();
    view! {
        <section class="card risky" aria-labelledby="delete">
            <div class="card-header">
                <h2 id="delete">"Delete this app"</h2>
                <a class="button danger" href=delete data-noscroll>
                    "Delete app"
                </a>
                <p>"Its secrets and all its tokens stop working with it."</p>
            </div>
        </section>
    }
}
