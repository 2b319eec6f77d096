//! New revisions, as they are saved.

use super::client::{EVENTS, Event, Stream, field, key, language, rotate, save};
use crate::http::Call;
use crate::world::{Settings, World, on_each_engine};
use domain::integration::api_keys::Overlap;
use portal::integration::api_keys;
use std::time::{Duration, Instant};

const LANGUAGES: [&str; 4] = ["nl_NL", "de_DE", "fr_FR", "es_ES"];

#[tokio::test]
async fn who_comes_for_the_first_time_is_told_of_the_current_revision_and_then_of_each_new_one() {
    on_each_engine(Settings::default(), async |world| {
        let key = key(&world).await;
        let mut first = Stream::open(world.address(), &key, None).await;
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
            let revision = save(world.portal(), &world.operator, &language(code)).await;
            assert_eq!(revision, index as i64 + 1);
            assert_eq!(first.revision().await, revision);
        }
        let mut second = Stream::open(world.address(), &key, None).await;
        assert_eq!(second.revision().await, 4);
        save(world.portal(), &world.operator, &field("Hero", "cat")).await;
        assert_eq!((first.revision().await, second.revision().await), (5, 5));
    })
    .await;
}

#[tokio::test]
async fn who_comes_back_misses_nothing_and_hears_nothing_twice() {
    on_each_engine(Settings::default(), async |world| {
        let key = key(&world).await;
        for code in LANGUAGES {
            save(world.portal(), &world.operator, &language(code)).await;
        }
        let mut behind = Stream::open(world.address(), &key, Some("1")).await;
        let mut abreast = Stream::open(world.address(), &key, Some("4")).await;
        assert_eq!(
            (
                behind.revision().await,
                behind.revision().await,
                behind.revision().await
            ),
            (2, 3, 4)
        );
        // A number that never was, or none: a backup was restored, and it begins again.
        for odd in ["5", "99999999999999999999", "-1", "+1", "x", "", "1 2"] {
            let mut lost = Stream::open(world.address(), &key, Some(odd)).await;
            assert_eq!(lost.revision().await, 4, "{odd}");
        }
        save(world.portal(), &world.operator, &language("en_US")).await;
        assert_eq!((behind.revision().await, abreast.revision().await), (5, 5));
    })
    .await;
}

#[tokio::test]
async fn a_save_on_another_node_arrives_within_a_second() {
    on_each_engine(Settings::default(), async |mut world: World| {
        world.add_node().await;
        let key = key(&world).await;
        let mut here = Stream::open(world.address_of(0), &key, None).await;
        let mut there = Stream::open(world.address_of(1), &key, None).await;
        assert_eq!((here.revision().await, there.revision().await), (0, 0));
        for code in LANGUAGES {
            let revision = save(world.portal_of(1), &world.operator, &language(code)).await;
            let saved = Instant::now();
            assert_eq!((here.revision().await, there.revision().await), (revision, revision));
            assert!(saved.elapsed() < Duration::from_secs(1), "{:?}", saved.elapsed());
        }
    })
    .await;
}

#[tokio::test]
async fn what_another_node_has_told_is_not_told_again_by_one_that_lags() {
    on_each_engine(Settings::default(), async |mut world: World| {
        world.add_node().await;
        let key = key(&world).await;
        let mut there = Stream::open(world.address_of(1), &key, None).await;
        assert_eq!(there.revision().await, 0);
        for code in LANGUAGES {
            let revision = save(world.portal(), &world.operator, &language(code)).await;
            // The other node may not have heard of it yet.
            let mut moved = Stream::open(world.address_of(1), &key, Some(&revision.to_string())).await;
            let next = save(world.portal(), &world.operator, &field(code, "cat")).await;
            assert_eq!(moved.revision().await, next);
        }
    })
    .await;
}

#[tokio::test]
async fn a_key_that_ends_takes_its_listeners_with_it() {
    on_each_engine(Settings::default(), async |mut world: World| {
        world.add_node().await;
        let old = key(&world).await;
        rotate(world.portal(), &world.operator, Overlap::Hour).await;
        let new = key(&world).await;
        let mut stays = Stream::open(world.address_of(1), &new, None).await;
        let mut goes = Stream::open(world.address_of(1), &old, None).await;
        assert_eq!((stays.revision().await, goes.revision().await), (0, 0));
        save(world.portal(), &world.operator, &language("nl_NL")).await;
        assert_eq!((stays.revision().await, goes.revision().await), (1, 1));
        let ended = Instant::now();
        api_keys::end_previous(world.portal(), &world.operator).await.unwrap();
        assert_eq!(goes.next().await, None);
        assert!(ended.elapsed() < Duration::from_secs(1), "{:?}", ended.elapsed());

        rotate(world.portal(), &world.operator, Overlap::Hour).await;
        world.advance(3600);
        // Its time is over, and nobody says so before something happens.
        save(world.portal(), &world.operator, &language("de_DE")).await;
        assert_eq!(stays.next().await, None);
        let answer = world.send(&Call::new("GET", EVENTS).header("X-Api-Key", new)).await;
        assert_eq!((answer.status, answer.problem().as_str()), (401, "invalid-api-key"));
    })
    .await;
}

#[tokio::test]
async fn a_server_that_stops_sends_its_listeners_elsewhere() {
    on_each_engine(Settings::default(), async |mut world: World| {
        let key = key(&world).await;
        let mut listeners = Vec::new();
        for _ in 0..20 {
            let mut listener = Stream::open(world.address(), &key, None).await;
            assert_eq!(listener.revision().await, 0);
            listeners.push(listener);
        }
        let begun = Instant::now();
        world.stop(0).await;
        assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
        for mut listener in listeners {
            assert_eq!(listener.next().await, None, "it ends as it should");
        }
        // While nobody serves, the command line saves.
        for code in LANGUAGES {
            save(world.portal(), &world.operator, &language(code)).await;
        }
        world.add_node().await;
        let mut back = Stream::open(world.address_of(1), &key, Some("0")).await;
        for revision in 1..=4 {
            assert_eq!(back.revision().await, revision);
        }
    })
    .await;
}
