pub mod oauth_apps;
