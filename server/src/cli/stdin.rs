//! What a command is handed beside its arguments.

use crate::cli::error::Trouble;
use std::io::{IsTerminal, Read, Write};

/// A password from standard input: its first and only line.
pub(crate) fn password() -> Result<String, Trouble> {
    let mut input = std::io::stdin();
    if input.is_terminal() {
        return Err(Trouble::Input(
            "give the password on standard input, such as from a file: … < password".to_owned(),
        ));
    }
    let mut text = String::new();
    input
        .read_to_string(&mut text)
        .map_err(|error| Trouble::Input(format!("the password cannot be read: {error}")))?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.contains('\n') {
        return Err(Trouble::Input("the password must be a single line".to_owned()));
    }
    Ok(line.to_owned())
}

/// All of standard input.
pub(crate) fn text() -> std::io::Result<String> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    Ok(text)
}

/// Whether somebody can be asked.
pub(crate) fn is_terminal() -> bool {
    std::io::stdin().is_terminal()
}

/// Asks a question that is answered with no unless somebody types yes.
pub(crate) fn confirm(question: &str) -> std::io::Result<bool> {
    // Without the question nobody can mean yes.
    write!(std::io::stderr(), "{question} [y/N] ")?;
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(matches!(line.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}
