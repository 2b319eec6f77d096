//! Prepares every SQL statement of the workspace on both engines.

mod literals;
mod source;

use rstest::rstest;
use source::{Source, Target};
use std::collections::BTreeMap;
use testing::{Engine, TestPortal};

/// The statements that are composed at run time, by file. Unit tests prepare them, next to what composes them.
const COMPOSED: [(&str, usize); 5] = [
    // The macros that run the statements of all others.
    ("portal/src/database/mod.rs", 5),
    ("portal/src/key_rotation.rs", 2),
    ("portal/src/oauth1/nonces/mod.rs", 1),
    // `every_list_statement_is_valid` in `statements.rs`.
    ("portal/src/oauth1/tokens/list.rs", 1),
    ("portal/src/oauth2/writer.rs", 1),
];

#[test]
fn every_statement_is_found() {
    let mut composed = BTreeMap::<&str, Vec<&str>>::new();
    let found = Source::of_workspace().statements();
    for unknown in &found.unknown {
        composed.entry(&unknown.file).or_default().push(&unknown.text);
    }
    let counts: Vec<(&str, usize)> = composed.iter().map(|(file, unknown)| (*file, unknown.len())).collect();
    assert_eq!(
        counts, COMPOSED,
        "list the composed statements and prepare them in a unit test: {composed:#?}"
    );
    assert!(found.known.len() > 200, "only {} statements found", found.known.len());
    let elsewhere = found
        .known
        .iter()
        .find(|statement| !statement.file.starts_with("portal/"));
    assert!(elsewhere.is_none(), "only portal runs SQL: {elsewhere:?}");
}

#[rstest]
#[tokio::test]
async fn every_statement_is_valid(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let runs_here = |target: Target| match engine {
        Engine::Sqlite => target != Target::Postgres,
        Engine::Postgres => target != Target::Sqlite,
    };
    let found = Source::of_workspace().statements();
    let statements: Vec<String> = found
        .known
        .into_iter()
        .filter(|statement| runs_here(statement.target))
        .map(|statement| statement.sql)
        .collect();
    assert_eq!(test.invalid_statements(&statements).await, Vec::<String>::new());
}

#[rstest]
#[tokio::test]
async fn invalid_statement_is_reported(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    for (invalid, reason) in [
        ("selects id from accounts", "syntax"),
        ("select id from nowhere where id = $1", "nowhere"),
        ("select nothing from accounts where id = $1", "nothing"),
        ("update accounts set nothing = $1 where $1 is null", "nothing"),
    ] {
        let statements = ["select id from accounts where id = $1", invalid].map(str::to_owned);
        let reported = test.invalid_statements(&statements).await;
        assert_eq!(reported.len(), 1, "{reported:?}");
        assert!(reported[0].ends_with(invalid), "{reported:?}");
        assert!(reported[0].contains(reason), "{reported:?}");
    }
}

/// Returns the statements of a file with this code in a function, each as its target and text, and the unknown ones.
fn statements_in(code: &str) -> (Vec<(Target, String)>, Vec<String>) {
    let file = format!("const NAME: &str = \"name\"; async fn operation() {{ {code} }}");
    let found = Source::parse([("portal/src/users.rs".to_owned(), file)]).statements();
    (
        found.known.into_iter().map(|known| (known.target, known.sql)).collect(),
        found.unknown.into_iter().map(|unknown| unknown.text).collect(),
    )
}

#[rstest]
#[case::literal(r#"fetch_all!(&mut db, (Vec<u8>,), "select 1", id)?;"#, Target::Both, &["select 1"])]
#[case::within_an_expression(r#"rows.extend(execute!(db, "select 1")?);"#, Target::Both, &["select 1"])]
#[case::within_a_closure(r#"let run = || async { execute!(db, "select 1") };"#, Target::Both, &["select 1"])]
#[case::constant("execute!(db, super::NAME)?;", Target::Both, &["name"])]
#[case::variable(r#"let sql = if on { "a" } else { "b" }; execute!(db, sql, id)?;"#, Target::Both, &["a", "b"])]
#[case::matched(r#"execute!(db, match x { 1 => "a", _ => { "b" } })?;"#, Target::Both, &["a", "b"])]
#[case::formatted(
    r#"fetch_one!(db, Row, AssertSqlSafe(format!("{NAME} {{{}}} {NAME}", "x")))?;"#,
    Target::Both,
    &["name {x} name"]
)]
#[case::of_sqlite(r#"sqlx::query::<Sqlite>("a").execute(&mut db).await?;"#, Target::Sqlite, &["a"])]
#[case::of_postgres(r#"sqlx::query_scalar::<sqlx::Postgres, i64>("a");"#, Target::Postgres, &["a"])]
#[case::run_directly(r#"connection.execute("a").await?;"#, Target::Both, &["a"])]
#[case::passed_as_text(r#"begin(connection, Some("a".into_sql_str()));"#, Target::Both, &["a"])]
fn statement_is_found(#[case] code: &str, #[case] target: Target, #[case] expected: &[&str]) {
    let (known, unknown) = statements_in(code);
    let expected: Vec<_> = expected.iter().map(|sql| (target, (*sql).to_owned())).collect();
    assert_eq!(known, expected);
    assert_eq!(unknown, Vec::<String>::new());
}

#[rstest]
#[case::parameter("execute!(db, sql)?;")]
#[case::call("execute!(db, compose(account))?;")]
#[case::shadowed_variable(r#"{ let sql = "a"; } execute!(db, sql)?;"#)]
#[case::formatted_with_unknown_value(r#"let sql = format!("select {column}"); execute!(db, AssertSqlSafe(sql))?;"#)]
#[case::formatted_with_width(r#"execute!(db, AssertSqlSafe(format!("select {NAME:>9}")))?;"#)]
#[case::function("sqlx::raw_sql(sql);")]
#[case::run_directly("connection.execute(AssertSqlSafe(sql)).await?;")]
#[case::builder("sqlx::QueryBuilder::new(sql);")]
#[case::within_a_macro_definition("macro_rules! run { ($sql:expr) => { execute!(db, $sql) }; }")]
#[case::within_another_macro(r#"assert!(execute!(db, "a").is_ok());"#)]
fn statement_of_unknown_text_is_reported(#[case] code: &str) {
    let (known, unknown) = statements_in(code);
    assert!(known.is_empty(), "{known:?}");
    assert_eq!(unknown.len(), 1, "{unknown:?}");
}
