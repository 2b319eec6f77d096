//! Settings: the doors to its pages.

pub mod permissions;
pub mod portal_settings;

use crate::components::data::link_card::{ClosedCard, LinkCard, LinkCards};
use crate::components::data::page_header::PageHeader;
use crate::components::feedback::error_message::Problem;
use crate::components::feedback::notice::{Kind, Notice};
use crate::components::reactive::suspend::suspend;
use crate::error::Failure;
use crate::icons::Icon;
use crate::pages::page::Page;
use crate::session::{contact, current_user};
use domain::accounts::rights::Right;
use domain::accounts::users::Me;
use leptos::prelude::*;

/// The Settings section.
pub struct SettingsPage {
    contact: Resource<Result<String, Failure>>,
}

impl Page for SettingsPage {
    fn data() -> Self {
        Self {
            contact: Resource::new(|| (), |()| contact()),
        }
    }

    fn view(this: Self) -> AnyView {
        let SettingsPage { contact } = this;
        let user = current_user();
        let doors = move || {
            suspend(async move {
                match (user.await, contact.await) {
                    (Ok(me), Ok(contact)) => view! { <Doors me contact /> }.into_any(),
                    (Err(failure), _) | (_, Err(failure)) => view! { <Problem failure /> }.into_any(),
                }
            })
        };
        view! {
            <div class="page">
                <PageHeader title="Settings" lead="How the portal works for your account, and who may do what." />
                <Suspense>{doors}</Suspense>
            </div>
        }
        .into_any()
    }
}

#[component]
fn Doors(me: Me, contact: String) -> impl IntoView {
    let advanced = if me.rights.has(Right::AdminSettings) {
        view! {
            <LinkCard
                href="/settings/portal"
                icon=Icon::Settings
                title="Portal settings"
                help="API tokens and what else belongs to the account"
            />
        }
        .into_any()
    } else {
        let why = format!("Needs the right {}", Right::AdminSettings.label());
        view! { <ClosedCard title="Portal settings" why /> }.into_any()
    };
    let why = (!me.rights.has(Right::AdminSettings)).then(|| {
        view! {
            <Notice kind=Kind::Info>
                <p>
                    "Advanced settings need the right " <strong>{Right::AdminSettings.label()}</strong>
                    ", which your security profile " <strong>{me.profile}</strong> " does not have. Ask " {contact} "."
                </p>
            </Notice>
        }
    });
    view! {
        {why}
        <LinkCards id="advanced" title="Advanced settings">
            {advanced}
        </LinkCards>
        <LinkCards id="rights" title="Users & rights">
            <LinkCard
                href="/settings/permissions"
                icon=Icon::Users
                title="Permission management"
                help="Your security profile and the rights it gives you"
            />
        </LinkCards>
    }
    .into_any()
}
