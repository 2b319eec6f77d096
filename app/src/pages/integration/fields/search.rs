//! Search above the list, and the link to add a field.

use crate::components::forms::field::SearchField;
use crate::components::reactive::dynamic::dynamic;
use crate::effect::effect;
use crate::icons::{Icon, IconView};
use crate::pages::integration::fields::FieldsState;
use crate::pages::integration::fields::page_url::{OpenForm, PATH};
use leptos::html;
use leptos::prelude::*;

/// Renders the search. It filters on each keystroke; without JavaScript it is submitted as a form.
#[component]
pub fn Search(
    /// The state of the page.
    fields: FieldsState,
) -> impl IntoView {
    let node = NodeRef::<html::Input>::new();
    let is_interactive = RwSignal::new(false);
    // The user may have typed before the page became interactive.
    effect(move || {
        let Some(input) = node.get() else { return };
        is_interactive.set(true);
        set_search(fields, input.value());
    });
    let add = dynamic(move || {
        let add_url = fields
            .url
            .with(|url| url.with_open_form(OpenForm::Add(String::new())).to_string());
        view! {
            <a class="button primary" href=add_url>
                <IconView icon=Icon::Plus />
                "Add field"
            </a>
        }
    });
    view! {
        <div class="toolbar">
            <form
                class="toolbar"
                role="search"
                method="get"
                action=PATH
                on:submit=move |event| event.prevent_default()
            >
                <SearchField
                    label="Search fields"
                    placeholder="Any part of a field’s name"
                    value=fields.search.get_untracked()
                    spellcheck="false"
                    node
                    on:input=move |event| set_search(fields, event_target_value(&event))
                />
                <button class="button" hidden=move || is_interactive.get()>
                    "Search"
                </button>
            </form>
            {add}
        </div>
    }
    .into_any()
}

fn set_search(fields: FieldsState, text: String) {
    if fields.search.with_untracked(|search| *search == text) {
        return;
    }
    fields.extra_pages.set(0);
    fields.search.set(text);
}
