//! Reactive helpers: asynchronous views, and tasks that end with their owner.

pub mod suspend;
pub mod sync_view;
pub mod task_scope;
