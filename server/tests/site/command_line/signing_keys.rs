//! Tests the commands for signing keys.

use super::text;
use crate::test_program::TestProgram;
use reqwest::Client;
use serde_json::Value;
use std::time::{Duration, Instant};

#[tokio::test]
async fn signing_key_is_published_before_it_signs() {
    let program = TestProgram::new();
    program.create_account();
    let server = program.serve(&[]);
    // The server creates the RSA key in the background.
    let started = Instant::now();
    let before = loop {
        let list = program.json(&["keys", "list"], "");
        if list.as_array().unwrap().len() == 2 {
            break list;
        }
        assert!(started.elapsed() < Duration::from_secs(30), "still {list}");
    };
    for (key, algorithm) in before.as_array().unwrap().iter().zip(["ES256", "RS256"]) {
        assert_eq!((text(key, "algorithm"), text(key, "state")), (algorithm, "signing"));
    }

    let created = program.json(&["keys", "rotate"], "");
    assert_eq!(
        program.json(&["keys", "rotate"], ""),
        created,
        "a waiting key exists already"
    );
    let after = program.json(&["keys", "list"], "");
    let output = program.run(&["keys", "rotate"], "").stdout;
    let mut expected = Vec::new();
    for (index, algorithm) in ["ES256", "RS256"].into_iter().enumerate() {
        let (created, after) = (&created[index], &after.as_array().unwrap()[2 * index..2 * index + 2]);
        assert_eq!(
            (text(created, "algorithm"), text(created, "state")),
            (algorithm, "waiting")
        );
        assert_eq!((&after[0], &after[1]), (&before[index], created));
        let (kid, time) = (text(created, "kid"), text(created, "signs_from"));
        assert!(
            output.contains(kid) && output.contains(time) && output.contains(algorithm),
            "{output}"
        );
        expected.extend([text(&before[index], "kid").to_owned(), kid.to_owned()]);
    }

    let started = Instant::now();
    loop {
        let url = format!("{}/.well-known/jwks.json", server.origin);
        let keys: Value = Client::new().get(url).send().await.unwrap().json().await.unwrap();
        let kids: Vec<&str> = keys["keys"]
            .as_array()
            .unwrap()
            .iter()
            .map(|key| text(key, "kid"))
            .collect();
        if kids == expected {
            break;
        }
        assert!(
            started.elapsed() < Duration::from_secs(1),
            "only {kids:?} after a second"
        );
    }
}
