//! Whole documents that the server writes besides the app's pages, and the style sheet's address.

#[cfg(feature = "ssr")]
pub(crate) mod error_page;
#[cfg(feature = "ssr")]
pub(crate) mod redirect_page;
#[cfg(feature = "ssr")]
pub(crate) mod standalone_page;
#[cfg(feature = "ssr")]
pub(crate) mod stylesheet;
