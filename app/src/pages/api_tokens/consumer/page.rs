//! The page of one consumer.

use crate::components::data::copy::Copy;
use crate::components::data::page_header::PageHeader;
use crate::components::data::time::created;
use crate::components::feedback::notice::Locked;
use crate::components::overlay::dialog::Dialog as DialogBox;
use crate::components::reactive::suspend::suspend;
use crate::error::Failure;
use crate::icons::{Draw, Icon};
use crate::pages::api_tokens::access_denied::Closed;
use crate::pages::api_tokens::consumer::delete::DeleteDialog;
use crate::pages::api_tokens::consumer::forms::{RenameForm, SigningForm};
use crate::pages::api_tokens::data::{ConsumerData, consumer, token};
use crate::pages::api_tokens::list::tokens::{counted, list};
use crate::pages::api_tokens::page_url::{Address, Dialog, Spot};
use crate::pages::api_tokens::token::revoke::revoke_dialog;
use crate::pages::api_tokens::{ABOVE_ONE, current_address};
use crate::pages::page::Page;
use crate::session::current_user;
use domain::accounts::rights::{Right, Rights};
use domain::oauth1::consumers::Consumer;
use domain::oauth1::tokens::{NewToken, Token, TokenPage};
use leptos::prelude::*;

/// The page of one consumer: what is known of it, its name, its keys, its tokens, and its end.
pub struct ConsumerPage {
    address: Memo<Address>,
    /// What opens a dialog is no other page: what has been filled in must still be there when the dialog closes.
    without_dialog: Memo<Address>,
    changes: RwSignal<u32>,
    data: Resource<Result<ConsumerData, Failure>>,
    /// The token that a dialog asks about.
    asked: Resource<Option<Result<Token, Failure>>>,
}

impl Page for ConsumerPage {
    fn data() -> Self {
        let address = current_address();
        let changes = RwSignal::new(0);
        let without_dialog = Memo::new(move |_| address.with(|address| address.with(None)));
        let data = Resource::new(
            move || (without_dialog.get(), changes.get()),
            |(address, _)| async move {
                match address.spot {
                    Spot::Consumer(id) => consumer(id, address.to_string()).await,
                    _ => Err(Failure::NotFound("consumer".to_owned())),
                }
            },
        );
        let asked = Resource::new(
            move || {
                address.with(|address| match address.dialog {
                    Some(Dialog::Revoke(id)) => id,
                    _ => None,
                })
            },
            |id| async move { Some(token(id?).await.map(|data| data.token)) },
        );
        Self {
            address,
            without_dialog,
            changes,
            data,
            asked,
        }
    }

