use crate::support::app::App;
use crate::support::{ADA, House, new_token};
use domain::accounts::rights::Rights;
use domain::ids::TokenId;
use domain::oauth1::integration_types::OTHER;
use domain::oauth1::tokens::{
    Cursor, EXCHANGED_LIFETIME, NewToken, PAGE_SIZE, Place, Token, TokenFilter, TokenPage, TokenQuery, TokenSort,
    TokenState,
};
use portal::Actor;
use portal::accounts::users;
use portal::oauth1::request_tokens::{self, Decision};
use portal::oauth1::{consumers, tokens};

both!(
    an_empty_list_says_whether_there_are_tokens_at_all,
    every_row_comes_once_in_both_directions_where_keys_are_equal,
    any_list_is_what_a_person_would_make_of_all_tokens,
    a_search_takes_no_wildcards,
    a_cursor_made_up_by_hand_starts_at_the_start,
    a_cursor_outlives_its_token,
    the_list_of_one_consumer_holds_its_tokens_only,
    another_account_sees_nothing_of_it,
);

const SORTS: [TokenSort; 5] = [
    TokenSort::User,
    TokenSort::Consumer,
    TokenSort::Integration,
    TokenSort::Created,
    TokenSort::Used,
];
const FILTERS: [TokenFilter; 3] = [TokenFilter::Current, TokenFilter::Ended, TokenFilter::All];

async fn list(house: &House, actor: &Actor, query: &TokenQuery) -> TokenPage {
    tokens::list(&house.portal, actor, query).await.unwrap()
}

/// Pages through a list to its end and back again; gives its tokens in order.
async fn walk(house: &House, actor: &Actor, query: &TokenQuery) -> Vec<Token> {
    let mut pages = vec![list(house, actor, query).await];
    assert_eq!(pages[0].previous, None);
    while let Some(next) = pages.last().unwrap().next.clone() {
        assert!(pages.len() < 20, "a list without end");
        // As it goes through an address.
        let place = Place::After(next.to_string().parse().unwrap());
        pages.push(list(house, actor, &TokenQuery { place, ..query.clone() }).await);
    }
    for page in &pages[..pages.len() - 1] {
        assert_eq!(page.tokens.len() as i64, PAGE_SIZE);
    }
    for index in (1..pages.len()).rev() {
        let place = Place::Before(pages[index].previous.clone().unwrap());
        let back = list(house, actor, &TokenQuery { place, ..query.clone() }).await;
        assert_eq!(back, pages[index - 1], "back from page {index} of {query:?}");
    }
    let total = pages[0].total;
    let tokens: Vec<_> = pages.into_iter().flat_map(|page| page.tokens).collect();
    assert_eq!(tokens.len() as i64, total, "{query:?}");
    tokens
}

/// What the list should be, worked out from all tokens.
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

async fn an_empty_list_says_whether_there_are_tokens_at_all(house: House) {
    let ada = house.set_up().await;
    let everything = TokenQuery {
        filter: TokenFilter::All,
        ..TokenQuery::default()
    };
    let page = list(&house, &ada.actor, &everything).await;
    assert_eq!((page.total, page.any_in_account, page.tokens.len()), (0, false, 0));
    assert_eq!((page.next, page.previous), (None, None));
    house.app(&ada.actor, "Web shop").await;
    let page = list(
        &house,
        &ada.actor,
        &TokenQuery {
            search: "nothing".to_owned(),
            ..everything
        },
    )
    .await;
    assert_eq!((page.total, page.any_in_account), (0, true));
}

