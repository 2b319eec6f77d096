//! The page of an app.

use crate::components::data::card::Card;
use crate::components::data::delete_card::DeleteCard;
use crate::components::data::description_list::{Description, DescriptionList, KeyDescription};
use crate::components::data::page_header::PageHeader;
use crate::components::data::time::{Time, byline, timestamp_or_never};
use crate::components::feedback::error_message::access_error;
use crate::components::feedback::notice::{Notice, NoticeKind};
use crate::components::overlay::secret_dialog::SecretDialog;
use crate::components::reactive::suspend::suspend;
use crate::error::AppError;
use crate::pages::oauth_apps::DETAIL_BREADCRUMBS;
use crate::pages::oauth_apps::access_denied::PageUnavailable;
use crate::pages::oauth_apps::data::{AppData, load_app};
use crate::pages::oauth_apps::detail::dialogs::{DeleteAppDialog, DeleteSecretDialog, RevokeDialog};
use crate::pages::oauth_apps::detail::edit_form::DetailsForm;
use crate::pages::oauth_apps::detail::secrets::SecretsCard;
use crate::pages::oauth_apps::detail::token_settings::TokenSettingsCard;
use crate::pages::oauth_apps::detail::try_it::{TryIt, authorization_url_card};
use crate::pages::oauth_apps::detail::usage::usage_card;
use crate::pages::oauth_apps::list_page::app_user;
use crate::pages::oauth_apps::page_url::{Dialog, FormDraft, PageUrl, Route};
use crate::pages::page::Page;
use crate::query_string::use_page_url;
use crate::session::current_user;
use domain::oauth2::oauth_apps::{OauthApp, SecretForm};
use leptos::prelude::*;

/// Renders the page of an app: its details, the forms that change it, a way to try it, and its deletion.
pub struct OauthAppPage {
    url: Memo<PageUrl>,
    changes: RwSignal<u32>,
    data: Resource<Result<AppData, AppError>>,
}

impl Page for OauthAppPage {
    fn data() -> Self {
        let url = use_page_url(PageUrl::parse);
        let changes = RwSignal::new(0);
        // Opening or closing a dialog must not reload the page, which would discard unsaved input.
        let without_dialog = Memo::new(move |_| url.with(PageUrl::without_dialog));
        let data = Resource::new(
            move || (without_dialog.get(), changes.get()),
            |(url, _)| async move {
                match url.route {
                    Route::App(id) => load_app(id, url.to_string()).await,
                    _ => Err(AppError::NotFound("app".to_owned())),
                }
            },
        );
        Self { url, changes, data }
    }

    fn view(this: Self) -> AnyView {
        let OauthAppPage { url, changes, data } = this;
        let user = current_user();
        let draft = Memo::new(move |_| url.with(|url| url.draft.clone()));
        let content = move || {
            let draft = draft.get();
            suspend(async move {
                match (data.await, user.await) {
                    (Ok(data), Ok(_)) => page(data, draft, changes).into_any(),
                    (Err(error), Ok(me)) => view! {
                        <PageHeader title="OAuth app" breadcrumbs=DETAIL_BREADCRUMBS.to_vec() />
                        <PageUnavailable error me />
                    }
                    .into_any(),
                    (_, Err(error)) => access_error("open this page", error),
                }
            })
        };
        let dialog = Memo::new(move |_| url.with(|url| url.dialog.clone()));
        let dialog_view = move || {
            let dialog = dialog.get();
            let back = url.get_untracked().base().to_string();
            suspend(async move { open_dialog(data.await.ok()?, dialog, back, changes) })
        };
        view! {
            <div class="page">
                <Transition>{content}</Transition>
            </div>
            <Suspense>{dialog_view}</Suspense>
        }
        .into_any()
    }
}

/// Renders the open dialog. A new secret takes precedence over the dialog of the URL.
fn open_dialog(data: AppData, dialog: Option<Dialog>, back: String, changes: RwSignal<u32>) -> Option<AnyView> {
    let AppData {
        app,
        secrets,
        one_time_secret,
        ..
    } = data;
    if let Some(secret) = one_time_secret {
        return Some(view! { <SecretDialog secret back /> }.into_any());
    }
    match dialog? {
        Dialog::DeleteSecret(id) => {
            let secret = secrets.into_iter().find(|secret| secret.id == id)?;
            Some(view! { <DeleteSecretDialog app secret back changes /> }.into_any())
        }
        Dialog::RevokeRefreshTokens if app.grant.requires_consent() => {
            Some(view! { <RevokeDialog app back changes /> }.into_any())
        }
        Dialog::RevokeRefreshTokens => None,
        Dialog::DeleteApp(typed) => Some(view! { <DeleteAppDialog app typed back /> }.into_any()),
    }
}

