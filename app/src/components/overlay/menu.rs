//! Menus as `<details>` elements, which open and close without script and close automatically with it.

use crate::effect::effect_with_first;
use leptos::ev;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use wasm_bindgen::JsCast;

/// Closes open menus on Escape, on a click outside, and after a navigation.
pub fn close_menus() {
    let path = use_location().pathname;
    effect_with_first(move |is_first| {
        path.track();
        // A menu that was opened before hydration stays open.
        if !is_first {
            close_except(None);
        }
    });
    let click = window_event_listener(ev::click, |event| {
        let target = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        // A link in a menu closes it even if it leads to the current page.
        let inside = target.filter(|target| !is_within(target, "a"));
        close_except(
            inside
                .and_then(|target| target.closest("details.menu").ok().flatten())
                .as_ref(),
        );
    });
    let key = window_event_listener(ev::keydown, |event| {
        if event.key() == "Escape" {
            restore_focus();
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

/// Moves the focus from inside an open menu to the element that opens it.
fn restore_focus() {
    let summary = document()
        .active_element()
        .and_then(|focused| focused.closest("details.menu[open]").ok().flatten())
        .and_then(|menu| menu.query_selector("summary").ok().flatten())
        .and_then(|summary| summary.dyn_into::<web_sys::HtmlElement>().ok());
    if let Some(summary) = summary {
        // If the focus can't be moved, it is lost when the menu closes.
        let _ = summary.focus();
    }
}

fn close_except(except: Option<&web_sys::Element>) {
    let Ok(open) = document().query_selector_all("details.menu[open]") else {
        return;
    };
    for index in 0..open.length() {
        if let Some(menu) = open
            .item(index)
            .and_then(|node| node.dyn_into::<web_sys::Element>().ok())
            && Some(&menu) != except
        {
            // A menu that can't be closed stays open.
            let _ = menu.remove_attribute("open");
        }
    }
}
