//! Pages whose code comes in one piece: those that lead to each other. A browser fetches one file where each page by itself
//! would make it fetch dozens, as every two pages have some code in common that no third one has.

use crate::pages::account::connected_apps::ConnectedAppsPage;
use crate::pages::account::sessions::SessionsPage;
use crate::pages::api_tokens::{ApiTokensPage, ConsumerPage, TokenPage};
use crate::pages::auth::setup::SetupPage;
use crate::pages::auth::sign_in::SignInPage;
use crate::pages::auth::signed_in::SignedInPage;
use crate::pages::consent::oauth1::AuthorisePage;
use crate::pages::consent::oauth2::Oauth2AuthorisePage;
use crate::pages::integration::{
    DevelopersPage, FieldsPage, HistoryPage, ImplementationsPage, LogsPage, SettingsTabPage,
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

/// The path that the router has come to, without a slash at its end.
fn here() -> String {
    let path = use_location().pathname.get_untracked();
    path.strip_suffix('/').unwrap_or(&path).to_owned()
}

/// A bundle: its name, and its pages with the paths that lead to them.
///
/// Only builds for release are split: `cargo leptos watch` does not split unless it is told to, and a build that is meant to
/// be split fails in the browser where it was not.
macro_rules! bundle {
    ($(#[$meta:meta])* $bundle:ident { $($path:pat $(if $guard:expr)? => $name:ident($page:ty),)* }) => {
        $(#[$meta])*
        pub enum $bundle {
            $($name($page),)*
        }

        impl $bundle {
            fn draw(self) -> AnyView {
                match self {
                    $(Self::$name(page) => Page::view(page),)*
                }
            }
        }

        #[cfg_attr(not(debug_assertions), lazy_route)]
        impl LazyRoute for $bundle {
            fn data() -> Self {
                match here().as_str() {
                    $($path $(if $guard)? => Self::$name(Page::data()),)*
                }
            }

            #[cfg(not(debug_assertions))]
            fn view(this: Self) -> AnyView {
                this.draw()
            }

            #[cfg(debug_assertions)]
            async fn view(this: Self) -> AnyView {
                this.draw()
            }
        }
    };
}

bundle! {
    /// The pages outside of the frame.
    GatePages {
        "/setup" => Setup(SetupPage),
        "/oauth1/authorise" => Authorise(AuthorisePage),
        "/oauth2/authorise" => Oauth2Authorise(Oauth2AuthorisePage),
        _ => SignIn(SignInPage),
    }
}

bundle! {
    /// The sections of the side bar.
    SectionPages {
        "/asset-tracking" => Tracking(AssetTrackingPage),
        "/subscription" => Subscription(SubscriptionPage),
        _ => Support(SupportPage),
    }
}

bundle! {
    /// Integration.
    IntegrationPages {
        "/integration/fields" => Fields(FieldsPage),
        "/integration/implementations" => Implementations(ImplementationsPage),
        "/integration/logs" => Logs(LogsPage),
        "/integration/history" => History(HistoryPage),
        "/integration/developers" => Developers(DevelopersPage),
        _ => Settings(SettingsTabPage),
    }
}

bundle! {
    /// Settings, the account’s and the person’s own.
    SettingsPages {
        "/sessions" => Sessions(SessionsPage),
        "/connected-apps" => ConnectedApps(ConnectedAppsPage),
        "/signed-in" => SignedIn(SignedInPage),
        "/settings/permissions" => Permissions(PermissionsPage),
        "/settings/portal" => Portal(PortalSettingsPage),
        _ => Settings(SettingsPage),
    }
}

bundle! {
    /// API tokens.
    ApiTokensPages {
        path if path.contains("/tokens/") => Token(TokenPage),
        path if path.contains("/consumers/") => Consumer(ConsumerPage),
        _ => List(ApiTokensPage),
    }
}

bundle! {
    /// OAuth apps.
    OauthAppsPages {
        "/settings/portal/oauth-apps" => List(OauthAppsPage),
        "/settings/portal/oauth-apps/new" => New(NewOauthAppPage),
        _ => App(OauthAppPage),
    }
}
