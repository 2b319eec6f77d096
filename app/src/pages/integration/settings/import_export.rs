//! Card that exports the settings as a file and imports a file after a preview of its changes.

use crate::components::data::card::Card;
use crate::components::feedback::notice::{Notice, NoticeKind};
use crate::components::feedback::toast::toast;
use crate::components::forms::conflict::ConflictNotice;
use crate::components::forms::field::Field;
use crate::components::forms::form::{FormState, ValidatedForm, Values};
use crate::components::forms::form_card::SubmitForm;
use crate::components::forms::text_area::text_area_content;
use crate::components::reactive::task_scope::TaskScope;
use crate::error::AppError;
use crate::pages::integration::changes::change_list;
use crate::session::SessionClient;
use domain::fields::FieldErrors;
use domain::ids::SettingsUploadId;
use domain::integration::settings::{Difference, Saved};
use leptos::ev::Event;
use leptos::html;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
#[cfg(feature = "ssr")]
use {
    crate::components::forms::form::respond_error,
    crate::components::forms::save_form::respond_saved,
    crate::pages::integration::layout::Tab,
    crate::pages::integration::page_url::PageUrl,
    domain::integration::settings::{Edit, differences},
    portal::integration::settings::uploads::{self, Upload},
    portal::{Actor, Portal},
};

/// The maximum size in bytes of a file that is filled into the text area again without JavaScript.
#[cfg(feature = "ssr")]
const MAX_REFILLED_TEXT_BYTES: usize = 64 * 1024;

/// Describes what a file would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// The revision that the file is compared with.
    base: i64,
    /// The first changes, at most [`MAX_LISTED_CHANGES`](domain::integration::settings::MAX_LISTED_CHANGES).
    differences: Vec<Difference>,
    /// The number of all changes.
    total: usize,
    /// The uploaded file, which is stored until it is applied or expires.
    upload: SettingsUploadId,
}

/// Holds a file that was uploaded without JavaScript.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadedFile {
    /// The file name; may be empty.
    name: String,
    /// The content; empty if it is longer than 64 KiB.
    text: String,
    /// What the file would change, if it is valid.
    preview: Option<Preview>,
}

#[cfg(feature = "ssr")]
async fn compare_upload(
    portal: &Portal,
    actor: &Actor,
    id: SettingsUploadId,
    upload: &Upload,
) -> Result<Preview, portal::Error> {
    let current = portal::integration::settings::get(portal, actor).await?;
    let mut differences = differences(&current.settings, &upload.settings()?);
    let total = differences.len();
    differences.truncate(domain::integration::settings::MAX_LISTED_CHANGES);
    Ok(Preview {
        base: current.revision,
        differences,
        total,
        upload: id,
    })
}

/// Stores a file and returns what it would change. A browser without JavaScript is redirected to the page that shows it.
///
/// # Errors
/// [`AppError::Invalid`] with a validation error for each invalid value.
#[server(prefix = "/fn", endpoint = "integration/preview-file", client = SessionClient)]
pub async fn preview_file(
    #[server(default)] text: String,
    #[server(default)] name: String,
) -> Result<Preview, AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    let page = PageUrl::new(Tab::History.path());
    let upload = Upload {
        file_name: name,
        content: text,
    };
    let id = uploads::create(&portal, &actor, &upload.file_name, &upload.content).await;
    let id = id.map_err(|error| respond_error::<PreviewFile>(error.into(), &page))?;
    let preview_url = page.with("upload", id);
    let preview = compare_upload(&portal, &actor, id, &upload).await;
    let preview = preview.map_err(|error| respond_error::<PreviewFile>(error.into(), &preview_url))?;
    let parts = use_context::<http::request::Parts>();
    if parts.is_some_and(|parts| crate::context::accepts_html(&parts.headers)) {
        leptos_axum::redirect(&preview_url.to_string());
    }
    Ok(preview)
}

