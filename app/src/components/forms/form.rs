//! Forms that are validated while they are filled in, and that keep their input when they are submitted without script.

use crate::components::feedback::notice::{Notice, NoticeKind};
use crate::components::navigation::session_ended::PageSession;
use crate::components::reactive::task_scope::TaskScope;
use crate::error::AppError;
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

/// Returns the value of a field by name. The values of several fields with one name are joined by line breaks.
pub type Values<'a> = &'a dyn Fn(&str) -> String;

/// How long a form that succeeded can't be submitted again unchanged. The second click of a double click may arrive after
/// a fast response and before the page has followed its redirect, and would create the same thing twice.
const RESUBMIT_DELAY: Duration = Duration::from_secs(1);

/// Validates the values of a form.
type Validator = Box<dyn Fn(Values<'_>) -> Option<FieldErrors> + Send + Sync>;

/// Holds the state of one form and its validation errors: those of `domain` while the user types, and those of the server
/// after the form was submitted.
pub struct FormState<S: ServerFn<Error = AppError> + 'static>
where
    S::Output: 'static,
{
    action: ServerAction<S>,
    validator: StoredValue<Validator>,
    /// The validation errors of the current values.
    errors: RwSignal<FieldErrors>,
    /// The fields that were edited since the form was submitted, whose server errors are outdated.
    edited: RwSignal<BTreeSet<String>>,
    /// The fields that the user has left after editing them, whose errors are shown.
    touched: RwSignal<BTreeSet<String>>,
    /// Whether a pointer is pressed on the form.
    is_pressed: StoredValue<bool>,
    /// The field that lost the focus because of that press.
    blurred: StoredValue<Option<String>>,
    /// Whether the form succeeded within [`RESUBMIT_DELAY`], has not been edited since, and leads to another page.
    just_succeeded: StoredValue<bool>,
    /// Whether the page is hydrated, so that the form shows errors itself instead of the browser's validation bubbles.
    is_live: RwSignal<bool>,
}

impl<S: ServerFn<Error = AppError> + 'static> Clone for FormState<S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S: ServerFn<Error = AppError> + 'static> Copy for FormState<S> {}

impl<S> FormState<S>
where
    S: ServerFn<Error = AppError> + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
{
    /// Creates the state of a form that is submitted to `S` and validated by `validator`.
    pub fn new(validator: impl Fn(Values<'_>) -> Option<FieldErrors> + Send + Sync + 'static) -> Self {
        let action = ServerAction::new();
        // The router keeps the error of a form that was submitted without script as long as the document lives. It only
        // applies to the URL that contains it.
        if !use_url().read_untracked().search().contains("__err=") {
            action.value().set(None);
        }
        let is_live = RwSignal::new(false);
        Effect::new(move |_| is_live.set(true));
        let session = use_context::<PageSession>();
        let is_signed_out = move || {
            action
                .value()
                .with(|value| matches!(value, Some(Err(AppError::SignedOut))))
        };
        let just_succeeded = StoredValue::new(false);
        let tasks = TaskScope::current();
        // A form whose response has content to show stays on the page, and may be submitted again.
        let leads_elsewhere = TypeId::of::<S::Output>() == TypeId::of::<()>();
        Effect::new(move |_| {
            let is_ok = action.value().with(|value| value.as_ref().map(Result::is_ok));
            match session {
                Some(session) if is_signed_out() => session.ask(),
                _ if is_ok == Some(false) => focus_first_error(),
                _ if is_ok == Some(true) && leads_elsewhere => {
                    just_succeeded.set_value(true);
                    tasks.set_timeout(move || just_succeeded.set_value(false), RESUBMIT_DELAY);
                }
                _ => {}
            }
        });
        // When the user has signed in again, the form can be submitted again.
        Effect::new(move |before: Option<u32>| {
            let renewals = session.map_or(0, |session| session.renewals().get());
            if before.is_some_and(|before| before != renewals) && untrack(is_signed_out) {
                action.value().set(None);
            }
            renewals
        });
        Self {
            action,
            validator: StoredValue::new(Box::new(validator)),
            errors: RwSignal::default(),
            edited: RwSignal::default(),
            touched: RwSignal::default(),
            is_pressed: StoredValue::new(false),
            blurred: StoredValue::new(None),
            just_succeeded,
            is_live,
        }
    }

    /// Returns whether the page is hydrated.
    pub fn is_live(self) -> ReadSignal<bool> {
        self.is_live.read_only()
    }

    /// Returns the value of `aria-busy`: `true` while the form is being submitted.
    pub fn busy(self) -> Option<&'static str> {
        self.action.pending().get().then_some("true")
    }

    /// Returns the validation error of a field.
    pub fn error(self, field: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || {
            let local_error = || self.errors.with(|errors| errors.get(field).map(str::to_owned));
            let is_touched = self.touched.with(|touched| touched.contains(field));
            let shown_error = is_touched.then(local_error).flatten();
            let edited = self.edited.with(|edited| edited.contains(field));
            shown_error.or_else(|| self.server_error(|error| error.field_error(field)).filter(|_| !edited))
        })
    }

    /// Returns the error of the form as a whole: every message that none of its `fields` shows.
    pub fn form_error(self, fields: &'static [&'static str]) -> Signal<Option<String>> {
        Signal::derive(move || self.server_error(|error| error.form_error(fields)))
    }

    fn server_error(self, read: impl FnOnce(&AppError) -> Option<String>) -> Option<String> {
        self.action
            .value()
            .with(|value| value.as_ref()?.as_ref().err().and_then(read))
    }

    /// Returns the response to the form, once it has arrived.
    pub fn value(self) -> Signal<Option<Result<S::Output, AppError>>> {
        let value = self.action.value();
        Signal::derive(move || value.get())
    }

    /// Discards the response, as if the form had not been submitted.
    pub fn reset(self) {
        self.just_succeeded.set_value(false);
        self.action.value().set(None);
    }

    /// Calls `callback` when the form has succeeded.
    pub fn on_success(self, callback: impl Fn() + 'static) {
        let value = self.action.value();
        Effect::new(move |_| {
            if value.with(|value| matches!(value, Some(Ok(_)))) {
                callback();
            }
        });
    }

    /// Handles the form's `input` and `change` events. Like the other events, they may arrive when the form has just been
    /// removed, because browsers send events to a field that loses the focus while it is removed.
    fn on_input(self, event: &ev::Event) {
        let Some(form) = event_form(event) else { return };
        self.just_succeeded.try_set_value(false);
        self.validate(&form);
        if let Some(name) = event_field_name(event) {
            self.edited.try_update(|edited| edited.insert(name));
        }
    }

    /// Handles the form's `focusout` event: marks an edited field as touched. The event also arrives while a form with the
    /// focus is being removed, when its views must not be updated, so it is handled in a timeout, after the removal. While
    /// a pointer is pressed no error is shown, because it would move the element that is being clicked.
    fn on_blur(self, event: &ev::FocusEvent) {
        let Some(name) = event_field_name(event) else { return };
        if self.edited.try_with_untracked(|edited| edited.contains(&name)) != Some(true) {
            return;
        }
        if self.is_pressed.try_get_value() == Some(true) {
            self.blurred.try_set_value(Some(name));
        } else {
            let touch = move || _ = self.touched.try_update(|touched| touched.insert(name));
            set_timeout(touch, Duration::ZERO);
        }
    }

    /// Handles the form's `pointerdown` event.
    fn on_pointer_down(self) {
        self.is_pressed.try_set_value(true);
    }

    /// Handles the events that end a press. The `click` event follows them, so the state changes in a timeout.
    fn on_pointer_up(self) {
        let release = move || {
            self.is_pressed.try_set_value(false);
            if let Some(Some(name)) = self.blurred.try_update_value(Option::take) {
                self.touched.try_update(|touched| touched.insert(name));
            }
        };
        set_timeout(release, Duration::ZERO);
    }

    /// Handles the form's `submit` event in its capture phase: prevents submitting invalid values, and submitting again
    /// while a request is pending.
    fn on_submit(self, event: &ev::SubmitEvent) {
        let Some(form) = event
            .target()
            .and_then(|target| target.dyn_into::<HtmlFormElement>().ok())
        else {
            return;
        };
        self.validate(&form);
        let invalid: BTreeSet<String> = self
            .errors
            .try_with_untracked(|errors| errors.0.iter().map(|error| error.field.clone()).collect())
            .unwrap_or_default();
        if self.action.pending().get_untracked() || self.just_succeeded.get_value() || !invalid.is_empty() {
            event.prevent_default();
        } else {
            // The previous response doesn't apply to this submission.
            self.reset();
        }
        self.touched.try_set(invalid);
        self.edited.try_update(BTreeSet::clear);
        focus_first_error();
    }

    fn validate(self, form: &HtmlFormElement) {
        let Ok(data) = FormData::new_with_form(form) else {
            return;
        };
        let values = |name: &str| {
            let values = data.get_all(name).into_iter().filter_map(|value| value.as_string());
            values.collect::<Vec<_>>().join("\n")
        };
        let errors = self.validator.try_with_value(|validator| validator(&values)).flatten();
        self.errors.try_set(errors.unwrap_or_default());
    }
}

