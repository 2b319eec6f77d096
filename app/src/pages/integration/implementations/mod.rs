//! The Implementations tab: CMS instances that use the connector API.

pub(crate) mod dialogs;
pub(crate) mod page;
