//! What becomes of a form that saves settings: a new revision, nothing at all, or a choice between two people's changes.

use crate::components::feedback::notice::{Kind, Notice};
use crate::components::feedback::toast::toast;
use crate::components::forms::conflict::Conflict;
use crate::components::forms::form::{Check, CheckedForm, FormProblem, focus_first_wrong};
use crate::components::forms::unsaved_changes::{SaveBar, Unsaved, Watched};
use crate::error::Failure;
use domain::integration::settings::{Clashes, Saved};
use leptos::prelude::*;
use leptos::server_fn::client::Client;
use leptos::server_fn::codec::{Json, PostUrl};
use leptos::server_fn::request::ClientReq;
use leptos::server_fn::{Http, ServerFn};
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use serde::de::DeserializeOwned;
use web_sys::FormData;

/// Answers a form that saves settings. A browser without script is sent to `page`, whose query says what was saved, or
/// back to `again`, where the form is as it was filled in. The script is told, and stays where it is.
#[cfg(feature = "ssr")]
pub fn answer_saved<S: ServerFn>(
    result: portal::Result<Saved>,
    page: &str,
    again: &impl std::fmt::Display,
) -> Result<Saved, Failure> {
    let saved = result.map_err(|error| crate::components::forms::form::refuse::<S>(error.into(), again))?;
    if use_context::<http::request::Parts>().is_some_and(|parts| crate::context::accepts_html(&parts.headers)) {
        let address = match &saved {
            Saved::New(revision) => format!("{page}?saved={revision}"),
            Saved::Same(_) => format!("{page}?saved=same"),
            Saved::Clashes(_) => again.to_string(),
        };
        leptos_axum::redirect(&address);
    }
    Ok(saved)
}

/// What others have changed since `base` that `edit` changes too, if anything: for a form that comes back without script.
///
/// # Errors
/// Those of the portal.
#[cfg(feature = "ssr")]
pub async fn clashes(
    portal: &portal::Portal,
    actor: &portal::Actor,
    base: i64,
    edit: &domain::integration::settings::Edit,
) -> Result<Option<Clashes>, Failure> {
    match portal::integration::settings::clashes(portal, actor, base, edit).await {
        // The form says so itself, or is from a history that is not there.
        Err(portal::Error::NotFound(_) | portal::Error::Invalid(_)) => Ok(None),
        found => Ok(found?),
    }
}

/// Says what was saved, once it was, and reads the page again.
pub fn when_saved<S>(check: Check<S>, unsaved: Unsaved, changes: RwSignal<u32>)
where
    S: ServerFn<Error = Failure, Output = Saved> + Clone + Send + Sync + 'static,
{
    let value = check.value();
    let start = at_start();
    Effect::new(move |_| {
        let words = match value.get() {
            Some(Ok(Saved::New(revision))) => format!("Saved as revision {revision}"),
            Some(Ok(Saved::Same(_))) => "Nothing to save".to_owned(),
            _ => return,
        };
        toast(words);
        unsaved.saved();
        start();
        changes.update(|changes| *changes += 1);
    });
}

/// Goes to the page's own address, without what a form that came back has put there.
fn at_start() -> impl Fn() + Clone + 'static {
    let navigate = use_navigate();
    let location = use_location();
    move || {
        if !location.search.with_untracked(String::is_empty) {
            let options = NavigateOptions {
                replace: true,
                scroll: false,
                ..NavigateOptions::default()
            };
            navigate(&location.pathname.get_untracked(), options);
        }
    }
}

/// The choice between two people's changes, where there is one to make. It stands in the form that cannot be saved.
#[component]
pub fn Choice<S>(
    /// The form's check.
    check: Check<S>,
    /// The form.
    unsaved: Unsaved,
    /// What a form that came back clashes with.
    found: Option<Clashes>,
    /// Counts the changes, so that the page is read again after each.
    changes: RwSignal<u32>,
) -> impl IntoView
where
    S: ServerFn<Error = Failure, Output = Saved> + Clone + Send + Sync + 'static,
{
    let value = check.value();
    let found = RwSignal::new(found);
    let start = at_start();
    let take_theirs = Callback::new(move |()| {
        check.forget();
        found.set(None);
        unsaved.saved();
        start();
        changes.update(|changes| *changes += 1);
    });
    let clashes = move || match value.get() {
        Some(Ok(Saved::Clashes(clashes))) => Some(clashes),
        Some(_) => None,
        None => found.get(),
    };
    Effect::new(move |_| {
        if value.with(|value| matches!(value, Some(Ok(Saved::Clashes(_))))) {
            focus_first_wrong();
        }
    });
    move || clashes().map(|clashes| view! { <Conflict clashes take_theirs /> })
}

/// What was saved, in place of the toast that needs script.
#[component]
pub fn SavedNotice(
    /// What the address says: the revision, or `same`.
    saved: String,
) -> impl IntoView {
    let words = match saved.parse::<i64>() {
        Ok(revision) => Some(format!("Saved as revision {revision}.")),
        Err(_) => (saved == "same").then(|| "Nothing to save: everything is so already.".to_owned()),
    };
    words.map(|words| {
        view! {
            <Notice kind=Kind::Success>
                <p>{words}</p>
            </Notice>
        }
    })
}

/// A form that saves settings: what it is of, what is wrong with it, what others have changed meanwhile, and its button.
#[component]
pub fn SaveForm<S>(
    /// The form's check.
    check: Check<S>,
    /// The form, among those of its page.
    unsaved: Unsaved,
    /// The revision that the page was read at.
    revision: i64,
    /// The revision that a form is of which came back with what was typed.
    #[prop(optional_no_strip)]
    back: Option<i64>,
    /// What that one clashes with.
    #[prop(optional_no_strip)]
    clashes: Option<Clashes>,
    /// The fields that show their own complaints.
    fields: &'static [&'static str],
    /// Counts the changes, so that the page is read again after each.
    changes: RwSignal<u32>,
    /// The fields.
    children: Children,
) -> impl IntoView
where
    S: ServerFn<Protocol = Http<PostUrl, Json>, Error = Failure, Output = Saved>
        + DeserializeOwned
        + Clone
        + Send
        + Sync
        + 'static,
    S::Client: Client<Failure>,
    <<S::Client as Client<Failure>>::Request as ClientReq<Failure>>::FormData: From<FormData>,
{
    when_saved(check, unsaved, changes);
    if let Some(base) = back {
        unsaved.came_back(base);
    }
    let base = match back {
        Some(base) => base,
        None => unsaved.base(revision),
    };
    let busy = Signal::derive(move || check.busy().is_some());
    view! {
        <Watched unsaved>
            <CheckedForm check class="form">
                <input type="hidden" name="base" value=base.to_string() />
                {children()}
                <FormProblem check fields />
                <Choice check unsaved found=clashes changes />
                <SaveBar unsaved busy />
            </CheckedForm>
        </Watched>
    }
    .into_any()
}
