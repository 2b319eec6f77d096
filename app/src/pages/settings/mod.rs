//! The Settings section, which links to its pages.

pub mod permissions;
pub mod portal_settings;

use crate::components::data::link_card::{LinkCard, LinkCards, LockedCard};
use crate::components::data::page_header::PageHeader;
use crate::components::feedback::error_message::ErrorMessage;
use crate::components::feedback::notice::{Notice, NoticeKind};
use crate::components::reactive::dynamic::dynamic;
use crate::components::reactive::suspend::suspend;
use crate::icons::Icon;
use crate::page_data::PageData;
use crate::pages::page::Page;
use crate::session::{contact, current_user};
use domain::accounts::rights::Right;
use domain::accounts::users::CurrentUser;
use leptos::prelude::*;

/// The Settings section.
pub struct SettingsPage {
    contact: PageData<String>,
}

impl Page for SettingsPage {
    fn data() -> Self {
        Self {
            contact: PageData::new(|| (), |()| contact()),
        }
    }

    fn view(this: Self) -> AnyView {
        let SettingsPage { contact } = this;
        let user = current_user();
        let links = dynamic(move || {
            suspend(async move {
                match (user.await, contact.await) {
                    (Ok(me), Ok(contact)) => view! { <SettingsLinks me contact /> }.into_any(),
                    (Err(error), _) | (_, Err(error)) => view! { <ErrorMessage error /> }.into_any(),
                }
            })
        });
        view! {
            <div class="page">
                <PageHeader title="Settings" lead="Settings and permissions of your account." />
                <Suspense>{links}</Suspense>
            </div>
        }
        .into_any()
    }
}

#[component]
fn SettingsLinks(me: CurrentUser, contact: String) -> impl IntoView {
    let advanced = if me.rights.has(Right::AdminSettings) {
        view! {
            <LinkCard
                href="/settings/portal"
                icon=Icon::Settings
                title="Portal settings"
                help="Account-wide settings, including API tokens"
            />
        }
        .into_any()
    } else {
        let reason = format!("You need the {} right", Right::AdminSettings.label());
        view! { <LockedCard title="Portal settings" reason /> }.into_any()
    };
    let notice = (!me.rights.has(Right::AdminSettings)).then(|| {
        view! {
            <Notice kind=NoticeKind::Info>
                <p>
                    "You need the " <strong>{Right::AdminSettings.label()}</strong>
                    " right to open the advanced settings. Your security profile (" <strong>{me.profile}</strong>
                    ") doesn’t include it. Ask " {contact} "."
                </p>
            </Notice>
        }
    });
    view! {
        {notice}
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
