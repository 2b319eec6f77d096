//! Output of commands: plain text, or JSON with `--json`.

use crate::cli::error::CliError;
use serde_json::Value;
use std::io::{ErrorKind, Write};

/// Holds the output of a command as text and as JSON.
pub(crate) struct Output {
    text: String,
    json: Value,
}

impl Output {
    pub fn new(text: impl Into<String>, json: Value) -> Self {
        Self {
            text: text.into(),
            json,
        }
    }

    /// Returns an output that prints nothing.
    pub fn empty() -> Self {
        Self::new(String::new(), Value::Null)
    }

    /// Returns a list: a table as text, an array as JSON.
    pub fn list(columns: &[&str], rows: Vec<Vec<String>>, json: Vec<Value>) -> Self {
        Self::new(table(columns, rows), Value::Array(json))
    }

    /// Prints the output to standard output, as JSON when `as_json` is set.
    ///
    /// # Errors
    /// [`CliError::Input`] when standard output can't be written. A closed pipe is not an error.
    pub fn print(&self, as_json: bool) -> Result<(), CliError> {
        let text = if as_json && !self.json.is_null() {
            format!("{:#}", self.json)
        } else {
            self.text.clone()
        };
        if text.is_empty() {
            return Ok(());
        }
        match writeln!(std::io::stdout(), "{text}") {
            // The reader has closed the pipe, as `head` does.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            Err(error) => Err(CliError::Input(format!("couldn't write to standard output: {error}"))),
            Ok(()) => Ok(()),
        }
    }
}

/// Formats rows as a table whose columns are as wide as their longest cell.
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
    let format_line = |line: &Vec<String>| {
        let cells: Vec<String> = line
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        cells.join("  ").trim_end().to_owned()
    };
    lines.iter().map(format_line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_column_is_as_wide_as_its_longest_cell() {
        let rows = vec![
            vec!["Zoë".to_owned(), "1".to_owned()],
            vec!["Al".to_owned(), "23".to_owned()],
        ];
        assert_eq!(table(&["NAME", "N"], rows), "NAME  N\nZoë   1\nAl    23");
    }
}