/// Renders a form that is validated while it is filled in.
#[component]
pub fn ValidatedForm<S>(
    /// The form's state.
    form_state: FormState<S>,
    /// `form`, or empty where a dialog determines the layout.
    #[prop(optional)]
    class: &'static str,
    /// The fields and buttons.
    children: Children,
) -> impl IntoView
where
    S: ServerFn<Protocol = Http<PostUrl, Json>, Error = AppError> + DeserializeOwned + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
    S::Client: Client<AppError>,
    <<S::Client as Client<AppError>>::Request as ClientReq<AppError>>::FormData: From<FormData>,
{
    let is_live = form_state.is_live;
    view! {
        <ActionForm
            action=form_state.action
            attr:class=class
            attr:novalidate=move || is_live.get()
            on:submit:capture=move |event| form_state.on_submit(&event)
            on:input=move |event| form_state.on_input(&event)
            on:change=move |event| form_state.on_input(&event)
            on:focusout=move |event| form_state.on_blur(&event)
            on:pointerdown=move |_| form_state.on_pointer_down()
            on:pointerup=move |_| form_state.on_pointer_up()
            on:pointercancel=move |_| form_state.on_pointer_up()
            on:pointerleave=move |_| form_state.on_pointer_up()
        >
            {children()}
        </ActionForm>
    }
    .into_any()
}

