//! Forms that say what is wrong while they are filled in, and that lose nothing when they are sent without script.

use crate::components::feedback::notice::{Kind, Notice};
use crate::components::navigation::session_ended::PageSession;
use crate::components::reactive::task_scope::TaskScope;
use crate::error::Failure;
use domain::fields::FieldErrors;
use leptos::ev;
use leptos::prelude::*;
use leptos::server_fn::client::Client;
use leptos::server_fn::codec::{Json, PostUrl};
use leptos::server_fn::request::ClientReq;
use leptos::server_fn::{Http, ServerFn};
use leptos_router::hooks::use_url;
use serde::de::DeserializeOwned;
use std::any::TypeId;
use std::collections::BTreeSet;
use std::time::Duration;
use wasm_bindgen::JsCast;
use web_sys::{FormData, HtmlElement, HtmlFormElement};

/// What a form's fields hold, by their names. Of several fields of one name, each has a line.
pub type Values<'a> = &'a dyn Fn(&str) -> String;

/// How long after a form was taken it is not sent again as it is. The second half of a double click may come after a quick
/// answer and before the page has followed that answer, and would make the same thing twice.
const DOUBLE_CLICK: Duration = Duration::from_secs(1);

/// What the fields must satisfy.
type Rule = Box<dyn Fn(Values<'_>) -> Option<FieldErrors> + Send + Sync>;

/// The complaints of one form: those of `domain` while a person types, those of the server once it has been sent.
pub struct Check<S: ServerFn<Error = Failure> + 'static>
where
    S::Output: 'static,
{
    action: ServerAction<S>,
    rule: StoredValue<Rule>,
    /// What the rule says of the fields as they are now.
    errors: RwSignal<FieldErrors>,
    /// The fields that were edited since the form was sent, on which the server's word no longer counts.
    edited: RwSignal<BTreeSet<String>>,
    /// The fields that a person has been through, which may be complained about.
    seen: RwSignal<BTreeSet<String>>,
    /// Whether a pointer is pressed on the form.
    pressed: StoredValue<bool>,
    /// The field that was left by that press.
    left: StoredValue<Option<String>>,
    /// Whether the form was taken within [`DOUBLE_CLICK`], has not been edited since, and its answer leads elsewhere.
    just_taken: StoredValue<bool>,
    /// Whether the script runs, and says itself what the browser would say in a bubble.
    live: RwSignal<bool>,
}

impl<S: ServerFn<Error = Failure> + 'static> Clone for Check<S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S: ServerFn<Error = Failure> + 'static> Copy for Check<S> {}

impl<S> Check<S>
where
    S: ServerFn<Error = Failure> + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
{
    /// For a form that `S` takes, whose fields must satisfy `rule`.
    pub fn new(rule: impl Fn(Values<'_>) -> Option<FieldErrors> + Send + Sync + 'static) -> Self {
        let action = ServerAction::new();
        // The router keeps the failure of a form that was sent without script for as long as the document lives; it only
        // counts on the address that has it.
        if !use_url().read_untracked().search().contains("__err=") {
            action.value().set(None);
        }
        let live = RwSignal::new(false);
        Effect::new(move |_| live.set(true));
        let session = use_context::<PageSession>();
        let is_signed_out = move || {
            action
                .value()
                .with(|value| matches!(value, Some(Err(Failure::SignedOut))))
        };
        let just_taken = StoredValue::new(false);
        let tasks = TaskScope::current();
        // What is answered with something to show stays, and may be sent again.
        let leads_elsewhere = TypeId::of::<S::Output>() == TypeId::of::<()>();
        Effect::new(move |_| {
            let is_taken = action.value().with(|value| value.as_ref().map(Result::is_ok));
            match session {
                Some(session) if is_signed_out() => session.ask(),
                _ if is_taken == Some(false) => focus_first_wrong(),
                _ if is_taken == Some(true) && leads_elsewhere => {
                    just_taken.set_value(true);
                    tasks.set_timeout(move || just_taken.set_value(false), DOUBLE_CLICK);
                }
                _ => {}
            }
        });
        // Once the person has signed in again, the form can be sent again.
        Effect::new(move |before: Option<u32>| {
            let renewals = session.map_or(0, |session| session.renewals().get());
            if before.is_some_and(|before| before != renewals) && untrack(is_signed_out) {
                action.value().set(None);
            }
            renewals
        });
        Self {
            action,
            rule: StoredValue::new(Box::new(rule)),
            errors: RwSignal::default(),
            edited: RwSignal::default(),
            seen: RwSignal::default(),
            pressed: StoredValue::new(false),
            left: StoredValue::new(None),
            just_taken,
            live,
        }
    }

    /// Whether the script runs.
    pub fn live(self) -> ReadSignal<bool> {
        self.live.read_only()
    }

    /// Whether the form is being sent, as `aria-busy` has it.
    pub fn busy(self) -> Option<&'static str> {
        self.action.pending().get().then_some("true")
    }

    /// What is wrong with a field.
    pub fn error(self, field: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || {
            let local = || self.errors.with(|errors| errors.of(field).map(str::to_owned));
            let complaint = self.seen.with(|seen| seen.contains(field)).then(local).flatten();
            let edited = self.edited.with(|edited| edited.contains(field));
            complaint.or_else(|| self.failure(|failure| failure.field(field)).filter(|_| !edited))
        })
    }

    /// What is wrong besides what the `fields` show.
    pub fn problem(self, fields: &'static [&'static str]) -> Signal<Option<String>> {
        Signal::derive(move || self.failure(|failure| failure.form(fields)))
    }

    fn failure(self, read: impl FnOnce(&Failure) -> Option<String>) -> Option<String> {
        self.action
            .value()
            .with(|value| value.as_ref()?.as_ref().err().and_then(read))
    }

    /// What the form was answered, once it was.
    pub fn value(self) -> Signal<Option<Result<S::Output, Failure>>> {
        let value = self.action.value();
        Signal::derive(move || value.get())
    }

    /// As if the form had not been sent yet.
    pub fn forget(self) {
        self.just_taken.set_value(false);
        self.action.value().set(None);
    }

    /// Calls `then` once the form was taken.
    pub fn on_success(self, then: impl Fn() + 'static) {
        let value = self.action.value();
        Effect::new(move |_| {
            if value.with(|value| matches!(value, Some(Ok(_)))) {
                then();
            }
        });
    }

    /// For the form's `input` and `change` events. Like the others it may come when the form has just gone, as a browser
    /// tells a field that it loses the focus while it is taken away.
    fn edit(self, event: &ev::Event) {
        let Some(form) = form_of(event) else { return };
        self.just_taken.try_set_value(false);
        self.look(&form);
        if let Some(name) = name_of(event) {
            self.edited.try_update(|edited| edited.insert(name));
        }
    }

    /// For the form's `focusout` event: a field that was edited has been seen. The event also comes while the form is
    /// taken off the page with the focus in it, so it is looked at a moment later, when a form that goes has gone: what is
    /// drawn of it must not be asked to change then. While a pointer is pressed nothing is said yet: a complaint would
    /// move what is being clicked away from under it.
    fn leave(self, event: &ev::FocusEvent) {
        let Some(name) = name_of(event) else { return };
        if self.edited.try_with_untracked(|edited| edited.contains(&name)) != Some(true) {
            return;
        }
        if self.pressed.try_get_value() == Some(true) {
            self.left.try_set_value(Some(name));
        } else {
            let see = move || _ = self.seen.try_update(|seen| seen.insert(name));
            set_timeout(see, Duration::ZERO);
        }
    }

    /// For the form's `pointerdown` event.
    fn press(self) {
        self.pressed.try_set_value(true);
    }

    /// For the events that end a press. The click comes after them.
    fn release(self) {
        let settle = move || {
            self.pressed.try_set_value(false);
            if let Some(Some(name)) = self.left.try_update_value(Option::take) {
                self.seen.try_update(|seen| seen.insert(name));
            }
        };
        set_timeout(settle, Duration::ZERO);
    }

    /// For the form's `submit` event, in its capture phase: stops what cannot succeed, and what is under way already.
    fn submit(self, event: &ev::SubmitEvent) {
        let Some(form) = event
            .target()
            .and_then(|target| target.dyn_into::<HtmlFormElement>().ok())
        else {
            return;
        };
        self.look(&form);
        let wrong: BTreeSet<String> = self
            .errors
            .try_with_untracked(|errors| errors.0.iter().map(|error| error.field.clone()).collect())
            .unwrap_or_default();
        if self.action.pending().get_untracked() || self.just_taken.get_value() || !wrong.is_empty() {
            event.prevent_default();
        } else {
            // What was answered before is not the answer to this.
            self.forget();
        }
        self.seen.try_set(wrong);
        self.edited.try_update(BTreeSet::clear);
        focus_first_wrong();
    }

    fn look(self, form: &HtmlFormElement) {
        let Ok(data) = FormData::new_with_form(form) else {
            return;
        };
        let values = |name: &str| {
            let values = data.get_all(name).into_iter().filter_map(|value| value.as_string());
            values.collect::<Vec<_>>().join("\n")
        };
        let errors = self.rule.try_with_value(|rule| rule(&values)).flatten();
        self.errors.try_set(errors.unwrap_or_default());
    }
}

