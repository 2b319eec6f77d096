//! Placeholder pages of sections that are not available yet.

use crate::components::data::page_header::PageHeader;
use crate::icons::{Icon, IconView};
use crate::pages::page::Page;
use leptos::prelude::*;

/// Renders a placeholder page, which describes the section.
#[component]
fn ComingSoon(title: &'static str, lead: &'static str, icon: Icon, children: Children) -> impl IntoView {
    view! {
        <div class="page">
            <PageHeader title lead />
            <section class="card message">
                <span class="icon-badge large">
                    <IconView icon size="large" />
                </span>
                <div>
                    <h2>"Coming soon"</h2>
                    {children()}
                </div>
            </section>
        </div>
    }
    .into_any()
}

/// The Asset tracking page.
pub struct AssetTrackingPage;

impl Page for AssetTrackingPage {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! {
            <ComingSoon
                title="Asset tracking"
                lead="Which assets are used across your implementations."
                icon=Icon::Tracking
            >
                <p>"Monitor which assets are used, and where. For the XP/XM connector only."</p>
            </ComingSoon>
        }
        .into_any()
    }
}

/// The Subscription page.
pub struct SubscriptionPage;

impl Page for SubscriptionPage {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! {
            <ComingSoon title="Subscription" lead="Your subscription and its details." icon=Icon::Subscription>
                <p>
                    "View your current subscription status, billing information and subscription details."
                </p>
            </ComingSoon>
        }
        .into_any()
    }
}

/// The Support ticket page.
pub struct SupportPage;

impl Page for SupportPage {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! {
            <ComingSoon title="Support ticket" lead="Support tickets and help." icon=Icon::Support>
                <p>"Submit support tickets and find help directly from the portal."</p>
            </ComingSoon>
        }
        .into_any()
    }
}
