//! The page of a consumer.

use crate::components::data::card::Card;
use crate::components::data::delete_card::DeleteCard;
use crate::components::data::description_list::{Description, DescriptionList, KeyDescription};
use crate::components::data::page_header::PageHeader;
use crate::components::data::time::created;
use crate::components::feedback::notice::MissingRight;
use crate::components::forms::form_card::PageReload;
use crate::components::overlay::dialog::Dialog as DialogBox;
use crate::components::reactive::dynamic::dynamic;
use crate::components::reactive::reload::reload_on_change;
use crate::components::reactive::suspend::suspend;
use crate::effect::memo;
use crate::error::AppError;
use crate::icons::{Icon, IconView};
use crate::page_data::PageData;
use crate::pages::api_tokens::DETAIL_BREADCRUMBS;
use crate::pages::api_tokens::access_denied::PageUnavailable;
use crate::pages::api_tokens::consumer::delete::DeleteConsumerDialog;
use crate::pages::api_tokens::consumer::forms::{RenameForm, SigningForm};
use crate::pages::api_tokens::data::{ConsumerData, load_consumer, load_token};
use crate::pages::api_tokens::list::tokens::{format_count, token_list};
use crate::pages::api_tokens::page_url::{Dialog, FormDraft, PageUrl, Route};
use crate::pages::api_tokens::token::revoke::revoke_dialog;
use crate::pages::page::Page;
use crate::routing::query_string::use_page_url;
use crate::session::current_user;
use domain::accounts::rights::{Right, Rights};
use domain::ids::ConsumerId;
use domain::oauth1::consumers::Consumer;
use domain::oauth1::tokens::{NewToken, Token, TokenPage};
use leptos::prelude::*;
use std::sync::Arc;

/// The data of a page and the URL that it was loaded at.
type LoadedPage = (PageUrl, Arc<ConsumerData>);

/// Renders the page of a consumer: its details, the forms that change it, its tokens, and its deletion.
pub struct ConsumerPage {
    url: Memo<PageUrl>,
    route: Memo<Route>,
    /// The URL without the dialog, because opening or closing a dialog doesn't change the data.
    without_dialog: Memo<PageUrl>,
    /// The data when the page was opened.
    data: PageData<ConsumerData>,
    /// The token of the revoke dialog.
    token_to_revoke: PageData<Option<Token>>,
}

impl Page for ConsumerPage {
    fn data() -> Self {
        let url = use_page_url(PageUrl::parse);
        let without_dialog = memo(move || url.with(|url| url.with_dialog(None)));
        let route = memo(move || url.with(|url| url.route));
        let data = PageData::new(move || route.get(), move |_| load(without_dialog.get_untracked()));
        let token_to_revoke = PageData::new(
            move || {
                url.with(|url| match url.dialog {
                    Some(Dialog::RevokeToken(id)) => id,
                    _ => None,
                })
            },
            |id| async move {
                match id {
                    Some(id) => load_token(id).await.map(|data| Some(data.token)),
                    None => Ok(None),
                }
            },
        );
        Self {
            url,
            route,
            without_dialog,
            data,
            token_to_revoke,
        }
    }

    fn view(this: Self) -> AnyView {
        let ConsumerPage {
            url,
            route,
            without_dialog,
            data,
            token_to_revoke,
        } = this;
        let user = current_user();
        let changes = RwSignal::new(0);
        let reloaded = reload_on_change(
            move || (without_dialog.get(), changes.get()),
            |(url, _)| async move {
                let data = load(url.clone()).await;
                Some((url, data.map(Arc::new)))
            },
        );
        // The data of another consumer, whose page was shown before, doesn't count.
        let last = move || {
            let route = route.get();
            reloaded.get().filter(|(url, _)| url.route == route)
        };
        let reload_error = memo(move || last()?.1.err());
        let content = dynamic(move || {
            let reload_error = reload_error.get();
            suspend(async move {
                let first = match reload_error {
                    Some(error) => Err(error),
                    None => data.await,
                };
                match (first, user.await) {
                    (Ok(first), Ok(me)) => {
                        let first = (without_dialog.get_untracked(), Arc::new(first));
                        let loaded = Signal::derive(move || match last() {
                            Some((url, Ok(data))) => (url, data),
                            _ => first.clone(),
                        });
                        page(loaded, me.rights, changes).into_any()
                    }
                    (Err(error), Ok(me)) => view! {
                        <PageHeader title="Consumer" breadcrumbs=DETAIL_BREADCRUMBS.to_vec() />
                        <PageUnavailable error me />
                    }
                    .into_any(),
                    (_, Err(_)) => ().into_any(),
                }
            })
        });
        let dialog = memo(move || url.with(|url| url.dialog.clone()));
        let dialog_view = dynamic(move || {
            let dialog = dialog.get();
            let back = without_dialog.get_untracked().to_string();
            suspend(async move {
                let rights = user.await.ok()?.rights;
                match dialog? {
                    Dialog::RevokeToken(_) => {
                        let on_revoked = move || changes.update(|changes| *changes += 1);
                        Some(revoke_dialog(
                            token_to_revoke.await.transpose()?,
                            rights,
                            back,
                            on_revoked,
                        ))
                    }
                    Dialog::DeleteConsumer(typed) => {
                        let consumer = match last() {
                            Some((_, data)) => data.ok()?.consumer.clone(),
                            None => data.await.ok()?.consumer,
                        };
                        Some(delete_dialog(consumer, typed, rights, back))
                    }
                    Dialog::NewConsumer(_) | Dialog::NewToken(_) => None,
                }
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

async fn load(url: PageUrl) -> Result<ConsumerData, AppError> {
    match url.route {
        Route::Consumer(id) => load_consumer(id, url.to_string()).await,
        _ => Err(AppError::NotFound("consumer".to_owned())),
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

fn page(loaded: Signal<LoadedPage>, rights: Rights, changes: RwSignal<u32>) -> impl IntoView {
    let (url, first) = loaded.get_untracked();
    let id = first.consumer.id;
    let consumer = memo(move || loaded.with(|(_, data)| data.consumer.clone()));
    let page_reload = PageReload {
        reloads: Signal::derive(move || loaded.track()),
        changes,
    };
    let may_create = rights.has(Right::CreateApiTokens);
    let may_delete = rights.has(Right::RevokeApiTokens);
    let delete = PageUrl::consumer(id)
        .with_dialog(Dialog::DeleteConsumer(String::new()))
        .to_string();
    let (name, signing) = match url.draft {
        Some(FormDraft::Rename(name)) => (Some(name), None),
        Some(FormDraft::Signing(signing)) => (None, Some(signing)),
        None => (None, None),
    };
    let title = memo(move || consumer.with(|consumer| consumer.name.clone()));
    view! {
        {dynamic(move || header(title.get(), id, may_create))}
        {dynamic(move || consumer.with(details_card))}
        {if may_create {
            view! {
                <RenameForm consumer draft=name page_reload />
                <SigningForm consumer draft=signing page_reload />
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
        {dynamic(move || loaded.with(|(url, data)| tokens_card(data.tokens.clone(), rights, url)))}
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

fn header(title: String, id: ConsumerId, may_create: bool) -> impl IntoView {
    let form = NewToken {
        consumer: id.to_string(),
        ..NewToken::default()
    };
    let new_token = PageUrl::default().with_dialog(Dialog::NewToken(form)).to_string();
    view! {
        <PageHeader title lead="An application that uses the API." breadcrumbs=DETAIL_BREADCRUMBS.to_vec()>
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
