//! Field settings: what the asset selector does for each content field, with a live preview of it.

mod page_url;

mod actions;
mod data;
mod form;
mod list;
mod members;
mod notices;
mod preview;
mod rows;
mod search;
mod words;

use crate::components::feedback::notice::{Kind, Notice};
use crate::components::forms::unsaved_changes::{LeaveQuestion, UnsavedForms};
use crate::components::reactive::suspend::suspend;
use crate::components::reactive::task_scope::TaskScope;
use crate::error::Failure;
use crate::icons::{Draw, Icon};
use crate::pages::integration::fields::page_url::{Address, Done, OPENERS, PATH, Spot};
use crate::pages::integration::layout::{Section, Tab, shown};
use crate::pages::page::Page;
use crate::session::current_user;
use data::{FieldsData, page, preview};
use domain::fields::name_key;
use domain::integration::selector::Language;
use domain::integration::selector::preview::Preview;
use form::FieldEditor;
use leptos::prelude::*;
use leptos_router::hooks::use_url;
use list::FieldList;
use notices::{Contested, Deleting, LastDone};
use std::sync::Arc;
use wasm_bindgen::JsCast;

/// What the parts of the page share.
#[derive(Clone, Copy)]
pub struct Fields {
    /// What the page shows. It is replaced while forms are open, which stay as they are.
    held: RwSignal<Arc<FieldsData>>,
    /// The address of the page.
    address: Memo<Address>,
    /// Which form is open.
    spot: Memo<Spot>,
    /// What the list is searched for.
    search: RwSignal<String>,
    /// How often more fields than the first were asked for.
    more: RwSignal<usize>,
    /// The assets of the preview.
    preview: Resource<Result<Preview, Failure>>,
    /// The language that was chosen for the preview.
    spoken: RwSignal<Option<Language>>,
    /// The forms that may hold what is not saved.
    forms: UnsavedForms,
    /// Deleting fields, and having them back.
    deleting: Deleting,
    /// Counts the changes, so that the page is read again after each.
    changes: RwSignal<u32>,
    /// The field whose form was closed last; empty for the Global field settings.
    closed: StoredValue<Option<String>>,
    /// Reading again, and moving the focus.
    tasks: TaskScope,
}

impl Fields {
    fn new(data: FieldsData, page: &FieldsPage, forms: UnsavedForms) -> Self {
        let FieldsPage { address, preview, .. } = *page;
        let at_first = address.get_untracked();
        let (deleted, contested) = match at_first.done {
            Some(Done::Deleted(deleted)) => (Some(deleted), None),
            Some(Done::Contested(field)) => {
                let revision = data.revised.revision;
                (None, Some(Contested { field, revision }))
            }
            _ => (None, None),
        };
        let fields = Self {
            held: RwSignal::new(Arc::new(data)),
            address,
            spot: Memo::new(move |_| address.with(|address| address.spot.clone())),
            search: RwSignal::new(at_first.search),
            more: RwSignal::new(at_first.more),
            preview,
            spoken: RwSignal::new(at_first.language),
            forms,
            deleting: Deleting::new(deleted, contested),
            changes: RwSignal::new(0),
            closed: StoredValue::new(None),
            tasks: TaskScope::current(),
        };
        fields.deleting.follow(fields.changes);
        fields.read_after_changes();
        fields.hand_focus_back();
        fields
    }

    /// The language of the preview: the one that was chosen for it, or else the one that is kept.
    fn language(self) -> Memo<Language> {
        Memo::new(move |_| {
            let kept = self.held.with(|data| data.revised.settings.language);
            self.spoken.get().unwrap_or(kept)
        })
    }

    /// What has not come again stays as it was; the next change asks once more.
    fn read_after_changes(self) {
        let Self { held, changes, .. } = self;
        Effect::new(move |before: Option<u32>| {
            let now = changes.get();
            if before.is_some_and(|before| before != now) {
                self.tasks.spawn_local(async move {
                    if let Ok(data) = page(PATH.to_owned()).await {
                        held.set(Arc::new(data));
                        // The row that had the focus may have been drawn anew.
                        self.tasks.request_animation_frame(move || self.focus_lost());
                    }
                });
            }
            now
        });
    }

    /// A form that closes hands the focus to what opened it.
    fn hand_focus_back(self) {
        let spot = self.spot;
        Effect::new(move |before: Option<Spot>| {
            let now = spot.get();
            self.closed.set_value(match (before, &now) {
                (Some(Spot::Edit(name)), Spot::List) => Some(name),
                (Some(Spot::Global), Spot::List) => Some(String::new()),
                _ => None,
            });
            self.tasks.request_animation_frame(move || self.focus_lost());
            now
        });
    }

