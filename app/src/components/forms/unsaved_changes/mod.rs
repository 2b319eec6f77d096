//! Forms with unsaved changes: they show that they have changes, Ctrl+S saves them, and leaving the page asks first.
//!
//! A form is dirty when one of its controls differs from its initial value in the page. Text typed before the script ran
//! therefore counts as a change, and restoring the initial value does not.

mod controls;
mod place;

use crate::components::feedback::toast::{Toaster, toaster};
use crate::components::forms::unsaved_changes::controls::is_form_dirty;
use crate::components::forms::unsaved_changes::place::FormLocation;
use crate::components::navigation::history_guard::guard_history;
use crate::components::overlay::dialog::Dialog;
use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_url};
use leptos_router::location::Url;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlFormElement};

/// Holds the trackers of all forms of one page. Create it once per page, outside of views that are rendered again when
/// data is reloaded.
#[derive(Clone, Copy)]
pub struct UnsavedChanges {
    forms: StoredValue<Vec<FormTracker>>,
    /// The query parameters that select a form.
    form_params: &'static [&'static str],
    /// The URL of the page. The browser's location is already the next page's while navigating through the history.
    current: StoredValue<Option<CurrentUrl>>,
    /// The navigation that the user is asked to confirm.
    pending: RwSignal<Option<Navigation>>,
    toaster: Toaster,
}

/// Tracks whether a form has unsaved changes.
#[derive(Clone, Copy)]
pub struct FormTracker {
    /// The element around the form.
    node: NodeRef<html::Div>,
    dirty: RwSignal<bool>,
    /// The revision that the form is based on.
    base: StoredValue<i64>,
    /// Whether the form is shown again with unsaved input, so that even its initial values are unsaved.
    restored: StoredValue<bool>,
    /// Whether the form must be reset to the saved values when the page's data has been reloaded.
    needs_reset: StoredValue<bool>,
}

/// Holds the URL of the page and the location of its forms.
#[derive(Debug, Clone, PartialEq, Eq)]
struct CurrentUrl {
    href: String,
    location: FormLocation,
}

/// Describes a navigation away from the page.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Navigation {
    /// A link was clicked.
    Link {
        href: String,
        /// Whether the router handles the link.
        is_internal: bool,
    },
    /// The user went back or forward in the history, which was undone.
    History {
        /// The destination.
        href: String,
    },
}

