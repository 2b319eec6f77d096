//! A text field that suggests what to type: an ARIA combobox with a list box where there is script, a field with a
//! `<datalist>` where there is none.

mod matched;

use crate::components::forms::field::FieldError;
use crate::components::reactive::task_scope::TaskScope;
use domain::accounts::users::UserChoice;
use leptos::ev::{Event, KeyboardEvent};
use leptos::html;
use leptos::prelude::*;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// How long a person has to pause before suggestions are fetched.
const PAUSE: Duration = Duration::from_millis(120);

/// One suggestion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// What the field holds once it is chosen.
    pub text: String,
    /// What the list shows.
    pub title: String,
    /// What tells it from others of the same title.
    pub detail: String,
}

impl From<UserChoice> for Suggestion {
    fn from(user: UserChoice) -> Self {
        Self {
            text: user.text(),
            title: user.name,
            detail: user.email,
        }
    }
}

/// Finds suggestions for what was typed.
pub type Source = fn(String) -> Pin<Box<dyn Future<Output = Vec<Suggestion>>>>;

/// What the list shows.
#[derive(Clone, Copy)]
struct List {
    input: NodeRef<html::Input>,
    /// Whether the script runs.
    live: RwSignal<bool>,
    /// The suggestions for `typed`; none while the list is closed.
    found: RwSignal<Option<Vec<Suggestion>>>,
    typed: RwSignal<String>,
    active: RwSignal<Option<usize>>,
    timer: StoredValue<Option<TimeoutHandle>>,
    /// Counts the questions, so that a late answer does not replace a newer one.
    asked: StoredValue<u32>,
    source: Source,
    /// The searches and timers of the list.
    tasks: TaskScope,
}

/// The field.
#[component]
pub fn Combobox(
    /// The field's name in the form, and its element's id.
    name: &'static str,
    /// The label.
    label: &'static str,
    /// What is suggested, in a word: `users`.
    what: &'static str,
    /// What it holds at first.
    #[prop(into)]
    value: String,
    /// The suggestions of the `<datalist>`.
    suggestions: Vec<Suggestion>,
    /// Where further suggestions come from.
    source: Source,
    /// Help in one sentence.
    help: &'static str,
    /// Whether the form can be sent without it.
    #[prop(optional)]
    optional: bool,
    /// Whether it has the focus when its dialog opens.
    #[prop(optional)]
    autofocus: bool,
    /// The complaint about it, if there is one.
    error: Signal<Option<String>>,
) -> impl IntoView {
    let list = List {
        input: NodeRef::new(),
        live: RwSignal::new(false),
        found: RwSignal::new(None),
        typed: RwSignal::new(String::new()),
        active: RwSignal::new(None),
        timer: StoredValue::new(None),
        asked: StoredValue::new(0),
        source,
        tasks: TaskScope::current(),
    };
    let live = list.live;
    Effect::new(move |_| live.set(true));
    let is_open = move || list.found.with(Option::is_some);
    let (list_id, plain_id, help_id, error_id) = (
        format!("{name}-list"),
        format!("{name}-plain"),
        format!("{name}-help"),
        format!("{name}-error"),
    );
    let when_live = move |word: &'static str| live.get().then_some(word);
    let controls = list_id.clone();
    let plain = plain_id.clone();
    let described = {
        let (help, error_id) = (help_id.clone(), error_id.clone());
        move || {
            if error.with(Option::is_some) {
                format!("{help} {error_id}")
            } else {
                help.clone()
            }
        }
    };
    let options = suggestions
        .into_iter()
        .map(|suggestion| view! { <option value=suggestion.text>{suggestion.title}</option> })
        .collect_view();
    view! {
        <div class="field">
            <label for=name>{label}</label>
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
                    list=move || (!live.get()).then(|| plain.clone())
                    role=move || when_live("combobox")
                    aria-autocomplete=move || when_live("list")
                    aria-controls=move || is_open().then(|| controls.clone())
                    aria-expanded=move || live.get().then(|| is_open().to_string())
                    aria-activedescendant=move || list.active.get().map(|index| format!("{name}-{index}"))
                    aria-invalid=move || error.with(Option::is_some).then_some("true")
                    aria-describedby=described
                    on:input=move |event| list.type_in(event_target_value(&event))
                    on:keydown=move |event| list.press(&event)
                    on:blur=move |_| list.leave()
                />
                {move || list.draw(name, what, list_id.clone())}
                <span class="visually-hidden" role="status">
                    {move || list.count(what)}
                </span>
            </div>
            <datalist id=plain_id>{options}</datalist>
            <p class="help" id=help_id>
                {help}
            </p>
            <FieldError id=error_id error />
        </div>
    }
    .into_any()
}

