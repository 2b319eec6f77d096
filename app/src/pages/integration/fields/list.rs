//! The list of the Global field settings and all fields, which can be searched by any part of a field's name.

use crate::components::data::data_table::{DataTable, heading};
use crate::components::reactive::dynamic::dynamic;
use crate::effect::memo;
use crate::pages::integration::fields::FieldsState;
use crate::pages::integration::fields::form::FieldEditor;
use crate::pages::integration::fields::labels::{inherited_label, value_label};
use crate::pages::integration::fields::page_url::{FieldsUrl, OpenForm, PAGE_SIZE};
use crate::pages::integration::fields::rows::{Row, VisibleRows, visible_rows};
use crate::pages::integration::fields::search::Search;
use domain::fields::name_key;
use domain::integration::selector::Options;
use domain::integration::settings::SettingKey;
use leptos::prelude::*;

/// Renders the list of fields with its search.
#[component]
pub fn FieldList(
    /// The state of the page.
    fields: FieldsState,
) -> impl IntoView {
    let data = fields.data;
    let keys = memo(move || {
        data.with(|data| {
            data.current
                .settings
                .fields
                .iter()
                .map(|field| name_key(&field.field))
                .collect::<Vec<_>>()
        })
    });
    let list = memo(move || {
        let open_form = fields.open_form.get();
        let limit = (fields.extra_pages.get() + 1) * PAGE_SIZE;
        let search = fields.search.get();
        data.with(|data| keys.with(|keys| visible_rows(data, keys, &search, limit, &open_form)))
    });
    let rows = move || list.with(|list| list.rows.clone());
    let mut headings = vec![heading("Field")];
    headings.extend(SettingKey::OPTIONS.iter().map(|key| heading(key.label())));
    view! {
        <section class="card fields" aria-labelledby="fields">
            <div class="card-header">
                <h2 id="fields">
                    "Fields" " " <span class="count">{move || list.with(|list| list.total)}</span>
                </h2>
                <Search fields />
                <p>
                    "Unset options use the Global field settings."
                </p>
            </div>
            <DataTable caption="Field settings" headings actions=true>
                <For each=rows key=Row::key children=move |row| table_row(fields, row) />
            </DataTable>
            {dynamic(move || list.with(|list| list_footer(fields, list)))}
        </section>
    }
    .into_any()
}

fn table_row(fields: FieldsState, row: Row) -> impl IntoView {
    if row.is_open {
        return view! {
            <tr class="open">
                <td colspan="7">
                    <FieldEditor fields open_form=row.form() />
                </td>
            </tr>
        }
        .into_any();
    }
    let url = fields.url.get_untracked();
    let edit_url = url.with_open_form(row.form()).to_string();
    let data = fields.data.get_untracked();
    let settings = &data.current.settings;
    let options = row.index.map(|index| &settings.fields[index].options);
    let cells = SettingKey::OPTIONS.map(|key| cell(key, options, &settings.global));
    let name = match row.index {
        None => "Global field settings".to_owned(),
        Some(_) => row.name.clone(),
    };
    let field_actions = row.index.map(|_| {
        let duplicate_url = url.with_open_form(OpenForm::Duplicate(name.clone())).to_string();
        view! {
            <a class="button quiet small" href=duplicate_url>
                "Duplicate"
                <span class="visually-hidden">" " {name.clone()}</span>
            </a>
            {fields
                .deletion
                .button(name.clone(), data.current.revision, "button quiet small danger", "Delete")}
        }
    });
    view! {
        <tr>
            <td class="title">
                <a href=edit_url.clone() data-noscroll>
                    {name.clone()}
                </a>
            </td>
            {cells}
            <td class="action">
                <div class="row-actions">
                    <a class="button quiet small" href=edit_url data-noscroll data-edits=row.name>
                        "Edit"
                        <span class="visually-hidden">" " {name}</span>
                    </a>
                    {field_actions}
                </div>
            </td>
        </tr>
    }
    .into_any()
}

/// Renders the value of an option, or the value that applies if it is unset.
///
/// `options` is `None` for the row of the Global field settings.
fn cell(key: SettingKey, options: Option<&Options>, global: &Options) -> impl IntoView + use<> {
    let (class, value, inherited) = match options {
        None => match value_label(global, key) {
            Some(value) => ("", value, String::new()),
            None => ("inherited", "Connector default".to_owned(), String::new()),
        },
        Some(options) => match value_label(options, key) {
            Some(value) => ("", value, String::new()),
            None => ("inherited", "Global".to_owned(), inherited_label(global, key)),
        },
    };
    let inherited = (!inherited.is_empty()).then(|| view! { <small>{inherited}</small> });
    view! {
        <td data-label=key.label()>
            <span class=class>{value} " " {inherited}</span>
        </td>
    }
}

/// Renders what is below the rows: a message if there are none, or a link to show more.
fn list_footer(fields: FieldsState, list: &VisibleRows) -> impl IntoView + use<> {
    let VisibleRows {
        match_count,
        total,
        has_more,
        ..
    } = *list;
    let search = fields.search.get();
    if total == 0 {
        return view! {
            <p class="below">"No custom field settings yet. All fields use the Global field settings."</p>
        }
        .into_any();
    }
    if match_count == 0 {
        return view! { <p class="below">{format!("No fields match “{}”.", search.trim())}</p> }.into_any();
    }
    if !has_more {
        return ().into_any();
    }
    let url = FieldsUrl {
        search,
        extra_pages: fields.extra_pages.get(),
        ..FieldsUrl::default()
    };
    let next_url = url.with_next_page().to_string();
    let shown = (fields.extra_pages.get() + 1) * PAGE_SIZE;
    view! {
        <div class="below">
            <p>{format!("Showing the first {shown} of {match_count} fields.")}</p>
            <a
                class="button small"
                href=next_url
                data-noscroll
                on:click=move |event| {
                    event.prevent_default();
                    fields.extra_pages.update(|pages| *pages += 1);
                }
            >
                "Show more"
            </a>
        </div>
    }
    .into_any()
}