impl UnsavedChanges {
    /// Starts tracking the forms of the page. `form_params` are the query parameters that select which form is shown.
    #[must_use]
    pub fn new(form_params: &'static [&'static str]) -> Self {
        let changes = Self {
            forms: StoredValue::new(Vec::new()),
            form_params,
            current: StoredValue::new(None),
            pending: RwSignal::new(None),
            toaster: toaster(),
        };
        let unload = window_event_listener(ev::beforeunload, move |event| {
            if changes.first_dirty().is_some() {
                event.prevent_default();
            }
        });
        let key = window_event_listener(ev::keydown, move |event| {
            let is_save = (event.ctrl_key() || event.meta_key()) && !event.alt_key() && !event.shift_key();
            if is_save && event.key().eq_ignore_ascii_case("s") {
                event.prevent_default();
                changes.save();
            }
        });
        on_cleanup(move || {
            unload.remove();
            key.remove();
        });
        let url = use_url();
        Effect::new(move |_| {
            let current = url.with(|url| CurrentUrl {
                href: url_string(url),
                location: FormLocation::new(url.path(), url.search(), form_params),
            });
            changes.current.try_set_value(Some(current));
        });
        guard_history(move || changes.intercept_history());
        Effect::new(move |_| on_click_captured(move |event| changes.intercept_click(&event)));
        changes
    }

    /// Adds a form.
    #[must_use]
    pub fn form(self) -> FormTracker {
        let form = FormTracker {
            node: NodeRef::new(),
            dirty: RwSignal::new(false),
            base: StoredValue::new(0),
            restored: StoredValue::new(false),
            needs_reset: StoredValue::new(false),
        };
        self.forms.update_value(|forms| forms.push(form));
        form
    }

    /// Returns the first dirty form.
    fn first_dirty(self) -> Option<FormTracker> {
        self.forms
            .try_with_value(|forms| forms.iter().copied().find(|form| form.is_dirty_untracked()))
            .flatten()
    }

    /// Submits the form that has the focus, if it is dirty, or else the first dirty form.
    fn save(self) {
        let focused = document().active_element();
        let has_focus = |form: &FormTracker| {
            let container = form.node.try_get_untracked().flatten();
            container.is_some_and(|container| container.contains(focused.as_deref()))
        };
        let focused_form = self
            .forms
            .try_with_value(|forms| {
                forms
                    .iter()
                    .copied()
                    .find(|form| has_focus(form) && form.is_dirty_untracked())
            })
            .flatten();
        match focused_form
            .or_else(|| self.first_dirty())
            .and_then(FormTracker::element)
        {
            // An invalid form shows its errors itself.
            Some(form) => _ = form.request_submit(),
            None => self.toaster.show("No changes to save"),
        }
    }

    /// Handles every click before the router does, and intercepts links that lead away from the page.
    fn intercept_click(self, event: &ev::MouseEvent) {
        if event.button() != 0 || event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key() {
            return;
        }
        let link = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok())
            .and_then(|target| target.closest("a[href]").ok().flatten())
            .and_then(|link| link.dyn_into::<web_sys::HtmlAnchorElement>().ok());
        let Some(link) = link else { return };
        let is_same_origin = link.origin() == window().location().origin().unwrap_or_default();
        let target = FormLocation::new(&link.pathname(), &link.search(), self.form_params);
        let stays = is_same_origin && self.current().is_none_or(|current| current.location == target);
        // A link that opens in another tab or downloads a file doesn't leave the page.
        if stays || !link.target().is_empty() || link.has_attribute("download") || self.first_dirty().is_none() {
            return;
        }
        event.prevent_default();
        event.stop_propagation();
        let is_external = link.get_attribute("rel").is_some_and(|rel| rel.contains("external"));
        let is_internal = is_same_origin && !is_external;
        let href = if is_internal {
            format!("{}{}{}", link.pathname(), link.search(), link.hash())
        } else {
            link.href()
        };
        self.pending.set(Some(Navigation::Link { href, is_internal }));
    }

    /// Handles navigation through the history before the router does. Undoes one that leads away from unsaved changes, and
    /// returns whether it did.
    fn intercept_history(self) -> bool {
        let target = window().location();
        let (path, query) = (
            target.pathname().unwrap_or_default(),
            target.search().unwrap_or_default(),
        );
        let href = format!("{path}{query}{}", target.hash().unwrap_or_default());
        let location = FormLocation::new(&path, &query, self.form_params);
        let Some(current) = self.current().filter(|current| current.location != location) else {
            return false;
        };
        if self.first_dirty().is_none() {
            return false;
        }
        let history = window().history();
        let undone = history.and_then(|history| history.push_state_with_url(&JsValue::NULL, "", Some(&current.href)));
        // If it can't be undone, the navigation proceeds.
        if undone.is_ok() {
            self.pending.set(Some(Navigation::History { href }));
        }
        undone.is_ok()
    }

    /// Returns the URL of the page, or `None` if the page has just been removed.
    fn current(self) -> Option<CurrentUrl> {
        self.current.try_get_value().flatten()
    }

    /// Discards the unsaved changes and navigates.
    fn leave(self, navigation: &Navigation, navigate: &impl Fn(&str, NavigateOptions)) {
        self.forms
            .with_value(|forms| forms.iter().for_each(|form| form.mark_saved()));
        self.pending.set(None);
        let result = match navigation {
            Navigation::Link {
                href,
                is_internal: true,
            } => {
                navigate(href, NavigateOptions::default());
                Ok(())
            }
            Navigation::Link {
                href,
                is_internal: false,
            } => window().location().set_href(href),
            Navigation::History { href } => {
                let options = NavigateOptions {
                    replace: true,
                    ..NavigateOptions::default()
                };
                navigate(href, options);
                Ok(())
            }
        };
        if result.is_err() {
            self.toaster.show("Couldn’t open this page");
        }
    }
}

impl FormTracker {
    /// Returns whether the form has unsaved changes, as a signal.
    #[must_use]
    pub fn is_dirty(self) -> Signal<bool> {
        self.dirty.into()
    }

    fn is_dirty_untracked(self) -> bool {
        self.dirty.try_get_untracked() == Some(true)
    }

    /// Returns the revision that the form is based on: the revision of the page's data, unless the form is dirty. A dirty
    /// form keeps its base, so that saving it detects changes by others.
    #[must_use]
    pub fn base(self, revision: i64) -> i64 {
        if !self.is_dirty_untracked() {
            self.base.set_value(revision);
        }
        self.base.get_value()
    }

    /// Marks the form as shown again with unsaved input, based on revision `base`.
    pub fn mark_restored(self, base: i64) {
        self.base.set_value(base);
        self.restored.set_value(true);
    }

    /// Marks the form as having no unsaved changes, because they were saved or discarded. The form shows the saved values
    /// when the page's data has been reloaded.
    pub fn mark_saved(self) {
        self.restored.try_set_value(false);
        self.needs_reset.try_set_value(true);
        self.dirty.try_set(false);
    }

