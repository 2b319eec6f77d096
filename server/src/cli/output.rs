//! What a command prints: lines for a person, or JSON for a script.

use crate::cli::error::Trouble;
use serde_json::Value;
use std::io::{ErrorKind, Write};

/// The answer of a command, in both forms.
pub(crate) struct Answer {
    text: String,
    json: Value,
}

impl Answer {
    pub fn new(text: impl Into<String>, json: Value) -> Self {
        Self {
            text: text.into(),
            json,
        }
    }

    /// For a command that has said everything itself.
    pub fn nothing() -> Self {
        Self::new(String::new(), Value::Null)
    }

    /// A list, as a table for a person.
    pub fn list(columns: &[&str], rows: Vec<Vec<String>>, json: Vec<Value>) -> Self {
        Self::new(table(columns, rows), Value::Array(json))
    }

    /// Prints it on standard output.
    pub fn print(&self, as_json: bool) -> Result<(), Trouble> {
        let text = if as_json && !self.json.is_null() {
            format!("{:#}", self.json)
        } else {
            self.text.clone()
        };
        if text.is_empty() {
            return Ok(());
        }
        match writeln!(std::io::stdout(), "{text}") {
            // Whoever reads has seen enough.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            Err(error) => Err(Trouble::Input(format!("the answer cannot be printed: {error}"))),
            Ok(()) => Ok(()),
        }
    }
}

/// Rows under their headings, each column as wide as what it holds.
pub(crate) fn table(columns: &[&str], rows: Vec<Vec<String>>) -> String {
    let mut lines = vec![columns.iter().map(|column| (*column).to_owned()).collect::<Vec<_>>()];
    lines.extend(rows);
    let width = |index: usize| {
        lines
            .iter()
            .map(|line| line[index].chars().count())
            .max()
            .unwrap_or_default()
    };
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    let print = |line: &Vec<String>| {
        let cells: Vec<String> = line
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        cells.join("  ").trim_end().to_owned()
    };
    lines.iter().map(print).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_what_they_hold() {
        let rows = vec![
            vec!["Zoë".to_owned(), "1".to_owned()],
            vec!["Al".to_owned(), "23".to_owned()],
        ];
        assert_eq!(table(&["NAME", "N"], rows), "NAME  N\nZoë   1\nAl    23");
    }
}