/// Renders the error of the form as a whole: every message that none of its fields shows.
#[component]
pub fn FormError<S>(
    /// The form's state.
    form_state: FormState<S>,
    /// The fields that show their own errors.
    fields: &'static [&'static str],
) -> impl IntoView
where
    S: ServerFn<Error = AppError> + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
{
    let error = form_state.form_error(fields);
    move || {
        error.get().map(|message| {
            view! {
                <Notice kind=NoticeKind::Danger autofocus=true>
                    <p>{message}</p>
                </Notice>
            }
        })
    }
}

fn event_form(event: &ev::Event) -> Option<HtmlFormElement> {
    let element = event.target()?.dyn_into::<web_sys::Element>().ok()?;
    element.closest("form").ok()??.dyn_into().ok()
}

/// Returns the field's name as in [`FieldErrors`]: a form names the fields of a list `scopes[]`, and those of a nested
/// form `form[term]`.
fn event_field_name(event: &ev::Event) -> Option<String> {
    let name = event
        .target()?
        .dyn_into::<web_sys::Element>()
        .ok()?
        .get_attribute("name")?;
    let name = name.strip_suffix("[]").unwrap_or(&name);
    let inner = name.strip_suffix(']').and_then(|name| name.split_once('['));
    Some(inner.map_or(name, |(_, inner)| inner).to_owned())
}