async fn every_row_comes_once_in_both_directions_where_keys_are_equal(house: House) {
    let ada = house.set_up().await;
    for email in ["sam1@example.com", "sam2@example.com"] {
        house.person("Sam Smith", email, Rights::default()).await;
    }
    let consumers = [
        house.consumer(&ada.actor, "One").await.value,
        house.consumer(&ada.actor, "Two").await.value,
    ];
    // At one moment, for one system, never used: all keys are equal.
    for index in 0..130 {
        let user = ["sam1@example.com", "sam2@example.com"][index / 3 % 2];
        house.token(&ada.actor, &consumers[index % 2], user, "Drupal").await;
    }
    let everything = TokenQuery {
        filter: TokenFilter::All,
        ..TokenQuery::default()
    };
    let all = walk(&house, &ada.actor, &everything).await;
    assert_eq!(all.len(), 130);
    for sort in SORTS {
        for reverse in [false, true] {
            let query = TokenQuery {
                sort,
                reverse,
                ..everything.clone()
            };
            assert_eq!(
                ids(&walk(&house, &ada.actor, &query).await),
                expected(&all, &query),
                "{query:?}"
            );
        }
    }
}

async fn any_list_is_what_a_person_would_make_of_all_tokens(house: House) {
    let ada = house.set_up().await;
    let mut dice = Dice(0x5eed);
    let users = [
        "ada@example.com",
        "eve@example.com",
        "sam1@example.com",
        "sam2@example.com",
    ];
    let eve = house.person("Ève 100%", users[1], Rights::default()).await;
    house.person("Sam Smith", users[2], Rights::default()).await;
    house.person("sam_smith", users[3], Rights::default()).await;
    let mut consumers = Vec::new();
    for name in ["Web shop", "website", "Éclair", "50% off"] {
        consumers.push(house.consumer(&ada.actor, name).await);
    }
    let eves = house.sign_in(users[1]).await;
    for _ in 0..130 {
        house.advance(dice.below(3) as u64 * 3600);
        let consumer = &consumers[dice.below(4)];
        let (token, secret) = if dice.below(5) == 0 {
            let app = App::new(consumer);
            let asked = app.ask(&house.portal, Some("oob")).await.unwrap();
            let decision = request_tokens::allow(&house.portal, &eves.actor, &asked.token, None)
                .await
                .unwrap();
            let Decision::Verifier(verifier) = decision else {
                panic!("{decision:?}")
            };
            let issued = app.exchange(&house.portal, &asked, Some(&verifier)).await.unwrap();
            (issued.token, issued.secret)
        } else {
            let kind = ["Drupal", "Contentful", "TYPO3", OTHER][dice.below(4)];
            let name = ["house cms", "Éclair press", "a_b", "Drupal"][dice.below(4)].to_owned();
            let input = new_token(&consumer.value, users[dice.below(4)], kind);
            let input = NewToken {
                integration_name: name,
                ..input
            };
            let made = tokens::create(&house.portal, &ada.actor, input).await.unwrap();
            if dice.below(4) == 0 {
                tokens::revoke(&house.portal, &ada.actor, made.value.id).await.unwrap();
                continue;
            }
            (made.value.token, made.secret)
        };
        if dice.below(2) == 0 {
            App::new(consumer)
                .with_token(&token, secret.expose())
                .call(&house.portal)
                .await
                .unwrap();
        }
    }
    users::set_active(&house.portal, &ada.actor, eve, false).await.unwrap();
    house.clock.advance(EXCHANGED_LIFETIME / 2);
    house.clock.advance(EXCHANGED_LIFETIME / 3);

    let actor = house.sign_in(ADA).await.actor;
    let everything = TokenQuery {
        filter: TokenFilter::All,
        ..TokenQuery::default()
    };
    let all = walk(&house, &actor, &everything).await;
    assert_eq!(all.len(), 130);
    for state in [
        TokenState::Active,
        TokenState::Expired,
        TokenState::Revoked,
        TokenState::Suspended,
    ] {
        assert!(
            all.iter().any(|token| token.state == state),
            "no token is {state:?}: the test proves too little"
        );
    }
    for token in &all {
        assert_eq!(&tokens::get(&house.portal, &actor, token.id).await.unwrap(), token);
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
            search: searches[dice.below(searches.len())].to_owned(),
            filter: FILTERS[dice.below(3)],
            sort: SORTS[dice.below(5)],
            reverse: dice.below(2) == 0,
            consumer: (dice.below(4) == 0).then(|| consumers[dice.below(4)].value.id),
            place: Place::Start,
        };
        assert_eq!(
            ids(&walk(&house, &actor, &query).await),
            expected(&all, &query),
            "{query:?}"
        );
    }
}

