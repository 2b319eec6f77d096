//! Components that several pages use.

pub mod data;
pub mod feedback;
pub mod forms;
pub mod navigation;
pub mod overlay;
pub mod reactive;
