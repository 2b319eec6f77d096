use super::list;
use domain::accounts::rights::Rights;
use domain::coded_enum::CodedEnum;
use domain::ids::TokenId;
use domain::oauth1::integration_types::OTHER;
use domain::oauth1::tokens::{
    NewToken, PAGE_SIZE, PagePosition, THREE_LEGGED_TOKEN_LIFETIME, Token, TokenFilter, TokenQuery, TokenSort,
    TokenState,
};
use portal::Actor;
use portal::accounts::users;
use portal::oauth1::request_tokens::{self, Decision};
use portal::oauth1::tokens;
use rstest::rstest;
use testing::oauth1_client::Oauth1Client;
use testing::{ADA, Engine, TestPortal, new_token};

/// Pages through a list to its end and back again, and returns its tokens in order.
async fn load_all_pages(test: &TestPortal, actor: &Actor, query: &TokenQuery) -> Vec<Token> {
    let mut pages = vec![list(test, actor, query).await];
    assert_eq!(pages[0].previous, None);
    while let Some(next) = pages.last().unwrap().next.clone() {
        assert!(pages.len() < 20, "the list has too many pages");
        // A cursor is passed as text in a URL.
        let position = PagePosition::After(next.to_string().parse().unwrap());
        pages.push(
            list(
                test,
                actor,
                &TokenQuery {
                    position,
                    ..query.clone()
                },
            )
            .await,
        );
    }
    for page in &pages[..pages.len() - 1] {
        assert_eq!(page.tokens.len() as i64, PAGE_SIZE);
    }
    for index in (1..pages.len()).rev() {
        let position = PagePosition::Before(pages[index].previous.clone().unwrap());
        let back = list(
            test,
            actor,
            &TokenQuery {
                position,
                ..query.clone()
            },
        )
        .await;
        assert_eq!(back, pages[index - 1], "back from page {index} of {query:?}");
    }
    let total = pages[0].total;
    let tokens: Vec<_> = pages.into_iter().flat_map(|page| page.tokens).collect();
    assert_eq!(tokens.len() as i64, total, "{query:?}");
    tokens
}

/// Computes the expected list from all tokens, as a reference implementation.
fn expected(all: &[Token], query: &TokenQuery) -> Vec<TokenId> {
    let search = query.search.trim().to_lowercase();
    let holds = |text: &str| text.to_lowercase().contains(&search);
    let mut tokens: Vec<_> = all
        .iter()
        .filter(|token| match (query.filter, token.state) {
            (TokenFilter::All, _) => true,
            (TokenFilter::Current, state) => matches!(state, TokenState::Active | TokenState::Suspended),
            (TokenFilter::Ended, state) => matches!(state, TokenState::Expired | TokenState::Revoked),
        })
        .filter(|token| query.consumer.is_none_or(|consumer| consumer == token.consumer_id))
        .filter(|token| {
            [&token.user, &token.user_email, &token.consumer, &token.integration]
                .into_iter()
                .any(|text| holds(text))
        })
        .collect();
    tokens.sort_by(|a, b| {
        let natural = match query.sort {
            TokenSort::User => (a.user.to_lowercase(), a.user_id).cmp(&(b.user.to_lowercase(), b.user_id)),
            TokenSort::Consumer => a.consumer.to_lowercase().cmp(&b.consumer.to_lowercase()),
            TokenSort::Integration => a.integration.to_lowercase().cmp(&b.integration.to_lowercase()),
            TokenSort::Created => b.created_at.cmp(&a.created_at),
            TokenSort::Used => b.last_used_at.cmp(&a.last_used_at),
        };
        let by_id = a.id.cmp(&b.id);
        let order = match query.sort {
            TokenSort::Created | TokenSort::Used => natural.then(by_id.reverse()),
            _ => natural.then(by_id),
        };
        if query.reverse { order.reverse() } else { order }
    });
    tokens.into_iter().map(|token| token.id).collect()
}

fn ids(tokens: &[Token]) -> Vec<TokenId> {
    tokens.iter().map(|token| token.id).collect()
}

#[rstest]
#[tokio::test]
async fn token_list_with_equal_keys_returns_each_row_once_in_both_directions(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    for email in ["sam1@example.com", "sam2@example.com"] {
        test.create_user("Sam Smith", email, Rights::default()).await;
    }
    let consumers = [
        test.create_consumer(&ada.actor, "One").await.value,
        test.create_consumer(&ada.actor, "Two").await.value,
    ];
    // Same creation time, same integration and never used: all sort keys are equal.
    for index in 0..130 {
        let user = ["sam1@example.com", "sam2@example.com"][index / 3 % 2];
        test.create_token(&ada.actor, &consumers[index % 2], user, "Drupal")
            .await;
    }
    let everything = TokenQuery {
        filter: TokenFilter::All,
        ..TokenQuery::default()
    };
    let all = load_all_pages(&test, &ada.actor, &everything).await;
    assert_eq!(all.len(), 130);
    for &sort in TokenSort::ALL {
        for reverse in [false, true] {
            let query = TokenQuery {
                sort,
                reverse,
                ..everything.clone()
            };
            assert_eq!(
                ids(&load_all_pages(&test, &ada.actor, &query).await),
                expected(&all, &query),
                "{query:?}"
            );
        }
    }
}

