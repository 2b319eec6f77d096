//! Rendering of elements: to the document in the browser, and to HTML on the server.

#[cfg(not(feature = "ssr"))]
mod browser;
#[cfg(feature = "ssr")]
mod server;

#[cfg(not(feature = "ssr"))]
pub use browser::Element;
#[cfg(not(feature = "ssr"))]
pub(crate) use browser::{EventHandler, Reference};
#[cfg(feature = "ssr")]
pub use server::Element;
