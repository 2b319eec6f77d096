//! Menus made of `<details>`: they open and close without script, and close by themselves with it.

use leptos::ev;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use wasm_bindgen::JsCast;

/// Closes open menus on Escape, on a click outside, and after a navigation.
pub fn close_menus() {
    let path = use_location().pathname;
    Effect::new(move |before: Option<()>| {
        path.track();
        // A menu that was opened before the script came stays open.
        if before.is_some() {
            close_except(None);
        }
    });
    let click = window_event_listener(ev::click, |event| {
        let target = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        // A link in a menu closes it even where it leads to the page that is open already.
        let inside = target.filter(|target| !is_within(target, "a"));
        close_except(
            inside
                .and_then(|target| target.closest("details.menu").ok().flatten())
                .as_ref(),
        );
    });
    let key = window_event_listener(ev::keydown, |event| {
        if event.key() == "Escape" {
            hand_focus_back();
            close_except(None);
        }
    });
    on_cleanup(move || {
        click.remove();
        key.remove();
    });
}

fn is_within(element: &web_sys::Element, selector: &str) -> bool {
    matches!(element.closest(selector), Ok(Some(_)))
}

/// Focus inside a menu that closes goes to what opened it.
fn hand_focus_back() {
    let summary = document()
        .active_element()
        .and_then(|focused| focused.closest("details.menu[open]").ok().flatten())
        .and_then(|menu| menu.query_selector("summary").ok().flatten())
        .and_then(|summary| summary.dyn_into::<web_sys::HtmlElement>().ok());
    if let Some(summary) = summary {
        // Focus that cannot be moved is lost with the menu, as it would be without this.
        let _ = summary.focus();
    }
}

fn close_except(kept: Option<&web_sys::Element>) {
    let Ok(open) = document().query_selector_all("details.menu[open]") else {
        return;
    };
    for index in 0..open.length() {
        if let Some(menu) = open
            .item(index)
            .and_then(|node| node.dyn_into::<web_sys::Element>().ok())
            && Some(&menu) != kept
        {
            // A menu that cannot be closed stays open, which harms nobody.
            let _ = menu.remove_attribute("open");
        }
    }
}
