//! What all pages of the section share: the title, the ways to the other pages, and why one may be closed.

use crate::components::feedback::access_denied::{ClosedPage, rights_list};
use crate::components::feedback::error_message::{Problem, refusal};
use crate::components::navigation::route_focus::focus_on_arrival;
use crate::error::Failure;
use domain::accounts::rights::Right;
use domain::accounts::users::Me;
use leptos::prelude::*;
use leptos_meta::Title;

/// A page of the section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// The cards of the guide.
    Settings,
    /// What holds for each content field.
    Fields,
    /// The CMS instances.
    Implementations,
    /// What connectors have logged.
    Logs,
    /// The revisions of the settings.
    History,
    /// Snippets.
    Developers,
}

impl Tab {
    const ALL: [Self; 6] = [
        Self::Settings,
        Self::Fields,
        Self::Implementations,
        Self::Logs,
        Self::History,
        Self::Developers,
    ];

    /// Its address.
    #[must_use]
    pub fn path(self) -> &'static str {
        match self {
            Self::Settings => "/integration",
            Self::Fields => "/integration/fields",
            Self::Implementations => "/integration/implementations",
            Self::Logs => "/integration/logs",
            Self::History => "/integration/history",
            Self::Developers => "/integration/developers",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Settings => "Settings",
            Self::Fields => "Field settings",
            Self::Implementations => "Implementations",
            Self::Logs => "Remote logs",
            Self::History => "History",
            Self::Developers => "Developers",
        }
    }

    fn lead(self) -> &'static str {
        match self {
            Self::Settings => "API key, Bynder portal details and asset selector settings.",
            Self::Fields => "How the asset selector behaves for each content field.",
            Self::Implementations => "The CMS instances whose connectors use these settings.",
            Self::Logs => "What connectors have logged in the last 14 days.",
            Self::History => "Every change of these settings, who made it, and the way back.",
            Self::Developers => "What a program needs, with the values of this account.",
        }
    }
}

/// A page of the section under its title, below the ways to the others.
#[component]
pub fn Section(
    /// Which one.
    tab: Tab,
    /// What is on it.
    children: Children,
) -> impl IntoView {
    let heading = focus_on_arrival();
    let title = match tab {
        Tab::Settings => "Integration".to_owned(),
        tab => format!("{} · Integration", tab.label()),
    };
    let links = Tab::ALL.map(|other| {
        let current = (other == tab).then_some("page");
        view! {
            <a href=other.path() aria-current=current>
                {other.label()}
            </a>
        }
    });
    view! {
        <Title text=title />
        <div class="page">
            <header class="page-header">
                <div>
                    <h1 tabindex="-1" node_ref=heading>
                        "Integration"
                    </h1>
                    <p class="lead">{tab.lead()}</p>
                </div>
            </header>
            <nav class="parts" aria-label="Integration">
                {links.into_iter().collect_view()}
            </nav>
            {children()}
        </div>
    }
    .into_any()
}

/// What was read, as it is shown, or why it is not.
pub async fn shown<T>(
    data: Result<T, Failure>,
    user: Resource<Result<Me, Failure>>,
    show: impl FnOnce(T) -> AnyView,
) -> AnyView {
    match (data, user.await) {
        (Ok(data), Ok(_)) => show(data),
        (Err(failure @ Failure::Forbidden(Right::ManageIntegration)), Ok(me)) => closed(failure, me.profile),
        (Err(failure), Ok(_)) => view! { <Problem failure /> }.into_any(),
        (_, Err(failure)) => refusal("This page", failure),
    }
}

fn closed(_failure: Failure, profile: String) -> AnyView {
    #[cfg(feature = "ssr")]
    crate::components::feedback::error_message::set_status(&_failure);
    view! {
        <ClosedPage>
            <p>"It needs what your security profile " {profile} " does not have:"</p>
            {rights_list(&[Right::ManageIntegration])}
        </ClosedPage>
    }
    .into_any()
}
