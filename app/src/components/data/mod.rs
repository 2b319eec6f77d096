//! Components that display data.

pub mod copy;
pub mod link_card;
pub mod list_card;
pub mod page_header;
pub mod time;