fn page(data: AppData, draft: Option<FormDraft>, changes: RwSignal<u32>) -> impl IntoView {
    let AppData {
        app,
        secrets,
        form,
        public_url,
        now,
        ..
    } = data;
    // After a change, the forms show the saved values.
    let draft = draft.filter(|_| changes.get_untracked() == 0);
    let (details, token_settings, new_secret) = match draft {
        Some(FormDraft::App(form)) => (Some(form), None, SecretForm::default()),
        Some(FormDraft::TokenSettings(form)) => (None, Some(form), SecretForm::default()),
        Some(FormDraft::Secret(form)) => (None, None, form),
        None => (None, None, SecretForm::default()),
    };
    let is_disabled = app.user.as_ref().is_some_and(|user| !user.active);
    let try_it = if app.grant.requires_consent() {
        authorization_url_card(&app, &public_url).into_any()
    } else {
        view! { <TryIt app=app.clone() public_url /> }.into_any()
    };
    view! {
        <PageHeader title=app.name.clone() lead=app.grant.label() breadcrumbs=DETAIL_BREADCRUMBS.to_vec() />
        {is_disabled
            .then(|| {
                view! {
                    <Notice kind=NoticeKind::Warning title="App disabled">
                        <p>
                            "The app’s user is inactive, so it can’t get tokens and its existing tokens don’t work. \
                             Choose another user under Details, or reactivate this one."
                        </p>
                    </Notice>
                }
            })}
        {details_card(&app)}
        <DetailsForm app=app.clone() draft=details data=form changes />
        <TokenSettingsCard app=app.clone() draft=token_settings changes />
        {usage_card(&app)}
        {app
            .grant
            .has_secret()
            .then(|| view! { <SecretsCard app=app.id secrets form=new_secret now changes /> })}
        {tokens_card(&app)}
        {try_it}
        {delete_card(&app)}
    }
}

fn details_card(app: &OauthApp) -> impl IntoView + use<> {
    let client_id = app.id.to_string();
    let user = app_user(app.user.clone());
    let (created_at, creator) = (app.created_at, byline(app.created_by.clone()));
    let last_used_at = timestamp_or_never(app.last_used_at);
    view! {
        <Card id="about" title="About this app">
            <DescriptionList>
                <KeyDescription term="Client ID" key=client_id />
                <Description term="Acts as">{user}</Description>
                <Description term="Created">
                    <Time at=created_at />
                    <small>{creator}</small>
                </Description>
                <Description term="Last used">{last_used_at}</Description>
            </DescriptionList>
        </Card>
    }
}

fn tokens_card(app: &OauthApp) -> impl IntoView + use<> {
    let revoke = PageUrl::app(app.id)
        .with_dialog(Dialog::RevokeRefreshTokens)
        .to_string();
    let help = match (app.active_tokens, app.grant.requires_consent()) {
        (0, _) => "No active tokens.",
        (_, true) => "Access tokens expire after one hour. Refresh tokens work until they expire or are revoked.",
        (_, false) => "Access tokens expire after one hour. The app can get new ones while it has a client secret.",
    };
    let revoke_link = app.grant.requires_consent().then(|| {
        view! {
            <a class="button danger quiet" href=revoke data-noscroll>
                "Revoke all refresh tokens"
            </a>
        }
    });
    let active_tokens = app.active_tokens;
    view! {
        <Card id="tokens" title="Tokens" action=revoke_link.into_any() help>
            <DescriptionList>
                <Description term="Active tokens">{active_tokens}</Description>
            </DescriptionList>
        </Card>
    }
}

fn delete_card(app: &OauthApp) -> impl IntoView + use<> {
    let delete = PageUrl::app(app.id)
        .with_dialog(Dialog::DeleteApp(String::new()))
        .to_string();
    view! {
        <DeleteCard
            what="app"
            url=Some(delete)
            help="Deleting it also deletes its secrets and revokes all its tokens."
        />
    }
}