    /// Checks for changes. Call it after a script has changed a control.
    pub fn refresh(self) {
        let dirty =
            self.restored.try_get_value() == Some(true) || self.element().is_some_and(|form| is_form_dirty(&form));
        if self.dirty.try_get_untracked() != Some(dirty) {
            self.dirty.try_set(dirty);
        }
    }

    fn element(self) -> Option<HtmlFormElement> {
        let container = self.node.try_get_untracked().flatten()?;
        container.query_selector("form").ok()??.dyn_into().ok()
    }
}

/// Returns whether a form on the page has input that was not submitted. Search forms don't count.
#[must_use]
pub fn has_unsaved_input() -> bool {
    let Ok(forms) = document().query_selector_all("form[method='post']") else {
        return false;
    };
    let mut forms = (0..forms.length()).filter_map(|index| forms.item(index)?.dyn_into::<HtmlFormElement>().ok());
    forms.any(|form| is_form_dirty(&form))
}

/// Renders a form and tracks its changes.
#[component]
pub fn TrackedForm(
    /// The form's tracker.
    tracker: FormTracker,
    /// The form.
    children: Children,
) -> impl IntoView {
    Effect::new(move |_| {
        if tracker.node.get().is_none() {
            return;
        }
        // Wait until the page is in the document.
        request_animation_frame(move || {
            // The saved values may be formatted differently from the typed ones.
            if tracker.needs_reset.try_update_value(std::mem::take) == Some(true)
                && let Some(form) = tracker.element()
            {
                form.reset();
            }
            tracker.refresh();
        });
    });
    view! {
        <div node_ref=tracker.node on:input=move |_| tracker.refresh() on:change=move |_| tracker.refresh()>
            {children()}
        </div>
    }
    .into_any()
}

/// Renders the save button and whether the form has unsaved changes.
#[component]
pub fn SaveBar(
    /// The form's tracker.
    tracker: FormTracker,
    /// Whether the form is being submitted.
    #[prop(into)]
    busy: Signal<bool>,
    /// The button's label.
    #[prop(default = "Save")]
    button: &'static str,
) -> impl IntoView {
    let is_dirty = tracker.is_dirty();
    view! {
        <div class="buttons save">
            <button
                class="button"
                class:primary=move || is_dirty.get()
                aria-busy=move || busy.get().then_some("true")
                aria-keyshortcuts="Control+S Meta+S"
            >
                {button}
            </button>
            <span class="unsaved" role="status">
                {move || is_dirty.get().then_some("Unsaved changes")}
            </span>
        </div>
    }
    .into_any()
}

/// Asks the user to confirm leaving a page with unsaved changes.
#[component]
pub fn UnsavedChangesDialog(
    /// The page's forms.
    forms: UnsavedChanges,
) -> impl IntoView {
    let navigate = use_navigate();
    let pending = forms.pending;
    move || {
        let navigation = pending.get()?;
        let navigate = navigate.clone();
        let stay = move || pending.set(None);
        Some(view! {
            <Dialog title="Leave without saving?" on_close=Callback::new(move |()| stay())>
                <div class="dialog-body">
                    <p>"You have unsaved changes. They will be lost if you leave this page."</p>
                </div>
                <div class="dialog-footer">
                    <button class="button" type="button" autofocus on:click=move |_| stay()>
                        "Stay on this page"
                    </button>
                    <button class="button danger" type="button" on:click=move |_| forms.leave(&navigation, &navigate)>
                        "Leave without saving"
                    </button>
                </div>
            </Dialog>
        })
    }
}

/// Formats a URL as path, query and fragment.
fn url_string(url: &Url) -> String {
    let parts = [("", url.path()), ("?", url.search()), ("#", url.hash())];
    let present = parts.into_iter().filter(|(_, part)| !part.is_empty());
    present.fold(String::new(), |text, (prefix, part)| {
        text + prefix + part.strip_prefix(prefix).unwrap_or(part)
    })
}

/// Handles clicks in the capture phase, before any other handler: the router listens at the window.
fn on_click_captured(handle: impl Fn(ev::MouseEvent) + 'static) {
    let handler = Closure::<dyn Fn(ev::MouseEvent)>::new(handle);
    let added = document().add_event_listener_with_callback_and_bool("click", handler.as_ref().unchecked_ref(), true);
    if added.is_err() {
        return;
    }
    let handler = StoredValue::new_local(handler);
    on_cleanup(move || {
        handler.try_with_value(|handler| {
            let handler = handler.as_ref().unchecked_ref();
            document().remove_event_listener_with_callback_and_bool("click", handler, true)
        });
    });
}
