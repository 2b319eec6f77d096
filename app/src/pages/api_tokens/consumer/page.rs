//! The page of a consumer.

use crate::components::data::card::Card;
use crate::components::data::delete_card::DeleteCard;
use crate::components::data::description_list::{Description, DescriptionList, KeyDescription};
use crate::components::data::page_header::PageHeader;
use crate::components::data::time::created;
use crate::components::feedback::notice::MissingRight;
use crate::components::overlay::dialog::Dialog as DialogBox;
use crate::components::reactive::suspend::suspend;
use crate::error::AppError;
use crate::icons::{Icon, IconView};
use crate::pages::api_tokens::DETAIL_BREADCRUMBS;
use crate::pages::api_tokens::access_denied::PageUnavailable;
use crate::pages::api_tokens::consumer::delete::DeleteConsumerDialog;
use crate::pages::api_tokens::consumer::forms::{RenameForm, SigningForm};
use crate::pages::api_tokens::data::{ConsumerData, load_consumer, load_token};
use crate::pages::api_tokens::list::tokens::{format_count, token_list};
use crate::pages::api_tokens::page_url::{Dialog, FormDraft, PageUrl, Route};
use crate::pages::api_tokens::token::revoke::revoke_dialog;
use crate::pages::page::Page;
use crate::query_string::use_page_url;
use crate::session::current_user;
use domain::accounts::rights::{Right, Rights};
use domain::oauth1::consumers::Consumer;
use domain::oauth1::tokens::{NewToken, Token, TokenPage};
use leptos::prelude::*;

/// Renders the page of a consumer: its details, the forms that change it, its tokens, and its deletion.
pub struct ConsumerPage {
    url: Memo<PageUrl>,
    /// The URL without the dialog. Opening or closing a dialog must not reload the page, which would discard unsaved input.
    without_dialog: Memo<PageUrl>,
    changes: RwSignal<u32>,
    data: Resource<Result<ConsumerData, AppError>>,
    /// The token of the revoke dialog.
    token_to_revoke: Resource<Option<Result<Token, AppError>>>,
}

impl Page for ConsumerPage {
    fn data() -> Self {
        let url = use_page_url(PageUrl::parse);
        let changes = RwSignal::new(0);
        let without_dialog = Memo::new(move |_| url.with(|url| url.with_dialog(None)));
        let data = Resource::new(
            move || (without_dialog.get(), changes.get()),
            |(url, _)| async move {
                match url.route {
                    Route::Consumer(id) => load_consumer(id, url.to_string()).await,
                    _ => Err(AppError::NotFound("consumer".to_owned())),
                }
            },
        );
        let token_to_revoke = Resource::new(
            move || {
                url.with(|url| match url.dialog {
                    Some(Dialog::RevokeToken(id)) => id,
                    _ => None,
                })
            },
            |id| async move { Some(load_token(id?).await.map(|data| data.token)) },
        );
        Self {
            url,
            without_dialog,
            changes,
            data,
            token_to_revoke,
        }
    }

