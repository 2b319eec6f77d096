//! Notices about the last action, above the list. A deletion can be undone until the next one.

use crate::components::feedback::notice::ErrorNotice;
use crate::components::feedback::toast::toaster;
use crate::components::forms::form::{FormRequest, RequestForm};
use crate::components::forms::page_user::PageUser;
use crate::components::forms::save_form::SavedNotice;
use crate::components::reactive::dynamic::dynamic;
use crate::effect::effect;
use crate::error::AppError;
use crate::icons::{Icon, IconView};
use crate::pages::integration::fields::FieldsState;
use crate::pages::integration::fields::actions::{DeleteField, UndoField};
use crate::pages::integration::fields::page_url::Deleted;
use domain::integration::settings::Saved;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_router::hooks::use_url;
use wasm_bindgen::JsCast;

/// Describes a field that wasn't deleted because someone else changed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeleteConflict {
    /// The field.
    pub field: String,
    /// The revision of the settings that a confirmed deletion is based on.
    pub revision: i64,
}

/// Holds the state of deleting fields and restoring them.
#[derive(Clone, Copy)]
pub struct DeleteState {
    delete: FormRequest,
    undo: FormRequest,
    /// The field that is being deleted.
    requested: StoredValue<String>,
    deleted: RwSignal<Option<Deleted>>,
    conflict: RwSignal<Option<DeleteConflict>>,
}

impl DeleteState {
    /// Creates the state from the last action in the URL.
    pub fn new(deleted: Option<Deleted>, conflict: Option<DeleteConflict>) -> Self {
        let state = Self {
            delete: FormRequest::new::<DeleteField>(),
            undo: FormRequest::new::<UndoField>(),
            requested: StoredValue::default(),
            deleted: RwSignal::new(deleted),
            conflict: RwSignal::new(conflict),
        };
        // The router keeps the error of a form that was submitted without JavaScript. It only applies to the URL that
        // contains it.
        if !use_url().read_untracked().search().contains("__err=") {
            state.delete.reset();
            state.undo.reset();
        }
        state
    }

    /// Updates the notices when the server responds, and increments `changes` to reload the page.
    pub fn handle_responses(self, changes: RwSignal<u32>) {
        let (delete, undo, toaster) = (self.delete, self.undo, toaster());
        effect(move || {
            let Some(Ok(saved)) = delete.output::<DeleteField>() else {
                return;
            };
            let field = self.requested.get_value();
            match saved {
                Saved::New(revision) => {
                    self.conflict.set(None);
                    self.deleted.set(Some(Deleted { revision, field }));
                    // The focused button is removed with its row.
                    request_animation_frame(focus_undo);
                }
                Saved::Unchanged(_) => toaster.show("Already deleted"),
                Saved::Conflict(conflicts) => {
                    let revision = conflicts.revision;
                    self.conflict.set(Some(DeleteConflict { field, revision }));
                }
            }
            changes.update(|changes| *changes += 1);
        });
        effect(move || {
            if undo.is_ok() != Some(true) {
                return;
            }
            let field = self
                .deleted
                .get_untracked()
                .map(|deleted| deleted.field)
                .unwrap_or_default();
            toaster.show(format!("{field} restored"));
            self.deleted.set(None);
            changes.update(|changes| *changes += 1);
        });
    }

    /// Renders a button that deletes a field immediately. It is a form, so that it works without JavaScript.
    pub fn button(self, field: String, base: i64, class: &'static str, label: &'static str) -> impl IntoView + use<> {
        let name = field.clone();
        let submitted = field.clone();
        view! {
            <form
                method="post"
                action=self.delete.path()
                on:submit:capture=move |event| self.on_submit(&event, &submitted)
                on:submit=move |event| self.delete.on_submit(&event)
            >
                <PageUser />
                <input type="hidden" name="base" value=base.to_string() />
                <input type="hidden" name="field" value=field />
                <button class=class>
                    {label} <span class="visually-hidden">" " {name}</span>
                </button>
            </form>
        }
    }

    fn on_submit(self, event: &SubmitEvent, field: &str) {
        if self.delete.is_pending_untracked() {
            event.prevent_default();
        } else {
            self.requested.set_value(field.to_owned());
        }
    }

    fn error(self) -> Option<AppError> {
        self.delete.error().or_else(|| self.undo.error())
    }
}

fn focus_undo() {
    let undo = document().query_selector(".done button").ok().flatten();
    if let Some(undo) = undo.and_then(|undo| undo.dyn_into::<web_sys::HtmlElement>().ok()) {
        // If the button can't be focused, the focus stays where it is.
        let _ = undo.focus();
    }
}

/// Renders the notices about the last action.
///
/// The live region exists from the start, so that screen readers announce what appears in it.
#[component]
pub fn LastActionNotice(
    /// The state of the page.
    fields: FieldsState,
    /// The saved revision, if it was saved without JavaScript.
    saved: Option<String>,
) -> impl IntoView {
    let deletion = fields.deletion;
    let error = Signal::derive(move || deletion.error().map(|error| error.to_string()));
    let deleted = dynamic(move || deletion.deleted.get().map(|deleted| deleted_notice(deletion, deleted)));
    let conflict = dynamic(move || {
        deletion
            .conflict
            .get()
            .map(|conflict| conflict_notice(deletion, conflict))
    });
    view! {
        <div class="done" role="status">
            {saved.map(|saved| view! { <SavedNotice saved /> })}
            <ErrorNotice error />
            {deleted}
            {conflict}
        </div>
    }
    .into_any()
}

fn deleted_notice(deletion: DeleteState, Deleted { revision, field }: Deleted) -> impl IntoView {
    let undo = deletion.undo;
    view! {
        <div class="notice success">
            <IconView icon=Icon::Success />
            <p>"Deleted " <strong>{field}</strong> "."</p>
            <RequestForm request=undo>
                <input type="hidden" name="revision" value=revision.to_string() />
                <button
                    class="button small"
                    aria-busy=move || undo.is_pending().get().then_some("true")
                >
                    "Undo"
                </button>
            </RequestForm>
            <button
                class="button quiet small square needs-script"
                type="button"
                on:click=move |_| deletion.deleted.set(None)
            >
                <IconView icon=Icon::Close size="small" />
                <span class="visually-hidden">"Dismiss"</span>
            </button>
        </div>
    }
}

fn conflict_notice(deletion: DeleteState, DeleteConflict { field, revision }: DeleteConflict) -> impl IntoView {
    view! {
        <div class="notice warning">
            <IconView icon=Icon::Warning />
            <p>
                "Someone changed " <strong>{field.clone()}</strong>
                " after you opened this page. It wasn’t deleted. The list shows the current settings."
            </p>
            {deletion.button(field, revision, "button small danger", "Delete anyway")}
        </div>
    }
}
