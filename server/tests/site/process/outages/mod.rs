//! Tests the server process with a full disk, an unwritable log, missing files and closed output.

mod full_disk;
mod missing_files;
mod unwritable_output;

use crate::test_program::ServerProcess;
use crate::test_site::{EMAIL, PASSWORD, form};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use std::time::{Duration, Instant};

struct Browser<'a> {
    client: Client,
    server: &'a ServerProcess,
}

impl<'a> Browser<'a> {
    fn new(server: &'a ServerProcess) -> Self {
        let client = Client::builder().redirect(Policy::none()).build().unwrap();
        Self { client, server }
    }

    async fn get(&self, path: &str, cookie: &str) -> Response {
        let request = self.client.get(format!("{}{path}", self.server.origin));
        let request = request.header("accept", "text/html").header("cookie", cookie);
        request.send().await.unwrap()
    }

    async fn post(&self, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Response {
        let request = self.client.post(format!("{}{path}", self.server.origin));
        let request = request
            .header("origin", &self.server.origin)
            .header("accept", "application/json")
            .header("cookie", cookie)
            .header("content-type", "application/x-www-form-urlencoded");
        request.body(form(fields)).send().await.unwrap()
    }

    async fn sign_in(&self) -> Response {
        let fields = [("email", EMAIL), ("password", PASSWORD), ("next", "")];
        self.post("/fn/session/sign-in", "", &fields).await
    }

    async fn text(&self, path: &str) -> (u16, String) {
        let response = self.get(path, "").await;
        (response.status().as_u16(), response.text().await.unwrap())
    }

    /// Waits until the server reports that it is not ready and returns the reason.
    async fn wait_until_not_ready(&self) -> String {
        let started = Instant::now();
        loop {
            let (status, text) = self.text("/readyz").await;
            if status != 200 {
                assert_eq!(status, 503);
                return text;
            }
            assert!(started.elapsed() < Duration::from_secs(5), "still ready");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn wait_until_ready(&self, max_wait: Duration) {
        let started = Instant::now();
        while self.text("/readyz").await.0 != 200 {
            assert!(started.elapsed() < max_wait, "{:?}", self.text("/readyz").await);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
