//! Lists tokens with search, filter, sort order and keyset pagination, so that the last page costs as much as the
//! first.

use crate::database::like::{email_like_pattern, like_pattern};
use crate::database::{AsExecutor, fetch_all, fetch_optional};
use crate::infra::actor::Actor;
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::oauth1::consumers::authorize;
use crate::oauth1::tokens::order::{Order, PageStart, order};
use crate::oauth1::tokens::statements::{TOKEN_COLUMNS, page_statements};
use domain::accounts::rights::Right;
use domain::ids::{AccountId, ConsumerId, TokenId, UserId};
use domain::oauth1::tokens::{
    Cursor, MAX_COUNTED, PAGE_SIZE, PagePosition, Token, TokenPage, TokenQuery, TokenSort, TokenState,
};
use domain::time::Timestamp;
use sqlx::AssertSqlSafe;

/// The number of rows on a page.
const PAGE_ROWS: usize = PAGE_SIZE as usize;

#[derive(sqlx::FromRow)]
struct Row {
    id: TokenId,
    token: String,
    user_id: UserId,
    user_name: String,
    user_email: String,
    user_active: bool,
    consumer_id: ConsumerId,
    consumer: String,
    integration: String,
    created_by: Option<String>,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
    revoked_at: Option<Timestamp>,
    last_used_at: Option<Timestamp>,
    last_used_from: Option<String>,
    /// The sort key as text.
    sorted_by: String,
    /// The total number of matches, up to one more than [`MAX_COUNTED`].
    total: i64,
}

impl Row {
    /// Returns the row's cursor. If the list is sorted by a name, the cursor includes the id of the row with that name,
    /// because a cursor outlives its token.
    fn cursor(&self, sort: TokenSort) -> Cursor {
        let tie_breaker = match sort {
            TokenSort::User => Some(self.user_id.0),
            TokenSort::Consumer => Some(self.consumer_id.0),
            TokenSort::Integration | TokenSort::Created | TokenSort::Used => None,
        };
        let value = match tie_breaker {
            Some(tie_breaker) => format!("{}.{}", tie_breaker.simple(), self.sorted_by),
            None => self.sorted_by.clone(),
        };
        Cursor { id: self.id, value }
    }

    fn token(self, now: Timestamp) -> Token {
        let state = if self.revoked_at.is_some() {
            TokenState::Revoked
        } else if self.expires_at.is_some_and(|expires_at| expires_at <= now) {
            TokenState::Expired
        } else if self.user_active {
            TokenState::Active
        } else {
            TokenState::Suspended
        };
        Token {
            id: self.id,
            token: self.token,
            user_id: self.user_id,
            user: self.user_name,
            user_email: self.user_email,
            consumer_id: self.consumer_id,
            consumer: self.consumer,
            integration: self.integration,
            state,
            created_by: self.created_by,
            created_at: self.created_at,
            expires_at: self.expires_at,
            revoked_at: self.revoked_at,
            last_used_at: self.last_used_at,
            last_used_from: self.last_used_from,
        }
    }
}

