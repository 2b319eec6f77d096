//! Lazy-loaded bundles of pages. Pages that link to each other share a bundle, so that the browser fetches one file. One
//! bundle per page would split the code that pairs of pages share into dozens of files.

#[cfg(feature = "ssr")]
use crate::documents::site_files::preload_bundle;
use crate::pages::account::connected_apps::ConnectedAppsPage;
use crate::pages::account::password::PasswordPage;
use crate::pages::account::sessions::SessionsPage;
use crate::pages::api_tokens::{ApiTokensPage, ConsumerPage, TokenPage};
use crate::pages::auth::forgot_password::ForgotPasswordPage;
use crate::pages::auth::reset_password::ResetPasswordPage;
use crate::pages::auth::setup::SetupPage;
use crate::pages::auth::sign_in::SignInPage;
use crate::pages::auth::signed_in::SignedInPage;
use crate::pages::consent::oauth1::AuthorisePage;
use crate::pages::consent::oauth2::Oauth2AuthorisePage;
use crate::pages::integration::{
    DevelopersPage, FieldsPage, HistoryPage, ImplementationsPage, IntegrationSettingsPage, LogsPage,
};
use crate::pages::not_found::NotFoundPage;
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
    ($(#[$meta:meta])* $bundle:ident { $($path:pat $(if $guard:expr)? => $page:ty,)* }) => {
        $(#[$meta])*
        pub struct $bundle {
            path: String,
        }

        impl $bundle {
            fn render(&self) -> AnyView {
                #[cfg(feature = "ssr")]
                preload_bundle(stringify!($bundle));
                match self.path.as_str() {
                    $($path $(if $guard)? => <$page as Page>::view(<$page as Page>::data()),)*
                }
            }
        }

        #[cfg_attr(not(debug_assertions), lazy_route)]
        impl LazyRoute for $bundle {
            // Everything that this function uses is part of the base module, which every page loads, so the pages' data
            // is loaded in `view`.
            fn data() -> Self {
                Self { path: current_path() }
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
        "/setup" => SetupPage,
        "/forgot-password" => ForgotPasswordPage,
        "/reset-password" => ResetPasswordPage,
        "/oauth1/authorise" => AuthorisePage,
        "/oauth2/authorise" => Oauth2AuthorisePage,
        _ => SignInPage,
    }
}

lazy_bundle! {
    /// The placeholder pages of sections in the sidebar, and the page for all other paths.
    SectionPages {
        "/asset-tracking" => AssetTrackingPage,
        "/subscription" => SubscriptionPage,
        "/support" => SupportPage,
        _ => NotFoundPage,
    }
}

lazy_bundle! {
    /// The integration pages.
    IntegrationPages {
        "/integration/fields" => FieldsPage,
        "/integration/implementations" => ImplementationsPage,
        "/integration/logs" => LogsPage,
        "/integration/history" => HistoryPage,
        "/integration/developers" => DevelopersPage,
        _ => IntegrationSettingsPage,
    }
}

lazy_bundle! {
    /// The settings pages of the account and of the user.
    SettingsPages {
        "/sessions" => SessionsPage,
        "/connected-apps" => ConnectedAppsPage,
        "/password" => PasswordPage,
        "/signed-in" => SignedInPage,
        "/settings/permissions" => PermissionsPage,
        "/settings/portal" => PortalSettingsPage,
        _ => SettingsPage,
    }
}

lazy_bundle! {
    /// The API tokens pages.
    ApiTokensPages {
        path if path.contains("/tokens/") => TokenPage,
        path if path.contains("/consumers/") => ConsumerPage,
        _ => ApiTokensPage,
    }
}

lazy_bundle! {
    /// The OAuth apps pages.
    OauthAppsPages {
        "/settings/portal/oauth-apps" => OauthAppsPage,
        "/settings/portal/oauth-apps/new" => NewOauthAppPage,
        _ => OauthAppPage,
    }
}
