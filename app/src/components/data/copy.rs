//! A button that copies a text and says when it has.

use crate::components::reactive::task_scope::TaskScope;
use crate::icons::{Draw, Icon};
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

/// How long the button says so.
const SAID: Duration = Duration::from_secs(2);

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Ready,
    Copied,
    Failed,
}

/// Copies `text`, which stands in the element before it. It needs script, and is not there without.
#[component]
pub fn Copy(
    /// The text.
    #[prop(into)]
    text: String,
    /// What the text is, for those who hear the button: `Consumer key`.
    #[prop(into)]
    what: String,
    /// Whether to draw the icon alone, for a table.
    #[prop(optional)]
    compact: bool,
) -> impl IntoView {
    let state = RwSignal::new(State::Ready);
    let tasks = TaskScope::current();
    let copy = move |event: MouseEvent| {
        let text = text.clone();
        let shown = event.current_target().and_then(|button| {
            button
                .dyn_into::<web_sys::Element>()
                .ok()
                .and_then(|button| button.previous_element_sibling())
        });
        tasks.spawn_local(async move {
            let copied = write(&text).await || shown.is_some_and(|shown| copy_shown(&shown));
            state.set(if copied { State::Copied } else { State::Failed });
            tasks.set_timeout(move || state.set(State::Ready), SAID);
        });
    };
    let words = move || match state.get() {
        State::Ready => "Copy",
        State::Copied => "Copied",
        State::Failed => "Press Ctrl+C",
    };
    let said = {
        let what = what.clone();
        move || match state.get() {
            State::Ready => String::new(),
            State::Copied => format!("{what} copied"),
            State::Failed => format!("{what} is selected. Press Ctrl+C to copy it."),
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
            {move || view! { <Draw icon=icon() size="small" /> }}
            <span class=hidden>{words}</span>
            <span class="visually-hidden">{format!(" {what}")}</span>
        </button>
        <span class="visually-hidden" role="status">
            {said}
        </span>
    }
    .into_any()
}

/// Browsers have the clipboard on pages over TLS and on loopback only.
pub(crate) async fn write(text: &str) -> bool {
    let clipboard = window().navigator().clipboard();
    !clipboard.is_undefined() && JsFuture::from(clipboard.write_text(text)).await.is_ok()
}

/// Selects what is shown and copies that, the way of pages without TLS. What stays selected can be copied by hand.
fn copy_shown(shown: &web_sys::Element) -> bool {
    let Ok(Some(selection)) = window().get_selection() else {
        return false;
    };
    let document = document().dyn_into::<web_sys::HtmlDocument>();
    selection.select_all_children(shown).is_ok()
        && document.is_ok_and(|document| document.exec_command("copy").unwrap_or_default())
}
