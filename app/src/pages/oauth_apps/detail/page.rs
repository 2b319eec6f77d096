//! The page of an app.

use crate::components::data::card::Card;
use crate::components::data::delete_card::DeleteCard;
use crate::components::data::description_list::{Description, DescriptionList, KeyDescription};
use crate::components::data::page_header::PageHeader;
use crate::components::data::time::{Time, byline, timestamp_or_never};
use crate::components::feedback::error_message::access_error;
use crate::components::feedback::notice::{Notice, NoticeKind};
use crate::components::forms::form_card::PageReload;
use crate::components::overlay::secret_dialog::SecretDialog;
use crate::components::reactive::dynamic::dynamic;
use crate::components::reactive::reload::reload_on_change;
use crate::components::reactive::suspend::suspend;
use crate::effect::memo;
use crate::error::AppError;
use crate::page_data::PageData;
use crate::pages::oauth_apps::DETAIL_BREADCRUMBS;
use crate::pages::oauth_apps::access_denied::PageUnavailable;
use crate::pages::oauth_apps::data::{AppData, AppFormData, load_app};
use crate::pages::oauth_apps::detail::dialogs::{DeleteAppDialog, DeleteSecretDialog, RevokeDialog};
use crate::pages::oauth_apps::detail::edit_form::DetailsForm;
use crate::pages::oauth_apps::detail::secrets::SecretsCard;
use crate::pages::oauth_apps::detail::token_settings::TokenSettingsCard;
use crate::pages::oauth_apps::detail::try_it::{TryIt, authorization_url_card};
use crate::pages::oauth_apps::detail::usage::usage_card;
use crate::pages::oauth_apps::list_page::app_user;
use crate::pages::oauth_apps::page_url::{Dialog, FormDraft, PageUrl, Route};
use crate::pages::page::Page;
use crate::routing::query_string::use_page_url;
use crate::session::current_user;
use domain::oauth2::oauth_apps::OauthApp;
use leptos::prelude::*;
use std::sync::Arc;

/// Renders the page of an app: its details, the forms that change it, a way to try it, and its deletion.
pub struct OauthAppPage {
    url: Memo<PageUrl>,
    /// The URL without the dialog, because opening or closing a dialog doesn't change the data.
    without_dialog: Memo<PageUrl>,
    /// The URL with the draft that the forms show. A URL without a draft, as after a save, leaves the forms as they are.
    forms: Memo<PageUrl>,
    /// The data when the forms were opened.
    data: PageData<AppData>,
}

impl Page for OauthAppPage {
    fn data() -> Self {
        let url = use_page_url(PageUrl::parse);
        let without_dialog = memo(move || url.with(PageUrl::without_dialog));
        let forms = Memo::new(move |before: Option<&PageUrl>| {
            let now = without_dialog.get();
            match before {
                Some(before) if now.draft.is_none() && before.route == now.route => before.clone(),
                _ => now,
            }
        });
        let data = PageData::new(move || forms.get(), move |_| load(without_dialog.get_untracked()));
        Self {
            url,
            without_dialog,
            forms,
            data,
        }
    }

