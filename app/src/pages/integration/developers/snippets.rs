//! What a program needs, with the account's own values.

use domain::integration::selector::Resolved;
use domain::integration::settings::Settings;
use domain::oauth1::encode;
use std::fmt::Write;

/// What stands for the API key, until it is asked for.
pub const KEY: &str = "$GATEHOUSE_API_KEY";

/// A snippet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snippet {
    /// What it does.
    pub title: &'static str,
    /// One sentence about it.
    pub help: &'static str,
    /// It.
    pub text: String,
}

/// Requests to the connector API, `origin` being the portal's public one.
#[must_use]
pub fn curl(origin: &str, key: &str, field: &str) -> Vec<Snippet> {
    let api = format!("{origin}/api/connector/v1");
    let connector = r#"X-Connector: sitecoreai/1.0.0; instance="Production"; environment="production""#;
    let request = |address: &str, more: &str| {
        format!(
            "curl --silent --show-error {} \\\n  --header \"Authorization: Bearer {key}\" \\\n  --header {}{more}\n",
            shell(address),
            shell(connector),
        )
    };
    let mut snippets = vec![Snippet {
        title: "All settings",
        help: "With their revision. The ETag of the answer, sent back as If-None-Match, brings 304 until something changes.",
        text: request(&format!("{api}/settings"), " \\\n  --include"),
    }];
    if !field.is_empty() {
        snippets.push(Snippet {
            title: "What holds for this field",
            help: "The Global field settings fill what the field leaves open.",
            text: request(&format!("{api}/settings/fields/{}", encode(field)), ""),
        });
    }
    snippets.push(Snippet {
        title: "Changes as they are saved",
        help: "Server-sent events, one for each new revision. Last-Event-ID takes up where a connection broke.",
        text: request(&format!("{api}/settings/events"), " \\\n  --no-buffer"),
    });
    snippets.push(Snippet {
        title: "Send logs",
        help: "Accepted while Enable Remote Logging is on.",
        text: request(
            &format!("{api}/logs"),
            " \\\n  --json '[{\"level\": \"info\", \"message\": \"The connector has started\"}]'",
        ),
    });
    snippets
}

/// What a connector has to be told.
#[must_use]
pub fn configuration(origin: &str, key: &str) -> String {
    // In a file the shell fills nothing in.
    let key = if key == KEY { "" } else { key };
    format!("GATEHOUSE_URL={origin}\nGATEHOUSE_API_KEY={key}\n")
}

/// The embed code of the Compact View with what holds for a field. What nobody has set is left to the component.
#[must_use]
pub fn compact_view(settings: &Settings, resolved: &Resolved) -> String {
    let options = &resolved.options;
    let mut lines = vec![format!("language: {},", quoted(settings.language.code()))];
    if let Some(url) = &settings.portal.url {
        lines.push(format!("portal: {{ url: {} }},", quoted(url)));
    }
    if let Some(mode) = options.mode {
        lines.push(format!("mode: {},", quoted(mode.code())));
    }
    if let Some(types) = options.asset_types {
        let types: Vec<String> = types.iter().map(|kind| quoted(kind.code())).collect();
        lines.push(format!("assetTypes: [{}],", types.join(", ")));
    }
    if let Some(term) = options.default_search_term.as_ref().filter(|term| !term.is_empty()) {
        lines.push(format!("defaultSearchTerm: {},", quoted(term)));
    }
    if let Some(hide) = options.hide_limited_use {
        lines.push(format!("hideLimitedUse: {hide},"));
    }
    lines.push("onSuccess: (assets) => console.log(assets),".to_owned());
    let mut text = String::from(
        "<script src=\"https://ucv.bynder.com/5.0.5/modules/compactview/bynder-compactview-5-latest.js\"></script>\n\
         <script>\n  BynderCompactView.open({\n",
    );
    for line in lines {
        text.push_str("    ");
        text.push_str(&line);
        text.push('\n');
    }
    text.push_str("  });\n</script>\n");
    text
}

/// A word of the shell, whatever is in it.
fn shell(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A string of JavaScript that ends neither itself nor the script that it stands in.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(character);
            }
            '<' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                // Writing to a string cannot fail.
                _ = write!(quoted, "\\u{:04x}", u32::from(character));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::integration::selector::{AssetTypes, Options, SelectionMode};

    #[test]
    fn a_request_names_the_field_as_an_address_does() {
        let snippets = curl("https://portal.example", KEY, "Hero/image ü");
        assert_eq!(snippets.len(), 4);
        assert!(
            snippets[1]
                .text
                .contains("'https://portal.example/api/connector/v1/settings/fields/Hero%2Fimage%20%C3%BC'")
        );
        assert!(
            snippets
                .iter()
                .all(|snippet| snippet.text.contains("Bearer $GATEHOUSE_API_KEY"))
        );
        assert_eq!(curl("https://portal.example", KEY, "").len(), 3);
    }

    #[test]
    fn the_embed_code_has_what_holds_and_nothing_else() {
        let mut settings = Settings::default();
        let empty = compact_view(&settings, &settings.resolve("any"));
        assert!(empty.contains("language: \"en_US\",") && !empty.contains("mode:") && !empty.contains("portal:"));
        settings.portal.url = Some("https://acme.bynder.com".to_owned());
        settings.global = Options {
            default_search_term: Some("</script> \"logo\"".to_owned()),
            asset_types: AssetTypes::parse("image,video"),
            hide_limited_use: Some(true),
            asset_result_in_layout_service: Some(true),
            mode: Some(SelectionMode::Several),
        };
        let text = compact_view(&settings, &settings.resolve("any"));
        for line in [
            "portal: { url: \"https://acme.bynder.com\" },",
            "mode: \"MultiSelect\",",
            "assetTypes: [\"image\", \"video\"],",
            "defaultSearchTerm: \"\\u003c/script> \\\"logo\\\"\",",
            "hideLimitedUse: true,",
        ] {
            assert!(text.contains(line), "{text}");
        }
    }

    #[test]
    fn the_configuration_has_the_key_once_it_is_shown() {
        assert_eq!(
            configuration("https://portal.example", KEY),
            "GATEHOUSE_URL=https://portal.example\nGATEHOUSE_API_KEY=\n"
        );
        assert!(configuration("https://portal.example", "abc").ends_with("=abc\n"));
    }
}
