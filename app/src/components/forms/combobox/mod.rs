//! A text field with suggestions: an ARIA combobox with a list box, or a field with a `<datalist>` without script.

mod highlight;

use crate::components::forms::field::{Field, aria_invalid};
use crate::components::reactive::dynamic::dynamic;
use crate::components::reactive::task_scope::TaskScope;
use crate::effect::effect;
use domain::accounts::users::UserOption;
use leptos::ev::{Event, KeyboardEvent};
use leptos::html;
use leptos::prelude::*;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// How long typing must pause before suggestions are fetched.
const DEBOUNCE: Duration = Duration::from_millis(120);

/// Describes a suggestion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The value of the field when it is selected.
    pub text: String,
    /// The title in the list.
    pub title: String,
    /// The detail that distinguishes it from others with the same title.
    pub detail: String,
}

impl From<UserOption> for Suggestion {
    fn from(user: UserOption) -> Self {
        Self {
            text: user.text(),
            title: user.name,
            detail: user.email,
        }
    }
}

/// Fetches the suggestions for a text.
pub type Source = fn(String) -> Pin<Box<dyn Future<Output = Vec<Suggestion>>>>;

/// Holds the state of the list box.
#[derive(Clone, Copy)]
struct ListBox {
    input: NodeRef<html::Input>,
    /// Whether the page is hydrated.
    is_live: RwSignal<bool>,
    /// The suggestions for `typed`, or `None` while the list is closed.
    suggestions: RwSignal<Option<Vec<Suggestion>>>,
    typed: RwSignal<String>,
    active: RwSignal<Option<usize>>,
    timer: StoredValue<Option<TimeoutHandle>>,
    /// Counts the requests, so that a late response does not replace a newer one.
    requests: StoredValue<u32>,
    source: Source,
    /// The requests and timers of the list.
    tasks: TaskScope,
}

/// Renders the field.
#[component]
pub fn Combobox(
    /// The field's name in the form, and its element's ID.
    name: &'static str,
    /// The label.
    label: &'static str,
    /// What is suggested, such as `users`.
    what: &'static str,
    /// The value that the field has initially, and when the form is reset.
    #[prop(into)]
    value: Signal<String>,
    /// The suggestions of the `<datalist>`.
    suggestions: Vec<Suggestion>,
    /// Fetches further suggestions.
    source: Source,
    /// A sentence of help.
    help: &'static str,
    /// Whether the field may be left empty.
    #[prop(optional)]
    optional: bool,
    /// Whether it takes the focus when its dialog opens.
    #[prop(optional)]
    autofocus: bool,
    /// The validation error, if any.
    error: Signal<Option<String>>,
) -> impl IntoView {
    let list = ListBox {
        input: NodeRef::new(),
        is_live: RwSignal::new(false),
        suggestions: RwSignal::new(None),
        typed: RwSignal::new(String::new()),
        active: RwSignal::new(None),
        timer: StoredValue::new(None),
        requests: StoredValue::new(0),
        source,
        tasks: TaskScope::current(),
    };
    let is_live = list.is_live;
    effect(move || is_live.set(true));
    let is_open = move || list.suggestions.with(Option::is_some);
    let (list_id, datalist_id) = (format!("{name}-list"), format!("{name}-datalist"));
    let if_live = move |value: &'static str| is_live.get().then_some(value);
    let controls = list_id.clone();
    let datalist = datalist_id.clone();
    let described_by = move || {
        if error.with(Option::is_some) {
            format!("{name}-help {name}-error")
        } else {
            format!("{name}-help")
        }
    };
    let options = suggestions
        .into_iter()
        .map(|suggestion| view! { <option value=suggestion.text>{suggestion.title}</option> })
        .collect_view();
    view! {
        <Field id=name label help error>
            <div class="combobox">
                <input
                    id=name
                    name=name
                    value=value
                    node_ref=list.input
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    required=!optional
                    autofocus=autofocus
                    list=move || (!is_live.get()).then(|| datalist.clone())
                    role=move || if_live("combobox")
                    aria-autocomplete=move || if_live("list")
                    aria-controls=move || is_open().then(|| controls.clone())
                    aria-expanded=move || is_live.get().then(|| is_open().to_string())
                    aria-activedescendant=move || list.active.get().map(|index| format!("{name}-{index}"))
                    aria-invalid=aria_invalid(error)
                    aria-describedby=described_by
                    on:input=move |event| list.on_input(event_target_value(&event))
                    on:keydown=move |event| list.on_keydown(&event)
                    on:blur=move |_| list.on_blur()
                />
                {dynamic(move || list.render(name, what, list_id.clone()))}
                <span class="visually-hidden" role="status">
                    {dynamic(move || list.count_label(what))}
                </span>
            </div>
            <datalist id=datalist_id>{options}</datalist>
        </Field>
    }
    .into_any()
}

impl ListBox {
    fn on_input(self, text: String) {
        self.typed.set(text);
        self.fetch_debounced();
    }

