//! Code snippets with the account's values.

use domain::coded_enum::CodedEnum;
use domain::integration::selector::Resolved;
use domain::integration::settings::Settings;
use domain::oauth1::encode;
use std::fmt::Write;

/// The shell variable that takes the place of the API key until the key is shown.
pub const API_KEY_PLACEHOLDER: &str = "$GATEHOUSE_API_KEY";

/// Describes a code snippet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snippet {
    /// What the snippet does.
    pub title: &'static str,
    /// A one-sentence description.
    pub description: &'static str,
    /// The code.
    pub code: String,
}

/// Returns curl commands for the connector API. `origin` is the public origin of the portal.
#[must_use]
pub fn curl_snippets(origin: &str, key: &str, field: &str) -> Vec<Snippet> {
    let api = format!("{origin}/api/connector/v1");
    let connector = r#"X-Connector: sitecoreai/1.0.0; instance="Production"; environment="production""#;
    let request = |url: &str, options: &str| {
        format!(
            "curl --silent --show-error {} \\\n  --header \"Authorization: Bearer {key}\" \\\n  --header {}{options}\n",
            shell_quote(url),
            shell_quote(connector),
        )
    };
    let mut snippets = vec![Snippet {
        title: "All settings",
        description: "All settings and their revision. Send the ETag as If-None-Match to get 304 until the settings change.",
        code: request(&format!("{api}/settings"), " \\\n  --include"),
    }];
    if !field.is_empty() {
        snippets.push(Snippet {
            title: "Settings of this field",
            description: "The Global field settings fill in unset options.",
            code: request(&format!("{api}/settings/fields/{}", encode(field)), ""),
        });
    }
    snippets.push(Snippet {
        title: "Settings events",
        description: "Server-sent events, one for each new revision. Last-Event-ID resumes after a dropped connection.",
        code: request(&format!("{api}/settings/events"), " \\\n  --no-buffer"),
    });
    snippets.push(Snippet {
        title: "Send logs",
        description: "Accepted while Enable Remote Logging is on.",
        code: request(
            &format!("{api}/logs"),
            " \\\n  --json '[{\"level\": \"info\", \"message\": \"The connector has started\"}]'",
        ),
    });
    snippets
}

/// Returns the configuration of a connector as environment variables.
#[must_use]
pub fn connector_configuration(origin: &str, key: &str) -> String {
    // A shell variable isn't expanded in a configuration file.
    let key = if key == API_KEY_PLACEHOLDER { "" } else { key };
    format!("GATEHOUSE_URL={origin}\nGATEHOUSE_API_KEY={key}\n")
}

/// Returns the embed code of the Compact View with the settings of a field. Options that are unset on both levels are left
/// out, so the component's defaults apply.
#[must_use]
pub fn compact_view_embed(settings: &Settings, resolved: &Resolved) -> String {
    let options = &resolved.options;
    let mut lines = vec![format!("language: {},", js_string(settings.language.code()))];
    if let Some(url) = &settings.portal.url {
        lines.push(format!("portal: {{ url: {} }},", js_string(url)));
    }
    if let Some(mode) = options.mode {
        lines.push(format!("mode: {},", js_string(mode.code())));
    }
    if let Some(types) = options.asset_types {
        let types: Vec<String> = types.iter().map(|kind| js_string(kind.code())).collect();
        lines.push(format!("assetTypes: [{}],", types.join(", ")));
    }
    if let Some(term) = options.default_search_term.as_ref().filter(|term| !term.is_empty()) {
        lines.push(format!("defaultSearchTerm: {},", js_string(term)));
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

/// Quotes text as one word of a POSIX shell.
fn shell_quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Quotes text as a JavaScript string literal that is safe inside a `<script>` element.
fn js_string(text: &str) -> String {
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
    fn field_name_in_a_request_is_percent_encoded() {
        let snippets = curl_snippets("https://portal.example", API_KEY_PLACEHOLDER, "Hero/image ü");
        assert_eq!(snippets.len(), 4);
        assert!(
            snippets[1]
                .code
                .contains("'https://portal.example/api/connector/v1/settings/fields/Hero%2Fimage%20%C3%BC'")
        );
        assert!(
            snippets
                .iter()
                .all(|snippet| snippet.code.contains("Bearer $GATEHOUSE_API_KEY"))
        );
        assert_eq!(
            curl_snippets("https://portal.example", API_KEY_PLACEHOLDER, "").len(),
            3
        );
    }

    #[test]
    fn embed_code_contains_exactly_the_options_that_are_set() {
        let mut settings = Settings::default();
        let empty = compact_view_embed(&settings, &settings.resolve("any"));
        assert!(empty.contains("language: \"en_US\",") && !empty.contains("mode:") && !empty.contains("portal:"));
        settings.portal.url = Some("https://acme.bynder.com".to_owned());
        settings.global = Options {
            default_search_term: Some("</script> \"logo\"".to_owned()),
            asset_types: AssetTypes::parse("image,video"),
            hide_limited_use: Some(true),
            asset_result_in_layout_service: Some(true),
            mode: Some(SelectionMode::Multiple),
        };
        let text = compact_view_embed(&settings, &settings.resolve("any"));
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
    fn configuration_without_a_shown_key_leaves_it_empty() {
        assert_eq!(
            connector_configuration("https://portal.example", API_KEY_PLACEHOLDER),
            "GATEHOUSE_URL=https://portal.example\nGATEHOUSE_API_KEY=\n"
        );
        assert!(connector_configuration("https://portal.example", "abc").ends_with("=abc\n"));
    }
}
