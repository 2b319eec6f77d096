//! Selects the fields that the list shows.

use crate::pages::integration::fields::FieldsData;
use crate::pages::integration::fields::page_url::OpenForm;
use domain::fields::name_key;

/// Represents a row of the list.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Row {
    /// The index of the field in the settings; none for the Global field settings.
    pub index: Option<usize>,
    /// The field's name; empty for the Global field settings.
    pub name: String,
    /// Whether the field's form is open. An open row isn't rendered again when the list changes.
    pub is_open: bool,
    /// The revision that the row was rendered from.
    pub revision: i64,
}

impl Row {
    /// Returns the key of the row. A row with another key is rendered again.
    pub fn key(&self) -> (bool, String, i64) {
        let revision = if self.is_open { -1 } else { self.revision };
        (self.index.is_none(), self.name.clone(), revision)
    }

    /// Returns the form of the row's field.
    pub fn form(&self) -> OpenForm {
        match self.index {
            None => OpenForm::Global,
            Some(_) => OpenForm::Edit(self.name.clone()),
        }
    }
}

/// Holds the visible part of the list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VisibleRows {
    /// The rows.
    pub rows: Vec<Row>,
    /// The number of fields that match the search.
    pub match_count: usize,
    /// The number of all fields.
    pub total: usize,
    /// Whether more fields match than are visible.
    pub has_more: bool,
}

/// Returns the first `limit` fields whose names contain every word of the search, and the field whose form is open.
///
/// `keys` holds the normalized names of the fields, in their order.
pub fn visible_rows(
    data: &FieldsData,
    keys: &[String],
    search: &str,
    limit: usize,
    open_form: &OpenForm,
) -> VisibleRows {
    let revision = data.current.revision;
    let fields = &data.current.settings.fields;
    let search = name_key(search);
    let words: Vec<&str> = search.split_whitespace().collect();
    let open_index = match open_form {
        OpenForm::Edit(name) => {
            let key = name_key(name);
            keys.iter().position(|other| *other == key)
        }
        _ => None,
    };
    let mut rows = vec![Row {
        index: None,
        name: String::new(),
        is_open: *open_form == OpenForm::Global,
        revision,
    }];
    let row = |index: usize| Row {
        index: Some(index),
        name: fields[index].field.clone(),
        is_open: open_index == Some(index),
        revision,
    };
    let mut match_count = 0;
    for (index, key) in keys.iter().enumerate() {
        if words.iter().all(|word| key.contains(word)) {
            match_count += 1;
            if match_count <= limit {
                rows.push(row(index));
            }
        }
    }
    if let Some(index) = open_index.filter(|index| !rows.iter().any(|row| row.index == Some(*index))) {
        rows.insert(1, row(index));
    }
    VisibleRows {
        rows,
        match_count,
        total: fields.len(),
        has_more: match_count > limit,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::integration::fields::page_url::PAGE_SIZE;
    use domain::integration::selector::Options;
    use domain::integration::settings::{FieldSettings, Settings, SettingsRevision};

    fn data(count: usize) -> FieldsData {
        let field = |number| FieldSettings {
            field: format!("Page {number} hero"),
            options: Options::default(),
        };
        FieldsData {
            current: SettingsRevision {
                revision: 3,
                settings: Settings {
                    fields: (0..count).map(field).collect(),
                    ..Settings::default()
                },
                secret_set_at: None,
            },
            requested_fields: Vec::new(),
            conflicts: None,
        }
    }

    fn keys(data: &FieldsData) -> Vec<String> {
        let fields = &data.current.settings.fields;
        fields.iter().map(|field| name_key(&field.field)).collect()
    }

    #[test]
    fn fields_that_contain_every_word_are_listed_up_to_the_limit() {
        let data = data(1000);
        let keys = keys(&data);
        let list = visible_rows(&data, &keys, "HERO page", PAGE_SIZE, &OpenForm::None);
        assert_eq!(
            (list.rows.len(), list.match_count, list.total, list.has_more),
            (PAGE_SIZE + 1, 1000, 1000, true)
        );
        let list = visible_rows(&data, &keys, "998", PAGE_SIZE, &OpenForm::None);
        assert_eq!((list.rows.len(), list.match_count, list.has_more), (2, 1, false));
        assert_eq!(list.rows[1].index, Some(998));
        assert_eq!(
            visible_rows(&data, &keys, "footer", PAGE_SIZE, &OpenForm::None)
                .rows
                .len(),
            1
        );
    }

    #[test]
    fn open_row_is_always_listed_and_keeps_its_key() {
        let data = data(100);
        let keys = keys(&data);
        let open_form = OpenForm::Edit("page 99 HERO".to_owned());
        let list = visible_rows(&data, &keys, "page 1", 5, &open_form);
        assert_eq!(list.rows[1].index, Some(99));
        assert!(list.rows[1].is_open && list.rows.iter().filter(|row| row.is_open).count() == 1);
        let mut later = list.rows[1].clone();
        later.revision += 1;
        assert_eq!(later.key(), list.rows[1].key());
        let missing = visible_rows(&data, &keys, "", 5, &OpenForm::Edit("elsewhere".to_owned()));
        assert!(missing.rows.iter().all(|row| !row.is_open));
        assert!(visible_rows(&data, &keys, "", 5, &OpenForm::Global).rows[0].is_open);
    }
}
