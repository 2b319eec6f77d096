//! Sections that are still to come. Each says what it will be for, and offers nothing that does not work yet.

use crate::components::data::page_header::PageHeader;
use crate::icons::{Draw, Icon};
use crate::pages::page::Page;
use leptos::prelude::*;

/// A section that is still to come: what it will hold, in the guide's words.
#[component]
fn ToCome(title: &'static str, lead: &'static str, icon: Icon, children: Children) -> impl IntoView {
    view! {
        <div class="page">
            <PageHeader title lead />
            <section class="card message">
                <span class="arch large">
                    <Draw icon size="large" />
                </span>
                <div>
                    <h2>"This section is not there yet"</h2>
                    {children()}
                </div>
            </section>
        </div>
    }
    .into_any()
}

/// Asset tracking.
pub struct AssetTrackingPage;

impl Page for AssetTrackingPage {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! {
            <ToCome
                title="Asset tracking"
                lead="Which assets are used across your implementations."
                icon=Icon::Tracking
            >
                <p>"Here you will monitor which assets are used, and where. It is for the XP/XM connector only."</p>
            </ToCome>
        }
        .into_any()
    }
}

/// Subscription.
pub struct SubscriptionPage;

impl Page for SubscriptionPage {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! {
            <ToCome title="Subscription" lead="Your subscription and its details." icon=Icon::Subscription>
                <p>
                    "Here you will view your current subscription status, billing information and subscription details."
                </p>
            </ToCome>
        }
        .into_any()
    }
}

/// Support ticket.
pub struct SupportPage;

impl Page for SupportPage {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! {
            <ToCome title="Support ticket" lead="Support tickets and help." icon=Icon::Support>
                <p>"Here you will submit support tickets and find help, directly from the portal."</p>
            </ToCome>
        }
        .into_any()
    }
}
