//! The Field settings tab: asset selector settings per content field, with a live preview.

mod page_url;

mod actions;
mod data;
mod form;
mod labels;
mod list;
mod notices;
mod preview;
mod rows;
mod search;

use crate::components::feedback::notice::{Notice, NoticeKind};
use crate::components::forms::unsaved_changes::{UnsavedChanges, UnsavedChangesDialog};
use crate::components::reactive::dynamic::dynamic;
use crate::components::reactive::reload::reload_on_change;
use crate::components::reactive::suspend::suspend;
use crate::components::reactive::task_scope::TaskScope;
use crate::effect::{effect, memo};
use crate::icons::{Icon, IconView};
use crate::page_data::PageData;
use crate::pages::integration::fields::page_url::{FORM_PARAMS, FieldsUrl, LastAction, OpenForm, PATH};
use crate::pages::integration::layout::{IntegrationLayout, Tab, render_or_error};
use crate::pages::page::Page;
use crate::routing::query_string::use_page_url;
use crate::session::current_user;
use data::{FieldsData, load_fields_data, load_preview};
use domain::fields::name_key;
use domain::integration::selector::Language;
use domain::integration::selector::preview::Preview;
use form::FieldEditor;
use leptos::prelude::*;
use list::FieldList;
use notices::{DeleteConflict, DeleteState, LastActionNotice};
use std::sync::Arc;
use wasm_bindgen::JsCast;

/// Holds the state shared by the parts of the page.
#[derive(Clone, Copy)]
pub struct FieldsState {
    /// The data of the page. Reloading it doesn't change open forms.
    data: RwSignal<Arc<FieldsData>>,
    /// The URL of the page.
    url: Memo<FieldsUrl>,
    /// The open form.
    open_form: Memo<OpenForm>,
    /// The search text.
    search: RwSignal<String>,
    /// The number of pages of fields shown after the first.
    extra_pages: RwSignal<usize>,
    /// The assets of the preview.
    preview: PageData<Preview>,
    /// The language chosen for the preview.
    preview_language: RwSignal<Option<Language>>,
    /// Tracks unsaved changes of the forms.
    forms: UnsavedChanges,
    /// The state of deleting and restoring fields.
    deletion: DeleteState,
    /// Incremented after each change to reload the page.
    changes: RwSignal<u32>,
    /// The field whose form was closed last; empty for the Global field settings.
    last_closed: StoredValue<Option<String>>,
    /// Runs reloads and focus changes.
    tasks: TaskScope,
}

impl FieldsState {
    fn new(data: FieldsData, page: &FieldsPage, forms: UnsavedChanges) -> Self {
        let FieldsPage { url, preview, .. } = *page;
        let initial = url.get_untracked();
        let (deleted, conflict) = match initial.last_action {
            Some(LastAction::Deleted(deleted)) => (Some(deleted), None),
            Some(LastAction::DeleteConflict(field)) => {
                let revision = data.current.revision;
                (None, Some(DeleteConflict { field, revision }))
            }
            _ => (None, None),
        };
        let fields = Self {
            data: RwSignal::new(Arc::new(data)),
            url,
            open_form: memo(move || url.with(|url| url.open_form.clone())),
            search: RwSignal::new(initial.search),
            extra_pages: RwSignal::new(initial.extra_pages),
            preview,
            preview_language: RwSignal::new(initial.language),
            forms,
            deletion: DeleteState::new(deleted, conflict),
            changes: RwSignal::new(0),
            last_closed: StoredValue::new(None),
            tasks: TaskScope::current(),
        };
        fields.deletion.handle_responses(fields.changes);
        fields.reload_after_changes();
        fields.restore_focus_after_close();
        fields
    }

    /// Returns the language of the preview: the chosen one, or else that of the settings.
    fn language(self) -> Memo<Language> {
        memo(move || {
            let saved = self.data.with(|data| data.current.settings.language);
            self.preview_language.get().unwrap_or(saved)
        })
    }

    /// Reloads the data after each change. If that fails, the page keeps the old data until the next change.
    fn reload_after_changes(self) {
        let reloaded = reload_on_change(
            move || self.changes.get(),
            |_| async {
                let data = load_fields_data(PATH.to_owned()).await;
                data.ok().map(Arc::new)
            },
        );
        effect(move || {
            let Some(reloaded) = reloaded.get() else { return };
            self.data.set(reloaded);
            // The row that had the focus may have been replaced.
            self.tasks.request_animation_frame(move || self.recover_focus());
        });
    }

    /// Returns the focus to the link that opened a form when the form closes.
    fn restore_focus_after_close(self) {
        let open_form = self.open_form;
        Effect::new(move |before: Option<OpenForm>| {
            let now = open_form.get();
            self.last_closed.set_value(match (before, &now) {
                (Some(OpenForm::Edit(name)), OpenForm::None) => Some(name),
                (Some(OpenForm::Global), OpenForm::None) => Some(String::new()),
                _ => None,
            });
            self.tasks.request_animation_frame(move || self.recover_focus());
            now
        });
    }

