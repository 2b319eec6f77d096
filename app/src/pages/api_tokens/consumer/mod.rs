//! The page of a consumer, and the forms that create, change and delete one.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod forms;
pub(crate) mod page;
