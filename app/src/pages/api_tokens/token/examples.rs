//! Example requests that run as they stand, once the two secrets are put in.

use domain::oauth1::encode;

/// What stands where a secret belongs.
pub const CONSUMER_SECRET: &str = "CONSUMER_SECRET";

/// What stands where a secret belongs.
pub const TOKEN_SECRET: &str = "TOKEN_SECRET";

/// A program in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// The language's word in the page's markup.
    pub code: &'static str,
    /// The language's name.
    pub label: &'static str,
    /// The program.
    pub text: String,
}

/// Programs that ask, in a token's name, who its user is. `origin` is the portal's public one.
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

/// curl cannot sign, so the shell does, with OpenSSL: HMAC-SHA1 over the base string of RFC 5849 §3.4.1, whose parts
/// that never change are encoded here.
fn curl(url: &str, consumer_key: &str, token: &str) -> String {
    let encoded_url = encode(url);
    let (key, token) = (encode(consumer_key), encode(token));
    format!(
        r#"#!/bin/sh
consumer_secret='{CONSUMER_SECRET}'
token_secret='{TOKEN_SECRET}'

url='{url}'
timestamp=$(date +%s)
nonce=$(openssl rand -hex 16)

# The method, the address and the parameters, each encoded, are what is signed.
text='GET&{encoded_url}&'
text="${{text}}oauth_consumer_key%3D{twice_key}%26oauth_nonce%3D${{nonce}}"
text="${{text}}%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D${{timestamp}}"
text="${{text}}%26oauth_token%3D{twice_token}%26oauth_version%3D1.0"
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
        twice_key = encode(&key),
        twice_token = encode(&token),
    )
}

fn python(url: &str, consumer_key: &str, token: &str) -> String {
    format!(
        r#"# pip install requests-oauthlib
from requests_oauthlib import OAuth1Session

portal = OAuth1Session(
    "{consumer_key}",
    client_secret="{CONSUMER_SECRET}",
    resource_owner_key="{token}",
    resource_owner_secret="{TOKEN_SECRET}",
)
answer = portal.get("{url}")
answer.raise_for_status()
print(answer.json())
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
  consumer: {{ key: "{consumer_key}", secret: "{CONSUMER_SECRET}" }},
  signature_method: "HMAC-SHA1",
  hash_function: (text, key) => createHmac("sha1", key).update(text).digest("base64"),
}});
const token = {{ key: "{token}", secret: "{TOKEN_SECRET}" }};
const request = {{ method: "GET", url: "{url}" }};

const answer = await fetch(request.url, {{
  headers: oauth.toHeader(oauth.authorize(request, token)),
}});
if (!answer.ok) throw new Error(await answer.text());
console.log(await answer.json());
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
    fn each_example_names_the_credentials_and_no_secret() {
        for example in examples("https://portal.example.com", KEY, TOKEN) {
            for needed in [
                KEY,
                TOKEN,
                CONSUMER_SECRET,
                TOKEN_SECRET,
                "https://portal.example.com/api/v4/currentUser",
            ] {
                assert!(example.text.contains(needed), "{}: {needed}", example.label);
            }
        }
    }

    /// The shell runs for real, with time, nonce and the request itself replaced, and must come to the signature that
    /// Python's `hmac` gave for the same base string:
    /// `base64(hmac.new(b"cs&ts", text, "sha1").digest())`.
    #[test]
    fn the_shell_signs_by_the_letter() {
        let [curl, _, _] = examples("http://127.0.0.1:3000", KEY, TOKEN);
        let script = curl.text.replace(CONSUMER_SECRET, "cs").replace(TOKEN_SECRET, "ts");
        let stubs = "date() { echo 1700000000; }\ncurl() { printf '%s\\n' \"$@\"; }\n";
        let script = format!("{stubs}{}", script.replace("openssl rand -hex 16", "echo n0nce"));
        let output = Command::new("sh").arg("-c").arg(script).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(said.contains("\nhttp://127.0.0.1:3000/api/v4/currentUser\n"), "{said}");
        assert!(
            said.contains("oauth_timestamp=\"1700000000\", oauth_nonce=\"n0nce\""),
            "{said}"
        );
        assert!(
            said.contains("oauth_signature=\"0IoSzIGH%2B%2BhEyC1GYReBOIBwny4%3D\""),
            "{said}"
        );
    }
}
