//! A list of terms with their descriptions, such as the properties of an app.

use crate::components::data::copy::Copy;
use leptos::prelude::*;

/// Renders a list of [`Description`]s.
#[component]
pub fn DescriptionList(
    /// Whether the list has a frame.
    #[prop(optional)]
    framed: bool,
    /// The descriptions.
    children: Children,
) -> impl IntoView {
    let class = if framed {
        "description-list framed"
    } else {
        "description-list"
    };
    view! { <dl class=class>{children()}</dl> }.into_any()
}

/// Renders a term with its description.
#[component]
pub fn Description(
    /// The term.
    term: &'static str,
    /// The description.
    children: Children,
) -> impl IntoView {
    view! {
        <div>
            <dt>{term}</dt>
            <dd>{children()}</dd>
        </div>
    }
    .into_any()
}

/// Renders a term with a key, such as a client ID, and a button that copies the key.
#[component]
pub fn KeyDescription(
    /// The term.
    term: &'static str,
    /// The key.
    key: String,
) -> impl IntoView {
    view! {
        <Description term>
            <span class="key">
                <code>{key.clone()}</code>
                <Copy text=key what=term compact=true />
            </span>
        </Description>
    }
    .into_any()
}