    /// Where nothing has the focus, it goes to what opens the form that was closed last.
    fn focus_lost(self) {
        let nowhere = document()
            .active_element()
            .is_none_or(|element| element.tag_name() == "BODY");
        if let Some(name) = self.closed.get_value()
            && nowhere
        {
            focus_opener(&name);
        }
    }

    /// Whether the open form stands above the list, rather than in its row.
    fn stands_above(self, spot: &Spot) -> bool {
        match spot {
            Spot::List | Spot::Global => false,
            Spot::Add(_) | Spot::Duplicate(_) => true,
            Spot::Edit(name) => self.held.with(|data| data.revised.settings.field(name).is_none()),
        }
    }
}

fn focus_opener(name: &str) {
    let Ok(openers) = document().query_selector_all("a[data-edits]") else {
        return;
    };
    let mut openers = (0..openers.length())
        .filter_map(|index| openers.item(index)?.dyn_into::<web_sys::HtmlElement>().ok())
        .filter(|opener| opener.get_attribute("data-edits").as_deref() == Some(name));
    if let Some(opener) = openers.next() {
        // Focus that cannot be moved stays where it is, which is no worse than before.
        let _ = opener.focus();
    }
}

/// The page Field settings.
pub struct FieldsPage {
    address: Memo<Address>,
    data: Resource<Result<FieldsData, Failure>>,
    preview: Resource<Result<Preview, Failure>>,
}

impl Page for FieldsPage {
    fn data() -> Self {
        let url = use_url();
        let address = Memo::new(move |_| url.with(|url| Address::parse(&format!("{}?{}", url.path(), url.search()))));
        Self {
            address,
            data: Resource::new(|| (), move |()| page(address.get_untracked().to_string())),
            preview: Resource::new(|| (), |()| preview()),
        }
    }

    fn view(this: Self) -> AnyView {
        let data = this.data;
        let forms = UnsavedForms::new(&OPENERS);
        let this = StoredValue::new(this);
        let user = current_user();
        let body = move || {
            suspend(async move {
                let show = |data| content(this.with_value(|page| Fields::new(data, page, forms))).into_any();
                shown(data.await, user, show).await
            })
        };
        view! {
            <Section tab=Tab::Fields>
                <Suspense>{body}</Suspense>
            </Section>
            <LeaveQuestion forms />
        }
        .into_any()
    }
}

fn content(fields: Fields) -> impl IntoView {
    let saved = match fields.address.get_untracked().done {
        Some(Done::Saved(saved)) => Some(saved),
        _ => None,
    };
    // A form that is open stays as it is when the page is read again.
    let above = Memo::new(move |_| {
        let spot = fields.spot.get();
        fields.stands_above(&spot).then_some(spot)
    });
    let editor = move || {
        above.get().map(|spot| {
            view! {
                <div class="card above">
                    <FieldEditor fields spot />
                </div>
            }
        })
    };
    view! {
        <LastDone fields saved />
        {move || asked(fields)}
        {editor}
        <FieldList fields />
    }
}

/// Fields that connectors have asked for and nobody has configured: one click opens their form.
fn asked(fields: Fields) -> impl IntoView {
    let names: Vec<String> = fields.held.with(|data| {
        let settings = &data.revised.settings;
        let is_new = |name: &&String| settings.field(name).is_none();
        data.asked.iter().filter(is_new).cloned().collect()
    });
    let spot = fields.spot.get();
    let address = fields.address.get();
    (!names.is_empty()).then(|| {
        let links: Vec<_> = names.into_iter().map(|name| ask(&address, &spot, name)).collect();
        view! {
            <section class="asked" aria-labelledby="asked">
                <Notice kind=Kind::Info>
                    <h2 id="asked">"Asked for by connectors"</h2>
                    <p>"These fields have no settings of their own yet, so the Global field settings hold for them."</p>
                    <ul>{links}</ul>
                </Notice>
            </section>
        }
    })
}

fn ask(address: &Address, spot: &Spot, name: String) -> impl IntoView + use<> {
    let open = matches!(spot, Spot::Add(added) if name_key(added) == name_key(&name));
    let add = address.opening(Spot::Add(name.clone())).to_string();
    view! {
        <li>
            <a class="button small" href=add aria-current=open.then_some("true")>
                <Draw icon=Icon::Plus size="small" />
                {name}
            </a>
        </li>
    }
}