/// A form that is checked while it is filled in.
#[component]
pub fn CheckedForm<S>(
    /// Its check.
    check: Check<S>,
    /// `form`, or nothing where a dialog lays it out.
    #[prop(optional)]
    class: &'static str,
    /// Its fields and buttons.
    children: Children,
) -> impl IntoView
where
    S: ServerFn<Protocol = Http<PostUrl, Json>, Error = Failure> + DeserializeOwned + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
    S::Client: Client<Failure>,
    <<S::Client as Client<Failure>>::Request as ClientReq<Failure>>::FormData: From<FormData>,
{
    let live = check.live;
    view! {
        <ActionForm
            action=check.action
            attr:class=class
            attr:novalidate=move || live.get()
            on:submit:capture=move |event| check.submit(&event)
            on:input=move |event| check.edit(&event)
            on:change=move |event| check.edit(&event)
            on:focusout=move |event| check.leave(&event)
            on:pointerdown=move |_| check.press()
            on:pointerup=move |_| check.release()
            on:pointercancel=move |_| check.release()
            on:pointerleave=move |_| check.release()
        >
            {children()}
        </ActionForm>
    }
    .into_any()
}

/// What is wrong with the form besides what its fields show.
#[component]
pub fn FormProblem<S>(
    /// Its check.
    check: Check<S>,
    /// The fields that show their own complaints.
    fields: &'static [&'static str],
) -> impl IntoView
where
    S: ServerFn<Error = Failure> + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
{
    let problem = check.problem(fields);
    move || {
        problem.get().map(|message| {
            view! {
                <Notice kind=Kind::Danger autofocus=true>
                    <p>{message}</p>
                </Notice>
            }
        })
    }
}

