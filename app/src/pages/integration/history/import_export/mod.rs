//! Card that exports the settings as a file and imports a file after a preview of its changes.

pub(crate) mod actions;
mod apply;

use crate::components::data::card::Card;
use crate::components::feedback::notice::{ErrorNotice, Notice, NoticeKind};
use crate::components::forms::field::{Field, aria_invalid};
use crate::components::forms::form::{FormState, ValidatedForm, Values};
use crate::components::forms::text_area::text_area_content;
use crate::components::reactive::dynamic::dynamic;
use crate::components::reactive::task_scope::TaskScope;
use crate::error::AppError;
use crate::pages::integration::history::import_export::actions::{PreviewFile, UploadedFile};
use crate::pages::integration::history::import_export::apply::ApplyForm;
use domain::fields::FieldErrors;
use leptos::ev::Event;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

fn validate(values: Values<'_>) -> Option<FieldErrors> {
    values("text")
        .trim()
        .is_empty()
        .then(|| FieldErrors::single("text", "Choose a file or paste its content."))
}

/// Renders the card with the downloads, the upload and its preview.
#[component]
pub fn SettingsFileCard(
    /// The file that was uploaded without JavaScript.
    #[prop(optional_no_strip)]
    upload: Option<UploadedFile>,
    /// Incremented after each change to reload the page.
    changes: RwSignal<u32>,
) -> impl IntoView {
    let form_state = FormState::new::<PreviewFile>(validate);
    let error = form_state.error("text");
    let response = move || form_state.output::<PreviewFile>();
    let text = NodeRef::<html::Textarea>::new();
    let tasks = TaskScope::current();
    let (initial_text, initial_name, initial_preview) =
        upload.map_or_else(Default::default, |upload| (upload.text, upload.name, upload.preview));
    let name = RwSignal::new(initial_name);
    let initial_preview = RwSignal::new(initial_preview);
    let preview = move || match response() {
        Some(Ok(preview)) => Some(preview),
        Some(Err(_)) => None,
        None => initial_preview.get(),
    };
    let close_preview = Callback::new(move |()| {
        form_state.reset();
        initial_preview.set(None);
        changes.update(|changes| *changes += 1);
    });
    // Each validation error with its path in the file.
    let validation_errors = dynamic(move || match response() {
        Some(Err(AppError::Invalid(errors))) if errors.get("text").is_none() => {
            let items = errors.0.into_iter().map(|error| {
                // The summary at the end of a long list of errors has no path.
                let path = (!error.field.is_empty()).then(|| view! { <code>{error.field}</code> ": " });
                view! { <li>{path} {error.message}</li> }
            });
            Some(view! {
                <Notice kind=NoticeKind::Danger title="This file can’t be imported" autofocus=true>
                    <ul>{items.collect_view()}</ul>
                </Notice>
            })
        }
        _ => None,
    });
    let other_error = form_state.form_error(&[]);
    let other_error = Signal::derive(move || {
        let is_invalid = matches!(response(), Some(Err(AppError::Invalid(_))));
        other_error.get().filter(|_| !is_invalid)
    });
    view! {
        <Card
            id="file"
            title="Settings as a file"
            help="All settings of this section except the client secret, for version control or migration."
        >
            <div class="card-body buttons">
                <a class="button" href="/integration/settings.toml" download="settings.toml" rel="external">
                    "Download TOML"
                </a>
                <a class="button" href="/integration/settings.json" download="settings.json" rel="external">
                    "Download JSON"
                </a>
            </div>
            <div class="card-body">
                <ValidatedForm form_state class="form">
                    <input type="hidden" name="name" value=move || name.get() />
                    <div class="field needs-script">
                        <label for="upload">"Upload a file"</label>
                        // It has no name: the content is submitted by the text area below.
                        <input
                            id="upload"
                            type="file"
                            accept=".toml,.json,application/toml,application/json"
                            on:change=move |event| read_file(tasks, &event, name, text)
                        />
                    </div>
                    <Field id="file-text" label="Or paste it" error>
                        <textarea
                            id="file-text"
                            name="text"
                            class="mono"
                            spellcheck="false"
                            autocomplete="off"
                            node_ref=text
                            aria-invalid=aria_invalid(error)
                            aria-describedby="file-text-error"
                        >
                            {text_area_content(initial_text)}
                        </textarea>
                    </Field>
                    {validation_errors}
                    <ErrorNotice error=other_error />
                    <div class="buttons">
                        <button class="button" aria-busy=move || form_state.busy()>
                            "Preview"
                        </button>
                    </div>
                </ValidatedForm>
            </div>
            {dynamic(move || preview().map(|preview| view! { <ApplyForm preview on_close=close_preview /> }))}
        </Card>
    }
    .into_any()
}

/// Reads the chosen file into the text area.
fn read_file(tasks: TaskScope, event: &Event, name: RwSignal<String>, text: NodeRef<html::Textarea>) {
    let input = event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok());
    let Some(file) = input.and_then(|input| input.files()).and_then(|files| files.get(0)) else {
        return;
    };
    tasks.spawn_local(async move {
        let Ok(content) = JsFuture::from(file.text()).await else {
            return;
        };
        if let (Some(content), Some(text)) = (content.as_string(), text.get_untracked()) {
            text.set_value(&content);
            name.set(file.name());
        }
    });
}
