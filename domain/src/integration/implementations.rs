//! Implementations: the CMS instances that use the connector API.

use crate::fields::tidy;
use crate::ids::ImplementationId;
use crate::time::Timestamp;
use crate::unicode::replace_hidden;
use serde::{Deserialize, Serialize};

/// The most characters of a kind or a version.
const MAX_WORD: usize = 40;

/// The most characters of an instance's or an environment's name.
const MAX_INSTANCE: usize = 100;

/// A CMS instance, as it has last been seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Implementation {
    /// The id.
    pub id: ImplementationId,
    /// What people call it; empty until they do.
    pub name: String,
    /// What it says of itself.
    pub connector: Connector,
    /// When it was first seen.
    pub first_seen_at: Timestamp,
    /// When it was last seen, to within a minute.
    pub last_seen_at: Timestamp,
    /// The newest revision of the settings that it has taken, if it has taken any.
    pub revision: Option<i64>,
}

impl Implementation {
    /// What it is called on a page: its given name, or what it calls itself.
    #[must_use]
    pub fn title(&self) -> String {
        if self.name.is_empty() {
            self.connector.title()
        } else {
            self.name.clone()
        }
    }
}

/// What a connector says of itself, in the header `X-Connector`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Connector {
    /// `sitecoreai`, `xpxm` or another word, in small letters.
    pub kind: String,
    /// Its version.
    pub version: String,
    /// Which of the organisation's instances it is; empty where there is but one.
    pub instance: String,
    /// What that instance is for, such as `production`; may be empty.
    pub environment: String,
}

/// Why a header is not understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected KIND/VERSION; instance=\"NAME\", such as sitecoreai/2.1.0; instance=\"Production\"")]
pub struct NotAConnector;

impl Connector {
    /// The words for a kind on a page.
    #[must_use]
    pub fn kind_label(&self) -> &str {
        match self.kind.as_str() {
            "sitecoreai" => "SitecoreAI",
            "xpxm" => "XP/XM",
            other => other,
        }
    }

    /// What it calls itself: `SitecoreAI Production`.
    #[must_use]
    pub fn title(&self) -> String {
        format!("{} {}", self.kind_label(), self.instance).trim_end().to_owned()
    }

    /// Reads `KIND/VERSION; instance="NAME"`, and `environment="NAME"` besides. Parameters that nobody here knows are
    /// left for those who do (as RFC 9110 §5.6.6 has parameters).
    ///
    /// # Errors
    /// [`NotAConnector`].
    pub fn parse(header: &str) -> Result<Self, NotAConnector> {
        let (product, mut rest) = header.split_at(header.find(';').unwrap_or(header.len()));
        let (kind, version) = product.trim().split_once('/').ok_or(NotAConnector)?;
        let is_kind = !kind.is_empty()
            && kind.len() <= MAX_WORD
            && kind
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        let is_version =
            !version.is_empty() && version.len() <= MAX_WORD && version.bytes().all(|byte| byte.is_ascii_graphic());
        if !(is_kind && is_version) {
            return Err(NotAConnector);
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
            let (name, value) = parameter.split_once('=').ok_or(NotAConnector)?;
            let (value, left) = value_of(value)?;
            rest = left.trim_start();
            if !(rest.is_empty() || rest.starts_with(';')) {
                return Err(NotAConnector);
            }
            match name.trim().to_ascii_lowercase().as_str() {
                "instance" => connector.instance = name_of(&value)?,
                "environment" => connector.environment = name_of(&value)?,
                _ => {}
            }
        }
        Ok(connector)
    }
}

/// A parameter's value, quoted or not, and what follows it.
fn value_of(text: &str) -> Result<(String, &str), NotAConnector> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(';').unwrap_or(text.len());
        return Ok((text[..end].trim().to_owned(), &text[end..]));
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((index, character)) = characters.next() {
        match character {
            '"' => return Ok((value, &quoted[index + 1..])),
            '\\' => value.push(characters.next().ok_or(NotAConnector)?.1),
            other => value.push(other),
        }
    }
    Err(NotAConnector)
}

fn name_of(value: &str) -> Result<String, NotAConnector> {
    let name = tidy(value);
    if name.chars().count() > MAX_INSTANCE || name.chars().any(char::is_control) {
        return Err(NotAConnector);
    }
    // A connector works whatever its CMS is called; the page shows that there is something.
    Ok(replace_hidden(&name).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_connector_names_itself() {
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
    fn what_nobody_sees_of_a_name_is_shown() {
        for (instance, shown) in [
            ("Shop\u{202e}", "Shop\u{fffd}"),
            ("\u{200b}", "\u{fffd}"),
            ("\u{3164}", "\u{fffd}"),
            ("Cafe\u{301}", "Café"),
            ("می\u{200c}خواهم", "می\u{200c}خواهم"),
        ] {
            let connector = Connector::parse(&format!("xpxm/9; instance=\"{instance}\""));
            assert_eq!(connector.unwrap().instance, shown);
        }
    }

    #[test]
    fn what_is_no_connector_is_refused() {
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
            assert_eq!(Connector::parse(header), Err(NotAConnector), "{header}");
        }
    }

    proptest! {
        #[test]
        fn no_header_makes_it_panic(header in "\\PC{0,60}") {
            let _ = Connector::parse(&header);
        }
    }
}
