//! Forms that can hold what is not saved: they say so, are saved by Ctrl+S, and are not left by mistake.
//!
//! A form has changed when one of its controls differs from what the page came with. So what a person typed before the
//! script ran counts, and typing it back does not.

mod controls;
mod place;

use crate::components::feedback::toast::{Toaster, toaster};
use crate::components::forms::unsaved_changes::controls::differs;
use crate::components::forms::unsaved_changes::place::Place;
use crate::components::navigation::history_guard::hold_steps;
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

/// All forms of one page that can hold what is not saved. It is made once with the page, outside of what is read again.
#[derive(Clone, Copy)]
pub struct UnsavedForms {
    forms: StoredValue<Vec<Unsaved>>,
    /// The names in the query that say which form is open.
    openers: &'static [&'static str],
    /// Where the page is: what the browser says is ahead of it while it is being left.
    here: StoredValue<Option<Here>>,
    /// Where a person wants to go, who is asked first.
    leaving: RwSignal<Option<Way>>,
    toaster: Toaster,
}

/// One of them.
#[derive(Clone, Copy)]
pub struct Unsaved {
    /// What stands around the form.
    node: NodeRef<html::Div>,
    changed: RwSignal<bool>,
    /// The revision that the form was loaded at.
    base: StoredValue<i64>,
    /// Whether the form came back with what was typed, so that even what the page came with is not saved.
    came_back: StoredValue<bool>,
    /// Whether the form is to show what is kept, as soon as the page was read again.
    stale: StoredValue<bool>,
}

/// An address of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Here {
    href: String,
    place: Place,
}

/// A way from the page.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Way {
    /// A link that was clicked.
    Link {
        href: String,
        /// Whether the router is to follow it.
        inside: bool,
    },
    /// A step in the browser's history, which was undone.
    Step {
        /// Where it led.
        href: String,
    },
}