/// Returns one page of the account's tokens.
///
/// # Errors
/// [`Error::Forbidden`] without Admin settings and View Bynder API tokens, [`Error::Disabled`] if the account lacks the
/// feature.
pub async fn list(portal: &Portal, actor: &Actor, query: &TokenQuery) -> Result<TokenPage> {
    let account = authorize(actor, Right::ViewApiTokens)?;
    let (pattern, email_pattern) = match like_pattern(&query.search) {
        search if search.is_empty() => (String::new(), String::new()),
        search => (
            format!("%{search}%"),
            format!("%{}%", email_like_pattern(&query.search)),
        ),
    };
    let now = portal.now();
    let mut db = portal.read().await?;
    let order = order(query);
    let start = match &query.position {
        PagePosition::Start => PageStart::Start,
        PagePosition::After(cursor) => order.decode_cursor(cursor).map_or(PageStart::Start, PageStart::After),
        PagePosition::Before(cursor) => order.decode_cursor(cursor).map_or(PageStart::Start, PageStart::Before),
    };
    let selection = TokenSelection {
        account,
        query,
        pattern: &pattern,
        email_pattern: &email_pattern,
        now,
    };
    let mut page = read_page(&mut db, selection, &order, &start).await?;
    // A request past the end, or back to less than a full page, gets the first page.
    let is_short = match start {
        PageStart::Start => false,
        PageStart::After(_) => page.rows.is_empty(),
        PageStart::Before(_) => !page.has_previous && page.rows.len() < PAGE_ROWS,
    };
    if is_short {
        page = read_page(&mut db, selection, &order, &PageStart::Start).await?;
    }
    let total = page.rows.first().map_or(0, |row| row.total);
    let any_in_account = total > 0
        || fetch_optional!(
            &mut db,
            (TokenId,),
            "select id from tokens where account_id = $1 limit 1",
            account
        )?
        .is_some();
    let Page {
        rows,
        has_previous,
        has_next,
    } = page;
    let next = rows.last().filter(|_| has_next).map(|row| row.cursor(query.sort));
    let previous = rows.first().filter(|_| has_previous).map(|row| row.cursor(query.sort));
    let tokens = rows.into_iter().map(|row| row.token(now)).collect();
    Ok(TokenPage {
        tokens,
        total,
        any_in_account,
        next,
        previous,
    })
}

/// Selects the tokens to list.
#[derive(Clone, Copy)]
struct TokenSelection<'a> {
    account: AccountId,
    query: &'a TokenQuery,
    pattern: &'a str,
    email_pattern: &'a str,
    now: Timestamp,
}

/// Holds the rows of a page in the list's order, and whether there are more on either side.
struct Page {
    rows: Vec<Row>,
    has_previous: bool,
    has_next: bool,
}

async fn read_page(
    db: &mut impl AsExecutor,
    selection: TokenSelection<'_>,
    order: &Order,
    start: &PageStart<'_>,
) -> Result<Page> {
    let (cursor, backwards) = match start {
        PageStart::Start => (None, false),
        PageStart::After(cursor) => (Some(*cursor), false),
        PageStart::Before(cursor) => (Some(*cursor), true),
    };
    let mut rows = Vec::new();
    for sql in page_statements(selection.query.filter, !selection.pattern.is_empty(), order, start) {
        rows.append(&mut fetch_all!(
            db,
            Row,
            AssertSqlSafe(sql),
            selection.account,
            selection.pattern,
            selection.now,
            selection.query.consumer,
            cursor.map(|cursor| cursor.id),
            cursor.map(|cursor| cursor.key),
            cursor.and_then(|cursor| cursor.tie_breaker),
            PAGE_SIZE + 1,
            MAX_COUNTED + 1,
            selection.email_pattern
        )?);
        if rows.len() > PAGE_ROWS {
            break;
        }
    }
    let has_more = rows.len() > PAGE_ROWS;
    rows.truncate(PAGE_ROWS);
    // A page reached by a cursor always has rows on the side it came from.
    let has_cursor = cursor.is_some();
    if backwards {
        rows.reverse();
        return Ok(Page {
            rows,
            has_previous: has_more,
            has_next: has_cursor,
        });
    }
    Ok(Page {
        rows,
        has_previous: has_cursor,
        has_next: has_more,
    })
}

/// Returns a token.
///
/// # Errors
/// As [`list`], and [`Error::NotFound`] if the account has no such token.
pub async fn get(portal: &Portal, actor: &Actor, id: TokenId) -> Result<Token> {
    let account = authorize(actor, Right::ViewApiTokens)?;
    let mut db = portal.read().await?;
    let row = fetch_optional!(
        &mut db,
        Row,
        AssertSqlSafe(format!(
            "select {TOKEN_COLUMNS}, '' as sorted_by, cast(1 as bigint) as total
             from tokens t join users u on u.id = t.user_id join consumers c on c.id = t.consumer_id
             left join users m on m.id = t.created_by
             where t.id = $1 and t.account_id = $2"
        )),
        id,
        account
    )?;
    row.map(|row| row.token(portal.now())).ok_or(Error::NotFound("token"))
}
