use crate::support::{House, open};
use portal::Error;

both!(
    opening_again_changes_nothing,
    nodes_that_start_at_once_migrate_once,
    a_database_of_a_newer_version_is_refused,
);

async fn opening_again_changes_nothing(house: House) {
    let ada = house.set_up().await;
    let before = house.texts("select cast(version as text) from _sqlx_migrations").await;
    for _ in 0..2 {
        let portal = house.another_node().await;
        assert!(
            portal::auth::sessions::find(&portal, ada.cookie.expose())
                .await
                .unwrap()
                .is_some()
        );
    }
    assert_eq!(
        house.texts("select cast(version as text) from _sqlx_migrations").await,
        before
    );
}

async fn nodes_that_start_at_once_migrate_once(house: House) {
    let empty = match house.location.clone() {
        portal::Location::File(path) => portal::Location::File(path.with_file_name("empty.db")),
        portal::Location::Postgres(url) => {
            house.execute("drop schema public cascade; create schema public").await;
            portal::Location::Postgres(url)
        }
    };
    let starts: Vec<_> = (0..6)
        .map(|_| {
            let (location, clock, keyring) = (empty.clone(), house.clock.clone(), house.keyring());
            tokio::spawn(async move { open(&location, &clock, keyring).await.map(|_| ()) })
        })
        .collect();
    for start in starts {
        start.await.unwrap().unwrap();
    }
    let house = House {
        portal: open(&empty, &house.clock, house.keyring()).await.unwrap(),
        location: empty,
        ..house
    };
    house.set_up().await;
    assert_eq!(house.count("master_key_checks").await, 1);
}

async fn a_database_of_a_newer_version_is_refused(house: House) {
    house
        .execute(
            "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
             select 9000, 'from the future', success, checksum, execution_time from _sqlx_migrations where version = 1",
        )
        .await;
    let refused = open(&house.location, &house.clock, house.keyring()).await;
    assert_refused!(
        refused,
        Error::Unavailable {
            message: "the database could not be migrated",
            ..
        }
    );
}
