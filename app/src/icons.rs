//! Icons on a 24 by 24 grid, drawn with strokes in the color of the text. They always accompany a label.

use leptos::prelude::*;

/// Lists the icons by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Icon {
    /// `integration`
    Integration,
    /// `tracking`
    Tracking,
    /// `subscription`
    Subscription,
    /// `support`
    Support,
    /// `settings`
    Settings,
    /// `user`
    User,
    /// `users`
    Users,
    /// `sessions`
    Sessions,
    /// `sign-out`
    SignOut,
    /// `key`
    Key,
    /// `token`
    Token,
    /// `consumer`
    Consumer,
    /// `plus`
    Plus,
    /// `search`
    Search,
    /// `copy`
    Copy,
    /// `check`
    Check,
    /// `lock`
    Lock,
    /// `warning`
    Warning,
    /// `info`
    Info,
    /// `success`
    Success,
    /// `error`
    Error,
    /// `close`
    Close,
    /// `menu`
    Menu,
    /// `chevron-down`
    ChevronDown,
    /// `chevron-right`
    ChevronRight,
    /// `sort-up`
    SortUp,
    /// `sort-down`
    SortDown,
    /// `trash`
    Trash,
    /// `edit`
    Edit,
    /// `external`
    External,
    /// `clock`
    Clock,
    /// `building`
    Building,
}

