//! Notices on a page.

use crate::components::reactive::dynamic::dynamic;
use crate::icons::{Icon, IconView};
use domain::accounts::rights::Right;
use leptos::prelude::*;

/// Lists the kinds of notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeKind {
    /// Information.
    Info,
    /// An action succeeded.
    Success,
    /// A warning.
    Warning,
    /// An error.
    Danger,
}

impl NoticeKind {
    fn class_and_icon(self) -> (&'static str, Icon) {
        match self {
            Self::Info => ("notice info", Icon::Info),
            Self::Success => ("notice success", Icon::Success),
            Self::Warning => ("notice warning", Icon::Warning),
            Self::Danger => ("notice danger", Icon::Error),
        }
    }
}

/// Renders a box with an icon and a message. Screen readers announce an error.
#[component]
pub fn Notice(
    /// The kind of notice.
    kind: NoticeKind,
    /// An optional title.
    #[prop(into, optional)]
    title: String,
    /// Whether it takes the focus when the page loads with it.
    #[prop(optional)]
    autofocus: bool,
    /// The message.
    children: Children,
) -> impl IntoView {
    let (class, icon) = kind.class_and_icon();
    let is_error = kind == NoticeKind::Danger;
    view! {
        <div
            class=class
            role=is_error.then_some("alert")
            tabindex=is_error.then_some("-1")
            autofocus=autofocus
        >
            <IconView icon />
            <div>
                {(!title.is_empty()).then(|| view! { <strong>{title}</strong> })}
                {children()}
            </div>
        </div>
    }
    .into_any()
}

/// Renders an error while there is one.
#[component]
pub fn ErrorNotice(
    /// The message, if there is an error.
    error: Signal<Option<String>>,
    /// Whether it takes the focus when the page loads with it.
    #[prop(optional)]
    autofocus: bool,
) -> impl IntoView {
    dynamic(move || {
        error.get().map(|message| {
            view! {
                <Notice kind=NoticeKind::Danger autofocus>
                    <p>{message}</p>
                </Notice>
            }
        })
    })
}

/// Renders which right the user is missing.
#[component]
pub fn MissingRight(
    /// What the user can't do, such as `create tokens`.
    #[prop(into)]
    to: String,
    /// The missing right.
    right: Right,
) -> impl IntoView {
    view! {
        <p class="locked">
            <IconView icon=Icon::Lock />
            <span>"You need the " <strong>{right.label()}</strong> " right to " {to} "."</span>
        </p>
    }
    .into_any()
}
