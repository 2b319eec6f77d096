//! Composes the statements of the token list.

use crate::oauth1::tokens::order::{Order, PageStart};
use domain::oauth1::tokens::TokenFilter;

/// The columns of a listed token.
pub(crate) const TOKEN_COLUMNS: &str = "t.id, t.token, t.user_id, u.name as user_name, u.email as user_email,
    u.active as user_active, t.consumer_id, c.name as consumer, t.integration, m.name as created_by, t.created_at,
    t.expires_at, t.revoked_at, t.last_used_at, t.last_used_from";

/// Returns the statements whose rows, one after the other, are a page. Parameters: $1 account, $2 search pattern or empty,
/// $3 now, $4 consumer, $5 to $7 id, key and tie-breaker of the cursor, $8 and $9 the limits of rows and of the total,
/// $10 email search pattern or empty.
pub(crate) fn page_statements(
    filter: TokenFilter,
    has_search: bool,
    order: &Order,
    start: &PageStart<'_>,
) -> Vec<String> {
    let Order {
        tables,
        key,
        tie_breaker,
        is_numeric,
        descending,
    } = *order;
    let (has_cursor, backwards) = match start {
        PageStart::Start => (false, false),
        PageStart::After(_) => (true, false),
        PageStart::Before(_) => (true, true),
    };
    let (comparison, direction) = if descending == backwards {
        (">", "asc")
    } else {
        ("<", "desc")
    };
    let value = if is_numeric { "cast($6 as bigint)" } else { "$6" };
    // The rows after a cursor are the remaining tokens with the same tie-breaker, then those with a later one. Queried
    // separately, each is a range of an index. Every condition names all parameters, because SQLite rejects a parameter
    // that a statement doesn't use.
    let ranges = match (has_cursor, tie_breaker) {
        (false, _) => vec!["$5 is null and $6 is null and $7 is null".to_owned()],
        (true, None) => vec![format!("({key}, t.id) {comparison} ({value}, $5) and $7 is null")],
        (true, Some(tie_breaker)) => vec![
            format!("{tie_breaker} = $7 and t.id {comparison} $5 and $6 is not null"),
            format!("({key}, {tie_breaker}) {comparison} ({value}, $7) and $5 is not null"),
        ],
    };
    let condition = condition(filter, has_search);
    let order_by = match tie_breaker {
        None => format!("{key} {direction}, t.id {direction}"),
        Some(tie_breaker) => format!("{key} {direction}, {tie_breaker} {direction}, t.id {direction}"),
    };
    // The total is counted in the same query: a separate one would take as long as reading the rows.
    let statement = |range: String| {
        format!(
            "select {TOKEN_COLUMNS}, cast({key} as text) as sorted_by,
                (select count(*) from (select 1 from tokens t where {condition} limit $9) as counted) as total
             from {tables} left join users m on m.id = t.created_by
             where u.id = t.user_id and c.id = t.consumer_id and u.account_id = $1 and c.account_id = $1
               and {condition} and {range}
             order by {order_by} limit $8"
        )
    };
    ranges.into_iter().map(statement).collect()
}

/// Returns the `where` clause of the filter and the search.
fn condition(filter: TokenFilter, has_search: bool) -> String {
    let state = match filter {
        TokenFilter::Current => "t.revoked_at is null and (t.expires_at is null or t.expires_at > $3)",
        TokenFilter::Ended => "(t.revoked_at is not null or t.expires_at <= $3)",
        TokenFilter::All => "$3 > 0",
    };
    // SQLite recompiles a statement with a bound pattern each time that it runs.
    let search = if has_search {
        "(t.integration_key like $2 escape '!'
          or t.user_id in (select id from users where account_id = $1
                           and (name_key like $2 escape '!' or email_key like $2 escape '!'
                                or email_key like $10 escape '!'))
          or t.consumer_id in (select id from consumers where account_id = $1 and name_key like $2 escape '!'))"
    } else {
        "$2 = '' and $10 = ''"
    };
    format!("t.account_id = $1 and ($4 is null or t.consumer_id = $4) and {state} and {search}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth1::tokens::order::{DecodedCursor, order};
    use domain::coded_enum::CodedEnum;
    use domain::ids::TokenId;
    use domain::oauth1::tokens::{TokenQuery, TokenSort};
    use rstest::rstest;
    use testing::{Engine, TestPortal};
    use uuid::Uuid;

    /// Returns the statements of every order, filter and kind of page.
    fn statements() -> Vec<String> {
        let cursor = DecodedCursor {
            key: "",
            tie_breaker: None,
            id: TokenId(Uuid::nil()),
        };
        let mut statements = Vec::new();
        for &sort in TokenSort::ALL {
            for reverse in [false, true] {
                let order = order(&TokenQuery {
                    sort,
                    reverse,
                    ..TokenQuery::default()
                });
                for &filter in TokenFilter::ALL {
                    for has_search in [false, true] {
                        for start in [PageStart::Start, PageStart::After(cursor), PageStart::Before(cursor)] {
                            statements.extend(page_statements(filter, has_search, &order, &start));
                        }
                    }
                }
            }
        }
        statements
    }

    #[rstest]
    #[tokio::test]
    async fn every_list_statement_is_valid(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
        let test = TestPortal::start(engine).await;
        assert_eq!(test.invalid_statements(&statements()).await, Vec::<String>::new());
    }
}
