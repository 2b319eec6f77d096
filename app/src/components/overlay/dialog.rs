//! A dialog that its page's address opens, so that it works with and without script.
//!
//! The server renders `<dialog open>`, which the style sheet makes look modal. In the browser it is opened again by
//! `showModal()`, which keeps the focus inside and closes on Escape. Closing goes to `back`.

use crate::components::forms::form::Check;
use crate::error::Failure;
use crate::icons::{Draw, Icon};
use leptos::ev::{Event, MouseEvent};
use leptos::html;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use std::time::Duration;
use wasm_bindgen::JsCast;

/// A dialog over its page.
#[component]
pub fn Dialog(
    /// The title.
    #[prop(into)]
    title: String,
    /// The address that closing goes to; none for a dialog that only its own button closes.
    #[prop(into, optional)]
    back: Option<String>,
    /// What closing does besides; for a dialog that its page opens without an address.
    #[prop(into, optional)]
    on_close: Option<Callback<()>>,
    /// Whether it needs more room.
    #[prop(optional)]
    wide: bool,
    /// What its title's element id starts with; of its own for a dialog that opens over another one.
    #[prop(default = "dialog")]
    id: &'static str,
    /// Body and footer.
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    let navigate = use_navigate();
    // Kept while the dialog is there, so that its handlers can share it.
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
    // Escape asks to cancel: go where closing goes, or stay.
    let on_cancel = {
        let close = close.clone();
        move |event: Event| {
            event.prevent_default();
            close();
        }
    };
    // A browser closes at the second Escape whatever it was told at the first.
    let on_close = {
        let close = close.clone();
        move |_| {
            // It also comes late, when the dialog has been taken away.
            let Some(Some(dialog)) = node.try_get_untracked() else {
                return;
            };
            if dialog.open() {
                return;
            }
            close();
            if target.with_value(Option::is_none) && on_close.is_none() {
                // What cannot be shown again is there after a reload.
                let _ = dialog.show_modal();
            }
        }
    };
    // Text that is selected with the mouse may end outside: only a click that began outside closes.
    let pressed_outside = StoredValue::new(false);
    let is_outside = move |event: &MouseEvent| event.target() == node.get_untracked().map(Into::into);
    let on_press = move |event: MouseEvent| pressed_outside.set_value(is_outside(&event));
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
            on:mousedown=on_press
            on:click=on_click
        >
            <div class="dialog-box">
                <div class="dialog-header">
                    <h2 id=title_id>{title}</h2>
                    {back
                        .map(|back| {
                            view! {
                                <a href=back class="button quiet square" data-noscroll>
                                    <Draw icon=Icon::Close />
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

/// The way out of a dialog with a form, and the button that sends it.
#[component]
pub fn DialogFooter<S>(
    /// The form's check.
    check: Check<S>,
    /// The address of the page without the dialog.
    back: String,
    /// What the button says.
    button: &'static str,
    /// Whether something ends by it.
    #[prop(optional)]
    danger: bool,
) -> impl IntoView
where
    S: ServerFn<Error = Failure> + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
{
    let class = if danger { "button danger" } else { "button primary" };
    view! {
        <div class="dialog-footer">
            <a class="button" href=back data-noscroll>
                "Cancel"
            </a>
            <button class=class aria-busy=move || check.busy()>
                {button}
            </button>
        </div>
    }
    .into_any()
}

/// Makes the dialog modal, and gives the focus back to where it was once the dialog is gone.
fn show_modal(node: NodeRef<html::Dialog>) {
    Effect::new(move |_| {
        let Some(dialog) = node.get() else { return };
        if dialog.matches(":modal").unwrap_or_default() {
            return;
        }
        // An element belongs to its thread, which on the server would be another by the time of the cleanup; there, no
        // effect runs.
        let before = StoredValue::new_local(
            document()
                .active_element()
                .and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()),
        );
        on_cleanup(move || {
            let element = before.try_update_value(Option::take).flatten();
            let element = element.filter(|element| element.tag_name() != "BODY");
            // The dialog leaves the page after this; what is behind it cannot take the focus before.
            request_animation_frame(move || restore_focus(element, FOCUS_CHECKS));
        });
        show(dialog, FRAMES);
    });
}

/// How often it is checked that the focus is not lost after a dialog has closed.
const FOCUS_CHECKS: u8 = 20;

/// How long it takes from one check to the next.
const FOCUS_CHECK_INTERVAL: Duration = Duration::from_millis(100);

/// Gives the focus back to `opener`, or to the page's heading where the opener has gone. What was done in the dialog may
/// take the opener off the page a moment later, when the page is read again, so it is looked at for a while.
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
    // What cannot take the focus leaves it where it is.
    let _ = target.focus();
    check_focus(target, checks);
}

/// Moves the focus on when what has it is taken off the page.
fn check_focus(target: web_sys::HtmlElement, checks: u8) {
    if !target.is_connected() {
        restore_focus(None, checks);
    } else if checks > 0 {
        set_timeout(move || check_focus(target, checks - 1), FOCUS_CHECK_INTERVAL);
    }
}

/// How many frames a dialog waits for its place in the page; a second or so.
const FRAMES: u8 = 60;

/// A page that was just navigated to is put together before it is put in place, and what has no place cannot be modal.
fn show(dialog: web_sys::HtmlDialogElement, frames: u8) {
    if !dialog.is_connected() {
        if frames > 0 {
            request_animation_frame(move || show(dialog, frames - 1));
        }
        return;
    }
    // It was shown by the server without being modal, and showing it twice is an error.
    dialog.set_open(false);
    if dialog.show_modal().is_err() {
        dialog.set_open(true);
    }
}
