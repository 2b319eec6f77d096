//! A form whose fields become query parameters of the page, with and without JavaScript.

use crate::pages::integration::page_url::PageUrl;
use leptos::ev::{Event, SubmitEvent};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use wasm_bindgen::JsCast;
use web_sys::{FormData, HtmlFormElement, HtmlSelectElement};

/// Submits its fields as the query of `path`. With JavaScript, changing a select submits the form immediately.
#[component]
pub fn FilterForm(
    /// The path of the page.
    path: &'static str,
    /// The names of the fields.
    names: &'static [&'static str],
    /// The form's CSS class.
    class: &'static str,
    /// The fields and the button.
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
        let url = names
            .iter()
            .fold(PageUrl::new(path), |url, name| url.with(name, value(name)));
        let options = NavigateOptions {
            scroll: false,
            ..NavigateOptions::default()
        };
        navigate(&url.to_string(), options);
    };
    let on_change = |event: Event| {
        let select = event
            .target()
            .and_then(|target| target.dyn_into::<HtmlSelectElement>().ok());
        if let Some(form) = select.and_then(|select| select.form()) {
            // If the form is invalid, the browser reports it.
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
