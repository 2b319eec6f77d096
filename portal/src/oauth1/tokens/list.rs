//! The list of tokens: searched, filtered, sorted, and paged by key, so that the last page costs what the first does.

use crate::accounts::users::{like, like_email};
use crate::auth::actor::Actor;
use crate::database::{Connection, fetch_all, fetch_optional};
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::oauth1::consumers::account;
use crate::oauth1::tokens::order::{Order, Reading, order};
use domain::accounts::rights::Right;
use domain::ids::{AccountId, ConsumerId, TokenId, UserId};
use domain::oauth1::tokens::{
    Cursor, MAX_COUNTED, PAGE_SIZE, Place, Token, TokenFilter, TokenPage, TokenQuery, TokenSort, TokenState,
};
use domain::time::Timestamp;
use sqlx::AssertSqlSafe;

/// How many rows a page has.
const PAGE: usize = PAGE_SIZE as usize;

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
    expires_at: Timestamp,
    revoked_at: Timestamp,
    last_used_at: Timestamp,
    last_used_from: String,
    /// What the list is sorted by, as text.
    sorted_by: String,
    /// How many match in all, up to one more than [`MAX_COUNTED`].
    total: i64,
}

impl Row {
    /// The row's place. Where the list is sorted by a name, whose name it is belongs to it: a cursor outlives its token.
    fn cursor(&self, sort: TokenSort) -> Cursor {
        let owner = match sort {
            TokenSort::User => Some(self.user_id.0),
            TokenSort::Consumer => Some(self.consumer_id.0),
            TokenSort::Integration | TokenSort::Created | TokenSort::Used => None,
        };
        let value = match owner {
            Some(owner) => format!("{}.{}", owner.simple(), self.sorted_by),
            None => self.sorted_by.clone(),
        };
        Cursor { id: self.id, value }
    }

    fn token(self, now: Timestamp) -> Token {
        let state = if self.revoked_at.0 > 0 {
            TokenState::Revoked
        } else if self.expires_at.0 > 0 && self.expires_at <= now {
            TokenState::Expired
        } else if self.user_active {
            TokenState::Active
        } else {
            TokenState::Suspended
        };
        let at = |time: Timestamp| (time.0 > 0).then_some(time);
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
            expires_at: at(self.expires_at),
            revoked_at: at(self.revoked_at),
            last_used_at: at(self.last_used_at),
            last_used_from: Some(self.last_used_from).filter(|from| !from.is_empty()),
        }
    }
}

/// Bound as: $1 account, $2 search pattern or nothing, $3 now, $4 consumer, $10 search pattern of e-mails or nothing.
fn condition(filter: TokenFilter, pattern: &str) -> String {
    let state = match filter {
        TokenFilter::Current => "t.revoked_at = 0 and (t.expires_at = 0 or t.expires_at > $3)",
        TokenFilter::Ended => "(t.revoked_at > 0 or (t.expires_at > 0 and t.expires_at <= $3))",
        TokenFilter::All => "$3 > 0",
    };
    // A statement with a bound pattern is compiled by SQLite each time that it runs.
    let search = if pattern.is_empty() {
        "$2 = '' and $10 = ''"
    } else {
        "(t.integration_key like $2 escape '!'
          or t.user_id in (select id from users where account_id = $1
                           and (name_key like $2 escape '!' or email_key like $2 escape '!'
                                or email_key like $10 escape '!'))
          or t.consumer_id in (select id from consumers where account_id = $1 and name_key like $2 escape '!'))"
    };
    format!("t.account_id = $1 and ($4 is null or t.consumer_id = $4) and {state} and {search}")
}

const COLUMNS: &str = "t.id, t.token, t.user_id, u.name as user_name, u.email as user_email, u.active as user_active,
    t.consumer_id, c.name as consumer, t.integration, m.name as created_by, t.created_at, t.expires_at, t.revoked_at,
    t.last_used_at, t.last_used_from";