fn form_of(event: &ev::Event) -> Option<HtmlFormElement> {
    let element = event.target()?.dyn_into::<web_sys::Element>().ok()?;
    element.closest("form").ok()??.dyn_into().ok()
}

/// The field's name as complaints have it: a list's fields are `scopes[]` in the form, those of a form within it
/// `form[term]`.
fn name_of(event: &ev::Event) -> Option<String> {
    let name = event
        .target()?
        .dyn_into::<web_sys::Element>()
        .ok()?
        .get_attribute("name")?;
    let name = name.strip_suffix("[]").unwrap_or(&name);
    let inner = name.strip_suffix(']').and_then(|name| name.split_once('['));
    Some(inner.map_or(name, |(_, inner)| inner).to_owned())
}

/// Moves the focus, and with it what is in sight, to the first field with an error, or else to the message about the whole
/// form: in the form that the person is in, or else on the page. Both are drawn first, so this waits for the next frame.
pub(crate) fn focus_first_wrong() {
    const WRONG: [&str; 2] = ["[aria-invalid='true']", "[role='alert']"];
    request_animation_frame(|| {
        let form = document()
            .active_element()
            .and_then(|active| active.closest("form").ok()?);
        let first = |find: &dyn Fn(&str) -> Result<Option<web_sys::Element>, wasm_bindgen::JsValue>| {
            let mut found = WRONG.into_iter().filter_map(|selector| find(selector).ok()?);
            found.find_map(|element| element.dyn_into::<HtmlElement>().ok())
        };
        let in_form = form.and_then(|form| first(&|selector| form.query_selector(selector)));
        if let Some(wrong) = in_form.or_else(|| first(&|selector| document().query_selector(selector))) {
            // A field that cannot take the focus still shows its error.
            let _ = wrong.focus();
        }
    });
}

