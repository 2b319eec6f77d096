//! The list: the Global field settings first, then the fields, found by any part of their names.

use super::address::{Address, PATH, STEP, Spot};
use super::form::FieldEditor;
use super::words::{inherited, own};
use super::{Fields, FieldsData};
use crate::icons::{Draw, Icon};
use domain::fields::name_key;
use domain::selector::Options;
use domain::settings::Member;
use leptos::either::Either;
use leptos::html;
use leptos::prelude::*;

/// A row of the list.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Row {
    /// Where its field stands; none for the Global field settings.
    index: Option<usize>,
    /// The field's name.
    name: String,
    /// Whether its form is open. It stays as it is, whatever becomes of the list.
    open: bool,
    /// The revision that it was drawn from.
    revision: i64,
}

impl Row {
    /// What a row is drawn anew for.
    fn key(&self) -> (bool, String, i64) {
        let revision = if self.open { -1 } else { self.revision };
        (self.index.is_none(), self.name.clone(), revision)
    }

    fn spot(&self) -> Spot {
        match self.index {
            None => Spot::Global,
            Some(_) => Spot::Edit(self.name.clone()),
        }
    }
}

/// What is drawn of the list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Drawn {
    rows: Vec<Row>,
    /// How many fields fit the search.
    found: usize,
    /// How many there are.
    all: usize,
    /// Whether there are more than are drawn.
    more: bool,
}

/// Draws as many of the fields that have every word of the search as are asked for, and the open one in any case.
fn drawn(data: &FieldsData, keys: &[String], search: &str, most: usize, spot: &Spot) -> Drawn {
    let revision = data.revised.revision;
    let fields = &data.revised.settings.fields;
    let search = name_key(search);
    let words: Vec<&str> = search.split_whitespace().collect();
    let open = match spot {
        Spot::Edit(name) => {
            let key = name_key(name);
            keys.iter().position(|other| *other == key)
        }
        _ => None,
    };
    let mut rows = vec![Row {
        index: None,
        name: String::new(),
        open: *spot == Spot::Global,
        revision,
    }];
    let row = |index: usize| Row {
        index: Some(index),
        name: fields[index].field.clone(),
        open: open == Some(index),
        revision,
    };
    let mut found = 0;
    for (index, key) in keys.iter().enumerate() {
        if words.iter().all(|word| key.contains(word)) {
            found += 1;
            if found <= most {
                rows.push(row(index));
            }
        }
    }
    if let Some(open) = open.filter(|open| !rows.iter().any(|row| row.index == Some(*open))) {
        rows.insert(1, row(open));
    }
    Drawn {
        rows,
        found,
        all: fields.len(),
        more: found > most,
    }
}

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
            <a class="button quiet small" href=duplicate data-leaves>
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
                <a href=edit.clone() data-noscroll data-leaves>
                    {title}
                </a>
            </td>
            {cells}
            <td class="action">
                <div class="row-actions">
                    <a class="button quiet small" href=edit data-noscroll data-leaves data-edits=row.name>
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

/// The search, which follows each keystroke; without script it is a form.
#[component]
fn Search(fields: Fields) -> impl IntoView {
    let node = NodeRef::<html::Input>::new();
    let live = RwSignal::new(false);
    // Something may have been typed before the script came.
    Effect::new(move |_| {
        let Some(input) = node.get() else { return };
        live.set(true);
        search(fields, input.value());
    });
    let add = move || {
        let add = fields
            .address
            .with(|address| address.opening(Spot::Add(String::new())).to_string());
        view! {
            <a class="button primary" href=add data-leaves>
                <Draw icon=Icon::Plus />
                "Add field"
            </a>
        }
    };
    view! {
        <div class="toolbar">
            <form
                class="toolbar"
                role="search"
                method="get"
                action=PATH
                on:submit=move |event| event.prevent_default()
            >
                <div class="search">
                    <Draw icon=Icon::Search />
                    <input
                        class="input"
                        type="search"
                        name="q"
                        value=fields.search.get_untracked()
                        aria-label="Search fields"
                        placeholder="Any part of a field’s name"
                        autocomplete="off"
                        spellcheck="false"
                        node_ref=node
                        on:input=move |event| search(fields, event_target_value(&event))
                    />
                </div>
                <button class="button" hidden=move || live.get()>
                    "Search"
                </button>
            </form>
            {add}
        </div>
    }
    .into_any()
}

fn search(fields: Fields, text: String) {
    if fields.search.with_untracked(|search| *search == text) {
        return;
    }
    fields.more.set(0);
    fields.search.set(text);
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::settings::{FieldSettings, Revised, Settings};

    fn data(count: usize) -> FieldsData {
        let field = |number| FieldSettings {
            field: format!("Page {number} hero"),
            options: Options::default(),
        };
        FieldsData {
            revised: Revised {
                revision: 3,
                settings: Settings {
                    fields: (0..count).map(field).collect(),
                    ..Settings::default()
                },
                secret_set_at: None,
            },
            asked: Vec::new(),
            clashes: None,
        }
    }

    fn keys(data: &FieldsData) -> Vec<String> {
        let fields = &data.revised.settings.fields;
        fields.iter().map(|field| name_key(&field.field)).collect()
    }

    #[test]
    fn the_first_that_have_every_word_are_drawn() {
        let data = data(1000);
        let keys = keys(&data);
        let list = drawn(&data, &keys, "HERO page", STEP, &Spot::List);
        assert_eq!(
            (list.rows.len(), list.found, list.all, list.more),
            (STEP + 1, 1000, 1000, true)
        );
        let list = drawn(&data, &keys, "998", STEP, &Spot::List);
        assert_eq!((list.rows.len(), list.found, list.more), (2, 1, false));
        assert_eq!(list.rows[1].index, Some(998));
        assert_eq!(drawn(&data, &keys, "footer", STEP, &Spot::List).rows.len(), 1);
    }

    #[test]
    fn the_open_row_is_drawn_in_any_case_and_stays_as_it_is() {
        let data = data(100);
        let keys = keys(&data);
        let spot = Spot::Edit("page 99 HERO".to_owned());
        let list = drawn(&data, &keys, "page 1", 5, &spot);
        assert_eq!(list.rows[1].index, Some(99));
        assert!(list.rows[1].open && list.rows.iter().filter(|row| row.open).count() == 1);
        let mut later = list.rows[1].clone();
        later.revision += 1;
        assert_eq!(later.key(), list.rows[1].key());
        let gone = drawn(&data, &keys, "", 5, &Spot::Edit("elsewhere".to_owned()));
        assert!(gone.rows.iter().all(|row| !row.open));
        assert!(drawn(&data, &keys, "", 5, &Spot::Global).rows[0].open);
    }
}