/// Focuses the first field with an error, or else the error of the whole form: in the form that has the focus, or else on
/// the page. It waits for the next frame, so that the errors are rendered.
pub(crate) fn focus_first_error() {
    const ERROR_SELECTORS: [&str; 2] = ["[aria-invalid='true']", "[role='alert']"];
    request_animation_frame(|| {
        let form = document()
            .active_element()
            .and_then(|active| active.closest("form").ok()?);
        let first = |find: &dyn Fn(&str) -> Result<Option<web_sys::Element>, wasm_bindgen::JsValue>| {
            let mut found = ERROR_SELECTORS.into_iter().filter_map(|selector| find(selector).ok()?);
            found.find_map(|element| element.dyn_into::<HtmlElement>().ok())
        };
        let in_form = form.and_then(|form| first(&|selector| form.query_selector(selector)));
        if let Some(element) = in_form.or_else(|| first(&|selector| document().query_selector(selector))) {
            // An element that can't take the focus still shows its error.
            let _ = element.focus();
        }
    });
}

/// Responds to a form. On success, redirects to `success_url`. On an error, redirects a browser without script to
/// `retry_url` with the error in the URL, where the page shows it in the filled-in form, independent of the `Referer`
/// header. A script shows the error in its form.
#[cfg(feature = "ssr")]
pub fn respond<S: ServerFn>(
    result: portal::Result<()>,
    success_url: &impl std::fmt::Display,
    retry_url: &impl std::fmt::Display,
) -> Result<(), AppError> {
    if let Err(error) = result {
        return Err(respond_error::<S>(error.into(), retry_url));
    }
    leptos_axum::redirect(&success_url.to_string());
    Ok(())
}

/// Redirects a browser without script to `retry_url` with the error in the URL, and returns the error.
#[cfg(feature = "ssr")]
pub(crate) fn respond_error<S: ServerFn>(error: AppError, retry_url: &impl std::fmt::Display) -> AppError {
    use leptos::server_fn::error::ServerFnUrlError;
    if use_context::<http::request::Parts>().is_some_and(|parts| crate::context::accepts_html(&parts.headers)) {
        // Only the path and query are used, but the library requires an absolute URL.
        let base = format!("http://localhost{}", shorten_url(retry_url.to_string()));
        if let Ok(url) = ServerFnUrlError::new(S::PATH, error.clone()).to_url(&base) {
            leptos_axum::redirect(&format!("{}?{}", url.path(), url.query().unwrap_or_default()));
        }
    }
    error
}

/// The maximum length of the URL that a form redirects back to, in bytes. Browsers and proxies reject much longer ones.
#[cfg(feature = "ssr")]
const MAX_URL_BYTES: usize = 30_000;

/// Removes the longest parameters of a URL's query until the URL is short enough. A value that is too long for a URL also
/// exceeds the limit of its field, and the error says so.
#[cfg(feature = "ssr")]
fn shorten_url(url: String) -> String {
    if url.len() <= MAX_URL_BYTES {
        return url;
    }
    let Some((path, query)) = url.split_once('?') else {
        return "/".to_owned();
    };
    let mut pairs: Vec<&str> = query.split('&').collect();
    let mut length = url.len();
    while length > MAX_URL_BYTES {
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
    fn url_longer_than_the_limit_loses_its_longest_values_only() {
        let fits = format!("/page?dialog=new&name={}", "x".repeat(100));
        assert_eq!(shorten_url(fits.clone()), fits);
        let long = "x".repeat(MAX_URL_BYTES);
        for (url, expected) in [
            (format!("/page?dialog=new&name={long}"), "/page?dialog=new"),
            (format!("/page?name={long}"), "/page"),
            (format!("/page?a={long}&dialog=new&b={long}x"), "/page?dialog=new"),
            (format!("/page/{long}"), "/"),
        ] {
            assert_eq!(shorten_url(url), expected);
        }
        let two = format!("/page?a={}&dialog=new&b={}", "x".repeat(20_000), "y".repeat(15_000));
        assert_eq!(shorten_url(two), format!("/page?dialog=new&b={}", "y".repeat(15_000)));
    }
}
