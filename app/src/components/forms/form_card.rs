//! Forms with one button, alone or in a card.

use crate::components::data::card::Card;
use crate::components::feedback::toast::toast;
use crate::components::forms::form::{FormError, FormState, ValidatedForm};
use crate::components::forms::unsaved_changes::{FormTracker, TrackedForm};
use leptos::prelude::*;

/// Connects a form to the data of its page.
#[derive(Clone, Copy)]
pub struct PageReload {
    /// Reports each reload of the data.
    pub reloads: Signal<()>,
    /// A counter; incrementing it reloads the data.
    pub changes: RwSignal<u32>,
}

/// Renders a card that contains an [`EditForm`].
#[component]
pub fn FormCard(
    /// The form's state.
    form_state: FormState,
    /// The heading's element id.
    id: &'static str,
    /// The heading.
    title: &'static str,
    /// The fields that show their own errors.
    fields: &'static [&'static str],
    /// The label of the button that submits the form.
    button: &'static str,
    /// The toast when the form has succeeded.
    success: &'static str,
    /// Whether the initial values are input that was rejected.
    is_draft: bool,
    /// The reload of the page's data.
    page_reload: PageReload,
    /// Shows the saved values of reloaded data.
    show_saved: Callback<()>,
    /// The fields.
    children: Children,
) -> impl IntoView {
    form_state.on_success(move || toast(success));
    view! {
        <Card id title>
            <div class="card-body">
                <EditForm form_state fields button is_draft page_reload show_saved>
                    {children()}
                </EditForm>
            </div>
        </Card>
    }
    .into_any()
}

/// Renders a [`SubmitForm`] that changes the data of its page. The data is reloaded when the form has succeeded. Each
/// reload updates the form in place, unless it has unsaved input: create it outside of views that are rendered again.
#[component]
pub fn EditForm(
    /// The form's state.
    form_state: FormState,
    /// The fields that show their own errors.
    fields: &'static [&'static str],
    /// The label of the button that submits the form.
    button: &'static str,
    /// Whether the button is the page's main action.
    #[prop(optional)]
    primary: bool,
    /// Whether the initial values are input that was rejected.
    is_draft: bool,
    /// The reload of the page's data.
    page_reload: PageReload,
    /// Shows the saved values of reloaded data.
    show_saved: Callback<()>,
    /// The fields.
    children: Children,
) -> impl IntoView {
    /// The revision of data without revisions.
    const REVISION: i64 = 0;
    let PageReload { reloads, changes } = page_reload;
    let tracker = FormTracker::new();
    tracker.track_submissions(form_state.is_busy());
    form_state.on_success(move || {
        tracker.mark_saved(REVISION);
        changes.update(|changes| *changes += 1);
    });
    if is_draft {
        tracker.mark_restored(REVISION);
    }
    let revision = Signal::derive(move || {
        reloads.track();
        REVISION
    });
    tracker.follow(revision, show_saved);
    view! {
        <TrackedForm tracker>
            <SubmitForm form_state fields button primary>
                {children()}
            </SubmitForm>
        </TrackedForm>
    }
    .into_any()
}

/// Renders a form with its error and, below it, the button that submits it.
#[component]
pub fn SubmitForm(
    /// The form's state.
    form_state: FormState,
    /// The fields that show their own errors.
    fields: &'static [&'static str],
    /// The label of the button that submits the form.
    button: &'static str,
    /// Whether the button is the page's main action.
    #[prop(optional)]
    primary: bool,
    /// The URL of the link "Cancel", or empty to have none.
    #[prop(optional)]
    cancel_url: &'static str,
    /// The fields.
    children: Children,
) -> impl IntoView {
    let class = if primary { "button primary" } else { "button" };
    let cancel = (!cancel_url.is_empty()).then(|| {
        view! {
            <a class="button" href=cancel_url>
                "Cancel"
            </a>
        }
    });
    view! {
        <ValidatedForm form_state class="form">
            {children()}
            <FormError form_state fields />
            <div class="buttons">
                <button class=class aria-busy=move || form_state.busy()>
                    {button}
                </button>
                {cancel}
            </div>
        </ValidatedForm>
    }
    .into_any()
}