/// Returns a file that was uploaded without JavaScript and what it would change, unless the file has expired.
///
/// # Errors
/// [`AppError::Forbidden`] without Manage integration.
#[server(name = LoadUpload, prefix = "/fn", endpoint = "integration/upload", input = GetUrl, client = SessionClient)]
pub async fn load_upload(upload: String) -> Result<Option<UploadedFile>, AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    let Ok(id) = upload.parse() else { return Ok(None) };
    let Some(found) = uploads::find(&portal, &actor, id).await? else {
        return Ok(None);
    };
    let preview = match compare_upload(&portal, &actor, id, &found).await {
        Ok(preview) => Some(preview),
        // The URL contains the validation errors.
        Err(portal::Error::Invalid(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let Upload { file_name, content } = found;
    Ok(Some(UploadedFile {
        name: file_name,
        text: Some(content)
            .filter(|text| text.len() <= MAX_REFILLED_TEXT_BYTES)
            .unwrap_or_default(),
        preview,
    }))
}

/// Replaces the settings with those of an uploaded file. `base` is the revision that the file was compared with.
///
/// # Errors
/// Errors of the portal, including [`AppError::Conflict`] if the file has expired or was already applied.
#[server(prefix = "/fn", endpoint = "integration/apply-file", client = SessionClient)]
pub async fn apply_file(
    base: i64,
    #[server(default)] over: Option<i64>,
    #[server(default)] upload: String,
) -> Result<Saved, AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    let page = PageUrl::new(Tab::History.path());
    let id: Option<SettingsUploadId> = upload.parse().ok();
    let saved = async {
        let found = match id {
            Some(id) => uploads::find(&portal, &actor, id).await?,
            None => None,
        };
        let message = "This file has expired or was already applied. Upload it again.";
        let found = found.ok_or_else(|| portal::Error::Conflict(message.to_owned()))?;
        let edit = Edit::Replace(Box::new(found.settings()?));
        let saved = portal::integration::settings::save(&portal, &actor, over.unwrap_or(base), &edit).await?;
        if let (Some(id), Saved::New(_) | Saved::Unchanged(_)) = (id, &saved) {
            // The settings are saved even if this fails; the upload expires within the hour.
            let _ = uploads::delete(&portal, &actor, id).await;
        }
        Ok(saved)
    };
    respond_saved::<ApplyFile>(saved.await, Tab::History.path(), &page.with("upload", upload))
}

fn validate(values: Values<'_>) -> Option<FieldErrors> {
    values("text")
        .trim()
        .is_empty()
        .then(|| FieldErrors::single("text", "Choose a file or paste its content."))
}

/// Card with the downloads, the upload and its preview.
#[component]
pub fn SettingsFileCard(
    /// The file that was uploaded without JavaScript.
    #[prop(optional_no_strip)]
    upload: Option<UploadedFile>,
    /// Incremented after each change to reload the page.
    changes: RwSignal<u32>,
) -> impl IntoView {
    let form_state = FormState::<PreviewFile>::new(validate);
    let error = form_state.error("text");
    let response = form_state.value();
    let text = NodeRef::<html::Textarea>::new();
    let tasks = TaskScope::current();
    let (initial_text, initial_name, initial_preview) =
        upload.map_or_else(Default::default, |upload| (upload.text, upload.name, upload.preview));
    let name = RwSignal::new(initial_name);
    let initial_preview = RwSignal::new(initial_preview);
    let preview = move || match response.get() {
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
    let validation_errors = move || match response.get() {
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
    };
    let other_error = form_state.form_error(&[]);
    let error_notice = move || {
        let is_invalid = matches!(response.get(), Some(Err(AppError::Invalid(_))));
        other_error.get().filter(|_| !is_invalid).map(|message| {
            view! {
                <Notice kind=NoticeKind::Danger>
                    <p>{message}</p>
                </Notice>
            }
        })
    };
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
                            aria-invalid=move || error.with(Option::is_some).then_some("true")
                            aria-describedby="file-text-error"
                        >
                            {text_area_content(initial_text)}
                        </textarea>
                    </Field>
                    {validation_errors}
                    {error_notice}
                    <div class="buttons">
                        <button class="button" aria-busy=move || form_state.busy()>
                            "Preview"
                        </button>
                    </div>
                </ValidatedForm>
            </div>
            {move || preview().map(|preview| view! { <ApplyForm preview on_close=close_preview /> })}
        </Card>
    }
    .into_any()
}

/// Renders the preview and the button that applies it.
#[component]
fn ApplyForm(
    /// What the file would change.
    preview: Preview,
    /// Closes the preview.
    on_close: Callback<()>,
) -> impl IntoView {
    let form_state = FormState::<ApplyFile>::new(|_| None);
    let response = form_state.value();
    Effect::new(move |_| {
        let message = match response.get() {
            Some(Ok(Saved::New(revision))) => format!("Saved as revision {revision}"),
            Some(Ok(Saved::Unchanged(_))) => "No changes to save".to_owned(),
            _ => return,
        };
        toast(message);
        on_close.run(());
    });
    let choice = move || match response.get() {
        Some(Ok(Saved::Conflict(conflicts))) => Some(view! { <ConflictNotice conflicts use_theirs=on_close /> }),
        _ => None,
    };
    let Preview {
        base,
        differences,
        total,
        upload,
    } = preview;
    if differences.is_empty() {
        return view! {
            <div class="card-body" role="status">
                <p>"No differences from the current settings."</p>
            </div>
        }
        .into_any();
    }
    view! {
        <div class="card-body">
            <SubmitForm form_state fields=&[] button="Apply" primary=true>
                <h3>"Changes in this file"</h3>
                {change_list(&differences, total)}
                <input type="hidden" name="base" value=base.to_string() />
                <input type="hidden" name="upload" value=upload.to_string() />
                {choice}
            </SubmitForm>
        </div>
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
