//! The search above the list, and the way to a new field.

use crate::icons::{Draw, Icon};
use crate::pages::integration::fields::Fields;
use crate::pages::integration::fields::page_url::{PATH, Spot};
use leptos::html;
use leptos::prelude::*;

/// The search, which follows each keystroke; without script it is a form.
#[component]
pub fn Search(
    /// The page.
    fields: Fields,
) -> impl IntoView {
    let node = NodeRef::<html::Input>::new();
    let live = RwSignal::new(false);
    // Something may have been typed before the script came.
    Effect::new(move |_| {
        let Some(input) = node.get() else { return };
        live.set(true);
        search(fields, input.value());
    });
    let add = move || {
        let add = fields
            .address
            .with(|address| address.opening(Spot::Add(String::new())).to_string());
        view! {
            <a class="button primary" href=add>
                <Draw icon=Icon::Plus />
                "Add field"
            </a>
        }
    };
    view! {
        <div class="toolbar">
            <form
                class="toolbar"
                role="search"
                method="get"
                action=PATH
                on:submit=move |event| event.prevent_default()
            >
                <div class="search">
                    <Draw icon=Icon::Search />
                    <input
                        class="input"
                        type="search"
                        name="q"
                        value=fields.search.get_untracked()
                        aria-label="Search fields"
                        placeholder="Any part of a field’s name"
                        autocomplete="off"
                        spellcheck="false"
                        node_ref=node
                        on:input=move |event| search(fields, event_target_value(&event))
                    />
                </div>
                <button class="button" hidden=move || live.get()>
                    "Search"
                </button>
            </form>
            {add}
        </div>
    }
    .into_any()
}

fn search(fields: Fields, text: String) {
    if fields.search.with_untracked(|search| *search == text) {
        return;
    }
    fields.more.set(0);
    fields.search.set(text);
}
