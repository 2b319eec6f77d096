//! Forms that are validated while they are filled in, and that keep their input when they are submitted without script.

mod focus;
mod request;
#[cfg(feature = "ssr")]
mod response;
mod validation;
mod view;

pub(crate) use crate::components::forms::form::focus::focus_first_error;
pub use crate::components::forms::form::request::{FormRequest, RequestForm};
#[cfg(feature = "ssr")]
pub use crate::components::forms::form::response::respond;
#[cfg(feature = "ssr")]
pub(crate) use crate::components::forms::form::response::respond_error;
pub use crate::components::forms::form::validation::Values;
pub(crate) use crate::components::forms::form::validation::form_values;
use crate::components::forms::form::validation::{Validation, Validator};
pub use crate::components::forms::form::view::{FormError, ValidatedForm};
use crate::effect::effect;

use crate::components::feedback::toast::toast;
use crate::components::navigation::session_ended::PageSession;
use crate::components::reactive::task_scope::TaskScope;
use crate::error::AppError;
use crate::session::SessionClient;
use crate::session::protocol::PostRequest;
use domain::fields::FieldErrors;
use domain::integration::settings::Saved;
use leptos::ev;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_url;
use serde::de::DeserializeOwned;
use std::any::TypeId;
use std::time::Duration;
use wasm_bindgen::JsCast;
use web_sys::HtmlFormElement;

/// How long a form that succeeded can't be submitted again unchanged. The second click of a double click may arrive after
/// a fast response and before the page has followed its redirect, and would create the same thing twice.
const RESUBMIT_DELAY: Duration = Duration::from_secs(1);

/// Represents a server function that a form can be submitted to.
pub trait FormAction:
    ServerFn<Protocol = PostRequest, Error = AppError, Client = SessionClient, Output: DeserializeOwned + 'static>
{
}

impl<S> FormAction for S where
    S: ServerFn<Protocol = PostRequest, Error = AppError, Client = SessionClient, Output: DeserializeOwned + 'static>
{
}

/// Holds the state of one form and its validation errors: those of `domain` while the user types, and those of the server
/// after the form was submitted. It is the same type for all forms, because the browser downloads the code of each type.
#[derive(Clone, Copy)]
pub struct FormState {
    request: FormRequest,
    validation: Validation,
    /// Whether the form succeeded within [`RESUBMIT_DELAY`], has not been edited since, and leads to another page.
    just_succeeded: StoredValue<bool>,
    /// Whether the page is hydrated, so that the form shows errors itself instead of the browser's validation bubbles.
    is_live: RwSignal<bool>,
}

impl FormState {
    /// Creates the state of a form that is submitted to `S` and validated by `validator`.
    pub fn new<S: FormAction>(validator: impl Fn(Values<'_>) -> Option<FieldErrors> + Send + Sync + 'static) -> Self {
        // A form whose response has content to show stays on the page, and may be submitted again.
        let leads_elsewhere = TypeId::of::<S::Output>() == TypeId::of::<()>();
        Self::with_request(FormRequest::new::<S>(), Box::new(validator), leads_elsewhere)
    }

    fn with_request(request: FormRequest, validator: Validator, leads_elsewhere: bool) -> Self {
        // The router keeps the error of a form that was submitted without script as long as the document lives. It only
        // applies to the URL that contains it.
        if !use_url().read_untracked().search().contains("__err=") {
            request.reset();
        }
        let is_live = RwSignal::new(false);
        effect(move || is_live.set(true));
        let session = use_context::<PageSession>();
        let is_signed_out = move || {
            let error = request.with_error(|error| matches!(error, AppError::SignedOut).then_some(()));
            error.is_some()
        };
        let just_succeeded = StoredValue::new(false);
        let tasks = TaskScope::current();
        effect(move || {
            let is_ok = request.is_ok();
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
                request.reset();
            }
            renewals
        });
        Self {
            request,
            validation: Validation::new(validator),
            just_succeeded,
            is_live,
        }
    }

    /// Returns whether the page is hydrated.
    pub fn is_live(self) -> ReadSignal<bool> {
        self.is_live.read_only()
    }

    /// Returns whether the form is being submitted.
    pub fn is_busy(self) -> Signal<bool> {
        self.request.is_pending()
    }

    /// Returns the value of `aria-busy`: `true` while the form is being submitted.
    pub fn busy(self) -> Option<&'static str> {
        self.request.is_pending().get().then_some("true")
    }

    /// Returns the validation error of a field.
    pub fn error(self, field: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || {
            let shown_error = self.validation.error(field);
            let is_edited = self.validation.is_edited(field);
            shown_error.or_else(|| {
                self.request
                    .with_error(|error| error.field_error(field))
                    .filter(|_| !is_edited)
            })
        })
    }

    /// Returns the error of the form as a whole: every message that none of its `fields` shows.
    pub fn form_error(self, fields: &'static [&'static str]) -> Signal<Option<String>> {
        Signal::derive(move || self.request.with_error(|error| error.form_error(fields)))
    }

    /// Returns the output of `S`, which the form is submitted to, or the error, once the response has arrived.
    pub fn output<S: FormAction>(self) -> Option<Result<S::Output, AppError>> {
        self.request.output::<S>()
    }

    /// Returns the output if it is the result of saving settings.
    pub(super) fn saved(self) -> Option<Result<Saved, AppError>> {
        self.request.decode()
    }

    /// Discards the response, as if the form had not been submitted.
    pub fn reset(self) {
        self.just_succeeded.set_value(false);
        self.request.reset();
    }

    /// Calls `callback` when the form has succeeded.
    pub fn on_success(self, callback: impl Fn() + 'static) {
        effect(move || {
            if self.request.is_ok() == Some(true) {
                callback();
            }
        });
    }

    /// Shows a toast and reloads the page's data, by incrementing `changes`, when the form has succeeded.
    pub fn toast_and_reload(self, message: &'static str, changes: RwSignal<u32>) {
        self.on_success(move || {
            toast(message);
            changes.update(|changes| *changes += 1);
        });
    }

    /// Handles the form's `input` and `change` events.
    fn on_input(self, event: &ev::Event) {
        self.just_succeeded.try_set_value(false);
        self.validation.on_input(event);
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
        let is_valid = self.validation.on_submit(&form);
        if self.request.is_pending_untracked() || self.just_succeeded.get_value() || !is_valid {
            event.prevent_default();
        } else {
            // The previous response doesn't apply to this submission.
            self.reset();
        }
        focus_first_error();
    }
}
