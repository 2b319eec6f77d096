//! Sending a form to a server function, and the response.

use crate::components::forms::form::FormAction;
use crate::components::forms::page_user::PageUser;
use crate::error::AppError;
use crate::session::client::send;
use crate::session::protocol::decode;
use gloo_net::http::Method;
use leptos::ev;
use leptos::form::form_data_from_event;
use leptos::prelude::*;
use leptos::server::ServerActionError;
use leptos::server_fn::Bytes;
use leptos::server_fn::error::ServerFnUrlError;
use leptos::task::spawn_local;
use serde::de::DeserializeOwned;
use web_sys::UrlSearchParams;

/// Sends forms to a server function and holds the last response. Unlike leptos's `ServerAction` it is the same type for all
/// server functions, because the browser downloads the code of each type of form.
#[derive(Clone, Copy)]
pub struct FormRequest {
    path: &'static str,
    /// The number of requests without a response.
    pending: RwSignal<u32>,
    /// The encoded output of the server function.
    response: RwSignal<Option<Result<Bytes, AppError>>>,
    /// The number of responses.
    responses: RwSignal<u32>,
}

impl FormRequest {
    /// Creates the state of a form that is sent to `S`, with the error of one that was submitted without script.
    pub fn new<S: FormAction>() -> Self {
        Self::to(S::PATH)
    }

    fn to(path: &'static str) -> Self {
        let error = use_context::<ServerActionError>()
            .filter(|error| error.path() == path)
            .map(|error| Err(ServerFnUrlError::decode_err(error.err())));
        Self {
            path,
            pending: RwSignal::new(0),
            response: RwSignal::new(error),
            responses: RwSignal::new(0),
        }
    }

    /// Returns the path of the server function.
    pub fn path(self) -> &'static str {
        self.path
    }

    /// Returns whether a response is pending.
    pub fn is_pending(self) -> Signal<bool> {
        let pending = self.pending;
        Signal::derive(move || pending.get() > 0)
    }

    /// Returns whether a response is pending, without tracking it.
    pub fn is_pending_untracked(self) -> bool {
        self.pending.get_untracked() > 0
    }

    /// Returns whether the last response is a success, if there is one.
    pub fn is_ok(self) -> Option<bool> {
        self.response.with(|response| response.as_ref().map(Result::is_ok))
    }

    /// Returns the output of `S` or the error, if a response has arrived.
    pub fn output<S: FormAction>(self) -> Option<Result<S::Output, AppError>> {
        debug_assert_eq!(S::PATH, self.path);
        self.decode()
    }

    pub(super) fn decode<T: DeserializeOwned>(self) -> Option<Result<T, AppError>> {
        Some(self.response.get()?.and_then(decode))
    }

    /// Returns what `read` finds in the error of the last response.
    pub fn with_error<T>(self, read: impl FnOnce(&AppError) -> Option<T>) -> Option<T> {
        self.response
            .with(|response| response.as_ref()?.as_ref().err().and_then(read))
    }

    /// Returns the error of the last response.
    pub fn error(self) -> Option<AppError> {
        self.with_error(|error| Some(error.clone()))
    }

    /// Returns the number of responses.
    pub fn responses(self) -> ReadSignal<u32> {
        self.responses.read_only()
    }

    /// Discards the response.
    pub fn reset(self) {
        self.response.set(None);
    }

    /// Sends the values of a form.
    fn send(self, values: String) {
        self.pending.update(|pending| *pending += 1);
        let response = send(Method::POST, self.path, values);
        spawn_local(async move {
            let response = response.await;
            // The form may have been removed.
            self.response.try_set(Some(response));
            self.responses.try_update(|responses| *responses += 1);
            self.pending.try_update(|pending| *pending -= 1);
        });
    }

    /// Handles the form's `submit` event, unless another handler has prevented it.
    pub fn on_submit(self, event: &ev::SubmitEvent) {
        if event.default_prevented() {
            return;
        }
        event.prevent_default();
        if let Some(values) = submitted_values(event) {
            self.send(values);
        }
    }
}

/// Returns the values of a submitted form with the button that submitted it, encoded as a browser does.
fn submitted_values(event: &ev::SubmitEvent) -> Option<String> {
    let data = form_data_from_event(event).ok()?;
    UrlSearchParams::new_with_str_sequence_sequence(&data)
        .ok()?
        .to_string()
        .as_string()
}

/// Renders a form that is sent to a server function: by the page's script, or by the browser where there is none.
#[component]
pub fn RequestForm(
    /// The requests of the form.
    request: FormRequest,
    /// The class of the form.
    #[prop(optional)]
    class: &'static str,
    /// The fields and buttons.
    children: Children,
) -> impl IntoView {
    view! {
        <form action=request.path() method="post" class=class on:submit=move |event| request.on_submit(&event)>
            <PageUser />
            {children()}
        </form>
    }
    .into_any()
}
