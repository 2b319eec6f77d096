//! The API tokens page.

use crate::components::data::page_header::PageHeader;
use crate::components::feedback::error_message::refusal;
use crate::components::feedback::notice::Locked;
use crate::components::overlay::secret_dialog::RevealDialog;
use crate::components::reactive::suspend::suspend;
use crate::components::reactive::sync_view::{AtOnce, when_written};
use crate::error::Failure;
use crate::pages::api_tokens::access_denied::Closed;
use crate::pages::api_tokens::consumer::create::{NewConsumerDialog, create_links};
use crate::pages::api_tokens::data::{DialogData, ListData, Part, list};
use crate::pages::api_tokens::list::search::Search;
use crate::pages::api_tokens::list::{consumers, empty, tokens};
use crate::pages::api_tokens::page_url::{Address, Dialog, PATH, Spot};
use crate::pages::api_tokens::token::create::NewTokenDialog;
use crate::pages::api_tokens::token::revoke::revoke_dialog;
use crate::pages::api_tokens::{ABOVE, current_address};
use crate::pages::page::Page;
use crate::session::current_user;
use domain::accounts::rights::Right;
use domain::accounts::users::Me;
use leptos::either::EitherOf3;
use leptos::prelude::*;

const LEAD: &str = "Keys with which applications sign their requests. A token acts for one user, with that user’s rights; \
                    its page has a ready example request.";

/// The API tokens page: tokens or consumers, and the dialogs over them.
pub struct ApiTokensPage {
    address: Memo<Address>,
    data: Resource<Result<ListData, Failure>>,
}

impl Page for ApiTokensPage {
    fn data() -> Self {
        let address = current_address();
        Self {
            address,
            data: Resource::new(move || address.get().to_string(), list),
        }
    }

    fn view(this: Self) -> AnyView {
        let ApiTokensPage { address, data } = this;
        let user = current_user();
        let search = Search::new(address);
        // Drawn anew only for another list: a link that opens a dialog must still be there to get the focus back.
        let without_dialog = Memo::new(move |_| address.with(|address| address.with(None)));
        let links = move || {
            let address = without_dialog.get();
            suspend(async move {
                // A secret that waits to be read keeps the focus.
                let is_shown =
                    address.created.is_some() && data.by_ref().await.as_ref().is_ok_and(|data| data.reveal.is_none());
                user.await.ok().and_then(|me| create_links(&me, &address, is_shown))
            })
        };
        let body = move || {
            let address = address.get();
            suspend(async move {
                drop(data.by_ref().await);
                let user = user.await;
                when_written().await;
                match (data.await, user) {
                    (Ok(data), Ok(me)) => {
                        let address = match data.reveal {
                            // A secret that waits to be read keeps the focus.
                            Some(_) => address.after(None),
                            None => address,
                        };
                        EitherOf3::A(AtOnce(parts(data.part, &me, &address, search)))
                    }
                    (Err(failure), Ok(me)) => EitherOf3::B(view! { <Closed failure me /> }),
                    (_, Err(failure)) => EitherOf3::C(refusal("This page", failure)),
                }
            })
        };
        let dialog = Memo::new(move |_| address.with(|address| address.dialog.clone()));
        let overlay = move || {
            let dialog = dialog.get();
            let back = address.get_untracked().with(None);
            suspend(async move {
                let me = user.await.ok()?;
                // The list in it is long, and only the body needs a copy.
                let data = data.by_ref().await;
                overlay(data.as_ref().ok()?, me, dialog, &back)
            })
        };
        view! {
            <div class="page">
                <PageHeader title="API tokens" lead=LEAD crumbs=ABOVE.to_vec()>
                    <Suspense>{links}</Suspense>
                </PageHeader>
                <Transition fallback=empty::loading>{body}</Transition>
            </div>
            <Suspense>{overlay}</Suspense>
        }
        .into_any()
    }
}

/// Both parts' names, and the one that was chosen.
fn parts(part: Result<Part, Failure>, me: &Me, address: &Address, search: Search) -> impl IntoView + use<> {
    let is_tokens = address.spot != Spot::Consumers;
    let current = |chosen: bool| chosen.then_some("page");
    let consumers = format!("{PATH}?show=consumers");
    let may_create = me.rights.has(Right::CreateApiTokens);
    let shown = match part {
        Ok(Part::Tokens(page)) => EitherOf3::A(tokens::card(page, me.rights, address, search)),
        Ok(Part::Consumers(list)) => EitherOf3::B(consumers::card(list, may_create, address)),
        Err(failure) => EitherOf3::C(empty::unseen(if is_tokens { "Tokens" } else { "Consumers" }, failure)),
    };
    view! {
        <nav class="parts" aria-label="API tokens">
            <a href=PATH aria-current=current(is_tokens)>
                "Tokens"
            </a>
            <a href=consumers aria-current=current(!is_tokens)>
                "Consumers"
            </a>
        </nav>
        {(!may_create)
            .then(|| view! { <Locked what="Creating consumers and tokens" right=Right::CreateApiTokens /> })}
        {(is_tokens && !me.rights.has(Right::RevokeApiTokens))
            .then(|| view! { <Locked what="Revoking tokens" right=Right::RevokeApiTokens /> })}
        {shown}
    }
}

/// The one dialog over the page: a secret that waits to be read, or else what the address asks for.
fn overlay(data: &ListData, me: Me, dialog: Option<Dialog>, back: &Address) -> Option<AnyView> {
    if let Some(reveal) = data.reveal.clone() {
        return Some(view! { <RevealDialog reveal back=back.to_string() /> }.into_any());
    }
    let back = back.to_string();
    match (dialog?, data.dialog.clone()) {
        (Dialog::NewConsumer(name), _) => Some(view! { <NewConsumerDialog name back me /> }.into_any()),
        (Dialog::NewToken(form), DialogData::Choices(choices)) => {
            Some(view! { <NewTokenDialog form choices back /> }.into_any())
        }
        (Dialog::Revoke(_), DialogData::Token(token)) => Some(revoke_dialog(*token, me.rights, back, || ())),
        _ => None,
    }
}
