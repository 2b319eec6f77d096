//! Page with the revisions of the settings, and the settings as a file.

use crate::components::data::card::Card;
use crate::components::data::empty_state::EmptyState;
use crate::components::data::time::{byline, timestamp};
use crate::components::forms::save_form::SavedNotice;
use crate::components::reactive::dynamic::dynamic;
use crate::components::reactive::suspend::suspend;
use crate::effect::memo;
use crate::icons::Icon;
use crate::page_data::PageData;
use crate::pages::integration::changes::change_list;
use crate::pages::integration::history::actions::{Comparison, HistoryData, compare_with_current, list_revisions};
use crate::pages::integration::history::dialogs::{RestoreDialog, UndoDialog};
use crate::pages::integration::history::import_export::SettingsFileCard;
use crate::pages::integration::history::import_export::actions::{UploadedFile, load_upload};
use crate::pages::integration::layout::{IntegrationLayout, Tab, render_or_error};
use crate::pages::integration::page_url::PageUrl;
use crate::pages::integration::pager::pager;
use crate::pages::page::Page;
use crate::routing::query_string::use_page_url;
use crate::session::current_user;
use domain::integration::settings::{Revision, SettingKey};
use leptos::prelude::*;

/// The History page.
pub struct HistoryPage {
    url: Memo<PageUrl>,
    page: Memo<PageUrl>,
    data: PageData<HistoryData>,
    comparison: PageData<Option<Comparison>>,
    upload: PageData<Option<UploadedFile>>,
    changes: RwSignal<u32>,
}

impl Page for HistoryPage {
    fn data() -> Self {
        let url = use_page_url(PageUrl::parse);
        // Opening a dialog must not reload the data; saving navigates to another URL.
        let page = memo(move || url.get().without_dialog());
        let changes = RwSignal::new(0);
        let data = PageData::new(
            move || (page.get(), changes.get()),
            |(page, _)| async move { list_revisions(page.get("before").parse().ok()).await },
        );
        let restored = memo(move || url.with(restored_revision));
        // A revision that can't be compared gets no dialog.
        let comparison = PageData::new(
            move || restored.get(),
            |restored| async move {
                Ok(match restored {
                    Some(revision) => compare_with_current(revision).await.ok(),
                    None => None,
                })
            },
        );
        let upload_id = memo(move || url.with(|url| url.get("upload").to_owned()));
        let upload = PageData::new(
            move || upload_id.get(),
            |upload_id| async move {
                if upload_id.is_empty() {
                    return Ok(None);
                }
                Ok(load_upload(upload_id).await.ok().flatten())
            },
        );
        Self {
            url,
            page,
            data,
            comparison,
            upload,
            changes,
        }
    }

    fn view(this: Self) -> AnyView {
        let HistoryPage {
            url,
            page,
            data,
            comparison,
            upload,
            changes,
        } = this;
        let user = current_user();
        let content = dynamic(move || {
            let page = page.get();
            suspend(async move {
                let upload = upload.await.ok().flatten();
                render_or_error(data.await, user, |data| cards(data, &page, upload, changes)).await
            })
        });
        let dialog = dynamic(move || {
            let url = url.get();
            suspend(async move { open_dialog(data.await.ok()?, comparison.await.ok()?, &url) })
        });
        view! {
            <IntegrationLayout tab=Tab::History>
                <Transition>{content}</Transition>
            </IntegrationLayout>
            <Suspense>{dialog}</Suspense>
        }
        .into_any()
    }
}

/// Returns the revision whose restore dialog is open.
fn restored_revision(url: &PageUrl) -> Option<i64> {
    (url.get("dialog") == "restore").then(|| url.get("id").parse().ok())?
}

fn open_dialog(data: HistoryData, comparison: Option<Comparison>, url: &PageUrl) -> Option<AnyView> {
    let id: i64 = url.get("id").parse().ok()?;
    let back = url.clone().without_dialog().with("saved", "").to_string();
    match url.get("dialog") {
        "restore" => {
            let comparison = comparison?;
            Some(view! { <RestoreDialog revision=id comparison back /> }.into_any())
        }
        "undo" => {
            let revision = data.revisions.into_iter().find(|revision| revision.revision == id)?;
            Some(view! { <UndoDialog revision back /> }.into_any())
        }
        _ => None,
    }
}

fn cards(data: HistoryData, url: &PageUrl, upload: Option<UploadedFile>, changes: RwSignal<u32>) -> AnyView {
    let HistoryData {
        revisions,
        has_more,
        newest,
    } = data;
    let saved = url.get("saved").to_owned();
    let url = url.clone().with("saved", "").with("upload", "");
    let list = if revisions.is_empty() {
        empty_state().into_any()
    } else {
        let oldest = revisions.last().filter(|_| has_more);
        let pager = pager("History pages", &url, oldest.map(|last| last.revision.to_string()));
        let items = revisions
            .iter()
            .map(|revision| revision_item(revision, newest, &url))
            .collect_view();
        view! {
            <ol class="revisions">{items}</ol>
            {pager}
        }
        .into_any()
    };
    view! {
        <SavedNotice saved />
        <Card id="history" title="History" help="Each save creates a revision. Connectors receive it within a second.">
            {list}
        </Card>
        <SettingsFileCard upload changes />
    }
    .into_any()
}

fn revision_item(revision: &Revision, newest: i64, url: &PageUrl) -> impl IntoView + use<> {
    let number = revision.revision;
    let link = |dialog: &str| url.clone().with("dialog", dialog).with("id", number).to_string();
    let is_newest = number == newest;
    let label = format!(" revision {number}");
    // Revisions don't hold the client secret, so a change of it can't be undone.
    let can_undo = revision
        .differences
        .iter()
        .any(|difference| difference.path.key != SettingKey::ClientSecret);
    let undo = can_undo.then(|| {
        view! {
            <a class="button small" href=link("undo") data-noscroll>
                "Undo"
                <span class="visually-hidden">{label.clone()}</span>
            </a>
        }
    });
    let restore = (!is_newest).then(|| {
        view! {
            <a class="button small" href=link("restore") data-noscroll>
                "Restore"
                <span class="visually-hidden">{label.clone()}</span>
            </a>
        }
    });
    let note = (!revision.note.is_empty()).then(|| view! { <p class="note">{revision.note.clone()}</p> });
    let title = format!("revision-{number}");
    view! {
        <li>
            <article aria-labelledby=title.clone()>
                <header>
                    <h3 id=title.clone()>
                        {format!("Revision {number} ")}
                        {is_newest.then(|| view! { <span class="badge success">"Current"</span> })}
                    </h3>
                    <p>{timestamp(revision.at)} " " {byline(revision.by.clone())}</p>
                    <div class="buttons">{undo} {restore}</div>
                </header>
                {note}
                {change_list(&revision.differences, revision.total)}
            </article>
        </li>
    }
}

fn empty_state() -> impl IntoView {
    view! {
        <EmptyState
            icon=Icon::Clock
            title="No revisions yet"
            help="The first change to these settings becomes revision 1."
        >
            <a class="button" href=Tab::Settings.path()>
                "Go to Settings"
            </a>
        </EmptyState>
    }
}
