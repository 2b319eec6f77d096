//! Pages whose code comes in one piece: those that lead to each other. A browser fetches one file where each page by itself
//! would make it fetch dozens, as every two pages have some code in common that no third one has.

use super::api_tokens::{ApiTokensPage, ConsumerPage, TokenPage};
use super::authorise::AuthorisePage;
use super::connected_apps::ConnectedAppsPage;
use super::integration::{DevelopersPage, FieldsPage, HistoryPage, ImplementationsPage, LogsPage, SettingsTabPage};
use super::oauth_apps::{NewOauthAppPage, OauthAppPage, OauthAppsPage};
use super::oauth2::Oauth2AuthorisePage;
use super::page::Page;
use super::permissions::PermissionsPage;
use super::portal_settings::PortalSettingsPage;
use super::sections::{AssetTrackingPage, SubscriptionPage, SupportPage};
use super::sessions::SessionsPage;
use super::settings::SettingsPage;
use super::setup::SetupPage;
use super::sign_in::SignInPage;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use leptos_router::{LazyRoute, lazy_route};

/// The path that the router has come to, without a slash at its end.
fn here() -> String {
    let path = use_location().pathname.get_untracked();
    path.strip_suffix('/').unwrap_or(&path).to_owned()
}

/// The pages outside of the frame.
pub enum GatePages {
    Setup(SetupPage),
    Authorise(AuthorisePage),
    Oauth2Authorise(Oauth2AuthorisePage),
    SignIn(SignInPage),
}

#[lazy_route]
impl LazyRoute for GatePages {
    fn data() -> Self {
        match here().as_str() {
            "/setup" => Self::Setup(Page::data()),
            "/oauth1/authorise" => Self::Authorise(Page::data()),
            "/oauth2/authorise" => Self::Oauth2Authorise(Page::data()),
            _ => Self::SignIn(Page::data()),
        }
    }

    fn view(this: Self) -> AnyView {
        match this {
            GatePages::Setup(page) => Page::view(page),
            GatePages::Authorise(page) => Page::view(page),
            GatePages::Oauth2Authorise(page) => Page::view(page),
            GatePages::SignIn(page) => Page::view(page),
        }
    }
}

/// The sections of the side bar.
pub enum SectionPages {
    Tracking(AssetTrackingPage),
    Subscription(SubscriptionPage),
    Support(SupportPage),
}

#[lazy_route]
impl LazyRoute for SectionPages {
    fn data() -> Self {
        match here().as_str() {
            "/asset-tracking" => Self::Tracking(Page::data()),
            "/subscription" => Self::Subscription(Page::data()),
            _ => Self::Support(Page::data()),
        }
    }

    fn view(this: Self) -> AnyView {
        match this {
            SectionPages::Tracking(page) => Page::view(page),
            SectionPages::Subscription(page) => Page::view(page),
            SectionPages::Support(page) => Page::view(page),
        }
    }
}

/// Integration.
pub enum IntegrationPages {
    Implementations(ImplementationsPage),
    Logs(LogsPage),
    History(HistoryPage),
    Developers(DevelopersPage),
    Settings(SettingsTabPage),
    Fields(FieldsPage),
}

#[lazy_route]
impl LazyRoute for IntegrationPages {
    fn data() -> Self {
        match here().as_str() {
            "/integration/fields" => Self::Fields(Page::data()),
            "/integration/implementations" => Self::Implementations(Page::data()),
            "/integration/logs" => Self::Logs(Page::data()),
            "/integration/history" => Self::History(Page::data()),
            "/integration/developers" => Self::Developers(Page::data()),
            _ => Self::Settings(Page::data()),
        }
    }

    fn view(this: Self) -> AnyView {
        match this {
            IntegrationPages::Implementations(page) => Page::view(page),
            IntegrationPages::Logs(page) => Page::view(page),
            IntegrationPages::History(page) => Page::view(page),
            IntegrationPages::Developers(page) => Page::view(page),
            IntegrationPages::Settings(page) => Page::view(page),
            IntegrationPages::Fields(page) => Page::view(page),
        }
    }
}

/// Settings, the account’s and the person’s own.
pub enum SettingsPages {
    Sessions(SessionsPage),
    ConnectedApps(ConnectedAppsPage),
    Permissions(PermissionsPage),
    Portal(PortalSettingsPage),
    Settings(SettingsPage),
}

#[lazy_route]
impl LazyRoute for SettingsPages {
    fn data() -> Self {
        match here().as_str() {
            "/sessions" => Self::Sessions(Page::data()),
            "/connected-apps" => Self::ConnectedApps(Page::data()),
            "/settings/permissions" => Self::Permissions(Page::data()),
            "/settings/portal" => Self::Portal(Page::data()),
            _ => Self::Settings(Page::data()),
        }
    }

    fn view(this: Self) -> AnyView {
        match this {
            SettingsPages::Sessions(page) => Page::view(page),
            SettingsPages::ConnectedApps(page) => Page::view(page),
            SettingsPages::Permissions(page) => Page::view(page),
            SettingsPages::Portal(page) => Page::view(page),
            SettingsPages::Settings(page) => Page::view(page),
        }
    }
}

/// API tokens.
pub enum ApiTokensPages {
    Token(TokenPage),
    Consumer(ConsumerPage),
    List(ApiTokensPage),
}

#[lazy_route]
impl LazyRoute for ApiTokensPages {
    fn data() -> Self {
        match here().as_str() {
            path if path.contains("/tokens/") => Self::Token(Page::data()),
            path if path.contains("/consumers/") => Self::Consumer(Page::data()),
            _ => Self::List(Page::data()),
        }
    }

    fn view(this: Self) -> AnyView {
        match this {
            ApiTokensPages::Token(page) => Page::view(page),
            ApiTokensPages::Consumer(page) => Page::view(page),
            ApiTokensPages::List(page) => Page::view(page),
        }
    }
}

/// OAuth apps.
pub enum OauthAppsPages {
    List(OauthAppsPage),
    New(NewOauthAppPage),
    App(OauthAppPage),
}

#[lazy_route]
impl LazyRoute for OauthAppsPages {
    fn data() -> Self {
        match here().as_str() {
            "/settings/portal/oauth-apps" => Self::List(Page::data()),
            "/settings/portal/oauth-apps/new" => Self::New(Page::data()),
            _ => Self::App(Page::data()),
        }
    }

    fn view(this: Self) -> AnyView {
        match this {
            OauthAppsPages::List(page) => Page::view(page),
            OauthAppsPages::New(page) => Page::view(page),
            OauthAppsPages::App(page) => Page::view(page),
        }
    }
}
