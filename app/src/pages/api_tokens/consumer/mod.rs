//! A consumer: its page, its forms, and making and deleting one.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod forms;
pub(crate) mod page;
