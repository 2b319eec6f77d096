//! Leaving a page with unsaved changes, which the user is asked to confirm.

use crate::components::forms::unsaved_changes::UnsavedChanges;
use crate::components::forms::unsaved_changes::form_location::FormLocation;
use crate::components::navigation::history_guard::guard_history;
use crate::components::overlay::dialog::Dialog;
use crate::components::reactive::dynamic::dynamic;
use crate::effect::effect;
use leptos::ev;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_url};
use leptos_router::location::Url;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Element;

/// Holds the URL of the page and the location of its forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CurrentUrl {
    href: String,
    location: FormLocation,
}

/// Describes a navigation away from the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Navigation {
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
    /// Intercepts clicks on links and navigation through the history until the page is removed.
    pub(super) fn guard_navigation(self) {
        let url = use_url();
        effect(move || {
            let current = url.with(|url| CurrentUrl {
                href: url_string(url),
                location: FormLocation::new(url.path(), url.search(), self.form_params),
            });
            self.current.try_set_value(Some(current));
        });
        guard_history(move || self.intercept_history());
        effect(move || on_click_captured(move |event| self.intercept_click(&event)));
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
            .with_value(|forms| forms.iter().for_each(|form| form.mark_discarded()));
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

/// Asks the user to confirm leaving a page with unsaved changes.
#[component]
pub fn UnsavedChangesDialog(
    /// The page's forms.
    forms: UnsavedChanges,
) -> impl IntoView {
    let navigate = use_navigate();
    let pending = forms.pending;
    dynamic(move || {
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
    })
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