impl Icon {
    fn svg(self) -> &'static str {
        match self {
            Self::Integration => r#"<path d="M9 3v5M15 3v5M6.5 8h11v3.5a5.5 5.5 0 0 1-11 0zM12 17v4"/>"#,
            Self::Tracking => r#"<path d="M4 4v16h16"/><path d="m7.5 15 3.5-4.5 3 2.5 5-6.5"/>"#,
            Self::Subscription => {
                r#"<rect x="3" y="5.5" width="18" height="13" rx="2"/><path d="M3 10h18M7 14.75h4"/>"#
            }
            Self::Support => {
                r#"<circle cx="12" cy="12" r="9"/><circle cx="12" cy="12" r="3.75"/><path d="m5.7 5.7 3.6 3.6M14.7 14.7l3.6 3.6M18.3 5.7l-3.6 3.6M9.3 14.7l-3.6 3.6"/>"#
            }
            Self::Settings => {
                r#"<path d="M4 7h9M19 7h1M4 17h1M11 17h9"/><circle cx="16" cy="7" r="2.75"/><circle cx="8" cy="17" r="2.75"/>"#
            }
            Self::User => r#"<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5a7.5 7.5 0 0 1 15 0"/>"#,
            Self::Users => {
                r#"<circle cx="9" cy="8" r="3.5"/><path d="M2.5 20a6.5 6.5 0 0 1 13 0M16 4.8a3.5 3.5 0 0 1 0 6.4M18 14.2a6.5 6.5 0 0 1 3.5 5.8"/>"#
            }
            Self::Sessions => r#"<rect x="3" y="4.5" width="18" height="12" rx="2"/><path d="M8.5 20.5h7M12 16.5v4"/>"#,
            Self::SignOut => r#"<path d="M10 4H6a2 2 0 0 0-2 2v12a2 2 0 0 0 2 2h4M15 8l4 4-4 4M19 12H9.5"/>"#,
            Self::Key => {
                r#"<circle cx="7.75" cy="15.75" r="4.25"/><path d="M10.9 12.6 20 3.5M16.5 7l3 3M13.5 10l2 2"/>"#
            }
            Self::Token => {
                r#"<path d="M12 3 4.5 6v5.5c0 4.6 3.1 8 7.5 9.5 4.4-1.5 7.5-4.9 7.5-9.5V6z"/><path d="m8.75 12 2.25 2.25 4.25-4.5"/>"#
            }
            Self::Consumer => {
                r#"<rect x="3.5" y="3.5" width="7" height="7" rx="1.5"/><rect x="13.5" y="3.5" width="7" height="7" rx="1.5"/><rect x="3.5" y="13.5" width="7" height="7" rx="1.5"/><path d="M17 13.5v7M13.5 17h7"/>"#
            }
            Self::Plus => r#"<path d="M12 5v14M5 12h14"/>"#,
            Self::Search => r#"<circle cx="10.75" cy="10.75" r="6.25"/><path d="m15.5 15.5 5 5"/>"#,
            Self::Copy => {
                r#"<rect x="8.5" y="8.5" width="12" height="12" rx="2"/><path d="M15.5 5.5v-.001a2 2 0 0 0-2-2h-8a2 2 0 0 0-2 2v8a2 2 0 0 0 2 2"/>"#
            }
            Self::Check => r#"<path d="m5 12.5 4.5 4.5L19 7"/>"#,
            Self::Lock => {
                r#"<rect x="5" y="10.5" width="14" height="10" rx="2"/><path d="M8 10.5V7.5a4 4 0 0 1 8 0v3"/>"#
            }
            Self::Warning => r#"<path d="M12 3.5 2.5 20h19z"/><path d="M12 10v4.5M12 17.2v.05"/>"#,
            Self::Info => r#"<circle cx="12" cy="12" r="9"/><path d="M12 11v5.5M12 7.7v.05"/>"#,
            Self::Success => r#"<circle cx="12" cy="12" r="9"/><path d="m8 12.3 2.8 2.8L16 9.5"/>"#,
            Self::Error => r#"<circle cx="12" cy="12" r="9"/><path d="M12 7.5v5.5M12 16.25v.05"/>"#,
            Self::Close => r#"<path d="m6 6 12 12M18 6 6 18"/>"#,
            Self::Menu => r#"<path d="M4 6.5h16M4 12h16M4 17.5h16"/>"#,
            Self::ChevronDown => r#"<path d="m6 9.5 6 6 6-6"/>"#,
            Self::ChevronRight => r#"<path d="m9.5 6 6 6-6 6"/>"#,
            Self::SortUp => r#"<path d="M12 19V5M6.5 10.5 12 5l5.5 5.5"/>"#,
            Self::SortDown => r#"<path d="M12 5v14M6.5 13.5 12 19l5.5-5.5"/>"#,
            Self::Trash => r#"<path d="M4 6.5h16M9.5 6.5V4h5v2.5M6 6.5l1 14h10l1-14M10 10.5v6M14 10.5v6"/>"#,
            Self::Edit => r#"<path d="M4 20h4L19.5 8.5l-4-4L4 16zM13 7l4 4"/>"#,
            Self::External => {
                r#"<path d="M13.5 4H20v6.5M20 4l-9 9M17.5 14v4.5a2 2 0 0 1-2 2h-10a2 2 0 0 1-2-2v-10a2 2 0 0 1 2-2H10"/>"#
            }
            Self::Clock => r#"<circle cx="12" cy="12" r="9"/><path d="M12 7v5.25l3.5 2"/>"#,
            Self::Building => r#"<path d="M5 21V4.5h9V21M14 9.5h5V21M3 21h18M8 8.5h3M8 12.5h3M8 16.5h3"/>"#,
        }
    }
}

/// Renders an icon.
#[component]
pub fn IconView(
    /// The icon.
    icon: Icon,
    /// `small` or `large`; empty for the regular size.
    #[prop(optional)]
    size: &'static str,
) -> impl IntoView {
    let class = if size.is_empty() {
        "icon".to_owned()
    } else {
        format!("icon {size}")
    };
    view! { <svg class=class viewBox="0 0 24 24" aria-hidden="true" inner_html=icon.svg()></svg> }
}

/// Renders the logo.
#[component]
pub fn Logo() -> impl IntoView {
    view! { <svg class="logo" viewBox="0 0 32 32" aria-hidden="true" inner_html=LOGO_SVG></svg> }
}

const LOGO_SVG: &str = r#"<path fill="currentColor" d="M3 30V15a13 13 0 0 1 26 0v15h-4.5V15a8.5 8.5 0 0 0-17 0v15z"/><path fill="none" stroke="currentColor" stroke-width="2.25" d="M12.2 30V8M16 30V7M19.8 30V8M7 16.5h18M7 23h18"/>"#;