    fn view(this: Self) -> AnyView {
        let ConsumerPage {
            address,
            without_dialog,
            changes,
            data,
            asked,
        } = this;
        let user = current_user();
        let body = move || {
            let address = without_dialog.get();
            suspend(async move {
                match (data.await, user.await) {
                    (Ok(data), Ok(me)) => page(data, me.rights, &address, changes).into_any(),
                    (Err(failure), Ok(me)) => view! {
                        <PageHeader title="Consumer" crumbs=ABOVE_ONE.to_vec() />
                        <Closed failure me />
                    }
                    .into_any(),
                    (_, Err(_)) => ().into_any(),
                }
            })
        };
        let dialog = Memo::new(move |_| address.with(|address| address.dialog.clone()));
        let overlay = move || {
            let dialog = dialog.get();
            let back = without_dialog.get_untracked().to_string();
            suspend(async move {
                let rights = user.await.ok()?.rights;
                match dialog? {
                    Dialog::Revoke(_) => {
                        let on_revoked = move || changes.update(|changes| *changes += 1);
                        Some(revoke_dialog(asked.await?, rights, back, on_revoked))
                    }
                    Dialog::Delete => Some(delete_dialog(data.await.ok()?.consumer, rights, back)),
                    Dialog::NewConsumer(_) | Dialog::NewToken(_) => None,
                }
            })
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

fn delete_dialog(consumer: Consumer, rights: Rights, back: String) -> AnyView {
    if rights.has(Right::RevokeApiTokens) {
        return view! { <DeleteDialog consumer back /> }.into_any();
    }
    view! {
        <DialogBox title=format!("Delete “{}”?", consumer.name) back>
            <div class="dialog-body">
                <Locked what="Deleting consumers" right=Right::RevokeApiTokens />
            </div>
        </DialogBox>
    }
    .into_any()
}

fn page(data: ConsumerData, rights: Rights, address: &Address, changes: RwSignal<u32>) -> impl IntoView + use<> {
    let ConsumerData { consumer, tokens } = data;
    let may_create = rights.has(Right::CreateApiTokens);
    let form = NewToken {
        consumer: consumer.id.to_string(),
        ..NewToken::default()
    };
    let new = Address::default().with(Dialog::NewToken(form)).to_string();
    let delete = Address::consumer(consumer.id).with(Dialog::Delete).to_string();
    view! {
        <PageHeader
            title=consumer.name.clone()
            lead="A consumer: one application that uses the API."
            crumbs=ABOVE_ONE.to_vec()
        >
            {may_create
                .then(|| {
                    view! {
                        <a class="button primary" href=new>
                            <Draw icon=Icon::Plus />
                            "Create new token"
                        </a>
                    }
                })}
        </PageHeader>
        {facts(&consumer)}
        {if may_create {
            view! {
                <RenameForm consumer=consumer.clone() changes />
                <SigningForm consumer changes />
            }
                .into_any()
        } else {
            view! {
                <section class="card">
                    <div class="card-body">
                        <Locked what="Changing this consumer" right=Right::CreateApiTokens />
                    </div>
                </section>
            }
                .into_any()
        }}
        {its_tokens(tokens, rights, address)}
        <section class="card risky" aria-labelledby="delete">
            <div class="card-header">
                <h2 id="delete">"Delete this consumer"</h2>
                {rights
                    .has(Right::RevokeApiTokens)
                    .then(|| {
                        view! {
                            <a class="button danger" href=delete data-noscroll>
                                "Delete consumer"
                            </a>
                        }
                    })}
                <p>"Its tokens stop working with it."</p>
            </div>
            {(!rights.has(Right::RevokeApiTokens))
                .then(|| {
                    view! {
                        <div class="card-body">
                            <Locked what="Deleting consumers" right=Right::RevokeApiTokens />
                        </div>
                    }
                })}
        </section>
    }
}

fn facts(consumer: &Consumer) -> impl IntoView + use<> {
    view! {
        <section class="card" aria-labelledby="facts">
            <div class="card-header">
                <h2 id="facts">"About this consumer"</h2>
            </div>
            <dl class="facts">
                <div>
                    <dt>"Consumer key"</dt>
                    <dd>
                        <span class="key">
                            <code>{consumer.key.clone()}</code>
                            <Copy text=consumer.key.clone() what="Consumer key" compact=true />
                        </span>
                    </dd>
                </div>
                <div>
                    <dt>"Working tokens"</dt>
                    <dd>{counted(consumer.tokens)}</dd>
                </div>
                <div>
                    <dt>"Created"</dt>
                    <dd>{created(consumer.created_at, consumer.created_by.clone())}</dd>
                </div>
            </dl>
        </section>
    }
}

/// All its tokens, those that ended too: what is about to be deleted should be seen.
fn its_tokens(tokens: TokenPage, rights: Rights, address: &Address) -> impl IntoView + use<> {
    let total = tokens.total;
    let shown = (total > 0).then(|| list(tokens, rights, address));
    view! {
        <section class="card" aria-labelledby="tokens">
            <div class="card-header">
                <h2 id="tokens">
                    "Tokens " {(total > 0).then(|| view! { <span class="count">{counted(total)}</span> })}
                </h2>
                {(total == 0).then(|| view! { <p>"None yet. The application needs one for each user that it acts for."</p> })}
            </div>
            {shown}
        </section>
    }
}
