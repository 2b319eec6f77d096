//! The settings as a file: to download, and to upload with a preview of what would change.

use crate::components::feedback::notice::{Kind, Notice};
use crate::components::feedback::toast::toast;
use crate::components::forms::conflict::Conflict;
use crate::components::forms::field::FieldError;
use crate::components::forms::form::{Check, CheckedForm, FormProblem, Values};
use crate::components::forms::text_area::text_area_content;
use crate::components::reactive::task_scope::TaskScope;
use crate::error::Failure;
use crate::pages::integration::changes::changes;
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
    crate::components::forms::form::refuse,
    crate::components::forms::save_form::answer_saved,
    crate::pages::integration::layout::Tab,
    crate::pages::integration::page_url::Address,
    domain::integration::settings::{Edit, differences},
    portal::integration::settings::uploads::{self, Upload},
    portal::{Actor, Portal},
};

/// The longest file, in bytes, that stands in the text area again where there is no script.
#[cfg(feature = "ssr")]
const MAX_SHOWN_AGAIN: usize = 64 * 1024;

/// What a file would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// The revision that it was compared with.
    base: i64,
    /// The first changes, at most [`MAX_LISTED`](domain::integration::settings::MAX_LISTED).
    differences: Vec<Difference>,
    /// How many there are in all.
    total: usize,
    /// The file, which waits to be applied.
    upload: SettingsUploadId,
}

/// A file that was sent without script.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// Its name; may be empty.
    name: String,
    /// What it holds; empty where it is too long to be shown again.
    text: String,
    /// What it would change, if it can be read.
    preview: Option<Preview>,
}

#[cfg(feature = "ssr")]
async fn preview(
    portal: &Portal,
    actor: &Actor,
    id: SettingsUploadId,
    upload: &Upload,
) -> Result<Preview, portal::Error> {
    let now = portal::integration::settings::get(portal, actor).await?;
    let mut differences = differences(&now.settings, &upload.settings()?);
    let total = differences.len();
    differences.truncate(domain::integration::settings::MAX_LISTED);
    Ok(Preview {
        base: now.revision,
        differences,
        total,
        upload: id,
    })
}

/// What a file would change. A browser without script is led to the page that shows it.
///
/// # Errors
/// [`Failure::Invalid`] with a complaint for each place that is not what it must be.
#[server(prefix = "/fn", endpoint = "integration/preview-file")]
pub async fn preview_file(
    #[server(default)] text: String,
    #[server(default)] name: String,
) -> Result<Preview, Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    let page = Address::page(Tab::History.path());
    let upload = Upload {
        file_name: name,
        content: text,
    };
    let id = uploads::create(&portal, &actor, &upload.file_name, &upload.content).await;
    let id = id.map_err(|error| refuse::<PreviewFile>(error.into(), &page))?;
    let again = page.with("upload", id);
    let previewed = preview(&portal, &actor, id, &upload).await;
    let previewed = previewed.map_err(|error| refuse::<PreviewFile>(error.into(), &again))?;
    let parts = use_context::<http::request::Parts>();
    if parts.is_some_and(|parts| crate::context::accepts_html(&parts.headers)) {
        leptos_axum::redirect(&again.to_string());
    }
    Ok(previewed)
}

