//! A form that only chooses what a page shows: its fields become the address, with and without script.

use crate::pages::integration::page_url::Address;
use leptos::ev::{Event, SubmitEvent};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use wasm_bindgen::JsCast;
use web_sys::{FormData, HtmlFormElement, HtmlSelectElement};

/// Sends its fields as the query of `path`. A select does so at once, where there is script.
#[component]
pub fn FilterForm(
    /// The page.
    path: &'static str,
    /// The names of its fields.
    names: &'static [&'static str],
    /// How it is laid out.
    class: &'static str,
    /// Its fields and its button.
    children: Children,
) -> impl IntoView {
    let navigate = use_navigate();
    let on_submit = move |event: SubmitEvent| {
        let form = event
            .target()
            .and_then(|target| target.dyn_into::<HtmlFormElement>().ok());
        let Some(data) = form.and_then(|form| FormData::new_with_form(&form).ok()) else {
            return;
        };
        event.prevent_default();
        let value = |name: &str| data.get(name).as_string().unwrap_or_default();
        let address = names
            .iter()
            .fold(Address::page(path), |address, name| address.with(name, value(name)));
        let options = NavigateOptions {
            scroll: false,
            ..NavigateOptions::default()
        };
        navigate(&address.to_string(), options);
    };
    let on_change = |event: Event| {
        let select = event
            .target()
            .and_then(|target| target.dyn_into::<HtmlSelectElement>().ok());
        if let Some(form) = select.and_then(|select| select.form()) {
            // A form that cannot be sent says itself what is wrong with it.
            _ = form.request_submit();
        }
    };
    view! {
        <form class=class role="search" method="get" action=path on:submit=on_submit on:change=on_change>
            {children()}
        </form>
    }
    .into_any()
}
