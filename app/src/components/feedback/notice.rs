//! Words that need attention.

use crate::icons::{Draw, Icon};
use domain::accounts::rights::Right;
use leptos::prelude::*;

/// What a notice is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Good to know.
    Info,
    /// It worked.
    Success,
    /// Take care.
    Warning,
    /// It did not work.
    Danger,
}

impl Kind {
    fn parts(self) -> (&'static str, Icon) {
        match self {
            Self::Info => ("notice info", Icon::Info),
            Self::Success => ("notice success", Icon::Success),
            Self::Warning => ("notice warning", Icon::Warning),
            Self::Danger => ("notice danger", Icon::Error),
        }
    }
}

/// A box with an icon and a few words. What went wrong is also said aloud.
#[component]
pub fn Notice(
    /// What it is about.
    kind: Kind,
    /// A title, if it needs one.
    #[prop(into, optional)]
    title: String,
    /// Whether it takes the focus where the page comes with it.
    #[prop(optional)]
    autofocus: bool,
    /// The words.
    children: Children,
) -> impl IntoView {
    let (class, icon) = kind.parts();
    let is_error = kind == Kind::Danger;
    view! {
        <div
            class=class
            role=is_error.then_some("alert")
            tabindex=is_error.then_some("-1")
            autofocus=autofocus
        >
            <Draw icon />
            <div>
                {(!title.is_empty()).then(|| view! { <strong>{title}</strong> })}
                {children()}
            </div>
        </div>
    }
    .into_any()
}

/// Why something is missing: the right that it needs.
#[component]
pub fn Locked(
    /// What is missing, as the start of a sentence: `Creating tokens`.
    #[prop(into)]
    what: String,
    /// What it needs.
    right: Right,
) -> impl IntoView {
    view! {
        <p class="locked">
            <Draw icon=Icon::Lock />
            <span>{what} " needs the right " <strong>{right.label()}</strong> "."</span>
        </p>
    }
    .into_any()
}
