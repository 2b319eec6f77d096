use super::list;
use domain::coded_enum::CodedEnum;
use domain::ids::TokenId;
use domain::oauth1::tokens::{Cursor, PagePosition, TokenQuery, TokenSort};
use portal::oauth1::consumers;
use rstest::rstest;
use testing::{ADA, Engine, TestPortal};

#[rstest]
#[tokio::test]
async fn invalid_cursor_starts_at_first_page(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let consumer = test.create_consumer(&ada.actor, "Web shop").await.value;
    for _ in 0..30 {
        test.create_token(&ada.actor, &consumer, ADA, "Drupal").await;
    }
    let id: TokenId = "0192f0c1-2b3c-7d4e-8f90-123456789abc".parse().unwrap();
    for &sort in TokenSort::ALL {
        let query = TokenQuery {
            sort,
            ..TokenQuery::default()
        };
        let first = list(&test, &ada.actor, &query).await;
        for value in [
            "",
            "nonsense",
            "nul\0",
            "9999999999999999999999",
            "1.5",
            "' or 1 = 1 --",
        ] {
            let cursor = || Cursor {
                id,
                value: value.to_owned(),
            };
            for position in [PagePosition::After(cursor()), PagePosition::Before(cursor())] {
                let page = list(
                    &test,
                    &ada.actor,
                    &TokenQuery {
                        position,
                        ..query.clone()
                    },
                )
                .await;
                if sort != TokenSort::Integration || value == "nul\0" {
                    assert_eq!(page, first, "{sort:?} {value:?}");
                }
            }
        }
    }
}

#[rstest]
#[tokio::test]
async fn cursor_works_after_its_token_is_deleted(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    for index in 0..60 {
        test.create_client(&ada.actor, &format!("Consumer {index}")).await;
    }
    for &sort in TokenSort::ALL {
        let query = TokenQuery {
            sort,
            ..TokenQuery::default()
        };
        let first = list(&test, &ada.actor, &query).await;
        let position = PagePosition::After(first.next.clone().unwrap());
        let next = TokenQuery { position, ..query };
        let before = list(&test, &ada.actor, &next).await;
        let last = first.tokens.last().unwrap();
        consumers::delete(&test.portal, &ada.actor, last.consumer_id, &last.consumer)
            .await
            .unwrap();
        assert_eq!(list(&test, &ada.actor, &next).await.tokens, before.tokens, "{sort:?}");
    }
}