impl List {
    fn type_in(self, text: String) {
        self.typed.set(text);
        self.pause_then_ask();
    }

    fn pause_then_ask(self) {
        if let Some(timer) = self.timer.get_value() {
            timer.clear();
        }
        self.timer.set_value(self.tasks.set_timeout(move || self.ask(), PAUSE));
    }

    fn ask(self) {
        let text = self.typed.get_untracked();
        self.asked.update_value(|asked| *asked += 1);
        let question = self.asked.get_value();
        self.tasks.spawn_local(async move {
            let found = (self.source)(text).await;
            if self.asked.get_value() == question {
                // Nothing is chosen until a person does, so that Enter sends what they have typed.
                self.active.set(None);
                self.found.set(Some(found));
            }
        });
    }

    /// For the field's `blur` event. It also comes while the field is taken off the page with the focus in it, so the list
    /// closes a moment later, when a field that goes has gone: what is drawn of it must not be asked to change then.
    fn leave(self) {
        self.tasks.set_timeout(move || self.close(), Duration::ZERO);
    }

    fn close(self) {
        if let Some(timer) = self.timer.get_value() {
            timer.clear();
        }
        self.asked.update_value(|asked| *asked += 1);
        self.found.set(None);
        self.active.set(None);
    }

    fn choose(self, index: usize) {
        let text = self
            .found
            .with_untracked(|found| Some(found.as_ref()?.get(index)?.text.clone()));
        self.close();
        if let (Some(text), Some(input)) = (text, self.input.get_untracked()) {
            input.set_value(&text);
            self.typed.set(text);
            // The form is told as if the person had typed it. An event that cannot be made is only a check less.
            let options = web_sys::EventInit::new();
            options.set_bubbles(true);
            if let Ok(event) = Event::new_with_event_init_dict("change", &options) {
                let _ = input.dispatch_event(&event);
            }
        }
    }

    fn press(self, event: &KeyboardEvent) {
        let count = self.found.with_untracked(|found| found.as_ref().map_or(0, Vec::len));
        let is_open = self.found.with_untracked(Option::is_some);
        let active = self.active.get_untracked();
        match event.key().as_str() {
            "ArrowDown" | "ArrowUp" if !is_open => {
                self.typed.set(
                    self.input
                        .get_untracked()
                        .map(|input| input.value())
                        .unwrap_or_default(),
                );
                self.ask();
            }
            "ArrowDown" => self.move_to(active.map_or(0, |index| index + 1), count),
            "ArrowUp" => self.move_to(active.map_or(count, |index| index + count).saturating_sub(1), count),
            "Enter" if is_open && active.is_some() => self.choose(active.unwrap_or_default()),
            "Escape" if is_open => self.close(),
            _ => return,
        }
        // Neither the form nor the dialog around it hears of the key.
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

    /// What is said aloud when the list changes.
    fn count(self, what: &str) -> String {
        match self.found.with(|found| found.as_ref().map(Vec::len)) {
            None | Some(0) => String::new(),
            Some(1) => format!("1 of the {what} matches"),
            Some(count) => format!("{count} of the {what} match"),
        }
    }

    fn draw(self, name: &'static str, what: &'static str, id: String) -> Option<AnyView> {
        let found = self.found.get()?;
        if found.is_empty() {
            let none = view! {
                <div class="listbox" id=id>
                    <p class="none" role="status">{format!("None of the {what} match")}</p>
                </div>
            };
            return Some(none.into_any());
        }
        let typed = self.typed.get_untracked();
        let options = found.into_iter().enumerate().map(|(index, suggestion)| {
            let (before, matched, after) =
                crate::components::forms::combobox::matched::split(&suggestion.title, typed.trim());
            view! {
                <li
                    class="option"
                    role="option"
                    id=format!("{name}-{index}")
                    aria-selected=move || (self.active.get() == Some(index)).to_string()
                    // The field keeps the focus.
                    on:mousedown=|event| event.prevent_default()
                    on:click=move |_| self.choose(index)
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
