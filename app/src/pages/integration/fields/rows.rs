//! Which of the fields are drawn.

use crate::pages::integration::fields::FieldsData;
use crate::pages::integration::fields::page_url::Spot;
use domain::fields::name_key;

/// A row of the list.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Row {
    /// Where its field stands; none for the Global field settings.
    pub index: Option<usize>,
    /// The field's name.
    pub name: String,
    /// Whether its form is open. It stays as it is, whatever becomes of the list.
    pub open: bool,
    /// The revision that it was drawn from.
    pub revision: i64,
}

impl Row {
    /// What a row is drawn anew for.
    pub fn key(&self) -> (bool, String, i64) {
        let revision = if self.open { -1 } else { self.revision };
        (self.index.is_none(), self.name.clone(), revision)
    }

    /// What opens its form.
    pub fn spot(&self) -> Spot {
        match self.index {
            None => Spot::Global,
            Some(_) => Spot::Edit(self.name.clone()),
        }
    }
}

/// What is drawn of the list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drawn {
    /// The rows.
    pub rows: Vec<Row>,
    /// How many fields fit the search.
    pub found: usize,
    /// How many there are.
    pub all: usize,
    /// Whether there are more than are drawn.
    pub more: bool,
}

/// Draws as many of the fields that have every word of the search as are asked for, and the open one in any case.
pub fn drawn(data: &FieldsData, keys: &[String], search: &str, most: usize, spot: &Spot) -> Drawn {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::integration::fields::page_url::STEP;
    use domain::integration::selector::Options;
    use domain::integration::settings::{FieldSettings, Revised, Settings};

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
