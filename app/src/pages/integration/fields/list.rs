//! The list: the Global field settings first, then the fields, found by any part of their names.

use crate::pages::integration::fields::Fields;
use crate::pages::integration::fields::form::FieldEditor;
use crate::pages::integration::fields::page_url::{Address, STEP, Spot};
use crate::pages::integration::fields::rows::{Drawn, Row, drawn};
use crate::pages::integration::fields::search::Search;
use crate::pages::integration::fields::words::{inherited, own};
use domain::fields::name_key;
use domain::integration::selector::Options;
use domain::integration::settings::Member;
use leptos::either::Either;
use leptos::prelude::*;

/// The list of the fields, with its search.
#[component]
pub fn FieldList(
    /// The page.
    fields: Fields,
) -> impl IntoView {
    let held = fields.held;
    let keys = Memo::new(move |_| {
        held.with(|data| {
            data.revised
                .settings
                .fields
                .iter()
                .map(|field| name_key(&field.field))
                .collect::<Vec<_>>()
        })
    });
    let list = Memo::new(move |_| {
        let spot = fields.spot.get();
        let most = (fields.more.get() + 1) * STEP;
        let search = fields.search.get();
        held.with(|data| keys.with(|keys| drawn(data, keys, &search, most, &spot)))
    });
    let rows = move || list.with(|list| list.rows.clone());
    view! {
        <section class="card fields" aria-labelledby="fields">
            <div class="card-header">
                <h2 id="fields">
                    "Fields" " " <span class="count">{move || list.with(|list| list.all)}</span>
                </h2>
                <Search fields />
                <p>
                    "What a field leaves to Global follows the Global field settings, which are the default of all fields."
                </p>
            </div>
            <div class="table-wrap">
                <table class="table stack">
                    <caption class="visually-hidden">"Field settings"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Field"</th>
                            {Member::OPTIONS.map(|member| view! { <th scope="col">{member.label()}</th> })}
                            <th scope="col">
                                <span class="visually-hidden">"Actions"</span>
                            </th>
                        </tr>
                    </thead>
                    <tbody>
                        <For each=rows key=Row::key children=move |row| table_row(fields, row) />
                    </tbody>
                </table>
            </div>
            {move || list.with(|list| below(fields, list))}
        </section>
    }
    .into_any()
}

fn table_row(fields: Fields, row: Row) -> impl IntoView {
    if row.open {
        return Either::Left(view! {
            <tr class="open">
                <td colspan="7">
                    <FieldEditor fields spot=row.spot() />
                </td>
            </tr>
        });
    }
    let address = fields.address.get_untracked();
    let edit = address.opening(row.spot()).to_string();
    let held = fields.held.get_untracked();
    let settings = &held.revised.settings;
    let options = row.index.map(|index| &settings.fields[index].options);
    let cells = Member::OPTIONS.map(|member| cell(member, options, &settings.global));
    let (title, name) = match row.index {
        None => ("Global field settings".to_owned(), "Global field settings".to_owned()),
        Some(_) => (row.name.clone(), row.name.clone()),
    };
    let more = row.index.map(|_| {
        let duplicate = address.opening(Spot::Duplicate(name.clone())).to_string();
        view! {
            <a class="button quiet small" href=duplicate>
                "Duplicate"
                <span class="visually-hidden">" " {name.clone()}</span>
            </a>
            {fields
                .deleting
                .button(name.clone(), held.revised.revision, "button quiet small danger", "Delete")}
        }
    });
    Either::Right(view! {
        <tr>
            <td class="title">
                <a href=edit.clone() data-noscroll>
                    {title}
                </a>
            </td>
            {cells}
            <td class="action">
                <div class="row-actions">
                    <a class="button quiet small" href=edit data-noscroll data-edits=row.name>
                        "Edit"
                        <span class="visually-hidden">" " {name}</span>
                    </a>
                    {more}
                </div>
            </td>
        </tr>
    })
}

/// What a level says of an option, or that it says nothing and what holds then.
fn cell(member: Member, options: Option<&Options>, global: &Options) -> impl IntoView + use<> {
    let (class, words, then) = match options {
        None => match own(global, member) {
            Some(value) => ("", value, String::new()),
            None => ("left-open", "Left to the connector".to_owned(), String::new()),
        },
        Some(options) => match own(options, member) {
            Some(value) => ("", value, String::new()),
            None => ("left-open", "Global".to_owned(), inherited(global, member)),
        },
    };
    let then = (!then.is_empty()).then(|| view! { <small>{then}</small> });
    view! {
        <td data-label=member.label()>
            <span class=class>{words} " " {then}</span>
        </td>
    }
}

/// What stands below the rows: that there are none, or the way to more.
fn below(fields: Fields, list: &Drawn) -> impl IntoView + use<> {
    let Drawn { found, all, more, .. } = *list;
    let search = fields.search.get();
    if all == 0 {
        return view! {
            <p class="below">"No field has settings of its own yet: the Global field settings hold for all of them."</p>
        }
        .into_any();
    }
    if found == 0 {
        return view! { <p class="below">{format!("No field’s name holds “{}”.", search.trim())}</p> }.into_any();
    }
    if !more {
        return ().into_any();
    }
    let next = Address {
        search,
        more: fields.more.get(),
        ..Address::default()
    };
    let next = next.with_more().to_string();
    let shown = (fields.more.get() + 1) * STEP;
    view! {
        <div class="below">
            <p>{format!("The first {shown} of {found} fields.")}</p>
            <a
                class="button small"
                href=next
                data-noscroll
                on:click=move |event| {
                    event.prevent_default();
                    fields.more.update(|more| *more += 1);
                }
            >
                "Show more"
            </a>
        </div>
    }
    .into_any()
}
