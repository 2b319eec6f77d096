//! A dialog that is opened by its page's URL, so that it works with and without script.
//!
//! The server renders `<dialog open>`, which the style sheet displays as modal. In the browser it is opened again with
//! `showModal()`, which keeps the focus inside and closes on Escape. Closing navigates to `back`.

use crate::effect::effect;
use crate::icons::{Icon, IconView};
use leptos::ev::{Event, MouseEvent};
use leptos::html;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use std::time::Duration;
use wasm_bindgen::JsCast;

/// Renders a dialog over its page.
#[component]
pub fn Dialog(
    /// The title.
    #[prop(into)]
    title: String,
    /// The URL to navigate to when the dialog closes; none for a dialog that only a button in it closes.
    #[prop(into, optional)]
    back: Option<String>,
    /// Called when the dialog closes, for a dialog that is opened without a URL.
    #[prop(into, optional)]
    on_close: Option<Callback<()>>,
    /// Whether to use the wide layout.
    #[prop(optional)]
    wide: bool,
    /// The prefix of the title's element ID. A dialog that opens over another needs its own.
    #[prop(default = "dialog")]
    id: &'static str,
    /// The body and footer.
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    let navigate = use_navigate();
    // A stored value, so that the handlers can share it.
    let target = StoredValue::new(back.clone());
    let close = move || {
        if let Some(on_close) = on_close {
            on_close.run(());
        }
        if let Some(Some(back)) = target.try_get_value() {
            navigate(
                &back,
                NavigateOptions {
                    scroll: false,
                    ..NavigateOptions::default()
                },
            );
        }
    };
    show_modal(node);
    // Escape sends `cancel`: close like the button, or stay open.
    let on_cancel = {
        let close = close.clone();
        move |event: Event| {
            event.prevent_default();
            close();
        }
    };
    // Browsers close a dialog at the second Escape even if the first `cancel` was prevented.
    let on_close = {
        let close = close.clone();
        move |_| {
            // The event may arrive after the dialog was removed.
            let Some(Some(dialog)) = node.try_get_untracked() else {
                return;
            };
            if dialog.open() {
                return;
            }
            close();
            if target.with_value(Option::is_none) && on_close.is_none() {
                // If it can't be shown again, it reappears after a reload.
                let _ = dialog.show_modal();
            }
        }
    };
    // Selecting text with the mouse may end outside of the dialog, so only a click that also started outside closes it.
    let pressed_outside = StoredValue::new(false);
    let is_outside = move |event: &MouseEvent| event.target() == node.get_untracked().map(Into::into);
    let on_mousedown = move |event: MouseEvent| pressed_outside.set_value(is_outside(&event));
    let on_click = move |event: MouseEvent| {
        if pressed_outside.get_value() && is_outside(&event) {
            close();
        }
    };
    let class = if wide { "dialog wide" } else { "dialog" };
    let title_id = format!("{id}-title");
    let labelled_by = title_id.clone();
    view! {
        <dialog
            class=class
            open
            node_ref=node
            aria-labelledby=labelled_by
            on:cancel=on_cancel
            on:close=on_close
            on:mousedown=on_mousedown
            on:click=on_click
        >
            <div class="dialog-box">
                <div class="dialog-header">
                    <h2 id=title_id>{title}</h2>
                    {back
                        .map(|back| {
                            view! {
                                <a href=back class="button quiet square" data-noscroll>
                                    <IconView icon=Icon::Close />
                                    <span class="visually-hidden">"Close"</span>
                                </a>
                            }
                        })}
                </div>
                {children()}
            </div>
        </dialog>
    }
    .into_any()
}

/// Renders a dialog that explains why there is nothing to do.
#[component]
pub fn MessageDialog(
    /// The title.
    title: &'static str,
    /// The URL of the page without the dialog.
    back: String,
    /// The explanation.
    children: Children,
) -> impl IntoView {
    view! {
        <Dialog title back=back.clone()>
            <div class="dialog-body">{children()}</div>
            <div class="dialog-footer">
                <a class="button" href=back data-noscroll>
                    "Close"
                </a>
            </div>
        </Dialog>
    }
    .into_any()
}

/// Makes the dialog modal, and restores the focus when the dialog is removed.
fn show_modal(node: NodeRef<html::Dialog>) {
    effect(move || {
        let Some(dialog) = node.get() else { return };
        if dialog.matches(":modal").unwrap_or_default() {
            return;
        }
        // Elements are not `Send`. On the server, cleanup may run on another thread, but effects don't run there.
        let opener = StoredValue::new_local(
            document()
                .active_element()
                .and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()),
        );
        on_cleanup(move || {
            let element = opener.try_update_value(Option::take).flatten();
            let element = element.filter(|element| element.tag_name() != "BODY");
            // The elements behind the dialog can take the focus only after the dialog was removed.
            request_animation_frame(move || restore_focus(element, FOCUS_CHECKS));
        });
        show_when_connected(dialog, MAX_CONNECT_FRAMES);
    });
}

/// How many times the focus is checked after a dialog was closed.
const FOCUS_CHECKS: u8 = 20;

/// The interval between two checks of the focus.
const FOCUS_CHECK_INTERVAL: Duration = Duration::from_millis(100);

/// Restores the focus to `opener`, or to the page's heading if the opener was removed. The action of the dialog may remove
/// the opener later, when the page's data is reloaded, so the focus is checked for a while.
fn restore_focus(opener: Option<web_sys::HtmlElement>, checks: u8) {
    let has_focus = document()
        .active_element()
        .is_some_and(|active| active.tag_name() != "BODY");
    if has_focus {
        return;
    }
    let opener = opener.filter(|opener| opener.is_connected());
    let heading = || {
        document()
            .query_selector("main h1")
            .ok()??
            .dyn_into::<web_sys::HtmlElement>()
            .ok()
    };
    let Some(target) = opener.or_else(heading) else { return };
    // If the element can't take the focus, the focus stays where it is.
    let _ = target.focus();
    check_focus(target, checks);
}

/// Moves the focus when the focused element is removed.
fn check_focus(target: web_sys::HtmlElement, checks: u8) {
    if !target.is_connected() {
        restore_focus(None, checks);
    } else if checks > 0 {
        set_timeout(move || check_focus(target, checks - 1), FOCUS_CHECK_INTERVAL);
    }
}

/// How many frames a dialog waits until it is in the document; about a second.
const MAX_CONNECT_FRAMES: u8 = 60;

/// Shows the dialog as modal once it is in the document. After a navigation, the page's elements are created before they
/// are inserted, and a dialog outside of the document can't be modal.
fn show_when_connected(dialog: web_sys::HtmlDialogElement, frames: u8) {
    if !dialog.is_connected() {
        if frames > 0 {
            request_animation_frame(move || show_when_connected(dialog, frames - 1));
        }
        return;
    }
    // The server rendered it open but not modal, and `showModal()` throws if the dialog is open.
    dialog.set_open(false);
    if dialog.show_modal().is_err() {
        dialog.set_open(true);
    }
}
