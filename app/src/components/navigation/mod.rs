//! Moving between pages: focus, redirects, history, and sessions that end.

pub mod history_guard;
pub mod redirects;
pub mod route_focus;
pub mod session_ended;
