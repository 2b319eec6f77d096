//! Forms that save settings: a save creates a revision, changes nothing, or conflicts with someone else's changes.

use crate::components::feedback::notice::{Notice, NoticeKind};
use crate::components::feedback::toast::toast;
use crate::components::forms::conflict::ConflictNotice;
use crate::components::forms::form::{FormError, FormState, ValidatedForm, focus_first_error};
use crate::components::forms::unsaved_changes::{FormTracker, SaveBar, TrackedForm};
use crate::components::reactive::dynamic::dynamic;
use crate::effect::effect;
#[cfg(feature = "ssr")]
use crate::error::AppError;
use domain::integration::settings::{Conflicts, Saved};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};

/// Responds to a form that saves settings. Redirects a browser without script to `page` with the result in the query, or,
/// after an error or a conflict, to `retry_url` with the filled-in form. A script gets the result and stays on the page.
#[cfg(feature = "ssr")]
pub fn respond_saved<S: leptos::server_fn::ServerFn>(
    result: portal::Result<Saved>,
    page: &str,
    retry_url: &impl std::fmt::Display,
) -> Result<Saved, AppError> {
    let saved = result.map_err(|error| crate::components::forms::form::respond_error::<S>(error.into(), retry_url))?;
    if crate::context::is_submitted_without_script() {
        let url = match &saved {
            Saved::New(revision) => format!("{page}?saved={revision}"),
            Saved::Unchanged(_) => format!("{page}?saved=same"),
            Saved::Conflict(_) => retry_url.to_string(),
        };
        leptos_axum::redirect(&url);
    }
    Ok(saved)
}

/// Returns the changes since revision `base` that conflict with `edit`, if any, for a form that is shown again without
/// script.
///
/// # Errors
/// Returns the portal's error.
#[cfg(feature = "ssr")]
pub async fn conflicts(
    portal: &portal::Portal,
    actor: &portal::Actor,
    base: i64,
    edit: &domain::integration::settings::Edit,
) -> Result<Option<Conflicts>, AppError> {
    match portal::integration::settings::conflicts(portal, actor, base, edit).await {
        // The form shows a validation error itself, and a revision that doesn't exist has no changes.
        Err(portal::Error::NotFound(_) | portal::Error::Invalid(_)) => Ok(None),
        found => Ok(found?),
    }
}

/// Returns the message of the toast after a save, unless it conflicted with someone else's changes.
#[must_use]
pub fn saved_message(saved: &Saved) -> Option<String> {
    match saved {
        Saved::New(revision) => Some(format!("Saved as revision {revision}")),
        Saved::Unchanged(_) => Some("No changes to save".to_owned()),
        Saved::Conflict(_) => None,
    }
}

/// Shows a toast with the result when the form was saved, and reloads the page's data. Call it outside of views that are
/// rendered again when data is reloaded, because a form may be submitted while another one's reload is pending.
pub fn on_saved(form_state: FormState, tracker: FormTracker, changes: RwSignal<u32>) {
    let clear_query = clear_query();
    tracker.track_submissions(form_state.is_busy());
    effect(move || {
        let saved = form_state.saved().and_then(Result::ok);
        let Some(Saved::New(revision) | Saved::Unchanged(revision)) = saved else {
            return;
        };
        if let Some(message) = saved.as_ref().and_then(saved_message) {
            toast(message);
        }
        tracker.mark_saved(revision);
        clear_query();
        changes.update(|changes| *changes += 1);
    });
}

/// Returns a function that removes the query from the URL, which may contain a form that was submitted without script.
fn clear_query() -> impl Fn() + Clone + 'static {
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

/// Renders the notice about conflicting changes, if there are any. It belongs inside the form.
#[component]
pub fn ConflictResolution(
    /// The form's state.
    form_state: FormState,
    /// The tracker of the form's changes.
    tracker: FormTracker,
    /// The conflicts of a form that is shown again without script.
    found: Option<Conflicts>,
    /// Counts the changes, so that the page's data is reloaded after each.
    changes: RwSignal<u32>,
) -> impl IntoView {
    let found = RwSignal::new(found);
    let clear_query = clear_query();
    let use_theirs = Callback::new(move |()| {
        form_state.reset();
        found.set(None);
        tracker.mark_discarded();
        clear_query();
        changes.update(|changes| *changes += 1);
    });
    let conflicts = move || match form_state.saved() {
        Some(Ok(Saved::Conflict(conflicts))) => Some(conflicts),
        Some(_) => None,
        None => found.get(),
    };
    effect(move || {
        if let Some(Ok(saved)) = form_state.saved() {
            found.set(None);
            if matches!(saved, Saved::Conflict(_)) {
                focus_first_error();
            }
        }
    });
    dynamic(move || conflicts().map(|conflicts| view! { <ConflictNotice conflicts use_theirs /> }))
}

/// Renders the result of a save in place of the toast, which needs script.
#[component]
pub fn SavedNotice(
    /// The result in the URL: the revision, or `same`.
    saved: String,
) -> impl IntoView {
    let message = match saved.parse::<i64>() {
        Ok(revision) => Some(format!("Saved as revision {revision}.")),
        Err(_) => (saved == "same").then(|| "No changes to save.".to_owned()),
    };
    message.map(|message| {
        view! {
            <Notice kind=NoticeKind::Success>
                <p>{message}</p>
            </Notice>
        }
    })
}

/// Renders a form that saves settings, with its error, its conflicts and its save button. Reloading the page's data
/// updates the form in place, so that a press or a request during the reload isn't lost.
#[component]
pub fn SaveForm(
    /// The form's state.
    form_state: FormState,
    /// The tracker of the form's changes.
    tracker: FormTracker,
    /// The revision of the page's data. It reports each reload, even of the same revision.
    revision: Signal<i64>,
    /// Shows the saved values of reloaded data.
    show_saved: Callback<()>,
    /// The revision that a form shown again without script is based on.
    #[prop(optional_no_strip)]
    back: Option<i64>,
    /// The conflicts of that form.
    #[prop(optional_no_strip)]
    conflicts: Option<Conflicts>,
    /// The fields that show their own errors.
    fields: &'static [&'static str],
    /// Counts the changes, so that the page's data is reloaded after each.
    changes: RwSignal<u32>,
    /// The fields.
    children: Children,
) -> impl IntoView {
    on_saved(form_state, tracker, changes);
    match back {
        Some(base) => tracker.mark_restored(base),
        None => tracker.mark_loaded(revision.get_untracked()),
    }
    tracker.follow(revision, show_saved);
    let base = tracker.base();
    view! {
        <TrackedForm tracker>
            <ValidatedForm form_state class="form">
                <input type="hidden" name="base" value=move || base.get().to_string() />
                {children()}
                <FormError form_state fields />
                <ConflictResolution form_state tracker found=conflicts changes />
                <SaveBar tracker busy=form_state.is_busy() />
            </ValidatedForm>
        </TrackedForm>
    }
    .into_any()
}
