//! Implementations: the CMS instances that use the connector API.

use crate::fields::normalize_whitespace;
use crate::ids::ImplementationId;
use crate::time::Timestamp;
use crate::unicode::replace_hidden;
use serde::{Deserialize, Serialize};

/// The maximum length of a kind or a version, in bytes.
const MAX_PRODUCT_BYTES: usize = 40;

/// The maximum length of the name of an instance or an environment, in characters.
const MAX_INSTANCE_CHARS: usize = 100;

/// Describes a CMS instance by its latest request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Implementation {
    /// The id.
    pub id: ImplementationId,
    /// The name that users have given it; empty by default.
    pub name: String,
    /// The connector as it identifies itself.
    pub connector: Connector,
    /// When its first request arrived.
    pub first_seen_at: Timestamp,
    /// When its latest request arrived, accurate to a minute.
    pub last_seen_at: Timestamp,
    /// The latest settings revision that it has fetched, if any.
    pub revision: Option<i64>,
}

impl Implementation {
    /// Returns the title in the UI: the given name, or else the reported one.
    #[must_use]
    pub fn title(&self) -> String {
        if self.name.is_empty() {
            self.connector.title()
        } else {
            self.name.clone()
        }
    }
}

/// Describes a connector, parsed from its `X-Connector` header.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Connector {
    /// The kind in lower case: `sitecoreai`, `xpxm` or another product name.
    pub kind: String,
    /// The version.
    pub version: String,
    /// The name of the instance; may be empty.
    pub instance: String,
    /// The environment of the instance, such as `production`; may be empty.
    pub environment: String,
}

/// The error for a malformed `X-Connector` header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected KIND/VERSION; instance=\"NAME\", such as sitecoreai/2.1.0; instance=\"Production\"")]
pub struct ParseConnectorError;

impl Connector {
    /// Returns the label of the kind in the UI.
    #[must_use]
    pub fn kind_label(&self) -> &str {
        match self.kind.as_str() {
            "sitecoreai" => "SitecoreAI",
            "xpxm" => "XP/XM",
            other => other,
        }
    }

    /// Returns the reported name: `SitecoreAI Production`.
    #[must_use]
    pub fn title(&self) -> String {
        format!("{} {}", self.kind_label(), self.instance).trim_end().to_owned()
    }

    /// Parses `KIND/VERSION; instance="NAME"; environment="NAME"`, where the parameters (RFC 9110 §5.6.6) are optional and
    /// unknown ones are ignored.
    ///
    /// # Errors
    /// Returns [`ParseConnectorError`] for a malformed header.
    pub fn parse(header: &str) -> Result<Self, ParseConnectorError> {
        let (product, mut rest) = header.split_at(header.find(';').unwrap_or(header.len()));
        let (kind, version) = product.trim().split_once('/').ok_or(ParseConnectorError)?;
        let is_kind = !kind.is_empty()
            && kind.len() <= MAX_PRODUCT_BYTES
            && kind
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        let is_version = !version.is_empty()
            && version.len() <= MAX_PRODUCT_BYTES
            && version.bytes().all(|byte| byte.is_ascii_graphic());
        if !(is_kind && is_version) {
            return Err(ParseConnectorError);
        }
        let mut connector = Self {
            kind: kind.to_ascii_lowercase(),
            version: version.to_owned(),
            instance: String::new(),
            environment: String::new(),
        };
        while let Some(parameter) = rest.strip_prefix(';') {
            let parameter = parameter.trim_start();
            if parameter.is_empty() {
                break;
            }
            let (name, value) = parameter.split_once('=').ok_or(ParseConnectorError)?;
            let (value, remainder) = parse_parameter_value(value)?;
            rest = remainder.trim_start();
            if !(rest.is_empty() || rest.starts_with(';')) {
                return Err(ParseConnectorError);
            }
            match name.trim().to_ascii_lowercase().as_str() {
                "instance" => connector.instance = parse_name(&value)?,
                "environment" => connector.environment = parse_name(&value)?,
                _ => {}
            }
        }
        Ok(connector)
    }
}

/// Parses a parameter's token or quoted string, and returns the value and the rest.
fn parse_parameter_value(text: &str) -> Result<(String, &str), ParseConnectorError> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(';').unwrap_or(text.len());
        return Ok((text[..end].trim().to_owned(), &text[end..]));
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((index, character)) = characters.next() {
        match character {
            '"' => return Ok((value, &quoted[index + 1..])),
            '\\' => value.push(characters.next().ok_or(ParseConnectorError)?.1),
            other => value.push(other),
        }
    }
    Err(ParseConnectorError)
}

/// Normalizes and validates the name of an instance or an environment.
fn parse_name(value: &str) -> Result<String, ParseConnectorError> {
    let name = normalize_whitespace(value);
    if name.chars().count() > MAX_INSTANCE_CHARS || name.chars().any(char::is_control) {
        return Err(ParseConnectorError);
    }
    // Replaced rather than rejected, so that the name of a CMS can't keep its connector from working.
    Ok(replace_hidden(&name).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn connector_header_is_parsed() {
        let connector =
            Connector::parse("SitecoreAI/2.1.0-rc; instance=\"Shop \\\"North\\\"; 1\"; environment=staging; x=1");
        assert_eq!(
            connector,
            Ok(Connector {
                kind: "sitecoreai".to_owned(),
                version: "2.1.0-rc".to_owned(),
                instance: "Shop \"North\"; 1".to_owned(),
                environment: "staging".to_owned(),
            })
        );
        assert_eq!(Connector::parse("xpxm/9").unwrap().title(), "XP/XM");
        assert_eq!(connector.unwrap().title(), "SitecoreAI Shop \"North\"; 1");
    }

    #[test]
    fn hidden_characters_in_an_instance_are_replaced() {
        for (instance, expected) in [
            ("Shop\u{202e}", "Shop\u{fffd}"),
            ("\u{200b}", "\u{fffd}"),
            ("\u{3164}", "\u{fffd}"),
            ("Cafe\u{301}", "Café"),
            ("می\u{200c}خواهم", "می\u{200c}خواهم"),
        ] {
            let connector = Connector::parse(&format!("xpxm/9; instance=\"{instance}\""));
            assert_eq!(connector.unwrap().instance, expected);
        }
    }

    #[test]
    fn malformed_connector_header_is_rejected() {
        for header in [
            "",
            "sitecoreai",
            "/1",
            "sitecoreai/",
            "site core/1",
            "a/1; instance",
            "a/1; instance=\"x",
            "a/1; instance=\"x\" y",
            "a/1; instance=\"x\\",
            "a/1; instance=\"\u{1}\"",
            &format!("a/1; instance=\"{}\"", "x".repeat(101)),
        ] {
            assert_eq!(Connector::parse(header), Err(ParseConnectorError), "{header}");
        }
    }

    proptest! {
        #[test]
        fn parsing_never_panics(header in "\\PC{0,60}") {
            let _ = Connector::parse(&header);
        }
    }
}