impl UnsavedForms {
    /// Begins to watch over the page. Where a form is not always there, `openers` are the names in the query that say
    /// whether it is, and which.
    #[must_use]
    pub fn new(openers: &'static [&'static str]) -> Self {
        let all = Self {
            forms: StoredValue::new(Vec::new()),
            openers,
            here: StoredValue::new(None),
            leaving: RwSignal::new(None),
            toaster: toaster(),
        };
        let unload = window_event_listener(ev::beforeunload, move |event| {
            if all.changed().is_some() {
                event.prevent_default();
            }
        });
        let key = window_event_listener(ev::keydown, move |event| {
            let is_save = (event.ctrl_key() || event.meta_key()) && !event.alt_key() && !event.shift_key();
            if is_save && event.key().eq_ignore_ascii_case("s") {
                event.prevent_default();
                all.save();
            }
        });
        on_cleanup(move || {
            unload.remove();
            key.remove();
        });
        let url = use_url();
        Effect::new(move |_| {
            let here = url.with(|url| Here {
                href: address(url),
                place: Place::new(url.path(), url.search(), openers),
            });
            all.here.try_set_value(Some(here));
        });
        hold_steps(move || all.hold_step());
        Effect::new(move |_| on_each_click(move |event| all.hold(&event)));
        all
    }

    /// One more form.
    #[must_use]
    pub fn form(self) -> Unsaved {
        let form = Unsaved {
            node: NodeRef::new(),
            changed: RwSignal::new(false),
            base: StoredValue::new(0),
            came_back: StoredValue::new(false),
            stale: StoredValue::new(false),
        };
        self.forms.update_value(|forms| forms.push(form));
        form
    }

    /// The first form that has changed.
    fn changed(self) -> Option<Unsaved> {
        self.forms
            .try_with_value(|forms| forms.iter().copied().find(|form| form.has_changed()))
            .flatten()
    }

    /// Sends the form that the person is in, where it has changed, or else the first that has.
    fn save(self) {
        let focused = document().active_element();
        let is_in = |form: &Unsaved| {
            let around = form.node.try_get_untracked().flatten();
            around.is_some_and(|around| around.contains(focused.as_deref()))
        };
        let here = self
            .forms
            .try_with_value(|forms| forms.iter().copied().find(|form| is_in(form) && form.has_changed()))
            .flatten();
        match here.or_else(|| self.changed()).and_then(Unsaved::element) {
            // A form that cannot be sent says itself what is wrong with it.
            Some(form) => _ = form.request_submit(),
            None => self.toaster.say("Nothing to save"),
        }
    }

    /// For a click anywhere, before the router sees it: holds a link that leads away.
    fn hold(self, event: &ev::MouseEvent) {
        if event.button() != 0 || event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key() {
            return;
        }
        let link = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok())
            .and_then(|target| target.closest("a[href]").ok().flatten())
            .and_then(|link| link.dyn_into::<web_sys::HtmlAnchorElement>().ok());
        let Some(link) = link else { return };
        let inside = link.origin() == window().location().origin().unwrap_or_default();
        let there = Place::new(&link.pathname(), &link.search(), self.openers);
        let stays = inside && self.here().is_none_or(|here| here.place == there);
        // What opens beside the page loses nothing either.
        if stays || !link.target().is_empty() || link.has_attribute("download") || self.changed().is_none() {
            return;
        }
        event.prevent_default();
        event.stop_propagation();
        let is_external = link.get_attribute("rel").is_some_and(|rel| rel.contains("external"));
        let inside = inside && !is_external;
        let href = if inside {
            format!("{}{}{}", link.pathname(), link.search(), link.hash())
        } else {
            link.href()
        };
        self.leaving.set(Some(Way::Link { href, inside }));
    }

    /// For a step back or forward, before the router sees it: undoes one that leads away, and says whether it has.
    fn hold_step(self) -> bool {
        let to = window().location();
        let (path, query) = (to.pathname().unwrap_or_default(), to.search().unwrap_or_default());
        let href = format!("{path}{query}{}", to.hash().unwrap_or_default());
        let there = Place::new(&path, &query, self.openers);
        let Some(here) = self.here().filter(|here| here.place != there) else {
            return false;
        };
        if self.changed().is_none() {
            return false;
        }
        let history = window().history();
        let undone = history.and_then(|history| history.push_state_with_url(&JsValue::NULL, "", Some(&here.href)));
        // Where it cannot be undone, the page goes, as it would have.
        if undone.is_ok() {
            self.leaving.set(Some(Way::Step { href }));
        }
        undone.is_ok()
    }

    /// Where the page is, unless it has just gone.
    fn here(self) -> Option<Here> {
        self.here.try_get_value().flatten()
    }

    /// Forgets what is not saved, and goes there.
    fn leave(self, way: &Way, navigate: &impl Fn(&str, NavigateOptions)) {
        self.forms
            .with_value(|forms| forms.iter().for_each(|form| form.saved()));
        self.leaving.set(None);
        let left = match way {
            Way::Link { href, inside: true } => {
                navigate(href, NavigateOptions::default());
                Ok(())
            }
            Way::Link { href, inside: false } => window().location().set_href(href),
            Way::Step { href } => {
                let options = NavigateOptions {
                    replace: true,
                    ..NavigateOptions::default()
                };
                navigate(href, options);
                Ok(())
            }
        };
        if left.is_err() {
            self.toaster.say("This address cannot be opened");
        }
    }
}

impl Unsaved {
    /// Whether there is something to save, for views.
    #[must_use]
    pub fn is_changed(self) -> Signal<bool> {
        self.changed.into()
    }

    fn has_changed(self) -> bool {
        self.changed.try_get_untracked() == Some(true)
    }

    /// The revision that the form is of: what the page was read at, unless somebody is in the middle of changing it. Then
    /// it stays what it was, so that what others have changed meanwhile is noticed.
    #[must_use]
    pub fn base(self, revision: i64) -> i64 {
        if !self.has_changed() {
            self.base.set_value(revision);
        }
        self.base.get_value()
    }

    /// For a form that came back with what was typed.
    pub fn came_back(self, base: i64) {
        self.base.set_value(base);
        self.came_back.set_value(true);
    }