    fn fetch_debounced(self) {
        if let Some(timer) = self.timer.get_value() {
            timer.clear();
        }
        self.timer
            .set_value(self.tasks.set_timeout(move || self.fetch(), DEBOUNCE));
    }

    fn fetch(self) {
        let text = self.typed.get_untracked();
        self.requests.update_value(|requests| *requests += 1);
        let request = self.requests.get_value();
        self.tasks.spawn_local(async move {
            let suggestions = (self.source)(text).await;
            if self.requests.get_value() == request {
                // No suggestion is active until the user moves to one, so that Enter submits the typed text.
                self.active.set(None);
                self.suggestions.set(Some(suggestions));
            }
        });
    }

    /// Handles the field's `blur` event. It also arrives while a field with the focus is being removed, when its views must
    /// not be updated, so the list closes in a timeout, after the removal.
    fn on_blur(self) {
        self.tasks.set_timeout(move || self.close(), Duration::ZERO);
    }

    fn close(self) {
        if let Some(timer) = self.timer.get_value() {
            timer.clear();
        }
        self.requests.update_value(|requests| *requests += 1);
        self.suggestions.set(None);
        self.active.set(None);
    }

    fn select(self, index: usize) {
        let text = self
            .suggestions
            .with_untracked(|suggestions| Some(suggestions.as_ref()?.get(index)?.text.clone()));
        self.close();
        if let (Some(text), Some(input)) = (text, self.input.get_untracked()) {
            input.set_value(&text);
            self.typed.set(text);
            // Notify the form as if the user had typed the text. Without the event, the form only isn't validated.
            let options = web_sys::EventInit::new();
            options.set_bubbles(true);
            if let Ok(event) = Event::new_with_event_init_dict("change", &options) {
                let _ = input.dispatch_event(&event);
            }
        }
    }

    fn on_keydown(self, event: &KeyboardEvent) {
        let count = self
            .suggestions
            .with_untracked(|suggestions| suggestions.as_ref().map_or(0, Vec::len));
        let is_open = self.suggestions.with_untracked(Option::is_some);
        let active = self.active.get_untracked();
        match event.key().as_str() {
            "ArrowDown" | "ArrowUp" if !is_open => {
                self.typed.set(
                    self.input
                        .get_untracked()
                        .map(|input| input.value())
                        .unwrap_or_default(),
                );
                self.fetch();
            }
            "ArrowDown" => self.move_to(active.map_or(0, |index| index + 1), count),
            "ArrowUp" => self.move_to(active.map_or(count, |index| index + count).saturating_sub(1), count),
            "Enter" if is_open && active.is_some() => self.select(active.unwrap_or_default()),
            "Escape" if is_open => self.close(),
            _ => return,
        }
        // The form and the dialog around the field must not handle the key.
        event.prevent_default();
        event.stop_propagation();
    }

    fn move_to(self, index: usize, count: usize) {
        let index = (count > 0).then(|| index % count);
        self.active.set(index);
        let element = index
            .zip(self.input.get_untracked())
            .and_then(|(index, input)| document().get_element_by_id(&format!("{}-{index}", input.id())));
        if let Some(element) = element {
            let options = web_sys::ScrollIntoViewOptions::new();
            options.set_block(web_sys::ScrollLogicalPosition::Nearest);
            element.scroll_into_view_with_scroll_into_view_options(&options);
        }
    }

    /// Returns the message that screen readers announce when the list changes.
    fn count_label(self, what: &str) -> String {
        match self.suggestions.with(|suggestions| suggestions.as_ref().map(Vec::len)) {
            None | Some(0) => String::new(),
            Some(count) => format!("Matching {what}: {count}"),
        }
    }

    fn render(self, name: &'static str, what: &'static str, id: String) -> Option<AnyView> {
        let suggestions = self.suggestions.get()?;
        if suggestions.is_empty() {
            let empty = view! {
                <div class="listbox" id=id>
                    <p class="no-matches" role="status">{format!("No {what} found")}</p>
                </div>
            };
            return Some(empty.into_any());
        }
        let typed = self.typed.get_untracked();
        let options = suggestions.into_iter().enumerate().map(|(index, suggestion)| {
            let (before, matched, after) =
                crate::components::forms::combobox::highlight::split_match(&suggestion.title, typed.trim());
            view! {
                <li
                    class="option"
                    role="option"
                    id=format!("{name}-{index}")
                    aria-selected=move || (self.active.get() == Some(index)).to_string()
                    // Keeps the focus in the field.
                    on:mousedown=|event| event.prevent_default()
                    on:click=move |_| self.select(index)
                >
                    <span>{before} {(!matched.is_empty()).then(|| view! { <mark>{matched}</mark> })} {after}</span>
                    <small>{suggestion.detail}</small>
                </li>
            }
        });
        let list = view! {
            <ul class="listbox" id=id role="listbox" aria-label=what>
                {options.collect_view()}
            </ul>
        };
        Some(list.into_any())
    }
}
