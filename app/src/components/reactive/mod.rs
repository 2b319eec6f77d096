//! Reactive helpers: asynchronous views, data that is loaded again, and tasks that end with their owner.

pub mod dynamic;
pub mod pointer;
pub mod reload;
pub mod suspend;
pub mod task_scope;
