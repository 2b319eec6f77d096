//! Lazy-loaded bundles of pages. Pages that link to each other share a bundle, so that the browser fetches one file. One
//! bundle per page would split the code that pairs of pages share into dozens of files.

use crate::pages::account::connected_apps::ConnectedAppsPage;
use crate::pages::account::sessions::SessionsPage;
use crate::pages::api_tokens::{ApiTokensPage, ConsumerPage, TokenPage};
use crate::pages::auth::setup::SetupPage;
use crate::pages::auth::sign_in::SignInPage;
use crate::pages::auth::signed_in::SignedInPage;
use crate::pages::consent::oauth1::AuthorisePage;
use crate::pages::consent::oauth2::Oauth2AuthorisePage;
use crate::pages::integration::{
    DevelopersPage, FieldsPage, HistoryPage, ImplementationsPage, IntegrationSettingsPage, LogsPage,
};
use crate::pages::oauth_apps::{NewOauthAppPage, OauthAppPage, OauthAppsPage};
use crate::pages::page::Page;
use crate::pages::sections::{AssetTrackingPage, SubscriptionPage, SupportPage};
use crate::pages::settings::SettingsPage;
use crate::pages::settings::permissions::PermissionsPage;
use crate::pages::settings::portal_settings::PortalSettingsPage;
use leptos::prelude::*;
use leptos_router::LazyRoute;
use leptos_router::hooks::use_location;
#[cfg(not(debug_assertions))]
use leptos_router::lazy_route;

/// Returns the current path without a trailing slash.
fn current_path() -> String {
    let path = use_location().pathname.get_untracked();
    path.strip_suffix('/').unwrap_or(&path).to_owned()
}

/// Defines a bundle: its name, and its pages with their paths.
///
/// Only release builds are split. `cargo leptos watch` does not split by default, and code that expects a split build
/// fails in the browser without one.
macro_rules! lazy_bundle {
    ($(#[$meta:meta])* $bundle:ident { $($path:pat $(if $guard:expr)? => $name:ident($page:ty),)* }) => {
        $(#[$meta])*
        pub enum $bundle {
            $(
                /// The page of a route.
                $name($page),
            )*
        }

        impl $bundle {
            fn render(self) -> AnyView {
                match self {
                    $(Self::$name(page) => Page::view(page),)*
                }
            }
        }

        #[cfg_attr(not(debug_assertions), lazy_route)]
        impl LazyRoute for $bundle {
            fn data() -> Self {
                match current_path().as_str() {
                    $($path $(if $guard)? => Self::$name(Page::data()),)*
                }
            }

            #[cfg(not(debug_assertions))]
            fn view(this: Self) -> AnyView {
                this.render()
            }

            #[cfg(debug_assertions)]
            async fn view(this: Self) -> AnyView {
                this.render()
            }
        }
    };
}

lazy_bundle! {
    /// The pages outside the layout.
    AuthPages {
        "/setup" => Setup(SetupPage),
        "/oauth1/authorise" => Authorise(AuthorisePage),
        "/oauth2/authorise" => Oauth2Authorise(Oauth2AuthorisePage),
        _ => SignIn(SignInPage),
    }
}

lazy_bundle! {
    /// The placeholder pages of sections in the sidebar.
    SectionPages {
        "/asset-tracking" => Tracking(AssetTrackingPage),
        "/subscription" => Subscription(SubscriptionPage),
        _ => Support(SupportPage),
    }
}

lazy_bundle! {
    /// The integration pages.
    IntegrationPages {
        "/integration/fields" => Fields(FieldsPage),
        "/integration/implementations" => Implementations(ImplementationsPage),
        "/integration/logs" => Logs(LogsPage),
        "/integration/history" => History(HistoryPage),
        "/integration/developers" => Developers(DevelopersPage),
        _ => Settings(IntegrationSettingsPage),
    }
}

lazy_bundle! {
    /// The settings pages of the account and of the user.
    SettingsPages {
        "/sessions" => Sessions(SessionsPage),
        "/connected-apps" => ConnectedApps(ConnectedAppsPage),
        "/signed-in" => SignedIn(SignedInPage),
        "/settings/permissions" => Permissions(PermissionsPage),
        "/settings/portal" => Portal(PortalSettingsPage),
        _ => Settings(SettingsPage),
    }
}

lazy_bundle! {
    /// The API tokens pages.
    ApiTokensPages {
        path if path.contains("/tokens/") => Token(TokenPage),
        path if path.contains("/consumers/") => Consumer(ConsumerPage),
        _ => List(ApiTokensPage),
    }
}

lazy_bundle! {
    /// The OAuth apps pages.
    OauthAppsPages {
        "/settings/portal/oauth-apps" => List(OauthAppsPage),
        "/settings/portal/oauth-apps/new" => New(NewOauthAppPage),
        _ => App(OauthAppPage),
    }
}
