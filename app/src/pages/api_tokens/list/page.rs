//! The API tokens page with its tabs and dialogs.

use crate::components::data::page_header::PageHeader;
use crate::components::feedback::error_message::access_error;
use crate::components::feedback::notice::MissingRight;
use crate::components::navigation::tabs::{Tab, Tabs};
use crate::components::overlay::secret_dialog::SecretDialog;
use crate::components::reactive::dynamic::dynamic;
use crate::components::reactive::suspend::{skip_dry_resolve, suspend};
use crate::effect::memo;
use crate::error::AppError;
use crate::page_data::PageData;
use crate::pages::api_tokens::BREADCRUMBS;
use crate::pages::api_tokens::access_denied::PageUnavailable;
use crate::pages::api_tokens::consumer::create::{NewConsumerDialog, create_links};
use crate::pages::api_tokens::data::{DialogData, ListData, TabData, load_list};
use crate::pages::api_tokens::list::search::Search;
use crate::pages::api_tokens::list::{consumers, empty, tokens};
use crate::pages::api_tokens::page_url::{Dialog, PATH, PageUrl, Route};
use crate::pages::api_tokens::token::create::NewTokenDialog;
use crate::pages::api_tokens::token::revoke::revoke_dialog;
use crate::pages::page::Page;
use crate::routing::query_string::use_page_url;
use crate::session::current_user;
use domain::accounts::rights::Right;
use domain::accounts::users::CurrentUser;
use leptos::prelude::*;

const LEAD: &str = "Credentials that applications use to sign API requests. Each token acts on behalf of one user. A token’s \
                    page has example requests.";

/// Renders the API tokens page: the Tokens or the Consumers tab, and the open dialog.
pub struct ApiTokensPage {
    url: Memo<PageUrl>,
    data: PageData<ListData>,
}

impl Page for ApiTokensPage {
    fn data() -> Self {
        let url = use_page_url(PageUrl::parse);
        Self {
            url,
            data: PageData::new(move || url.get().to_string(), load_list),
        }
    }

    fn view(this: Self) -> AnyView {
        let ApiTokensPage { url, data } = this;
        let user = current_user();
        let search = Search::new(url);
        // Rendered again only for another list: when a dialog closes, the link that opened it must still exist to get the
        // focus back.
        let without_dialog = memo(move || url.with(|url| url.with_dialog(None)));
        let links = dynamic(move || {
            let url = without_dialog.get();
            suspend(async move {
                // The dialog of a new secret keeps the focus.
                let moves_focus = url.created.is_some()
                    && data
                        .by_ref()
                        .await
                        .as_ref()
                        .is_ok_and(|data| data.one_time_secret.is_none());
                user.await.ok().and_then(|me| create_links(&me, &url, moves_focus))
            })
        });
        let content = dynamic(move || {
            let url = url.get();
            suspend(async move {
                drop(data.by_ref().await);
                let user = user.await;
                skip_dry_resolve().await;
                match (data.await, user) {
                    (Ok(data), Ok(me)) => {
                        let url = match data.one_time_secret {
                            // The dialog of a new secret keeps the focus.
                            Some(_) => url.with_created(None),
                            None => url,
                        };
                        tabs(data.tab, &me, &url, search).into_any()
                    }
                    (Err(error), Ok(me)) => view! { <PageUnavailable error me /> }.into_any(),
                    (_, Err(error)) => access_error("open this page", error),
                }
            })
        });
        let dialog = memo(move || url.with(|url| url.dialog.clone()));
        let dialog_view = dynamic(move || {
            let dialog = dialog.get();
            let back = url.get_untracked().with_dialog(None);
            suspend(async move {
                let me = user.await.ok()?;
                // The data holds a long list, which the dialog does not need, so it is not cloned.
                let data = data.by_ref().await;
                open_dialog(data.as_ref().ok()?, me, dialog, &back)
            })
        });
        view! {
            <div class="page">
                <PageHeader title="API tokens" lead=LEAD breadcrumbs=BREADCRUMBS.to_vec()>
                    <Suspense>{links}</Suspense>
                </PageHeader>
                <Transition fallback=empty::loading>{content}</Transition>
            </div>
            <Suspense>{dialog_view}</Suspense>
        }
        .into_any()
    }
}

/// Renders the tab bar and the selected tab.
fn tabs(tab: Result<TabData, AppError>, me: &CurrentUser, url: &PageUrl, search: Search) -> impl IntoView + use<> {
    let is_tokens = url.route != Route::Consumers;
    let tabs = [
        Tab {
            url: PATH.to_owned(),
            label: "Tokens",
            is_selected: is_tokens,
        },
        Tab {
            url: format!("{PATH}?show=consumers"),
            label: "Consumers",
            is_selected: !is_tokens,
        },
    ];
    let may_create = me.rights.has(Right::CreateApiTokens);
    let content = match tab {
        Ok(TabData::Tokens(page)) => tokens::card(page, me.rights, url, search).into_any(),
        Ok(TabData::Consumers(list)) => consumers::card(list, may_create, url).into_any(),
        Err(error) => empty::no_access(if is_tokens { "Tokens" } else { "Consumers" }, error).into_any(),
    };
    view! {
        <Tabs label="API tokens" tabs />
        {(!may_create)
            .then(|| view! { <MissingRight to="create consumers and tokens" right=Right::CreateApiTokens /> })}
        {(is_tokens && !me.rights.has(Right::RevokeApiTokens))
            .then(|| view! { <MissingRight to="revoke tokens" right=Right::RevokeApiTokens /> })}
        {content}
    }
}

/// Renders the open dialog. A new secret takes precedence over the dialog of the URL.
fn open_dialog(data: &ListData, me: CurrentUser, dialog: Option<Dialog>, back: &PageUrl) -> Option<AnyView> {
    if let Some(secret) = data.one_time_secret.clone() {
        return Some(view! { <SecretDialog secret back=back.to_string() /> }.into_any());
    }
    let back = back.to_string();
    match (dialog?, data.dialog.clone()) {
        (Dialog::NewConsumer(name), _) => Some(view! { <NewConsumerDialog name back me /> }.into_any()),
        (Dialog::NewToken(form), DialogData::NewToken(options)) => {
            Some(view! { <NewTokenDialog form options back /> }.into_any())
        }
        (Dialog::RevokeToken(_), DialogData::RevokeToken(token)) => Some(revoke_dialog(*token, me.rights, back, || ())),
        _ => None,
    }
}
