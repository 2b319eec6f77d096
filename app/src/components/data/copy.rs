//! The copy button.

use crate::components::reactive::dynamic::dynamic;
use crate::components::reactive::task_scope::TaskScope;
use crate::icons::{Icon, IconView};
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

/// How long the button shows the result of copying.
const RESULT_DURATION: Duration = Duration::from_secs(2);

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Ready,
    Copied,
    Failed,
}

/// Renders a button that copies `text`, which the preceding element shows. It is hidden without script.
#[component]
pub fn Copy(
    /// The text.
    #[prop(into)]
    text: String,
    /// What the text is, for screen readers, such as `Consumer key`.
    #[prop(into)]
    what: String,
    /// Whether to show only the icon, as in a table.
    #[prop(optional)]
    compact: bool,
) -> impl IntoView {
    let state = RwSignal::new(State::Ready);
    let tasks = TaskScope::current();
    let copy = move |event: MouseEvent| {
        let text = text.clone();
        let displayed = event.current_target().and_then(|button| {
            button
                .dyn_into::<web_sys::Element>()
                .ok()
                .and_then(|button| button.previous_element_sibling())
        });
        tasks.spawn_local(async move {
            let copied = write_to_clipboard(&text).await || displayed.is_some_and(|element| select_and_copy(&element));
            state.set(if copied { State::Copied } else { State::Failed });
            tasks.set_timeout(move || state.set(State::Ready), RESULT_DURATION);
        });
    };
    let label = move || match state.get() {
        State::Ready => "Copy",
        State::Copied => "Copied",
        State::Failed => "Press Ctrl+C",
    };
    let status = {
        let what = what.clone();
        move || match state.get() {
            State::Ready => String::new(),
            State::Copied => format!("{what} copied"),
            State::Failed => format!("Couldn’t copy automatically. {what} is selected. Press Ctrl+C or ⌘C to copy."),
        }
    };
    let icon = move || {
        if state.get() == State::Copied {
            Icon::Check
        } else {
            Icon::Copy
        }
    };
    let class = if compact {
        "button small quiet square needs-script"
    } else {
        "button small copy needs-script"
    };
    let hidden = if compact { "visually-hidden" } else { "" };
    view! {
        <button
            class=class
            class:copied=move || state.get() == State::Copied
            type="button"
            title=compact.then_some("Copy")
            on:click=copy
        >
            {dynamic(move || view! { <IconView icon=icon() size="small" /> })}
            <span class=hidden>{dynamic(label)}</span>
            <span class="visually-hidden">{format!(" {what}")}</span>
        </button>
        <span class="visually-hidden" role="status">
            {dynamic(status)}
        </span>
    }
    .into_any()
}

/// Writes a text to the clipboard and returns whether that succeeded. Browsers provide the clipboard API only to pages
/// over TLS or on loopback.
pub(crate) async fn write_to_clipboard(text: &str) -> bool {
    let clipboard = window().navigator().clipboard();
    !clipboard.is_undefined() && JsFuture::from(clipboard.write_text(text)).await.is_ok()
}

/// Selects the element's text and copies the selection, which also works on pages without TLS. If copying fails, the text
/// stays selected and the user can copy it.
fn select_and_copy(element: &web_sys::Element) -> bool {
    let Ok(Some(selection)) = window().get_selection() else {
        return false;
    };
    let document = document().dyn_into::<web_sys::HtmlDocument>();
    selection.select_all_children(element).is_ok()
        && document.is_ok_and(|document| document.exec_command("copy").unwrap_or_default())
}
