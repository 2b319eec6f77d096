//! What stands in the address of a request. Query parameters are read one by one, so that what is wrong with one is said
//! of that one.

use crate::http::problem::{Kind, Problem};
use domain::oauth1::decode_form;
use serde::Deserialize;
use std::borrow::Cow;

/// A path that names a thing.
#[derive(Debug, Deserialize)]
pub struct ById {
    /// The name, decoded.
    pub id: String,
}

/// The parameters of a query.
#[derive(Debug)]
pub struct Query<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Query<'a> {
    /// Reads a query as it was sent.
    ///
    /// # Errors
    /// 400 for what is not percent-encoded UTF-8.
    pub fn parse(query: Option<&'a str>) -> Result<Self, Problem> {
        let pieces = query.unwrap_or_default().split('&').filter(|piece| !piece.is_empty());
        let pairs = pieces.map(|piece| {
            let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
            Ok((decode_form(name.as_bytes())?, decode_form(value.as_bytes())?))
        });
        pairs
            .collect::<Result<_, domain::oauth1::DecodeError>>()
            .map(Self)
            .map_err(|error| Problem::new(Kind::Malformed, format!("The query cannot be read: {error}.")))
    }

    /// The value of a parameter that may be given once.
    ///
    /// # Errors
    /// 400 where it is given more than once.
    pub fn one(&self, name: &str) -> Result<Option<&str>, Problem> {
        let mut values = self
            .0
            .iter()
            .filter(|(other, _)| other == name)
            .map(|(_, value)| value.as_ref());
        let first = values.next();
        if values.next().is_some() {
            return Err(Problem::field(name, "Give it once."));
        }
        Ok(first)
    }

    /// A whole number from 1.
    ///
    /// # Errors
    /// 400 for anything else.
    pub fn count(&self, name: &str) -> Result<Option<u32>, Problem> {
        let Some(text) = self.one(name)? else { return Ok(None) };
        // `parse` alone would let a plus sign pass.
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse() {
            Ok(number) if digits && number > 0 => Ok(Some(number)),
            _ => Err(Problem::field(name, "Give a whole number from 1.")),
        }
    }

    /// `true` or `false`; absent is false. Capitals do not matter, as Python writes them.
    ///
    /// # Errors
    /// 400 for anything else.
    pub fn flag(&self, name: &str) -> Result<bool, Problem> {
        match self.one(name)? {
            None => Ok(false),
            Some(text) if text.eq_ignore_ascii_case("true") || text == "1" => Ok(true),
            Some(text) if text.eq_ignore_ascii_case("false") || text == "0" => Ok(false),
            Some(_) => Err(Problem::field(name, "Give true or false.")),
        }
    }
}
