//! Portal settings: the settings of the whole account.

use crate::components::data::link_card::{LinkCard, LinkCards, LockedCard};
use crate::components::data::page_header::PageHeader;
use crate::components::feedback::error_message::ErrorMessage;
use crate::components::reactive::dynamic::dynamic;
use crate::components::reactive::suspend::suspend;
use crate::error::AppError;
use crate::icons::Icon;
use crate::page_data::PageData;
use crate::pages::page::Page;
use crate::session::{contact, current_user};
use domain::accounts::features::Feature;
use domain::accounts::rights::Right;
use domain::accounts::users::CurrentUser;
use leptos::prelude::*;

/// The Portal settings page.
pub struct PortalSettingsPage {
    contact: PageData<String>,
}

impl Page for PortalSettingsPage {
    fn data() -> Self {
        Self {
            contact: PageData::new(|| (), |()| contact()),
        }
    }

    fn view(this: Self) -> AnyView {
        let PortalSettingsPage { contact } = this;
        let user = current_user();
        let links = dynamic(move || {
            suspend(async move {
                match (user.await, contact.await) {
                    (Ok(me), Ok(_)) if !me.rights.has(Right::AdminSettings) => {
                        view! { <ErrorMessage error=AppError::Forbidden(Right::AdminSettings) /> }.into_any()
                    }
                    (Ok(me), Ok(contact)) => view! { <PortalSettingsLinks me contact /> }.into_any(),
                    (Err(error), _) | (_, Err(error)) => view! { <ErrorMessage error /> }.into_any(),
                }
            })
        });
        view! {
            <div class="page">
                <PageHeader
                    title="Portal settings"
                    lead="Settings for the whole account."
                    breadcrumbs=vec![("/settings", "Settings")]
                />
                <Suspense>{links}</Suspense>
            </div>
        }
        .into_any()
    }
}

#[component]
fn PortalSettingsLinks(me: CurrentUser, contact: String) -> impl IntoView {
    const TITLE: &str = "API tokens";
    let api_tokens = if !me.features.contains(&Feature::ApiTokens) {
        let reason = format!("Not enabled for this account. Ask {contact}.");
        view! { <LockedCard title=TITLE reason /> }.into_any()
    } else if !me.rights.can_open_api_tokens_page() {
        let labels: Vec<&str> = Right::API_TOKENS_PAGE.iter().map(|right| right.label()).collect();
        let reason = format!("You need one of these rights: {}. Ask {contact}.", labels.join(", "));
        view! { <LockedCard title=TITLE reason /> }.into_any()
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
    let oauth_apps = if me.rights.has(Right::ManageOauthApps) {
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
        let reason = format!("You need the {} right. Ask {contact}.", Right::ManageOauthApps.label());
        view! { <LockedCard title="OAuth apps" reason /> }.into_any()
    };
    view! {
        <LinkCards id="account" title="Account">
            {api_tokens} {oauth_apps}
        </LinkCards>
    }
    .into_any()
}
