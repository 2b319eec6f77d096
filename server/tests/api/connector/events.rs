//! Tests the event stream of settings revisions.

use super::client::{EVENTS, Event, EventStream, api_key, field, language, rotate, save};
use crate::http::Request;
use crate::test_server::{TestConfig, TestServer};
use domain::integration::api_keys::Overlap;
use portal::integration::api_keys;
use rstest::rstest;
use std::time::{Duration, Instant};
use testing::Engine;

const LANGUAGES: [&str; 4] = ["nl_NL", "de_DE", "fr_FR", "es_ES"];

#[rstest]
#[tokio::test]
async fn event_stream_without_last_event_id_sends_current_revision_then_each_new_one(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let key = api_key(&server).await;
    let mut first = EventStream::open(server.address(), &key, None).await;
    for line in [
        "content-type: text/event-stream",
        "cache-control: no-store",
        "x-request-id: ",
    ] {
        assert!(first.head.contains(line), "{}", first.head);
    }
    assert!(!first.head.contains("content-encoding"), "{}", first.head);
    assert_eq!(first.next().await, Some(Event { id: 0, revision: 0 }));
    for (index, code) in LANGUAGES.into_iter().enumerate() {
        let revision = save(server.portal(), &server.operator, &language(code)).await;
        assert_eq!(revision, index as i64 + 1);
        assert_eq!(first.revision().await, revision);
    }
    let mut second = EventStream::open(server.address(), &key, None).await;
    assert_eq!(second.revision().await, 4);
    save(server.portal(), &server.operator, &field("Hero", "cat")).await;
    assert_eq!((first.revision().await, second.revision().await), (5, 5));
}

#[rstest]
#[tokio::test]
async fn event_stream_resumes_after_last_event_id_without_gaps_or_duplicates(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let key = api_key(&server).await;
    for code in LANGUAGES {
        save(server.portal(), &server.operator, &language(code)).await;
    }
    let mut from_revision_1 = EventStream::open(server.address(), &key, Some("1")).await;
    let mut from_revision_4 = EventStream::open(server.address(), &key, Some("4")).await;
    assert_eq!(
        (
            from_revision_1.revision().await,
            from_revision_1.revision().await,
            from_revision_1.revision().await
        ),
        (2, 3, 4)
    );
    // An unknown or invalid `Last-Event-ID`, as after restoring a backup, starts at the current revision.
    for last_event_id in ["5", "99999999999999999999", "-1", "+1", "x", "", "1 2"] {
        let mut stream = EventStream::open(server.address(), &key, Some(last_event_id)).await;
        assert_eq!(stream.revision().await, 4, "{last_event_id}");
    }
    save(server.portal(), &server.operator, &language("en_US")).await;
    assert_eq!(
        (from_revision_1.revision().await, from_revision_4.revision().await),
        (5, 5)
    );
}

#[rstest]
#[tokio::test]
async fn event_for_save_on_another_node_arrives_within_a_second(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let mut server = TestServer::new(engine, TestConfig::default()).await;
    server.add_node().await;
    let key = api_key(&server).await;
    let mut first_node = EventStream::open(server.node_address(0), &key, None).await;
    let mut second_node = EventStream::open(server.node_address(1), &key, None).await;
    assert_eq!((first_node.revision().await, second_node.revision().await), (0, 0));
    for code in LANGUAGES {
        let revision = save(server.node_portal(1), &server.operator, &language(code)).await;
        let saved = Instant::now();
        assert_eq!(
            (first_node.revision().await, second_node.revision().await),
            (revision, revision)
        );
        assert!(saved.elapsed() < Duration::from_secs(1), "{:?}", saved.elapsed());
    }
}

#[rstest]
#[tokio::test]
async fn event_already_received_from_another_node_is_not_repeated(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let mut server = TestServer::new(engine, TestConfig::default()).await;
    server.add_node().await;
    let key = api_key(&server).await;
    let mut second_node = EventStream::open(server.node_address(1), &key, None).await;
    assert_eq!(second_node.revision().await, 0);
    for code in LANGUAGES {
        let revision = save(server.portal(), &server.operator, &language(code)).await;
        // The other node may not have seen this revision yet.
        let mut resumed = EventStream::open(server.node_address(1), &key, Some(&revision.to_string())).await;
        let next = save(server.portal(), &server.operator, &field(code, "cat")).await;
        assert_eq!(resumed.revision().await, next);
    }
}

#[rstest]
#[tokio::test]
async fn event_streams_of_revoked_or_expired_api_key_are_closed(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let mut server = TestServer::new(engine, TestConfig::default()).await;
    server.add_node().await;
    let old = api_key(&server).await;
    rotate(server.portal(), &server.operator, Overlap::Hour).await;
    let new = api_key(&server).await;
    let mut current_key_stream = EventStream::open(server.node_address(1), &new, None).await;
    let mut old_key_stream = EventStream::open(server.node_address(1), &old, None).await;
    assert_eq!(
        (current_key_stream.revision().await, old_key_stream.revision().await),
        (0, 0)
    );
    save(server.portal(), &server.operator, &language("nl_NL")).await;
    assert_eq!(
        (current_key_stream.revision().await, old_key_stream.revision().await),
        (1, 1)
    );
    let revoked = Instant::now();
    api_keys::revoke_previous(server.portal(), &server.operator)
        .await
        .unwrap();
    assert_eq!(old_key_stream.next().await, None);
    assert!(revoked.elapsed() < Duration::from_secs(1), "{:?}", revoked.elapsed());

    rotate(server.portal(), &server.operator, Overlap::Hour).await;
    server.advance(3600);
    // The overlap has ended. The server notices at the next save.
    save(server.portal(), &server.operator, &language("de_DE")).await;
    assert_eq!(current_key_stream.next().await, None);
    let response = server.send(&Request::new("GET", EVENTS).header("X-Api-Key", new)).await;
    assert_eq!((response.status, response.problem().as_str()), (401, "invalid-api-key"));
}

#[rstest]
#[tokio::test]
async fn event_streams_end_cleanly_on_shutdown_and_resume_on_another_node(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let mut server = TestServer::new(engine, TestConfig::default()).await;
    let key = api_key(&server).await;
    let mut listeners = Vec::new();
    for _ in 0..20 {
        let mut listener = EventStream::open(server.address(), &key, None).await;
        assert_eq!(listener.revision().await, 0);
        listeners.push(listener);
    }
    let started = Instant::now();
    server.stop_node(0).await;
    assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
    for mut listener in listeners {
        assert_eq!(listener.next().await, None, "the stream ends cleanly");
    }
    // Settings are saved while no server is running.
    for code in LANGUAGES {
        save(server.portal(), &server.operator, &language(code)).await;
    }
    server.add_node().await;
    let mut stream = EventStream::open(server.node_address(1), &key, Some("0")).await;
    for revision in 1..=4 {
        assert_eq!(stream.revision().await, revision);
    }
}