/// Numbers that are the same in each run (an LCG by Knuth).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }
}

async fn a_search_takes_no_wildcards(house: House) {
    let ada = house.set_up().await;
    for name in ["100% sure", "under_score", "ex!claim", "back\\slash", "plain"] {
        house.app(&ada.actor, name).await;
    }
    let found = async |search: &str| {
        let query = TokenQuery {
            search: search.to_owned(),
            ..TokenQuery::default()
        };
        let page = list(&house, &ada.actor, &query).await;
        page.tokens.into_iter().map(|token| token.consumer).collect::<Vec<_>>()
    };
    assert_eq!(found("%").await, ["100% sure"]);
    assert_eq!(found("_").await, ["under_score"]);
    assert_eq!(found("!").await, ["ex!claim"]);
    assert_eq!(found("\\").await, ["back\\slash"]);
    assert_eq!(found("SURE").await, ["100% sure"]);
    assert_eq!(found("").await.len(), 5);
}

async fn a_cursor_made_up_by_hand_starts_at_the_start(house: House) {
    let ada = house.set_up().await;
    let consumer = house.consumer(&ada.actor, "Web shop").await.value;
    for _ in 0..30 {
        house.token(&ada.actor, &consumer, ADA, "Drupal").await;
    }
    let id: TokenId = "0192f0c1-2b3c-7d4e-8f90-123456789abc".parse().unwrap();
    for sort in SORTS {
        let query = TokenQuery {
            sort,
            ..TokenQuery::default()
        };
        let first = list(&house, &ada.actor, &query).await;
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
            for place in [Place::After(cursor()), Place::Before(cursor())] {
                let page = list(&house, &ada.actor, &TokenQuery { place, ..query.clone() }).await;
                if sort != TokenSort::Integration || value == "nul\0" {
                    assert_eq!(page, first, "{sort:?} {value:?}");
                }
            }
        }
    }
}

async fn a_cursor_outlives_its_token(house: House) {
    let ada = house.set_up().await;
    for index in 0..60 {
        house.app(&ada.actor, &format!("Consumer {index}")).await;
    }
    for sort in SORTS {
        let query = TokenQuery {
            sort,
            ..TokenQuery::default()
        };
        let first = list(&house, &ada.actor, &query).await;
        let place = Place::After(first.next.clone().unwrap());
        let next = TokenQuery { place, ..query };
        let before = list(&house, &ada.actor, &next).await;
        let last = first.tokens.last().unwrap();
        consumers::delete(&house.portal, &ada.actor, last.consumer_id, &last.consumer)
            .await
            .unwrap();
        assert_eq!(list(&house, &ada.actor, &next).await.tokens, before.tokens, "{sort:?}");
    }
}

async fn the_list_of_one_consumer_holds_its_tokens_only(house: House) {
    let ada = house.set_up().await;
    let (_, consumer, token) = house.app(&ada.actor, "Web shop").await;
    house.app(&ada.actor, "Website").await;
    let query = TokenQuery {
        consumer: Some(consumer.id),
        ..TokenQuery::default()
    };
    let page = list(&house, &ada.actor, &query).await;
    assert_eq!((page.total, page.tokens), (1, vec![token]));
}

async fn another_account_sees_nothing_of_it(house: House) {
    let ada = house.set_up().await;
    let (_, consumer, _) = house.app(&ada.actor, "Web shop").await;
    let other = house
        .account("Difference Engines", "Charles", "charles@example.com")
        .await;
    for sort in SORTS {
        for consumer in [None, Some(consumer.id)] {
            let query = TokenQuery {
                sort,
                consumer,
                filter: TokenFilter::All,
                ..TokenQuery::default()
            };
            let page = list(&house, &other.actor, &query).await;
            assert_eq!((page.total, page.any_in_account, page.tokens.len()), (0, false, 0));
        }
    }
}