    fn view(this: Self) -> AnyView {
        let OauthAppPage {
            url,
            without_dialog,
            forms,
            data,
        } = this;
        let user = current_user();
        let changes = RwSignal::new(0);
        let reloaded = reload_on_change(
            move || (without_dialog.get(), changes.get()),
            |(url, _)| async move {
                let route = url.route;
                Some((route, load(url).await.map(Arc::new)))
            },
        );
        // The data of another app, whose page was shown before, doesn't count.
        let last = move || {
            let route = forms.with(|url| url.route);
            let (_, data) = reloaded.get().filter(|(loaded, _)| *loaded == route)?;
            Some(data)
        };
        let reload_error = memo(move || last()?.err());
        let content = dynamic(move || {
            let draft = forms.get().draft;
            let reload_error = reload_error.get();
            suspend(async move {
                let first = match reload_error {
                    Some(error) => Err(error),
                    None => data.await,
                };
                match (first, user.await) {
                    (Ok(first), Ok(_)) => {
                        let options = first.form.clone();
                        let first = Arc::new(first);
                        let loaded = Signal::derive(move || match last() {
                            Some(Ok(data)) => data,
                            _ => Arc::clone(&first),
                        });
                        page(loaded, options, draft, changes).into_any()
                    }
                    (Err(error), Ok(me)) => view! {
                        <PageHeader title="OAuth app" breadcrumbs=DETAIL_BREADCRUMBS.to_vec() />
                        <PageUnavailable error me />
                    }
                    .into_any(),
                    (_, Err(error)) => access_error("open this page", error),
                }
            })
        });
        let dialog = memo(move || url.with(|url| url.dialog.clone()));
        let dialog_view = dynamic(move || {
            let dialog = dialog.get();
            let back = url.get_untracked().base().to_string();
            let last = last();
            suspend(async move {
                let data = match last {
                    Some(data) => Arc::unwrap_or_clone(data.ok()?),
                    None => data.await.ok()?,
                };
                open_dialog(data, dialog, back, changes)
            })
        });
        view! {
            <div class="page">
                <Transition>{content}</Transition>
            </div>
            <Suspense>{dialog_view}</Suspense>
        }
        .into_any()
    }
}

async fn load(url: PageUrl) -> Result<AppData, AppError> {
    match url.route {
        Route::App(id) => load_app(id, url.to_string()).await,
        _ => Err(AppError::NotFound("app".to_owned())),
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

fn page(
    loaded: Signal<Arc<AppData>>,
    options: AppFormData,
    draft: Option<FormDraft>,
    changes: RwSignal<u32>,
) -> impl IntoView {
    let app = memo(move || loaded.with(|data| data.app.clone()));
    let page_reload = PageReload {
        reloads: Signal::derive(move || loaded.track()),
        changes,
    };
    let (details, token_settings, new_secret) = match draft {
        Some(FormDraft::App(form)) => (Some(form), None, None),
        Some(FormDraft::TokenSettings(form)) => (None, Some(form), None),
        Some(FormDraft::Secret(form)) => (None, None, Some(form)),
        None => (None, None, None),
    };
    let grant = app.with_untracked(|app| app.grant);
    let title = memo(move || app.with(|app| app.name.clone()));
    let header = dynamic(move || {
        view! { <PageHeader title=title.get() lead=grant.label() breadcrumbs=DETAIL_BREADCRUMBS.to_vec() /> }
    });
    let disabled_notice = dynamic(move || {
        let is_disabled = app.with(|app| app.user.as_ref().is_some_and(|user| !user.active));
        is_disabled.then(|| {
            view! {
                <Notice kind=NoticeKind::Warning title="App disabled">
                    <p>
                        "The app’s user is inactive, so it can’t get tokens and its existing tokens don’t work. \
                         Choose another user under Details, or reactivate this one."
                    </p>
                </Notice>
            }
        })
    });
    view! {
        {header}
        {disabled_notice}
        {dynamic(move || app.with(details_card))}
        <DetailsForm loaded draft=details options page_reload />
        <TokenSettingsCard app draft=token_settings page_reload />
        {dynamic(move || app.with(usage_card))}
        {grant.has_secret().then(|| view! { <SecretsCard loaded draft=new_secret page_reload /> })}
        {dynamic(move || app.with(tokens_card))}
        {try_it(app, loaded.with_untracked(|data| data.public_url.clone()))}
        {app.with_untracked(delete_card)}
    }
}

fn try_it(app: Memo<OauthApp>, public_url: String) -> AnyView {
    if app.with_untracked(|app| app.grant.requires_consent()) {
        return dynamic(move || app.with(|app| authorization_url_card(app, &public_url)));
    }
    // Only other scopes change the card; other changes of the app leave the typed secret and the responses.
    let scopes = memo(move || app.with(|app| app.scopes));
    dynamic(move || {
        scopes.track();
        view! { <TryIt app=app.get_untracked() public_url=public_url.clone() /> }
    })
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
