//! The API tokens page.

use super::address::{Address, Dialog, PATH, Spot};
use super::closed::{Closed, refusal};
use super::create::{NewConsumerDialog, create_links};
use super::data::{DialogData, ListData, Part, list};
use super::new_token::NewTokenDialog;
use super::reveal::RevealDialog;
use super::revoke::revoke_dialog;
use super::search::Search;
use super::{ABOVE, consumers, current_address, empty, tokens};
use crate::components::notice::Locked;
use crate::components::page_header::PageHeader;
use crate::failure::Failure;
use crate::session::current_user;
use domain::people::Me;
use domain::rights::Right;
use leptos::prelude::*;
use leptos_router::{LazyRoute, lazy_route};

const LEAD: &str = "Keys with which applications sign their requests. A token acts for one user, with that user’s rights; \
                    its page has a ready example request.";

/// The API tokens page: tokens or consumers, and the dialogs over them.
pub struct ApiTokensPage {
    address: Memo<Address>,
    data: Resource<Result<ListData, Failure>>,
}

#[lazy_route]
impl LazyRoute for ApiTokensPage {
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
        let links = move || {
            let address = address.get();
            Suspend::new(async move { user.await.ok().and_then(|me| create_links(&me, &address)) })
        };
        let body = move || {
            let address = address.get();
            Suspend::new(async move {
                match (data.await, user.await) {
                    (Ok(data), Ok(me)) => parts(data.part, &me, &address, search).into_any(),
                    (Err(failure), Ok(me)) => view! { <Closed failure me /> }.into_any(),
                    (_, Err(failure)) => refusal("This page", failure),
                }
            })
        };
        let dialog = Memo::new(move |_| address.with(|address| address.dialog.clone()));
        let overlay = move || {
            let dialog = dialog.get();
            let back = address.get_untracked().with(None);
            Suspend::new(async move { overlay(data.await.ok()?, user.await.ok()?, dialog, &back) })
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
        Ok(Part::Tokens(page)) => tokens::card(page, me.rights, address, search).into_any(),
        Ok(Part::Consumers(list)) => consumers::card(list, may_create).into_any(),
        Err(failure) => empty::unseen(if is_tokens { "Tokens" } else { "Consumers" }, failure).into_any(),
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
        {shown}
    }
}

/// The one dialog over the page: a secret that waits to be read, or else what the address asks for.
fn overlay(data: ListData, me: Me, dialog: Option<Dialog>, back: &Address) -> Option<AnyView> {
    if let Some(reveal) = data.reveal {
        return Some(view! { <RevealDialog reveal back=back.to_string() /> }.into_any());
    }
    let back = back.to_string();
    match (dialog?, data.dialog) {
        (Dialog::NewConsumer(name), _) => Some(view! { <NewConsumerDialog name back me /> }.into_any()),
        (Dialog::NewToken(form), DialogData::Choices(choices)) => {
            Some(view! { <NewTokenDialog form choices back /> }.into_any())
        }
        (Dialog::Revoke(_), DialogData::Token(token)) => Some(revoke_dialog(*token, me.rights, back)),
        _ => None,
    }
}
