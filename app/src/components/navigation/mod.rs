//! Navigation between pages: focus, redirects, the browser's history, and ended sessions.

pub mod history_guard;
pub mod redirects;
pub mod route_focus;
pub mod session_ended;
pub mod tabs;
