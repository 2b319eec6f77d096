//! Components that display data.

pub mod card;
pub mod code_block;
pub mod copy;
pub mod data_table;
pub mod delete_card;
pub mod description_list;
pub mod empty_state;
pub mod link_card;
pub mod list_card;
pub mod page_header;
pub mod time;
