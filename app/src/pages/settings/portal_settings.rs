//! Portal settings: what holds for the whole account.

use crate::components::data::link_card::{ClosedCard, LinkCard, LinkCards};
use crate::components::data::page_header::PageHeader;
use crate::components::feedback::error_message::Problem;
use crate::components::reactive::suspend::suspend;
use crate::error::Failure;
use crate::icons::Icon;
use crate::pages::page::Page;
use crate::session::{contact, current_user};
use domain::accounts::features::Feature;
use domain::accounts::rights::Right;
use domain::accounts::users::Me;
use leptos::prelude::*;

/// The page Portal settings.
pub struct PortalSettingsPage {
    contact: Resource<Result<String, Failure>>,
}

impl Page for PortalSettingsPage {
    fn data() -> Self {
        Self {
            contact: Resource::new(|| (), |()| contact()),
        }
    }

    fn view(this: Self) -> AnyView {
        let PortalSettingsPage { contact } = this;
        let user = current_user();
        let entries = move || {
            suspend(async move {
                match (user.await, contact.await) {
                    (Ok(me), Ok(_)) if !me.rights.has(Right::AdminSettings) => {
                        view! { <Problem failure=Failure::Forbidden(Right::AdminSettings) /> }.into_any()
                    }
                    (Ok(me), Ok(contact)) => view! { <Entries me contact /> }.into_any(),
                    (Err(failure), _) | (_, Err(failure)) => view! { <Problem failure /> }.into_any(),
                }
            })
        };
        view! {
            <div class="page">
                <PageHeader
                    title="Portal settings"
                    lead="What holds for the whole account."
                    crumbs=vec![("/settings", "Settings")]
                />
                <Suspense>{entries}</Suspense>
            </div>
        }
        .into_any()
    }
}

#[component]
fn Entries(me: Me, contact: String) -> impl IntoView {
    const TITLE: &str = "API tokens";
    let entry = if !me.features.contains(&Feature::ApiTokens) {
        let why = format!("Not enabled for this account. Ask {contact}.");
        view! { <ClosedCard title=TITLE why /> }.into_any()
    } else if !me.rights.open_api_tokens_page() {
        let labels: Vec<&str> = Right::API_TOKENS_PAGE.iter().map(|right| right.label()).collect();
        let why = format!("Needs one of the rights {}. Ask {contact}.", labels.join(", "));
        view! { <ClosedCard title=TITLE why /> }.into_any()
    } else {
        view! {
            <LinkCard
                href="/settings/portal/api-tokens"
                icon=Icon::Token
                title=TITLE
                help="OAuth 1 consumers and tokens for your applications"
            />
        }
        .into_any()
    };
    let apps = if me.rights.has(Right::ManageOauthApps) {
        view! {
            <LinkCard
                href="/settings/portal/oauth-apps"
                icon=Icon::Key
                title="OAuth apps"
                help="OAuth 2 apps for connectors and other applications"
            />
        }
        .into_any()
    } else {
        let why = format!("Needs the right {}. Ask {contact}.", Right::ManageOauthApps.label());
        view! { <ClosedCard title="OAuth apps" why /> }.into_any()
    };
    view! {
        <LinkCards id="account" title="Account">
            {entry} {apps}
        </LinkCards>
    }
    .into_any()
}
