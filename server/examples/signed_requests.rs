//! Signs requests in advance for `script/bench`, so that signing does not slow down the load generator.
//!
//! `signed_requests URL COUNT` reads lines of `CONSUMER-KEY CONSUMER-SECRET TOKEN TOKEN-SECRET` from standard input and
//! prints COUNT values of the `Authorization` header, each with its own nonce, taking the credentials in turn. The
//! signing shares no code with the server.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::error::Error;
use std::io::{BufRead, Write};
use std::time::{SystemTime, UNIX_EPOCH};

struct Credential {
    consumer_key: String,
    token: String,
    key: hmac::Key,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(url), Some(count)) = (arguments.next(), arguments.next()) else {
        return Err("usage: signed_requests URL COUNT < CREDENTIALS".into());
    };
    let count: usize = count.parse()?;
    let mut credentials = Vec::new();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let [consumer_key, consumer_secret, token, token_secret] = line.split_whitespace().collect::<Vec<_>>()[..]
        else {
            return Err("each line of credentials must have four words".into());
        };
        let key = format!("{}&{}", encode(consumer_secret), encode(token_secret));
        credentials.push(Credential {
            consumer_key: consumer_key.to_owned(),
            token: token.to_owned(),
            key: hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key.as_bytes()),
        });
    }
    if credentials.is_empty() {
        return Err("no credentials on standard input".into());
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
    let (timestamp, run) = (now.as_secs(), now.subsec_nanos());
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for (index, credential) in credentials.iter().cycle().take(count).enumerate() {
        let nonce = format!("{run:x}{index:x}");
        writeln!(out, "{}", credential.header(&url, timestamp, &nonce))?;
    }
    out.flush()?;
    Ok(())
}

impl Credential {
    fn header(&self, url: &str, timestamp: u64, nonce: &str) -> String {
        let Self {
            consumer_key,
            token,
            key,
        } = self;
        let parameters = format!(
            "oauth_consumer_key={consumer_key}&oauth_nonce={nonce}&oauth_signature_method=HMAC-SHA1\
             &oauth_timestamp={timestamp}&oauth_token={token}&oauth_version=1.0"
        );
        let base = format!("GET&{}&{}", encode(url), encode(&parameters));
        let signature = encode(&STANDARD.encode(hmac::sign(key, base.as_bytes())));
        format!(
            "OAuth oauth_consumer_key=\"{consumer_key}\", oauth_token=\"{token}\", \
             oauth_signature_method=\"HMAC-SHA1\", oauth_timestamp=\"{timestamp}\", oauth_nonce=\"{nonce}\", \
             oauth_version=\"1.0\", oauth_signature=\"{signature}\""
        )
    }
}

/// Percent-encodes all but the unreserved characters of RFC 3986.
fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}
