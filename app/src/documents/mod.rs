//! HTML documents that the server renders outside of the app, and the files that pages link.

#[cfg(feature = "ssr")]
pub(crate) mod error_page;
#[cfg(feature = "ssr")]
pub(crate) mod redirect_page;
#[cfg(feature = "ssr")]
pub(crate) mod signed_out_page;
#[cfg(feature = "ssr")]
pub(crate) mod site_files;
#[cfg(feature = "ssr")]
pub(crate) mod standalone_page;
