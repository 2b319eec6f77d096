mod cursors;
mod paging;

use domain::coded_enum::CodedEnum;
use domain::oauth1::tokens::{TokenFilter, TokenPage, TokenQuery, TokenSort};
use portal::Actor;
use portal::oauth1::tokens;
use rstest::rstest;
use testing::{Engine, TestPortal};

async fn list(test: &TestPortal, actor: &Actor, query: &TokenQuery) -> TokenPage {
    tokens::list(&test.portal, actor, query).await.unwrap()
}

#[rstest]
#[tokio::test]
async fn empty_token_list_reports_whether_account_has_tokens(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let everything = TokenQuery {
        filter: TokenFilter::All,
        ..TokenQuery::default()
    };
    let page = list(&test, &ada.actor, &everything).await;
    assert_eq!((page.total, page.any_in_account, page.tokens.len()), (0, false, 0));
    assert_eq!((page.next, page.previous), (None, None));
    test.create_client(&ada.actor, "Web shop").await;
    let page = list(
        &test,
        &ada.actor,
        &TokenQuery {
            search: "nothing".to_owned(),
            ..everything
        },
    )
    .await;
    assert_eq!((page.total, page.any_in_account), (0, true));
}

#[rstest]
#[tokio::test]
async fn token_search_treats_wildcards_literally(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    for name in ["100% sure", "under_score", "ex!claim", "back\\slash", "plain"] {
        test.create_client(&ada.actor, name).await;
    }
    let found = async |search: &str| {
        let query = TokenQuery {
            search: search.to_owned(),
            ..TokenQuery::default()
        };
        let page = list(&test, &ada.actor, &query).await;
        page.tokens.into_iter().map(|token| token.consumer).collect::<Vec<_>>()
    };
    assert_eq!(found("%").await, ["100% sure"]);
    assert_eq!(found("_").await, ["under_score"]);
    assert_eq!(found("!").await, ["ex!claim"]);
    assert_eq!(found("\\").await, ["back\\slash"]);
    assert_eq!(found("SURE").await, ["100% sure"]);
    assert_eq!(found("").await.len(), 5);
}

#[rstest]
#[tokio::test]
async fn token_list_of_consumer_contains_its_tokens_only(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (_, consumer, token) = test.create_client(&ada.actor, "Web shop").await;
    test.create_client(&ada.actor, "Website").await;
    let query = TokenQuery {
        consumer: Some(consumer.id),
        ..TokenQuery::default()
    };
    let page = list(&test, &ada.actor, &query).await;
    assert_eq!((page.total, page.tokens), (1, vec![token]));
}

#[rstest]
#[tokio::test]
async fn token_list_of_another_account_is_empty(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (_, consumer, _) = test.create_client(&ada.actor, "Web shop").await;
    let other = test
        .create_account("Difference Engines", "Charles", "charles@example.com")
        .await;
    for &sort in TokenSort::ALL {
        for consumer in [None, Some(consumer.id)] {
            let query = TokenQuery {
                sort,
                consumer,
                filter: TokenFilter::All,
                ..TokenQuery::default()
            };
            let page = list(&test, &other.actor, &query).await;
            assert_eq!((page.total, page.any_in_account, page.tokens.len()), (0, false, 0));
        }
    }
}
