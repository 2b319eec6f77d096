//! Tests that stored texts are escaped on every page.
//!
//! A markup marker is appended to every text column of the demo account's database, which also covers columns that are
//! added later. Then every linked page is checked.

use super::{MARKER, assert_no_markup};
use crate::test_site::TestSite;
use portal::demo;
use server::config::Overrides;
use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use testing::Engine;

/// Columns without text from users or clients: codes, keys, digests, and values that are parsed when they are read.
const NOT_FREE_TEXT: [&str; 42] = [
    "account_features.feature",
    "accounts.language",
    "accounts.time_zone",
    "audit_records.detail",
    "audit_records.via",
    "authorization_codes.code_challenge",
    "authorization_codes.scopes",
    "access_tokens.scopes",
    "requested_fields.name_key",
    "connection_tests.steps",
    "consumers.consumer_key",
    "consumers.name_key",
    "consumers.rsa_public_key",
    "email_links.kind",
    "idempotency_keys.key",
    "idempotency_keys.outcome",
    "jobs.kind",
    "jobs.payload",
    "oauth_apps.grant_code",
    "oauth_apps.name_key",
    "oauth_apps.signing_algorithm",
    "oauth_apps.scopes",
    "oauth_consents.scopes",
    "oauth_grants.scopes",
    "oauth_used_scopes.scope",
    "outbox.kind",
    "outbox.message_id",
    "profile_rights.right_code",
    "profiles.name_key",
    "remote_logs.message_key",
    "request_tokens.token",
    "one_time_secrets.kind",
    "settings.document",
    "settings_revisions.differences",
    "settings_revisions.more_differences",
    "tokens.token",
    "users.email_key",
    "users.name_key",
    "users.password_hash",
    "tokens.integration_key",
    "rsa_signing_keys.kid",
    "signing_keys.kid",
];

/// Returns whether users or clients choose the column's values. Tables that begin with `_` belong to the migrations.
fn is_free_text(table: &str, column: &str) -> bool {
    !table.starts_with('_') && !NOT_FREE_TEXT.contains(&format!("{table}.{column}").as_str())
}

/// Appends the marker to every free text in the database and in its JSON documents, and returns the number of columns.
async fn mark_all_texts(site: &TestSite) -> usize {
    let path = site.folder().join("gatehouse.db");
    let mut db = SqliteConnection::connect(&format!("sqlite://{}", path.display()))
        .await
        .unwrap();
    let columns = sqlx::query(
        "select m.name, c.name from sqlite_master m join pragma_table_info(m.name) c
         where m.type = 'table' and m.name not like 'sqlite%' and lower(c.type) = 'text'",
    )
    .fetch_all(&mut db)
    .await
    .unwrap();
    let mut marked = 0;
    for column in columns {
        let (table, column): (String, String) = (column.get(0), column.get(1));
        if is_free_text(&table, &column) {
            let sql = format!("update {table} set {column} = {column} || $1 where {column} <> ''");
            let done = sqlx::query(AssertSqlSafe(sql))
                .bind(MARKER)
                .execute(&mut db)
                .await
                .unwrap();
            marked += usize::from(done.rows_affected() > 0);
        }
    }
    for (table, column) in [
        ("audit_records", "detail"),
        ("settings", "document"),
        ("settings_revisions", "differences"),
        ("connection_tests", "steps"),
    ] {
        let rows = sqlx::query(AssertSqlSafe(format!("select distinct {column} from {table}")))
            .fetch_all(&mut db)
            .await
            .unwrap();
        for row in rows {
            let text: String = row.get(0);
            let mut json = serde_json::from_str(&text).unwrap();
            mark_json(&mut json, "");
            sqlx::query(AssertSqlSafe(format!(
                "update {table} set {column} = $1 where {column} = $2"
            )))
            .bind(json.to_string())
            .bind(&text)
            .execute(&mut db)
            .await
            .unwrap();
        }
    }
    marked
}

/// Appends the marker to strings that users enter, selected by member name.
fn mark_json(json: &mut serde_json::Value, name: &str) {
    match json {
        serde_json::Value::String(text)
            if matches!(
                name,
                "field" | "defaultSearchTerm" | "clientId" | "detail" | "name" | "email" | "integration" | "note"
            ) =>
        {
            text.push_str(MARKER);
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(|item| mark_json(item, name)),
        serde_json::Value::Object(members) => members.iter_mut().for_each(|(name, value)| mark_json(value, name)),
        _ => {}
    }
}

/// Returns the same-origin URLs that a page links to.
fn links(page: &str) -> BTreeSet<String> {
    page.split(" href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .filter(|address| address.starts_with('/') && !address.starts_with("//"))
        .map(|address| address.split('#').next().unwrap().replace("&amp;", "&"))
        .filter(|address| {
            !address.starts_with("/pkg/") && !address.starts_with("/favicon") && !address.starts_with("/fn/")
        })
        .collect()
}

/// Returns the pattern of a URL, without ids and query values, so that each kind of page is read only a few times.
fn page_pattern(address: &str) -> String {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let path: Vec<&str> = path
        .split('/')
        .map(|part| if part.len() == 36 { ":id" } else { part })
        .collect();
    let names: BTreeSet<&str> = query
        .split('&')
        .map(|pair| match pair.split_once('=') {
            Some(("dialog", _)) => pair,
            Some((name, _)) => name,
            None => pair,
        })
        .collect();
    format!("{}?{}", path.join("/"), names.into_iter().collect::<Vec<_>>().join("&"))
}

#[tokio::test]
async fn stored_text_is_escaped_on_every_page() {
    let first = TestSite::empty(Engine::Sqlite, Overrides::default()).await;
    let demo = demo::create_if_missing(&first.app.portal).await.unwrap();
    let password = demo.password.unwrap();
    let cookie = first.sign_in_as(demo.logins[0].email, password.expose()).await;
    let marked = mark_all_texts(&first).await;
    assert!(marked >= 20, "only {marked} columns were marked");
    let site = first.start_node().await;

    let mut queue: VecDeque<String> = [
        "/",
        "/nowhere",
        "/sign-in",
        "/forgot-password",
        "/reset-password?token=x",
        "/oauth1/authorise?oauth_token=x",
        "/oauth2/authorise?client_id=x",
    ]
    .map(str::to_owned)
    .into();
    let mut seen = BTreeMap::<String, usize>::new();
    let mut with_marker = BTreeSet::new();
    while let Some(address) = queue.pop_front() {
        // A few of each kind, such as active, expired and another user's.
        let count = seen.entry(page_pattern(&address)).or_default();
        *count += 1;
        if *count > 3 {
            continue;
        }
        let response = site.get(&address, Some(&cookie)).await;
        if !response
            .headers()
            .get("content-type")
            .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
        {
            continue;
        }
        let page = response.text().await.unwrap();
        assert_no_markup(&address, &page);
        if page.contains("&lt;b id=stored-markup") {
            with_marker.insert(page_pattern(&address));
        }
        queue.extend(links(&page));
    }
    for page in [
        "/settings/portal/api-tokens?",
        "/settings/portal/api-tokens/tokens/:id?",
        "/settings/portal/api-tokens/consumers/:id?",
        "/settings/portal/oauth-apps?",
        "/settings/portal/oauth-apps/:id?",
        "/settings/permissions?",
        "/sessions?",
        "/connected-apps?",
        "/password?",
        "/integration?",
        "/integration/fields?",
        "/integration/implementations?",
        "/integration/logs?",
        "/integration/history?",
    ] {
        assert!(
            with_marker.contains(page),
            "no stored text seen on {page}: {with_marker:#?}"
        );
    }
}
