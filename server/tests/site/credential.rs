//! An OAuth 1.0a credential that signs with PLAINTEXT, for tests that run the binary.

use crate::test_program::{ServerProcess, TestProgram};
use crate::test_site::EMAIL;
use reqwest::{Client, StatusCode};
use serde_json::Value;
use std::time::{SystemTime, UNIX_EPOCH};

/// Holds consumer and token credentials for the PLAINTEXT signature method.
pub struct Credential {
    pub consumer_key: String,
    pub consumer_secret: String,
    pub token: String,
    pub token_secret: String,
}

impl Credential {
    /// Creates a consumer and a token for Ada.
    pub fn create(program: &TestProgram) -> Self {
        let take = |value: &Value, member: &str| value[member].as_str().unwrap().to_owned();
        let consumer = program.json(&["consumer", "create", "--name", "Web shop"], "");
        let arguments = [
            "token",
            "create",
            "--user",
            EMAIL,
            "--consumer",
            "Web shop",
            "--integration",
            "Contentful",
        ];
        let token = program.json(&arguments, "");
        Self {
            consumer_key: take(&consumer, "consumer_key"),
            consumer_secret: take(&consumer, "consumer_secret"),
            token: take(&token, "token"),
            token_secret: take(&token, "token_secret"),
        }
    }

    /// Returns the `Authorization` header for one request (RFC 5849 §3.4.4), with additional protocol parameters.
    pub fn header(&self, more: &[(&str, &str)]) -> String {
        use std::sync::atomic::{AtomicU64, Ordering};
        static NONCE: AtomicU64 = AtomicU64::new(0);
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_secs()
            .to_string();
        let nonce = format!("n{}", NONCE.fetch_add(1, Ordering::Relaxed));
        let signature = format!("{}%26{}", self.consumer_secret, self.token_secret);
        let mut header = format!(
            "OAuth oauth_consumer_key=\"{}\", oauth_signature_method=\"PLAINTEXT\", oauth_signature=\"{signature}\", \
             oauth_timestamp=\"{now}\", oauth_nonce=\"{nonce}\"",
            self.consumer_key
        );
        if !self.token.is_empty() {
            header.push_str(&format!(", oauth_token=\"{}\"", self.token));
        }
        for (name, value) in more {
            header.push_str(&format!(", {name}=\"{value}\""));
        }
        header
    }

    pub async fn current_user_status(&self, server: &ServerProcess) -> StatusCode {
        let url = format!("{}/api/v4/currentUser", server.origin);
        Client::new()
            .get(url)
            .header("authorization", self.header(&[]))
            .send()
            .await
            .unwrap()
            .status()
    }
}
