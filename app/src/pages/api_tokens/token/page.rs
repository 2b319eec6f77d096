//! The page of a token.

use crate::components::data::card::Card;
use crate::components::data::code_block::CodeBlock;
use crate::components::data::description_list::{Description, DescriptionList, KeyDescription};
use crate::components::data::page_header::PageHeader;
use crate::components::data::time::{Time, created};
use crate::components::feedback::notice::MissingRight;
use crate::components::reactive::dynamic::dynamic;
use crate::components::reactive::suspend::suspend;
use crate::effect::memo;
use crate::error::AppError;
use crate::icons::{Icon, IconView};
use crate::page_data::PageData;
use crate::pages::api_tokens::DETAIL_BREADCRUMBS;
use crate::pages::api_tokens::access_denied::PageUnavailable;
use crate::pages::api_tokens::data::{TokenData, load_token};
use crate::pages::api_tokens::list::tokens::{last_used, state_badge};
use crate::pages::api_tokens::page_url::{Dialog, PageUrl, Route};
use crate::pages::api_tokens::token::examples::examples;
use crate::pages::api_tokens::token::revoke::revoke_dialog;
use crate::pages::page::Page;
use crate::routing::query_string::use_page_url;
use crate::session::current_user;
use domain::accounts::rights::{Right, Rights};
use domain::oauth1::tokens::Token;
use domain::time::Timestamp;
use leptos::prelude::*;

/// Renders the page of a token: its details and example requests.
pub struct TokenPage {
    url: Memo<PageUrl>,
    data: PageData<TokenData>,
}

impl Page for TokenPage {
    fn data() -> Self {
        let url = use_page_url(PageUrl::parse);
        // Reloaded when the dialog closes: the token may have been revoked.
        let data = PageData::new(
            move || url.with(|url| (url.route, url.dialog.is_some())),
            |(route, _)| async move {
                match route {
                    Route::Token(id) => load_token(id).await,
                    _ => Err(AppError::NotFound("token".to_owned())),
                }
            },
        );
        Self { url, data }
    }

    fn view(this: Self) -> AnyView {
        let TokenPage { url, data } = this;
        let user = current_user();
        let content = dynamic(move || {
            suspend(async move {
                match (data.await, user.await) {
                    (Ok(data), Ok(me)) => page(data, me.rights).into_any(),
                    (Err(error), Ok(me)) => view! {
                        <PageHeader title="Token" breadcrumbs=DETAIL_BREADCRUMBS.to_vec() />
                        <PageUnavailable error me />
                    }
                    .into_any(),
                    (_, Err(_)) => ().into_any(),
                }
            })
        });
        let has_dialog = memo(move || url.with(|url| url.dialog.is_some()));
        let dialog_view = dynamic(move || {
            let has_dialog = has_dialog.get();
            let back = url.get_untracked().with_dialog(None).to_string();
            suspend(async move {
                let (data, me) = (data.await.ok()?, user.await.ok()?);
                has_dialog.then(|| revoke_dialog(Ok(data.token), me.rights, back, || ()))
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

fn page(data: TokenData, rights: Rights) -> impl IntoView {
    let TokenData {
        token,
        consumer_key,
        public_url,
    } = data;
    let lead = format!(
        "Acts on behalf of {} through the consumer {}.",
        token.user, token.consumer
    );
    let revoke = PageUrl::token(token.id)
        .with_dialog(Dialog::RevokeToken(None))
        .to_string();
    let may_revoke = rights.has(Right::RevokeApiTokens) && !token.state.has_ended();
    let example_card = example_card(&public_url, &consumer_key, &token.token);
    view! {
        <PageHeader title=token.integration.clone() lead breadcrumbs=DETAIL_BREADCRUMBS.to_vec()>
            {may_revoke
                .then(|| {
                    view! {
                        <a class="button quiet danger" href=revoke data-noscroll>
                            <IconView icon=Icon::Trash />
                            "Revoke"
                        </a>
                    }
                })}
        </PageHeader>
        {(!rights.has(Right::RevokeApiTokens))
            .then(|| view! { <MissingRight to="revoke this token" right=Right::RevokeApiTokens /> })}
        {details_card(token)}
        {example_card}
    }
}

fn details_card(token: Token) -> impl IntoView {
    let consumer = PageUrl::consumer(token.consumer_id).to_string();
    let time = |term: &'static str, at: Option<Timestamp>| {
        at.map(|at| {
            view! {
                <Description term>
                    <Time at />
                </Description>
            }
        })
    };
    let (expires, revoked) = (time("Expires", token.expires_at), time("Revoked", token.revoked_at));
    view! {
        <Card id="about" title="About this token">
            <DescriptionList>
                <Description term="State">{state_badge(token.state)}</Description>
                <Description term="User">{token.user} <small>{token.user_email}</small></Description>
                <Description term="Consumer">
                    <a href=consumer>{token.consumer}</a>
                </Description>
                <Description term="Integration">{token.integration}</Description>
                <KeyDescription term="Token" key=token.token />
                <Description term="Created">{created(token.created_at, token.created_by)}</Description>
                {expires}
                {revoked}
                <Description term="Last used">{last_used(token.last_used_at, token.last_used_from)}</Description>
            </DescriptionList>
        </Card>
    }
}

/// Renders the example in three languages. The tabs are radio buttons, which work without script.
fn example_card(public_url: &str, consumer_key: &str, token: &str) -> impl IntoView + use<> {
    let examples = examples(public_url, consumer_key, token);
    let tabs = examples.iter().enumerate().map(|(index, example)| {
        view! {
            <label>
                <input type="radio" name="example" value=example.code checked=index == 0 />
                {example.label}
            </label>
        }
    });
    let tabs = tabs.collect_view();
    let panels = examples.into_iter().map(|example| {
        let what = format!("{} example", example.label);
        view! {
            <div class="tab">
                <CodeBlock what code=example.text />
            </div>
        }
    });
    let panels = panels.collect_view();
    view! {
        <Card
            id="example"
            title="Example request"
            help="Replace the placeholders with the consumer secret and token secret."
        >
            <fieldset class="tab-group">
                <legend class="visually-hidden">"Language of the example"</legend>
                {tabs}
                {panels}
            </fieldset>
        </Card>
    }
}
