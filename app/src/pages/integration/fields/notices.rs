//! What was done last, above the list: a deletion with its undo stays until the next one.

use crate::components::feedback::notice::{Kind, Notice};
use crate::components::feedback::toast::toaster;
use crate::components::forms::save_form::SavedNotice;
use crate::error::Failure;
use crate::icons::{Draw, Icon};
use crate::pages::integration::fields::Fields;
use crate::pages::integration::fields::actions::{DeleteField, UndoField};
use crate::pages::integration::fields::page_url::Deleted;
use domain::integration::settings::Saved;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_url;
use wasm_bindgen::JsCast;

/// A field that was not deleted, as somebody else has changed it meanwhile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contested {
    /// The field.
    pub field: String,
    /// The revision that would be deleted.
    pub revision: i64,
}

/// Deleting fields, and having them back.
#[derive(Clone, Copy)]
pub struct Deleting {
    delete: ServerAction<DeleteField>,
    undo: ServerAction<UndoField>,
    /// The field that is being deleted.
    asked: StoredValue<String>,
    deleted: RwSignal<Option<Deleted>>,
    contested: RwSignal<Option<Contested>>,
}

impl Deleting {
    /// As the address has it.
    pub fn new(deleted: Option<Deleted>, contested: Option<Contested>) -> Self {
        let deleting = Self {
            delete: ServerAction::new(),
            undo: ServerAction::new(),
            asked: StoredValue::default(),
            deleted: RwSignal::new(deleted),
            contested: RwSignal::new(contested),
        };
        // The router keeps the failure of a form that was sent without script; it only counts on the address that has it.
        if !use_url().read_untracked().search().contains("__err=") {
            deleting.delete.value().set(None);
            deleting.undo.value().set(None);
        }
        deleting
    }

    /// Follows what the server answers; `changes` counts what makes the page be read again.
    pub fn follow(self, changes: RwSignal<u32>) {
        let (delete, undo, toaster) = (self.delete, self.undo, toaster());
        Effect::new(move |_| {
            let Some(Ok(saved)) = delete.value().get() else { return };
            let field = self.asked.get_value();
            match saved {
                Saved::New(revision) => {
                    self.contested.set(None);
                    self.deleted.set(Some(Deleted { revision, field }));
                    // The button that had the focus goes with its row.
                    request_animation_frame(focus_undo);
                }
                Saved::Same(_) => toaster.say("It was deleted already"),
                Saved::Clashes(clashes) => {
                    let revision = clashes.revision;
                    self.contested.set(Some(Contested { field, revision }));
                }
            }
            changes.update(|changes| *changes += 1);
        });
        Effect::new(move |_| {
            if !matches!(undo.value().get(), Some(Ok(_))) {
                return;
            }
            let field = self
                .deleted
                .get_untracked()
                .map(|deleted| deleted.field)
                .unwrap_or_default();
            toaster.say(format!("{field} is back"));
            self.deleted.set(None);
            changes.update(|changes| *changes += 1);
        });
    }

    /// The button that deletes a field at once: a form, for whoever has no script.
    pub fn button(self, field: String, base: i64, class: &'static str, words: &'static str) -> impl IntoView + use<> {
        let name = field.clone();
        let sent = field.clone();
        view! {
            <form
                method="post"
                action=DeleteField::url()
                on:submit=move |event| {
                    event.prevent_default();
                    self.delete(base, &sent);
                }
            >
                <input type="hidden" name="base" value=base.to_string() />
                <input type="hidden" name="field" value=field />
                <button class=class>
                    {words} <span class="visually-hidden">" " {name}</span>
                </button>
            </form>
        }
    }

    fn delete(self, base: i64, field: &str) {
        if !self.delete.pending().get_untracked() {
            self.asked.set_value(field.to_owned());
            let field = field.to_owned();
            self.delete.dispatch(DeleteField { base, field });
        }
    }

    fn failure(self) -> Option<Failure> {
        let delete = self
            .delete
            .value()
            .with(|value| value.as_ref()?.as_ref().err().cloned());
        delete.or_else(|| self.undo.value().with(|value| value.as_ref()?.as_ref().err().cloned()))
    }
}

fn focus_undo() {
    let undo = document().query_selector(".done button").ok().flatten();
    if let Some(undo) = undo.and_then(|undo| undo.dyn_into::<web_sys::HtmlElement>().ok()) {
        // Focus that cannot be moved stays where it is, which is no worse than before.
        let _ = undo.focus();
    }
}

/// What was done last. Its place is there from the start, so that what appears in it is read out.
#[component]
pub fn LastDone(
    /// The page.
    fields: Fields,
    /// What was saved, where no script could say so.
    saved: Option<String>,
) -> impl IntoView {
    let deleting = fields.deleting;
    let failed = move || {
        deleting.failure().map(|failure| {
            view! {
                <Notice kind=Kind::Danger>
                    <p>{failure.to_string()}</p>
                </Notice>
            }
        })
    };
    let deleted = move || deleting.deleted.get().map(|deleted| undoable(deleting, deleted));
    let contested = move || deleting.contested.get().map(|contested| question(deleting, contested));
    view! {
        <div class="done" role="status">
            {saved.map(|saved| view! { <SavedNotice saved /> })}
            {failed}
            {deleted}
            {contested}
        </div>
    }
    .into_any()
}

fn undoable(deleting: Deleting, Deleted { revision, field }: Deleted) -> impl IntoView {
    let undo = deleting.undo;
    view! {
        <div class="notice success">
            <Draw icon=Icon::Success />
            <p>"Deleted " <strong>{field}</strong> "."</p>
            <ActionForm action=undo>
                <input type="hidden" name="revision" value=revision.to_string() />
                <button
                    class="button small"
                    aria-busy=move || undo.pending().get().then_some("true")
                >
                    "Undo"
                </button>
            </ActionForm>
            <button
                class="button quiet small square needs-script"
                type="button"
                on:click=move |_| deleting.deleted.set(None)
            >
                <Draw icon=Icon::Close size="small" />
                <span class="visually-hidden">"Dismiss"</span>
            </button>
        </div>
    }
}

fn question(deleting: Deleting, Contested { field, revision }: Contested) -> impl IntoView {
    view! {
        <div class="notice warning">
            <Draw icon=Icon::Warning />
            <p>
                "Somebody else has changed " <strong>{field.clone()}</strong>
                " since you opened this page. It was not deleted; the list shows it as it is now."
            </p>
            {deleting.button(field, revision, "button small danger", "Delete anyway")}
        </div>
    }
}