/// The file that was sent without script, if it still waits, and what it would change.
///
/// # Errors
/// [`Failure::Forbidden`] without Manage integration.
#[server(name = ReadUpload, prefix = "/fn", endpoint = "integration/upload", input = GetUrl)]
pub async fn read_upload(upload: String) -> Result<Option<Sent>, Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    let Ok(id) = upload.parse() else { return Ok(None) };
    let Some(found) = uploads::find(&portal, &actor, id).await? else {
        return Ok(None);
    };
    let preview = match preview(&portal, &actor, id, &found).await {
        Ok(preview) => Some(preview),
        // What is wrong with it, the address says.
        Err(portal::Error::Invalid(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let Upload { file_name, content } = found;
    Ok(Some(Sent {
        name: file_name,
        text: Some(content)
            .filter(|text| text.len() <= MAX_SHOWN_AGAIN)
            .unwrap_or_default(),
        preview,
    }))
}

/// Makes the settings what a file says, seen from revision `base`.
///
/// # Errors
/// Those of the portal, [`Failure::Conflict`] where the file no longer waits among them.
#[server(prefix = "/fn", endpoint = "integration/apply-file")]
pub async fn apply_file(
    base: i64,
    #[server(default)] over: Option<i64>,
    #[server(default)] upload: String,
) -> Result<Saved, Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    let page = Address::page(Tab::History.path());
    let id: Option<SettingsUploadId> = upload.parse().ok();
    let saved = async {
        let found = match id {
            Some(id) => uploads::find(&portal, &actor, id).await?,
            None => None,
        };
        let sentence = "The file has waited for too long, or was applied already. Send it again.";
        let found = found.ok_or_else(|| portal::Error::Conflict(sentence.to_owned()))?;
        let edit = Edit::Whole(Box::new(found.settings()?));
        let saved = portal::integration::settings::save(&portal, &actor, over.unwrap_or(base), &edit).await?;
        if let (Some(id), Saved::New(_) | Saved::Same(_)) = (id, &saved) {
            // What is saved is saved; the file goes by itself within the hour.
            let _ = uploads::delete(&portal, &actor, id).await;
        }
        Ok(saved)
    };
    answer_saved::<ApplyFile>(saved.await, Tab::History.path(), &page.with("upload", upload))
}

fn errors(values: Values<'_>) -> Option<FieldErrors> {
    values("text")
        .trim()
        .is_empty()
        .then(|| FieldErrors::one("text", "Choose a file, or paste one."))
}

/// The card with the downloads, the upload and its preview.
#[component]
pub fn SettingsFile(
    /// The file that was sent without script.
    #[prop(optional_no_strip)]
    sent: Option<Sent>,
    /// Counts the changes, so that the page is read again after each.
    changed: RwSignal<u32>,
) -> impl IntoView {
    let check = Check::<PreviewFile>::new(errors);
    let error = check.error("text");
    let answer = check.value();
    let text = NodeRef::<html::Textarea>::new();
    let tasks = TaskScope::current();
    let (first, first_name, carried) = sent.map_or_else(Default::default, |sent| (sent.text, sent.name, sent.preview));
    let name = RwSignal::new(first_name);
    let carried = RwSignal::new(carried);
    let preview = move || match answer.get() {
        Some(Ok(preview)) => Some(preview),
        Some(Err(_)) => None,
        None => carried.get(),
    };
    let done = Callback::new(move |()| {
        check.forget();
        carried.set(None);
        changed.update(|changed| *changed += 1);
    });
    // Each complaint by its place in the file.
    let complaints = move || match answer.get() {
        Some(Err(Failure::Invalid(errors))) if errors.of("text").is_none() => {
            let items = errors.0.into_iter().map(|error| {
                // What is said of the rest of a long list belongs to no place.
                let place = (!error.field.is_empty()).then(|| view! { <code>{error.field}</code> ": " });
                view! { <li>{place} {error.message}</li> }
            });
            Some(view! {
                <Notice kind=Kind::Danger title="This file cannot be used" autofocus=true>
                    <ul>{items.collect_view()}</ul>
                </Notice>
            })
        }
        _ => None,
    };
    let other = check.problem(&[]);
    let problem = move || {
        let is_invalid = matches!(answer.get(), Some(Err(Failure::Invalid(_))));
        other.get().filter(|_| !is_invalid).map(|words| {
            view! {
                <Notice kind=Kind::Danger>
                    <p>{words}</p>
                </Notice>
            }
        })
    };
    view! {
        <section class="card" aria-labelledby="file">
            <div class="card-header">
                <h2 id="file">"Settings as a file"</h2>
                <p>"All settings of this section but the client secret, to be kept in a repository or taken elsewhere."</p>
            </div>
            <div class="card-body buttons">
                <a class="button" href="/integration/settings.toml" download="settings.toml" rel="external">
                    "Download TOML"
                </a>
                <a class="button" href="/integration/settings.json" download="settings.json" rel="external">
                    "Download JSON"
                </a>
            </div>
            <div class="card-body">
                <CheckedForm check class="form">
                    <input type="hidden" name="name" value=move || name.get() />
                    <div class="field needs-script">
                        <label for="upload">"Upload a file"</label>
                        // It has no name: what is in it goes by the field below.
                        <input
                            id="upload"
                            type="file"
                            accept=".toml,.json,application/toml,application/json"
                            on:change=move |event| read(tasks, &event, name, text)
                        />
                    </div>
                    <div class="field">
                        <label for="file-text">"Or paste it"</label>
                        <textarea
                            id="file-text"
                            name="text"
                            class="mono"
                            spellcheck="false"
                            autocomplete="off"
                            node_ref=text
                            aria-invalid=move || error.with(Option::is_some).then_some("true")
                            aria-describedby="file-error"
                        >
                            {text_area_content(first)}
                        </textarea>
                        <FieldError id="file-error" error />
                    </div>
                    {complaints}
                    {problem}
                    <div class="buttons">
                        <button class="button" aria-busy=move || check.busy()>
                            "Preview"
                        </button>
                    </div>
                </CheckedForm>
            </div>
            {move || preview().map(|preview| view! { <ApplyForm preview done /> })}
        </section>
    }
    .into_any()
}

/// What would change, and the button that changes it.
#[component]
fn ApplyForm(
    preview: Preview,
    /// Puts the preview away.
    done: Callback<()>,
) -> impl IntoView {
    let check = Check::<ApplyFile>::new(|_| None);
    let answer = check.value();
    Effect::new(move |_| {
        let words = match answer.get() {
            Some(Ok(Saved::New(revision))) => format!("Saved as revision {revision}"),
            Some(Ok(Saved::Same(_))) => "Nothing to save".to_owned(),
            _ => return,
        };
        toast(words);
        done.run(());
    });
    let choice = move || match answer.get() {
        Some(Ok(Saved::Clashes(clashes))) => Some(view! { <Conflict clashes take_theirs=done /> }),
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
                <p>"Nothing would change: everything is as the file says."</p>
            </div>
        }
        .into_any();
    }
    view! {
        <div class="card-body">
            <CheckedForm check class="form">
                <h3>"This would change"</h3>
                {changes(&differences, total)}
                <input type="hidden" name="base" value=base.to_string() />
                <input type="hidden" name="upload" value=upload.to_string() />
                <FormProblem check fields=&[] />
                {choice}
                <div class="buttons">
                    <button class="button primary" aria-busy=move || check.busy()>
                        "Apply"
                    </button>
                </div>
            </CheckedForm>
        </div>
    }
    .into_any()
}

/// Puts what is in the chosen file where it can be read and sent.
fn read(tasks: TaskScope, event: &Event, name: RwSignal<String>, text: NodeRef<html::Textarea>) {
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
