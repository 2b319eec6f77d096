//! Reads passwords, files and confirmations from standard input.

use crate::cli::error::CliError;
use std::io::{IsTerminal, Read, Write};

/// Reads a password from standard input, which must hold a single line.
///
/// # Errors
/// [`CliError::Input`] when standard input is a terminal, can't be read or holds several lines.
pub(crate) fn password() -> Result<String, CliError> {
    let mut input = std::io::stdin();
    if input.is_terminal() {
        return Err(CliError::Input(
            "provide the password on standard input, for example from a file: … < password".to_owned(),
        ));
    }
    let mut text = String::new();
    input
        .read_to_string(&mut text)
        .map_err(|error| CliError::Input(format!("couldn't read the password: {error}")))?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.contains('\n') {
        return Err(CliError::Input("the password must be a single line".to_owned()));
    }
    Ok(line.to_owned())
}

/// Reads all of standard input.
pub(crate) fn text() -> std::io::Result<String> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    Ok(text)
}

/// Returns whether standard input is a terminal, so that the user can be prompted.
pub(crate) fn is_terminal() -> bool {
    std::io::stdin().is_terminal()
}

/// Asks a yes/no question on standard error; anything but `y` or `yes` counts as no.
pub(crate) fn confirm(question: &str) -> std::io::Result<bool> {
    // If the question can't be printed, the command fails instead of assuming an answer.
    write!(std::io::stderr(), "{question} [y/N] ")?;
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(matches!(line.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}
