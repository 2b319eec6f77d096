//! What the settings were, who changed them, and the way back.

use crate::components::data::time::{by, moment};
use crate::components::forms::save_form::SavedNotice;
use crate::components::reactive::suspend::suspend;
use crate::error::Failure;
use crate::icons::{Draw, Icon};
use crate::pages::integration::changes::changes;
use crate::pages::integration::current_address;
use crate::pages::integration::history::actions::{Comparison, HistoryData, compare_with_now, list_revisions};
use crate::pages::integration::history::dialogs::{RestoreDialog, UndoDialog};
use crate::pages::integration::layout::{Section, Tab, shown};
use crate::pages::integration::page_url::Address;
use crate::pages::integration::settings::import_export::{Sent, SettingsFile, read_upload};
use crate::pages::page::Page;
use crate::session::current_user;
use domain::integration::settings::{Member, Revision};
use leptos::either::Either;
use leptos::prelude::*;

/// The page History.
pub struct HistoryPage {
    address: Memo<Address>,
    page: Memo<Address>,
    data: Resource<Result<HistoryData, Failure>>,
    comparison: Resource<Option<Comparison>>,
    sent: Resource<Option<Sent>>,
    changed: RwSignal<u32>,
}

impl Page for HistoryPage {
    fn data() -> Self {
        let address = current_address();
        // A dialog reads nothing new; a change brings another address with it.
        let page = Memo::new(move |_| address.get().without_dialog());
        let changed = RwSignal::new(0);
        let data = Resource::new(
            move || (page.get(), changed.get()),
            |(page, _)| async move { list_revisions(page.get("before").parse().ok()).await },
        );
        let asked = Memo::new(move |_| address.with(asked));
        // What cannot be restored is not asked about.
        let comparison = Resource::new(
            move || asked.get(),
            |asked| async move { compare_with_now(asked?).await.ok() },
        );
        let upload = Memo::new(move |_| address.with(|address| address.get("upload").to_owned()));
        let sent = Resource::new(
            move || upload.get(),
            |upload| async move {
                if upload.is_empty() {
                    return None;
                }
                read_upload(upload).await.ok().flatten()
            },
        );
        Self {
            address,
            page,
            data,
            comparison,
            sent,
            changed,
        }
    }

    fn view(this: Self) -> AnyView {
        let HistoryPage {
            address,
            page,
            data,
            comparison,
            sent,
            changed,
        } = this;
        let user = current_user();
        let body = move || {
            let page = page.get();
            suspend(async move {
                let sent = sent.await;
                shown(data.await, user, |data| cards(data, &page, sent, changed)).await
            })
        };
        let overlay = move || {
            let address = address.get();
            suspend(async move { overlay(data.await.ok()?, comparison.await, &address) })
        };
        view! {
            <Section tab=Tab::History>
                <Transition>{body}</Transition>
            </Section>
            <Suspense>{overlay}</Suspense>
        }
        .into_any()
    }
}

/// The revision that a person wants to restore.
fn asked(address: &Address) -> Option<i64> {
    (address.get("dialog") == "restore").then(|| address.get("id").parse().ok())?
}

fn overlay(data: HistoryData, comparison: Option<Comparison>, address: &Address) -> Option<AnyView> {
    let id: i64 = address.get("id").parse().ok()?;
    let back = address.clone().without_dialog().with("saved", "").to_string();
    match address.get("dialog") {
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

fn cards(data: HistoryData, address: &Address, sent: Option<Sent>, changed: RwSignal<u32>) -> AnyView {
    let HistoryData {
        revisions,
        more,
        newest,
    } = data;
    let saved = address.get("saved").to_owned();
    let address = address.clone().with("saved", "").with("upload", "");
    let list = if revisions.is_empty() {
        Either::Left(empty())
    } else {
        let oldest = revisions.last().map(|last| last.revision);
        let items = revisions.iter().map(|one| item(one, newest, &address)).collect_view();
        Either::Right(view! {
            <ol class="revisions">{items}</ol>
            {pager(oldest.filter(|_| more), &address)}
        })
    };
    view! {
        <SavedNotice saved />
        <section class="card" aria-labelledby="history">
            <div class="card-header">
                <h2 id="history">"History"</h2>
                <p>"Each save is a revision. Connectors take the newest within a second."</p>
            </div>
            {list}
        </section>
        <SettingsFile sent changed />
    }
    .into_any()
}

fn item(revision: &Revision, newest: i64, address: &Address) -> impl IntoView + use<> {
    let number = revision.revision;
    let link = |dialog: &str| address.clone().with("dialog", dialog).with("id", number).to_string();
    let is_newest = number == newest;
    let which = format!(" revision {number}");
    // What a secret was, nobody knows any more.
    let can_undo = revision
        .differences
        .iter()
        .any(|difference| difference.place.member != Member::ClientSecret);
    let undo = can_undo.then(|| {
        view! {
            <a class="button small" href=link("undo") data-noscroll>
                "Undo"
                <span class="visually-hidden">{which.clone()}</span>
            </a>
        }
    });
    let restore = (!is_newest).then(|| {
        view! {
            <a class="button small" href=link("restore") data-noscroll>
                "Restore"
                <span class="visually-hidden">{which.clone()}</span>
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
                    <p>{moment(revision.at)} " " {by(revision.by.clone())}</p>
                    <div class="buttons">{undo} {restore}</div>
                </header>
                {note}
                {changes(&revision.differences, revision.total)}
            </article>
        </li>
    }
}

fn pager(oldest: Option<i64>, address: &Address) -> Option<impl IntoView + use<>> {
    let older = oldest.map(|oldest| {
        view! {
            <a class="button small" rel="next" href=address.clone().with("before", oldest).to_string()>
                "Older"
            </a>
        }
    });
    let newest = (!address.get("before").is_empty()).then(|| {
        view! {
            <a class="button small" href=address.clone().with("before", "").to_string()>
                "Newest"
            </a>
        }
    });
    (older.is_some() || newest.is_some()).then(|| {
        view! {
            <nav class="card-footer pager" aria-label="Pages of the history">
                {newest}
                {older}
            </nav>
        }
    })
}

fn empty() -> impl IntoView {
    view! {
        <div class="empty">
            <span class="arch large">
                <Draw icon=Icon::Clock size="large" />
            </span>
            <h3>"Nothing was saved yet"</h3>
            <p>"The first change of these settings becomes revision 1."</p>
            <a class="button" href=Tab::Settings.path()>
                "Go to Settings"
            </a>
        </div>
    }
}