    fn view(this: Self) -> AnyView {
        let ConsumerPage {
            url,
            without_dialog,
            changes,
            data,
            token_to_revoke,
        } = this;
        let user = current_user();
        let content = move || {
            let url = without_dialog.get();
            suspend(async move {
                match (data.await, user.await) {
                    (Ok(data), Ok(me)) => page(data, me.rights, &url, changes).into_any(),
                    (Err(error), Ok(me)) => view! {
                        <PageHeader title="Consumer" breadcrumbs=DETAIL_BREADCRUMBS.to_vec() />
                        <PageUnavailable error me />
                    }
                    .into_any(),
                    (_, Err(_)) => ().into_any(),
                }
            })
        };
        let dialog = Memo::new(move |_| url.with(|url| url.dialog.clone()));
        let dialog_view = move || {
            let dialog = dialog.get();
            let back = without_dialog.get_untracked().to_string();
            suspend(async move {
                let rights = user.await.ok()?.rights;
                match dialog? {
                    Dialog::RevokeToken(_) => {
                        let on_revoked = move || changes.update(|changes| *changes += 1);
                        Some(revoke_dialog(token_to_revoke.await?, rights, back, on_revoked))
                    }
                    Dialog::DeleteConsumer(typed) => {
                        Some(delete_dialog(data.await.ok()?.consumer, typed, rights, back))
                    }
                    Dialog::NewConsumer(_) | Dialog::NewToken(_) => None,
                }
            })
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

fn delete_dialog(consumer: Consumer, typed: String, rights: Rights, back: String) -> AnyView {
    if rights.has(Right::RevokeApiTokens) {
        return view! { <DeleteConsumerDialog consumer typed back /> }.into_any();
    }
    view! {
        <DialogBox title=format!("Delete “{}”?", consumer.name) back>
            <div class="dialog-body">
                <MissingRight to="delete consumers" right=Right::RevokeApiTokens />
            </div>
        </DialogBox>
    }
    .into_any()
}

fn page(data: ConsumerData, rights: Rights, url: &PageUrl, changes: RwSignal<u32>) -> impl IntoView + use<> {
    let ConsumerData { consumer, tokens } = data;
    let may_create = rights.has(Right::CreateApiTokens);
    let may_delete = rights.has(Right::RevokeApiTokens);
    let form = NewToken {
        consumer: consumer.id.to_string(),
        ..NewToken::default()
    };
    let new_token = PageUrl::default().with_dialog(Dialog::NewToken(form)).to_string();
    let delete = PageUrl::consumer(consumer.id)
        .with_dialog(Dialog::DeleteConsumer(String::new()))
        .to_string();
    // After a change, the forms show the saved values.
    let draft = url.draft.clone().filter(|_| changes.get_untracked() == 0);
    let (name, signing) = match draft {
        Some(FormDraft::Rename(name)) => (Some(name), None),
        Some(FormDraft::Signing(signing)) => (None, Some(signing)),
        None => (None, None),
    };
    view! {
        <PageHeader
            title=consumer.name.clone()
            lead="An application that uses the API."
            breadcrumbs=DETAIL_BREADCRUMBS.to_vec()
        >
            {may_create
                .then(|| {
                    view! {
                        <a class="button primary" href=new_token>
                            <IconView icon=Icon::Plus />
                            "Create new token"
                        </a>
                    }
                })}
        </PageHeader>
        {details_card(&consumer)}
        {if may_create {
            view! {
                <RenameForm consumer=consumer.clone() draft=name changes />
                <SigningForm consumer draft=signing changes />
            }
                .into_any()
        } else {
            view! {
                <section class="card">
                    <div class="card-body">
                        <MissingRight to="change this consumer" right=Right::CreateApiTokens />
                    </div>
                </section>
            }
                .into_any()
        }}
        {tokens_card(tokens, rights, url)}
        <DeleteCard what="consumer" url=may_delete.then_some(delete) help="Deleting it also revokes all its tokens.">
            {(!may_delete)
                .then(|| {
                    view! {
                        <div class="card-body">
                            <MissingRight to="delete consumers" right=Right::RevokeApiTokens />
                        </div>
                    }
                })}
        </DeleteCard>
    }
}

fn details_card(consumer: &Consumer) -> impl IntoView + use<> {
    let tokens = format_count(consumer.tokens);
    let created = created(consumer.created_at, consumer.created_by.clone());
    let key = consumer.key.clone();
    view! {
        <Card id="about" title="About this consumer">
            <DescriptionList>
                <KeyDescription term="Consumer key" key />
                <Description term="Active tokens">{tokens}</Description>
                <Description term="Created">{created}</Description>
            </DescriptionList>
        </Card>
    }
}

/// Renders the card with all tokens of the consumer, including revoked and expired ones: deleting the consumer deletes them
/// too.
fn tokens_card(tokens: TokenPage, rights: Rights, url: &PageUrl) -> impl IntoView + use<> {
    let total = tokens.total;
    let table = (total > 0).then(|| token_list(tokens, rights, url));
    view! {
        <section class="card" aria-labelledby="tokens">
            <div class="card-header">
                <h2 id="tokens">
                    "Tokens " {(total > 0).then(|| view! { <span class="count">{format_count(total)}</span> })}
                </h2>
                {(total == 0).then(|| view! { <p>"No tokens yet. Create one for each user this application acts for."</p> })}
            </div>
            {table}
        </section>
    }
}
