//! A block of code with a copy button.

use crate::components::data::copy::Copy;
use leptos::prelude::*;

/// Renders code with a button that copies it.
#[component]
pub fn CodeBlock(
    /// What the code is, for screen readers, such as `Embed code`.
    #[prop(into)]
    what: String,
    /// The code.
    code: String,
) -> impl IntoView {
    view! {
        <div class="code">
            <pre>
                <code>{code.clone()}</code>
            </pre>
            <Copy text=code what />
        </div>
    }
    .into_any()
}
