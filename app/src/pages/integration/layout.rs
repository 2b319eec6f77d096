//! Layout shared by all pages of the Integration section: title, tabs and error states.

use crate::components::feedback::access_denied::{AccessDenied, rights_list};
use crate::components::feedback::error_message::{ErrorMessage, access_error};
use crate::components::navigation::route_focus::focus_on_navigation;
use crate::components::navigation::tabs::{self, Tabs};
use crate::error::AppError;
use crate::page_data::PageData;
use domain::accounts::rights::Right;
use domain::accounts::users::CurrentUser;
use leptos::prelude::*;
use leptos_meta::Title;

/// Tabs of the Integration section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// API key, Bynder settings, global settings and advanced settings.
    Settings,
    /// Asset selector settings per content field.
    Fields,
    /// CMS instances with a connector.
    Implementations,
    /// Log records sent by connectors.
    Logs,
    /// Revisions of the settings.
    History,
    /// Code snippets.
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

    /// Returns the path of the tab's page.
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

    fn description(self) -> &'static str {
        match self {
            Self::Settings => "API key, Bynder portal details and asset selector settings.",
            Self::Fields => "How the asset selector behaves for each content field.",
            Self::Implementations => "CMS instances whose connectors use these settings.",
            Self::Logs => "Logs sent by connectors in the last 14 days.",
            Self::History => "Every change to these settings, with undo and restore.",
            Self::Developers => "Code snippets with your account’s values.",
        }
    }
}

/// Renders a page of the section below its title and tabs.
#[component]
pub fn IntegrationLayout(
    /// The selected tab.
    tab: Tab,
    /// The page's content.
    children: Children,
) -> impl IntoView {
    let heading = focus_on_navigation();
    let title = match tab {
        Tab::Settings => "Integration".to_owned(),
        tab => format!("{} · Integration", tab.label()),
    };
    let tabs = Tab::ALL.map(|other| tabs::Tab {
        url: other.path().to_owned(),
        label: other.label(),
        is_selected: other == tab,
    });
    view! {
        <Title text=title />
        <div class="page">
            <header class="page-header">
                <div>
                    <h1 tabindex="-1" node_ref=heading>
                        "Integration"
                    </h1>
                    <p class="lead">{tab.description()}</p>
                </div>
            </header>
            <Tabs label="Integration" tabs />
            {children()}
        </div>
    }
    .into_any()
}

/// Renders loaded data with `render`, or the error that prevented loading it.
pub async fn render_or_error<T>(
    data: Result<T, AppError>,
    user: PageData<CurrentUser>,
    render: impl FnOnce(T) -> AnyView,
) -> AnyView {
    match (data, user.await) {
        (Ok(data), Ok(_)) => render(data),
        (Err(error @ AppError::Forbidden(Right::ManageIntegration)), Ok(me)) => access_denied(error, me.profile),
        (Err(error), Ok(_)) => view! { <ErrorMessage error /> }.into_any(),
        (_, Err(error)) => access_error("open this page", error),
    }
}

fn access_denied(_error: AppError, profile: String) -> AnyView {
    #[cfg(feature = "ssr")]
    crate::components::feedback::error_message::set_status(&_error);
    view! {
        <AccessDenied>
            <p>"Your security profile (" {profile} ") is missing this right:"</p>
            {rights_list(&[Right::ManageIntegration])}
        </AccessDenied>
    }
    .into_any()
}