    /// There is nothing to save any more: it is saved, or given up. The form shows what is kept once the page was read
    /// again.
    pub fn saved(self) {
        self.came_back.try_set_value(false);
        self.stale.try_set_value(true);
        self.changed.try_set(false);
    }

    /// Looks whether anything has changed. Call it after a script has changed a control.
    pub fn look(self) {
        let changed = self.came_back.try_get_value() == Some(true) || self.element().is_some_and(|form| differs(&form));
        if self.changed.try_get_untracked() != Some(changed) {
            self.changed.try_set(changed);
        }
    }

    fn element(self) -> Option<HtmlFormElement> {
        let around = self.node.try_get_untracked().flatten()?;
        around.query_selector("form").ok()??.dyn_into().ok()
    }
}

/// Whether something was typed or chosen on the page that has not been sent: in any form but those that only search.
#[must_use]
pub fn has_typed() -> bool {
    let Ok(forms) = document().query_selector_all("form[method='post']") else {
        return false;
    };
    let mut forms = (0..forms.length()).filter_map(|index| forms.item(index)?.dyn_into::<HtmlFormElement>().ok());
    forms.any(|form| differs(&form))
}

/// Stands around a form and watches whether it changes.
#[component]
pub fn Watched(
    /// The form.
    unsaved: Unsaved,
    /// It, as it is drawn.
    children: Children,
) -> impl IntoView {
    Effect::new(move |_| {
        if unsaved.node.get().is_none() {
            return;
        }
        // The page is put in place first.
        request_animation_frame(move || {
            // What was just saved may be written otherwise than it was typed.
            if unsaved.stale.try_update_value(std::mem::take) == Some(true)
                && let Some(form) = unsaved.element()
            {
                form.reset();
            }
            unsaved.look();
        });
    });
    view! {
        <div node_ref=unsaved.node on:input=move |_| unsaved.look() on:change=move |_| unsaved.look()>
            {children()}
        </div>
    }
    .into_any()
}

/// What is said where a form can be saved, and the button that does.
#[component]
pub fn SaveBar(
    /// The form.
    unsaved: Unsaved,
    /// Whether the form is being sent.
    #[prop(into)]
    busy: Signal<bool>,
    /// What the button says.
    #[prop(default = "Save")]
    button: &'static str,
) -> impl IntoView {
    let changed = unsaved.is_changed();
    view! {
        <div class="buttons save">
            <button
                class="button"
                class:primary=move || changed.get()
                aria-busy=move || busy.get().then_some("true")
                aria-keyshortcuts="Control+S Meta+S"
            >
                {button}
            </button>
            <span class="unsaved" role="status">
                {move || changed.get().then_some("Unsaved changes")}
            </span>
        </div>
    }
    .into_any()
}

/// The question before a page is left whose changes are not saved.
#[component]
pub fn LeaveQuestion(
    /// The page's forms.
    forms: UnsavedForms,
) -> impl IntoView {
    let navigate = use_navigate();
    let leaving = forms.leaving;
    move || {
        let way = leaving.get()?;
        let navigate = navigate.clone();
        let stay = move || leaving.set(None);
        Some(view! {
            <Dialog title="Leave without saving?" on_close=Callback::new(move |()| stay())>
                <div class="dialog-body">
                    <p>"What you have changed on this page is not saved, and is lost when you leave it."</p>
                </div>
                <div class="dialog-footer">
                    <button class="button" type="button" autofocus on:click=move |_| stay()>
                        "Stay on this page"
                    </button>
                    <button class="button danger" type="button" on:click=move |_| forms.leave(&way, &navigate)>
                        "Leave without saving"
                    </button>
                </div>
            </Dialog>
        })
    }
}

/// As the browser shows it.
fn address(url: &Url) -> String {
    let parts = [("", url.path()), ("?", url.search()), ("#", url.hash())];
    let filled = parts.into_iter().filter(|(_, part)| !part.is_empty());
    filled.fold(String::new(), |text, (mark, part)| {
        text + mark + part.strip_prefix(mark).unwrap_or(part)
    })
}

/// Hears of clicks before anything else does: the router listens at the window.
fn on_each_click(handle: impl Fn(ev::MouseEvent) + 'static) {
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
