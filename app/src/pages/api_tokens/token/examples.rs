//! Example requests in curl, Python and JavaScript. They run once the two secret placeholders are replaced.

use domain::oauth1::encode;

/// Placeholder for the consumer secret.
pub const CONSUMER_SECRET_PLACEHOLDER: &str = "CONSUMER_SECRET";

/// Placeholder for the token secret.
pub const TOKEN_SECRET_PLACEHOLDER: &str = "TOKEN_SECRET";

/// Holds an example program in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// The identifier of the language in the page's markup.
    pub code: &'static str,
    /// The display name of the language.
    pub label: &'static str,
    /// The source code.
    pub text: String,
}

/// Returns programs that call `/api/v4/currentUser` with a token. `origin` is the public URL of the portal.
#[must_use]
pub fn examples(origin: &str, consumer_key: &str, token: &str) -> [Example; 3] {
    let url = format!("{origin}/api/v4/currentUser");
    [
        Example {
            code: "curl",
            label: "curl",
            text: curl(&url, consumer_key, token),
        },
        Example {
            code: "python",
            label: "Python",
            text: python(&url, consumer_key, token),
        },
        Example {
            code: "javascript",
            label: "JavaScript",
            text: javascript(&url, consumer_key, token),
        },
    ]
}

/// Returns a shell script. curl cannot sign OAuth 1 requests, so the script signs with OpenSSL: HMAC-SHA1 over the base
/// string of RFC 5849 §3.4.1. The constant parts of the base string are encoded here.
fn curl(url: &str, consumer_key: &str, token: &str) -> String {
    let encoded_url = encode(url);
    let (key, token) = (encode(consumer_key), encode(token));
    format!(
        r#"#!/bin/sh
consumer_secret='{CONSUMER_SECRET_PLACEHOLDER}'
token_secret='{TOKEN_SECRET_PLACEHOLDER}'

url='{url}'
timestamp=$(date +%s)
nonce=$(openssl rand -hex 16)

# Signature base string: the method, the URL and the parameters, each encoded.
text='GET&{encoded_url}&'
text="${{text}}oauth_consumer_key%3D{key_encoded_twice}%26oauth_nonce%3D${{nonce}}"
text="${{text}}%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D${{timestamp}}"
text="${{text}}%26oauth_token%3D{token_encoded_twice}%26oauth_version%3D1.0"
signature=$(printf %s "$text" |
  openssl dgst -sha1 -hmac "$consumer_secret&$token_secret" -binary |
  openssl base64 | sed 's/+/%2B/g; s,/,%2F,g; s/=/%3D/g')

curl --silent --show-error "$url" --header "Authorization: OAuth \
oauth_consumer_key=\"{key}\", \
oauth_token=\"{token}\", \
oauth_signature_method=\"HMAC-SHA1\", \
oauth_timestamp=\"$timestamp\", \
oauth_nonce=\"$nonce\", \
oauth_version=\"1.0\", \
oauth_signature=\"$signature\""
"#,
        key_encoded_twice = encode(&key),
        token_encoded_twice = encode(&token),
    )
}

fn python(url: &str, consumer_key: &str, token: &str) -> String {
    format!(
        r#"# pip install requests-oauthlib
from requests_oauthlib import OAuth1Session

portal = OAuth1Session(
    "{consumer_key}",
    client_secret="{CONSUMER_SECRET_PLACEHOLDER}",
    resource_owner_key="{token}",
    resource_owner_secret="{TOKEN_SECRET_PLACEHOLDER}",
)
response = portal.get("{url}")
response.raise_for_status()
print(response.json())
"#
    )
}

fn javascript(url: &str, consumer_key: &str, token: &str) -> String {
    format!(
        r#"// npm install oauth-1.0a
// Save this as example.mjs and run it with: node example.mjs
import {{ createHmac }} from "node:crypto";
import OAuth from "oauth-1.0a";

const oauth = new OAuth({{
  consumer: {{ key: "{consumer_key}", secret: "{CONSUMER_SECRET_PLACEHOLDER}" }},
  signature_method: "HMAC-SHA1",
  hash_function: (text, key) => createHmac("sha1", key).update(text).digest("base64"),
}});
const token = {{ key: "{token}", secret: "{TOKEN_SECRET_PLACEHOLDER}" }};
const request = {{ method: "GET", url: "{url}" }};

const response = await fetch(request.url, {{
  headers: oauth.toHeader(oauth.authorize(request, token)),
}});
if (!response.ok) throw new Error(await response.text());
console.log(await response.json());
"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    const KEY: &str = "0123456789abcdef0123456789abcdef";
    const TOKEN: &str = "fedcba9876543210fedcba9876543210";

    #[test]
    fn each_example_contains_the_credentials_and_secret_placeholders() {
        for example in examples("https://portal.example.com", KEY, TOKEN) {
            for expected in [
                KEY,
                TOKEN,
                CONSUMER_SECRET_PLACEHOLDER,
                TOKEN_SECRET_PLACEHOLDER,
                "https://portal.example.com/api/v4/currentUser",
            ] {
                assert!(example.text.contains(expected), "{}: {expected}", example.label);
            }
        }
    }

    /// Runs the script with `date`, the nonce and `curl` replaced, and compares the signature with the one that Python's
    /// `hmac` computes for the same base string:
    /// `base64(hmac.new(b"cs&ts", text, "sha1").digest())`.
    #[test]
    fn shell_script_computes_the_expected_signature() {
        let [curl, _, _] = examples("http://127.0.0.1:3000", KEY, TOKEN);
        let script = curl
            .text
            .replace(CONSUMER_SECRET_PLACEHOLDER, "cs")
            .replace(TOKEN_SECRET_PLACEHOLDER, "ts");
        let stubs = "date() { echo 1700000000; }\ncurl() { printf '%s\\n' \"$@\"; }\n";
        let script = format!("{stubs}{}", script.replace("openssl rand -hex 16", "echo n0nce"));
        let output = Command::new("sh").arg("-c").arg(script).output().unwrap();
        let stdout = String::from_utf8(output.stdout).unwrap();
        assert!(
            stdout.contains("\nhttp://127.0.0.1:3000/api/v4/currentUser\n"),
            "{stdout}"
        );
        assert!(
            stdout.contains("oauth_timestamp=\"1700000000\", oauth_nonce=\"n0nce\""),
            "{stdout}"
        );
        assert!(
            stdout.contains("oauth_signature=\"0IoSzIGH%2B%2BhEyC1GYReBOIBwny4%3D\""),
            "{stdout}"
        );
    }
}