/// Answers a form. A browser without script is sent to `done`, or back to `again` with the failure in the address, where
/// the page finds it and the form is as it was filled in; so nothing hangs on the browser's naming the page it came
/// from. The script goes to `done` too, and shows the failure where the form is.
#[cfg(feature = "ssr")]
pub fn answer<S: ServerFn>(
    result: portal::Result<()>,
    done: &impl std::fmt::Display,
    again: &impl std::fmt::Display,
) -> Result<(), Failure> {
    if let Err(error) = result {
        return Err(refuse::<S>(error.into(), again));
    }
    leptos_axum::redirect(&done.to_string());
    Ok(())
}

/// Sends a browser without script back to `again` with the failure in the address.
#[cfg(feature = "ssr")]
pub(crate) fn refuse<S: ServerFn>(failure: Failure, again: &impl std::fmt::Display) -> Failure {
    use leptos::server_fn::error::ServerFnUrlError;
    if use_context::<http::request::Parts>().is_some_and(|parts| crate::context::accepts_html(&parts.headers)) {
        // Only path and query are used; the library wants a whole address to add to.
        let base = format!("http://localhost{}", shortened(again.to_string()));
        if let Ok(url) = ServerFnUrlError::new(S::PATH, failure.clone()).to_url(&base) {
            leptos_axum::redirect(&format!("{}?{}", url.path(), url.query().unwrap_or_default()));
        }
    }
    failure
}

/// The longest address that a form is sent back to, in bytes: browsers and proxies refuse much longer ones.
#[cfg(feature = "ssr")]
const MAX_ADDRESS_BYTES: usize = 30_000;

/// Leaves out the longest values of an address's query until the address can be opened. A text that is too long for an
/// address is far longer than any field takes, and the error says so.
#[cfg(feature = "ssr")]
fn shortened(address: String) -> String {
    if address.len() <= MAX_ADDRESS_BYTES {
        return address;
    }
    let Some((path, query)) = address.split_once('?') else {
        return "/".to_owned();
    };
    let mut pairs: Vec<&str> = query.split('&').collect();
    let mut length = address.len();
    while length > MAX_ADDRESS_BYTES {
        let Some(longest) = (0..pairs.len()).max_by_key(|index| pairs[*index].len()) else {
            break;
        };
        length -= pairs.remove(longest).len() + 1;
    }
    if pairs.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", pairs.join("&"))
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn address_longer_than_the_limit_loses_its_longest_values_only() {
        let fits = format!("/page?dialog=new&name={}", "x".repeat(100));
        assert_eq!(shortened(fits.clone()), fits);
        let long = "x".repeat(MAX_ADDRESS_BYTES);
        for (address, expected) in [
            (format!("/page?dialog=new&name={long}"), "/page?dialog=new"),
            (format!("/page?name={long}"), "/page"),
            (format!("/page?a={long}&dialog=new&b={long}x"), "/page?dialog=new"),
            (format!("/page/{long}"), "/"),
        ] {
            assert_eq!(shortened(address), expected);
        }
        let two = format!("/page?a={}&dialog=new&b={}", "x".repeat(20_000), "y".repeat(15_000));
        assert_eq!(shortened(two), format!("/page?dialog=new&b={}", "y".repeat(15_000)));
    }
}
