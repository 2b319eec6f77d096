//! Path and query parameters. Query parameters are read one by one so that an error names the parameter.

use crate::http::problem::{Kind, Problem};
use domain::oauth1::decode_form;
use serde::Deserialize;
use std::borrow::Cow;

/// Holds the id in a path.
#[derive(Debug, Deserialize)]
pub struct IdPath {
    /// The percent-decoded id.
    pub id: String,
}

/// Holds the parameters of a query string.
#[derive(Debug)]
pub struct Query<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Query<'a> {
    /// Parses a query string.
    ///
    /// # Errors
    /// Returns 400 unless the query is percent-encoded UTF-8.
    pub fn parse(query: Option<&'a str>) -> Result<Self, Problem> {
        let pairs = query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
        let pairs = pairs.map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decode_form(name.as_bytes())?, decode_form(value.as_bytes())?))
        });
        pairs
            .collect::<Result<_, domain::oauth1::DecodeError>>()
            .map(Self)
            .map_err(|error| Problem::new(Kind::Malformed, format!("Couldn't parse the query string: {error}.")))
    }

    /// Returns the value of a parameter.
    ///
    /// # Errors
    /// Returns 400 if the parameter occurs more than once.
    pub fn get(&self, name: &str) -> Result<Option<&str>, Problem> {
        let mut values = self
            .0
            .iter()
            .filter(|(other, _)| other == name)
            .map(|(_, value)| value.as_ref());
        let first = values.next();
        if values.next().is_some() {
            return Err(Problem::invalid_field(name, "Send this parameter only once."));
        }
        Ok(first)
    }

    /// Returns a parameter that is a positive integer.
    ///
    /// # Errors
    /// Returns 400 for any other value.
    pub fn positive_integer(&self, name: &str) -> Result<Option<u32>, Problem> {
        let Some(text) = self.get(name)? else { return Ok(None) };
        // `parse` alone would accept a plus sign.
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse() {
            Ok(number) if is_number && number > 0 => Ok(Some(number)),
            _ => Err(Problem::invalid_field(name, "Must be a positive integer.")),
        }
    }

    /// Returns a boolean parameter, `false` if it is absent. Case is ignored because Python clients send `True`.
    ///
    /// # Errors
    /// Returns 400 for any value other than `true`, `false`, `1` and `0`.
    pub fn boolean(&self, name: &str) -> Result<bool, Problem> {
        match self.get(name)? {
            None => Ok(false),
            Some(text) if text.eq_ignore_ascii_case("true") || text == "1" => Ok(true),
            Some(text) if text.eq_ignore_ascii_case("false") || text == "0" => Ok(false),
            Some(_) => Err(Problem::invalid_field(name, "Must be true or false.")),
        }
    }
}
