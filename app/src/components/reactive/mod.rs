//! Reactive helpers: waiting for data, and tasks that end with their owner.

pub mod suspend;
pub mod sync_view;
pub mod task_scope;
