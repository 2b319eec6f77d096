use crate::support::{Engine, House};
use domain::oauth1::tokens::{MAX_COUNTED, Place, TokenFilter, TokenQuery, TokenSort};
use portal::Actor;
use portal::oauth1::tokens;
use std::time::{Duration, Instant};

both!(the_last_page_of_many_costs_what_the_first_does);

const SORTS: [TokenSort; 5] = [
    TokenSort::User,
    TokenSort::Consumer,
    TokenSort::Integration,
    TokenSort::Created,
    TokenSort::Used,
];

/// Fills the account with 100,000 tokens of 50 people and 20 consumers, as no operation would in a test's time.
async fn fill(house: &House) {
    let (numbers, id) = match house.engine {
        Engine::Sqlite => (
            "with recursive n(i) as (select 1 union all select i + 1 from n where i < $) select i from n",
            "cast(randomblob(16) as blob)",
        ),
        Engine::Postgres => ("select i from generate_series(1, $) as s(i)", "gen_random_uuid()"),
    };
    let numbers = |count: usize| numbers.replace('$', &count.to_string());
    let no_bytes = if house.engine == Engine::Sqlite {
        "x'00'"
    } else {
        "'\\x00'::bytea"
    };
    let text = |number: &str| format!("cast({number} as text)");
    house
        .execute(&format!(
            "insert into users (id, account_id, profile_id, name, name_key, email, email_key, password_hash, created_at)
             select {id}, u.account_id, u.profile_id, 'Person ' || {i}, 'person ' || {i}, {i} || '@example.org',
                    {i} || '@example.org', '', 1
             from users u cross join ({}) as n;
             insert into consumers (id, account_id, name, name_key, consumer_key, sealed_secret, created_at)
             select {id}, a.id, 'Consumer ' || {i}, 'consumer ' || {i}, 'key' || {i}, {no_bytes}, 1
             from accounts a cross join ({}) as n;",
            numbers(50),
            numbers(20),
            i = text("n.i"),
        ))
        .await;
    house
        .execute(&format!(
            "create temporary table us as select row_number() over (order by name) - 1 as i, id, account_id
                 from users where email like '%example.org';
             create temporary table cs as select row_number() over (order by name) - 1 as i, id from consumers;
             insert into tokens (id, account_id, consumer_id, user_id, token, sealed_secret, integration, integration_key,
                                 created_at, revoked_at, last_used_at)
             select {id}, us.account_id, cs.id, us.id, 'token' || {i}, {no_bytes}, 'Kind ' || {kind}, 'kind ' || {kind},
                    1000 + n.i / 7, case when n.i % 10 = 0 then 5 else 0 end, case when n.i % 3 = 0 then 0 else n.i end
             from ({}) as n join us on us.i = n.i % 50 join cs on cs.i = n.i % 20;
             analyze;",
            numbers(100_000),
            i = text("n.i"),
            kind = text("n.i % 30"),
        ))
        .await;
}

/// How long a page takes at best; a busy machine makes some runs longer.
async fn cost(house: &House, actor: &Actor, query: &TokenQuery) -> (Duration, domain::oauth1::tokens::TokenPage) {
    let mut best = Duration::MAX;
    let mut page = None;
    for _ in 0..5 {
        let begun = Instant::now();
        page = Some(tokens::list(&house.portal, actor, query).await.unwrap());
        best = best.min(begun.elapsed());
    }
    (best, page.unwrap())
}

async fn the_last_page_of_many_costs_what_the_first_does(house: House) {
    let ada = house.set_up().await;
    fill(&house).await;
    for sort in SORTS {
        for reverse in [false, true] {
            let first = TokenQuery {
                sort,
                reverse,
                filter: TokenFilter::All,
                ..TokenQuery::default()
            };
            let (first_cost, page) = cost(&house, &ada.actor, &first).await;
            assert_eq!((page.tokens.len(), page.total), (25, MAX_COUNTED + 1));
            // The end of this order is the start of the other.
            let other = TokenQuery {
                reverse: !reverse,
                ..first.clone()
            };
            let end = tokens::list(&house.portal, &ada.actor, &other)
                .await
                .unwrap()
                .next
                .unwrap();
            let last = TokenQuery {
                place: Place::After(end),
                ..first.clone()
            };
            let (last_cost, page) = cost(&house, &ada.actor, &last).await;
            assert_eq!((page.tokens.len(), page.next), (24, None));
            assert!(page.previous.is_some());
            let limit = 3 * first_cost + Duration::from_millis(20);
            println!("{sort:?} reverse {reverse}: first {first_cost:?}, last {last_cost:?}");
            assert!(
                last_cost < limit,
                "{sort:?} {reverse}: first {first_cost:?}, last {last_cost:?}"
            );
            assert!(
                first_cost < Duration::from_millis(100),
                "{sort:?} {reverse}: {first_cost:?}"
            );
        }
    }
    for (search, filter) in [
        ("person 17", TokenFilter::Current),
        ("nothing", TokenFilter::All),
        ("", TokenFilter::Ended),
    ] {
        let query = TokenQuery {
            search: search.to_owned(),
            filter,
            ..TokenQuery::default()
        };
        let (cost, page) = cost(&house, &ada.actor, &query).await;
        println!("search {search:?} {filter:?}: {cost:?}, {} found", page.total);
        assert!(cost < Duration::from_secs(1), "{search}: {cost:?}");
    }
}
