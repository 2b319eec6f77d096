use rstest::rstest;
use std::collections::BTreeSet;
use testing::{Engine, TestPortal};

/// Lists the columns of every table, and whether they are nullable.
const SQLITE_COLUMNS: &str =
    "select t.name || '.' || c.name || case when c.\"notnull\" = 1 then ' not null' else '' end
     from sqlite_master t join pragma_table_xinfo(t.name) c
     where t.type = 'table' and t.name not like 'sqlite!_%' escape '!' and t.name <> '_sqlx_migrations'";

const POSTGRES_COLUMNS: &str = "select cast(table_name as text) || '.' || cast(column_name as text)
         || case when is_nullable = 'NO' then ' not null' else '' end
     from information_schema.columns where table_schema = 'public' and table_name <> '_sqlx_migrations'";

/// Lists the primary keys and the named indexes with their columns.
const SQLITE_INDEXES: &str = "select t.name || ': ' || case when i.origin = 'pk' then 'primary key' else i.name end
         || case when i.\"unique\" = 1 then ' unique' else '' end || case when i.partial = 1 then ' partial' else '' end
         || ' (' || (select group_concat(column_name, ', ') from (
                         select coalesce(c.name, 'expression') as column_name from pragma_index_info(i.name) c
                         order by c.seqno)) || ')'
     from sqlite_master t join pragma_index_list(t.name) i where t.type = 'table' and t.name <> '_sqlx_migrations'
     -- The row id is a primary key without an index.
     union all
     select t.name || ': primary key unique (' || c.name || ')' from sqlite_master t join pragma_table_info(t.name) c
     where t.type = 'table' and t.name not like 'sqlite!_%' escape '!' and c.pk > 0
       and not exists (select 1 from pragma_index_list(t.name) i where i.origin = 'pk')";

const POSTGRES_INDEXES: &str = "select cast(t.relname as text) || ': '
         || case when i.indisprimary then 'primary key' else cast(n.relname as text) end
         || case when i.indisunique then ' unique' else '' end
         || case when i.indpred is not null then ' partial' else '' end
         || ' (' || (select string_agg(coalesce(cast(c.attname as text), 'expression'), ', ' order by k.position)
                     from unnest(cast(i.indkey as smallint[])) with ordinality as k (number, position)
                     left join pg_attribute c on c.attrelid = i.indrelid and c.attnum = k.number) || ')'
     from pg_index i join pg_class t on t.oid = i.indrelid join pg_class n on n.oid = i.indexrelid
     where t.relnamespace = 'public'::regnamespace and t.relname <> '_sqlx_migrations'";

async fn schema(engine: Engine) -> (BTreeSet<String>, BTreeSet<String>) {
    let test = TestPortal::start(engine).await;
    let (columns, indexes) = match engine {
        Engine::Sqlite => (SQLITE_COLUMNS, SQLITE_INDEXES),
        Engine::Postgres => (POSTGRES_COLUMNS, POSTGRES_INDEXES),
    };
    (
        test.query_column(columns).await.into_iter().collect(),
        test.query_column(indexes).await.into_iter().collect(),
    )
}

/// Names the engine, so that a run without a PostgreSQL server leaves it out.
#[rstest]
#[tokio::test]
async fn schema_is_the_same_as_on_sqlite(#[values(Engine::Postgres)] engine: Engine) {
    let (sqlite, postgres) = (schema(Engine::Sqlite).await, schema(engine).await);
    assert!(sqlite.0.contains("tokens.expires_at"));
    assert!(
        sqlite
            .1
            .contains("consumers: consumers_name_unique unique (account_id, name_key)")
    );
    assert_eq!(sqlite.0, postgres.0);
    assert_eq!(sqlite.1, postgres.1);
}
