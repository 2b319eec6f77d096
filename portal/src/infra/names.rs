//! Names that people must be able to tell apart.

use crate::infra::error::{Error, Result};
use domain::unicode::looks_like;

/// Checks that a name doesn't look like one of the `others`, for what people meet on consent pages.
///
/// # Errors
/// Returns [`Error::Invalid`] for the field `name`.
pub(crate) fn check_distinguishable(name: &str, others: Vec<(String,)>) -> Result<()> {
    match others.into_iter().find(|(other,)| looks_like(name, other)) {
        Some((other,)) => Err(Error::field(
            "name",
            format!("This name looks like “{other}”. Choose a name that people can tell apart."),
        )),
        None => Ok(()),
    }
}