    /// Focuses the link that opened the last closed form, unless another element has the focus.
    fn recover_focus(self) {
        let is_unfocused = document()
            .active_element()
            .is_none_or(|element| element.tag_name() == "BODY");
        if let Some(name) = self.last_closed.get_value()
            && is_unfocused
        {
            focus_edit_link(&name);
        }
    }

    /// Returns whether the open form is shown above the list rather than in its row.
    fn is_above_list(self, open_form: &OpenForm) -> bool {
        match open_form {
            OpenForm::None | OpenForm::Global => false,
            OpenForm::Add(_) | OpenForm::Duplicate(_) => true,
            OpenForm::Edit(name) => self.data.with(|data| data.current.settings.field(name).is_none()),
        }
    }
}

fn focus_edit_link(name: &str) {
    let Ok(links) = document().query_selector_all("a[data-edits]") else {
        return;
    };
    let mut links = (0..links.length())
        .filter_map(|index| links.item(index)?.dyn_into::<web_sys::HtmlElement>().ok())
        .filter(|link| link.get_attribute("data-edits").as_deref() == Some(name));
    if let Some(link) = links.next() {
        // If the link can't be focused, the focus stays where it is.
        let _ = link.focus();
    }
}

/// The Field settings page.
pub struct FieldsPage {
    url: Memo<FieldsUrl>,
    data: PageData<FieldsData>,
    preview: PageData<Preview>,
}

impl Page for FieldsPage {
    fn data() -> Self {
        let url = use_page_url(FieldsUrl::parse);
        Self {
            url,
            data: PageData::new(|| (), move |()| load_fields_data(url.get_untracked().to_string())),
            preview: PageData::new(|| (), |()| load_preview()),
        }
    }

    fn view(this: Self) -> AnyView {
        let data = this.data;
        let forms = UnsavedChanges::new(&FORM_PARAMS);
        let this = StoredValue::new(this);
        let user = current_user();
        let page = dynamic(move || {
            suspend(async move {
                let render = |data| content(this.with_value(|page| FieldsState::new(data, page, forms))).into_any();
                render_or_error(data.await, user, render).await
            })
        });
        view! {
            <IntegrationLayout tab=Tab::Fields>
                <Suspense>{page}</Suspense>
            </IntegrationLayout>
            <UnsavedChangesDialog forms />
        }
        .into_any()
    }
}

fn content(fields: FieldsState) -> impl IntoView {
    let saved = match fields.url.get_untracked().last_action {
        Some(LastAction::Saved(saved)) => Some(saved),
        _ => None,
    };
    // A memo, so that reloading the data doesn't render an open form again.
    let form_above = memo(move || {
        let open_form = fields.open_form.get();
        fields.is_above_list(&open_form).then_some(open_form)
    });
    let editor = dynamic(move || {
        form_above.get().map(|open_form| {
            view! {
                <div class="card above">
                    <FieldEditor fields open_form />
                </div>
            }
        })
    });
    view! {
        <LastActionNotice fields saved />
        {dynamic(move || requested_fields(fields))}
        {editor}
        <FieldList fields />
    }
}

/// Lists fields that connectors requested but that have no settings, with links that open their forms.
fn requested_fields(fields: FieldsState) -> impl IntoView {
    let names: Vec<String> = fields.data.with(|data| {
        let settings = &data.current.settings;
        let is_new = |name: &&String| settings.field(name).is_none();
        data.requested_fields.iter().filter(is_new).cloned().collect()
    });
    let open_form = fields.open_form.get();
    let url = fields.url.get();
    (!names.is_empty()).then(|| {
        let links: Vec<_> = names
            .into_iter()
            .map(|name| requested_field(&url, &open_form, name))
            .collect();
        view! {
            <section class="requested-fields" aria-labelledby="requested">
                <Notice kind=NoticeKind::Info>
                    <h2 id="requested">"Requested by connectors"</h2>
                    <p>"These fields have no settings yet and use the Global field settings."</p>
                    <ul>{links}</ul>
                </Notice>
            </section>
        }
    })
}

fn requested_field(url: &FieldsUrl, open_form: &OpenForm, name: String) -> impl IntoView + use<> {
    let is_open = matches!(open_form, OpenForm::Add(added) if name_key(added) == name_key(&name));
    let add_url = url.with_open_form(OpenForm::Add(name.clone())).to_string();
    view! {
        <li>
            <a class="button small" href=add_url aria-current=is_open.then_some("true")>
                <IconView icon=Icon::Plus size="small" />
                {name}
            </a>
        </li>
    }
}