/// One page of the account's tokens.
///
/// # Errors
/// [`Error::Forbidden`] without Admin settings and View Bynder API tokens, [`Error::Disabled`] where the account lacks
/// the feature.
pub async fn list(portal: &Portal, actor: &Actor, query: &TokenQuery) -> Result<TokenPage> {
    let account = account(actor, Right::ViewApiTokens)?;
    let (pattern, email_pattern) = match like(&query.search) {
        search if search.is_empty() => (String::new(), String::new()),
        search => (format!("%{search}%"), format!("%{}%", like_email(&query.search))),
    };
    let now = portal.now();
    let mut db = portal.read().await?;
    let order = order(query);
    let reading = match &query.place {
        Place::Start => Reading::Start,
        Place::After(cursor) => order.bound(cursor).map_or(Reading::Start, Reading::After),
        Place::Before(cursor) => order.bound(cursor).map_or(Reading::Start, Reading::Before),
    };
    let selection = Selection {
        account,
        query,
        pattern: &pattern,
        email_pattern: &email_pattern,
        now,
    };
    let mut page = read(&mut db, selection, &order, &reading).await?;
    // Whoever pages past the end, or back to what is less than a page by now, gets the first page.
    let is_short = match reading {
        Reading::Start => false,
        Reading::After(_) => page.rows.is_empty(),
        Reading::Before(_) => !page.has_previous && page.rows.len() < PAGE,
    };
    if is_short {
        page = read(&mut db, selection, &order, &Reading::Start).await?;
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

/// Which tokens are meant.
#[derive(Clone, Copy)]
struct Selection<'a> {
    account: AccountId,
    query: &'a TokenQuery,
    pattern: &'a str,
    email_pattern: &'a str,
    now: Timestamp,
}

/// The rows of a page in the list's order, and whether there are others on either side.
struct Page {
    rows: Vec<Row>,
    has_previous: bool,
    has_next: bool,
}

async fn read(
    db: &mut impl Connection,
    selection: Selection<'_>,
    order: &Order,
    reading: &Reading<'_>,
) -> Result<Page> {
    let Order {
        tables,
        key,
        owner,
        is_number,
        descending,
    } = *order;
    let (bound, backwards) = match reading {
        Reading::Start => (None, false),
        Reading::After(bound) => (Some(*bound), false),
        Reading::Before(bound) => (Some(*bound), true),
    };
    let (comparison, direction) = if descending == backwards {
        (">", "asc")
    } else {
        ("<", "desc")
    };
    let value = if is_number { "cast($6 as bigint)" } else { "$6" };
    // What follows a row is the rest of its owner's tokens, then those of other owners: asked for apart, each is a range of
    // an index. A parameter that a statement did not name would be one too many for SQLite.
    let places = match (bound, owner) {
        (None, _) => vec!["$5 is null and $6 is null and $7 is null".to_owned()],
        (Some(_), None) => vec![format!("({key}, t.id) {comparison} ({value}, $5) and $7 is null")],
        (Some(_), Some(owner)) => vec![
            format!("{owner} = $7 and t.id {comparison} $5 and $6 is not null"),
            format!("({key}, {owner}) {comparison} ({value}, $7) and $5 is not null"),
        ],
    };
    let condition = condition(selection.query.filter, selection.pattern);
    let sorted = match owner {
        None => format!("{key} {direction}, t.id {direction}"),
        Some(owner) => format!("{key} {direction}, {owner} {direction}, t.id {direction}"),
    };
    let mut rows = Vec::new();
    for place in places {
        // Counted with the first rows: asking for it apart would take as long as the rows do.
        let sql = format!(
            "select {COLUMNS}, cast({key} as text) as sorted_by,
                (select count(*) from (select 1 from tokens t where {condition} limit $9) as counted) as total
             from {tables} left join users m on m.id = t.created_by
             where u.id = t.user_id and c.id = t.consumer_id and u.account_id = $1 and c.account_id = $1
               and {condition} and {place}
             order by {sorted} limit $8"
        );
        rows.append(&mut fetch_all!(
            db,
            Row,
            AssertSqlSafe(sql),
            selection.account,
            selection.pattern,
            selection.now,
            selection.query.consumer,
            bound.map(|bound| bound.id),
            bound.map(|bound| bound.key),
            bound.and_then(|bound| bound.owner),
            PAGE_SIZE + 1,
            MAX_COUNTED + 1,
            selection.email_pattern
        )?);
        if rows.len() > PAGE {
            break;
        }
    }
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    // Coming from the other side, there is always something where one came from.
    let came_from = bound.is_some();
    if backwards {
        rows.reverse();
        return Ok(Page {
            rows,
            has_previous: more,
            has_next: came_from,
        });
    }
    Ok(Page {
        rows,
        has_previous: came_from,
        has_next: more,
    })
}

/// One token.
///
/// # Errors
/// As [`list`], and [`Error::NotFound`] where the account has none such.
pub async fn get(portal: &Portal, actor: &Actor, id: TokenId) -> Result<Token> {
    let account = account(actor, Right::ViewApiTokens)?;
    let mut db = portal.read().await?;
    let row = fetch_optional!(
        &mut db,
        Row,
        AssertSqlSafe(format!(
            "select {COLUMNS}, '' as sorted_by, cast(1 as bigint) as total
             from tokens t join users u on u.id = t.user_id join consumers c on c.id = t.consumer_id
             left join users m on m.id = t.created_by
             where t.id = $1 and t.account_id = $2"
        )),
        id,
        account
    )?;
    row.map(|row| row.token(portal.now())).ok_or(Error::NotFound("token"))
}