#[rstest]
#[tokio::test]
async fn token_list_matches_reference_implementation(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let mut random = Random(0x5eed);
    let users = [
        "ada@example.com",
        "eve@example.com",
        "sam1@example.com",
        "sam2@example.com",
    ];
    let eve = test.create_user("Ève 100%", users[1], Rights::default()).await;
    test.create_user("Sam Smith", users[2], Rights::default()).await;
    test.create_user("sam_smith", users[3], Rights::default()).await;
    let mut consumers = Vec::new();
    for name in ["Web shop", "website", "Éclair", "50% off"] {
        consumers.push(test.create_consumer(&ada.actor, name).await);
    }
    let eve_session = test.sign_in(users[1]).await;
    for _ in 0..130 {
        test.advance(random.below(3) as u64 * 3600);
        let consumer = &consumers[random.below(4)];
        let (token, secret) = if random.below(5) == 0 {
            let app = Oauth1Client::new(consumer);
            let request_token = app.obtain_request_token(&test.portal, Some("oob")).await.unwrap();
            let decision = request_tokens::allow(&test.portal, &eve_session.actor, &request_token.token, None)
                .await
                .unwrap();
            let Decision::Verifier(verifier) = decision else {
                panic!("{decision:?}")
            };
            let issued = app
                .exchange(&test.portal, &request_token, Some(&verifier))
                .await
                .unwrap();
            (issued.token, issued.secret)
        } else {
            let kind = ["Drupal", "Contentful", "TYPO3", OTHER][random.below(4)];
            let name = ["house cms", "Éclair press", "a_b", "Drupal"][random.below(4)].to_owned();
            let input = new_token(&consumer.value, users[random.below(4)], kind);
            let input = NewToken {
                integration_name: name,
                ..input
            };
            let created = tokens::create(&test.portal, &ada.actor, input).await.unwrap();
            if random.below(4) == 0 {
                tokens::revoke(&test.portal, &ada.actor, created.value.id)
                    .await
                    .unwrap();
                continue;
            }
            (created.value.token, created.secret)
        };
        if random.below(2) == 0 {
            Oauth1Client::new(consumer)
                .with_token(&token, secret.expose())
                .call(&test.portal)
                .await
                .unwrap();
        }
    }
    users::set_active(&test.portal, &ada.actor, eve, false).await.unwrap();
    test.clock.advance(THREE_LEGGED_TOKEN_LIFETIME / 2);
    test.clock.advance(THREE_LEGGED_TOKEN_LIFETIME / 3);

    let actor = test.sign_in(ADA).await.actor;
    let everything = TokenQuery {
        filter: TokenFilter::All,
        ..TokenQuery::default()
    };
    let all = load_all_pages(&test, &actor, &everything).await;
    assert_eq!(all.len(), 130);
    for state in [
        TokenState::Active,
        TokenState::Expired,
        TokenState::Revoked,
        TokenState::Suspended,
    ] {
        assert!(
            all.iter().any(|token| token.state == state),
            "no token is {state:?}: the test needs tokens in every state"
        );
    }
    for token in &all {
        assert_eq!(&tokens::get(&test.portal, &actor, token.id).await.unwrap(), token);
    }
    let searches = [
        "",
        "",
        "sam",
        "SMITH",
        "@example",
        "éc",
        "50%",
        "_",
        " drupal ",
        "h",
        "eve@",
        "nothing like it",
    ];
    for _ in 0..100 {
        let query = TokenQuery {
            search: searches[random.below(searches.len())].to_owned(),
            filter: TokenFilter::ALL[random.below(TokenFilter::ALL.len())],
            sort: TokenSort::ALL[random.below(TokenSort::ALL.len())],
            reverse: random.below(2) == 0,
            consumer: (random.below(4) == 0).then(|| consumers[random.below(4)].value.id),
            position: PagePosition::Start,
        };
        assert_eq!(
            ids(&load_all_pages(&test, &actor, &query).await),
            expected(&all, &query),
            "{query:?}"
        );
    }
}

/// A deterministic random number generator (an LCG by Knuth).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }
}
