use crate::support::House;
use domain::accounts::rights::{Right, Rights};
use domain::integration::implementations::Connector;
use domain::integration::remote_logs::{Filter, Level, MAX_BATCH, MAX_BYTES, MAX_MESSAGE, MAX_TOTAL_BYTES, Sent};
use domain::integration::settings::{Edit, Saved};
use portal::integration::connectors::{self, Caller};
use portal::integration::remote_logs::Refused;
use portal::integration::{api_keys, implementations, remote_logs, requested_fields, settings};
use portal::{Actor, Error, Portal, maintenance};

both!(
    an_instance_that_is_seen_is_listed,
    an_implementation_is_renamed_and_forgotten,
    an_account_has_so_many_implementations_and_no_more,
    a_field_that_nobody_has_configured_is_offered,
    logs_are_kept_only_while_remote_logging_is_on,
    logs_are_found_by_what_they_say,
    a_bad_record_is_named_and_the_others_are_kept,
    logs_are_kept_for_two_weeks,
    logs_of_an_account_take_so_much_room_and_no_more,
    logs_of_all_accounts_take_so_much_room_and_whoever_has_the_most_loses_some,
    each_operation_asks_for_its_right,
);

const PRODUCTION: &str = "sitecoreai/2.1; instance=\"Production\"; environment=\"live\"";

async fn caller(portal: &Portal, actor: &Actor, connector: &str) -> Caller {
    let key = api_keys::show(portal, actor).await.unwrap();
    let connector = Connector::parse(connector).ok();
    connectors::authenticate(portal, key.expose(), connector)
        .await
        .unwrap()
        .unwrap()
}

fn sent(level: &str, message: &str) -> Sent {
    Sent {
        time: None,
        level: level.to_owned(),
        message: message.to_owned(),
    }
}

async fn accept(portal: &Portal, caller: &Caller, batch: Vec<Sent>) -> Result<usize, Refused> {
    let batch = batch.into_iter().map(Ok).collect();
    let accepted = remote_logs::accept(portal, caller, batch, None).await?;
    Ok(accepted.accepted)
}

async fn switch_on(portal: &Portal, actor: &Actor) {
    let base = settings::get(portal, actor).await.unwrap().revision;
    let saved = settings::save(portal, actor, base, &Edit::RemoteLogging(true))
        .await
        .unwrap();
    assert!(matches!(saved, Saved::New(_)));
}

async fn an_instance_that_is_seen_is_listed(house: House) {
    let ada = house.set_up().await;
    let (portal, actor) = (&house.portal, &*ada.actor);
    caller(portal, actor, "no connector at all").await;
    assert!(implementations::list(portal, actor).await.unwrap().is_empty());
    let production = caller(portal, actor, PRODUCTION).await;
    let listed = implementations::list(portal, actor).await.unwrap();
    assert_eq!(listed[0].title(), "SitecoreAI Production");
    assert_eq!(
        (listed[0].connector.environment.as_str(), listed[0].revision),
        ("live", None)
    );
    let first_seen = portal.now();
    house.advance(600);
    connectors::settings(portal, &production).await.unwrap();
    switch_on(portal, actor).await;
    connectors::settings(portal, &production).await.unwrap();
    // A newer version of the same instance, seen by another node.
    let node = house.another_node().await;
    caller(&node, actor, "SitecoreAI/2.2; instance=\"Production\"").await;
    caller(&node, actor, "xpxm/9.0").await;
    let listed = implementations::list(portal, actor).await.unwrap();
    assert_eq!(listed.len(), 2);
    let production = listed.iter().find(|seen| seen.connector.kind == "sitecoreai").unwrap();
    assert_eq!(
        (production.first_seen_at, production.last_seen_at),
        (first_seen, portal.now())
    );
    assert_eq!(
        (production.revision, production.connector.version.as_str()),
        (Some(1), "2.2")
    );
}

async fn an_implementation_is_renamed_and_forgotten(house: House) {
    let ada = house.set_up().await;
    let bob = house.account("Northwind", "Bob", "bob@example.com").await;
    let (portal, actor) = (&house.portal, &*ada.actor);
    caller(portal, actor, PRODUCTION).await;
    let id = implementations::list(portal, actor).await.unwrap()[0].id;
    implementations::rename(portal, actor, id, "  Web   site ")
        .await
        .unwrap();
    assert_eq!(
        implementations::list(portal, actor).await.unwrap()[0].title(),
        "Web site"
    );
    let long = implementations::rename(portal, actor, id, &"x".repeat(101)).await;
    crate::support::complaint(long, "name");
    for refused in [
        implementations::rename(portal, &bob.actor, id, "Mine").await,
        implementations::forget(portal, &bob.actor, id).await,
    ] {
        assert_refused!(refused, Error::NotFound("implementation"));
    }
    implementations::forget(portal, actor, id).await.unwrap();
    assert!(implementations::list(portal, actor).await.unwrap().is_empty());
    // It comes again by itself, on the same node too.
    caller(portal, actor, PRODUCTION).await;
    assert_eq!(
        implementations::list(portal, actor).await.unwrap()[0].title(),
        "SitecoreAI Production"
    );
}

async fn an_account_has_so_many_implementations_and_no_more(house: House) {
    let ada = house.set_up().await;
    let (portal, actor) = (&house.portal, &*ada.actor);
    let key = api_keys::show(portal, actor).await.unwrap();
    for number in 0..505 {
        let connector = Connector::parse(&format!("xpxm/1; instance=\"{number}\"")).ok();
        let caller = connectors::authenticate(portal, key.expose(), connector)
            .await
            .unwrap()
            .unwrap();
        connectors::settings(portal, &caller).await.unwrap();
    }
    assert_eq!(implementations::list(portal, actor).await.unwrap().len(), 500);
}

async fn a_field_that_nobody_has_configured_is_offered(house: House) {
    let ada = house.set_up().await;
    let (portal, actor) = (&house.portal, &*ada.actor);
    let caller = caller(portal, actor, PRODUCTION).await;
    crate::support::complaint(connectors::field(portal, &caller, " ").await, "field");
    for name in ["Hero Image", "hero  image", &"x".repeat(300), "a\u{7}b"] {
        assert!(!connectors::field(portal, &caller, name).await.unwrap().configured);
    }
    assert_eq!(requested_fields::list(portal, actor).await.unwrap(), ["Hero Image"]);
    let saved = settings::save(portal, actor, 0, &crate::settings::field("HERO IMAGE", "cat"))
        .await
        .unwrap();
    assert_eq!(saved, Saved::New(1));
    assert!(requested_fields::list(portal, actor).await.unwrap().is_empty());
    let found = connectors::field(portal, &caller, "hero image").await.unwrap();
    assert_eq!((found.configured, found.field.as_str()), (true, "HERO IMAGE"));
    assert!(requested_fields::list(portal, actor).await.unwrap().is_empty());
}

async fn logs_are_kept_only_while_remote_logging_is_on(house: House) {
    let ada = house.set_up().await;
    let (portal, actor) = (&house.portal, &*ada.actor);
    let caller = caller(portal, actor, PRODUCTION).await;
    let batch = || vec![sent("info", "hello")];
    assert_refused!(accept(portal, &caller, batch()).await, Refused::Off);
    switch_on(portal, actor).await;
    assert_eq!(accept(portal, &caller, batch()).await.unwrap(), 1);
    settings::save(portal, actor, 1, &Edit::RemoteLogging(false))
        .await
        .unwrap();
    assert_refused!(accept(portal, &caller, batch()).await, Refused::Off);
    assert_eq!(house.count("remote_logs").await, 1);
}

async fn logs_are_found_by_what_they_say(house: House) {
    let ada = house.set_up().await;
    let bob = house.account("Northwind", "Bob", "bob@example.com").await;
    let (portal, actor) = (&house.portal, &*ada.actor);
    switch_on(portal, actor).await;
    let production = caller(portal, actor, PRODUCTION).await;
    let staging = caller(portal, actor, "xpxm/1; instance=\"Staging\"").await;
    let of_production = vec![sent("error", "Überlauf: 100% of_it"), sent("debug", "started")];
    accept(portal, &production, of_production).await.unwrap();
    accept(portal, &staging, vec![sent("warn", "slow")]).await.unwrap();
    let found = async |filter: Filter| {
        let logs = remote_logs::list(portal, actor, &filter).await.unwrap();
        logs.records
            .into_iter()
            .map(|record| record.message)
            .collect::<Vec<_>>()
    };
    let all = Filter::default();
    assert_eq!(found(all.clone()).await, ["slow", "started", "Überlauf: 100% of_it"]);
    for search in ["überlauf", "100%", "OF_IT"] {
        let search = Filter {
            search: search.to_owned(),
            ..all.clone()
        };
        assert_eq!(found(search).await, ["Überlauf: 100% of_it"]);
    }
    for search in ["%%", "of it", "\0"] {
        let search = Filter {
            search: search.to_owned(),
            ..all.clone()
        };
        assert!(found(search).await.is_empty());
    }
    let graver = Filter {
        level: Some(Level::Warning),
        ..all.clone()
    };
    assert_eq!(found(graver).await, ["slow", "Überlauf: 100% of_it"]);
    let of_one = Filter {
        implementation: "XP/XM Staging".to_owned(),
        ..all.clone()
    };
    assert_eq!(found(of_one).await, ["slow"]);
    let listed = remote_logs::list(portal, actor, &all).await.unwrap();
    assert_eq!(listed.implementations, ["SitecoreAI Production", "XP/XM Staging"]);
    let next = Filter {
        before: Some(listed.records[1].id),
        ..all.clone()
    };
    assert_eq!(found(next).await, ["Überlauf: 100% of_it"]);
    assert!(
        remote_logs::list(portal, &bob.actor, &all)
            .await
            .unwrap()
            .records
            .is_empty()
    );
}

async fn a_bad_record_is_named_and_the_others_are_kept(house: House) {
    let ada = house.set_up().await;
    let (portal, actor) = (&house.portal, &*ada.actor);
    switch_on(portal, actor).await;
    let caller = caller(portal, actor, PRODUCTION).await;
    let odd = vec![
        Ok(sent("info", "fine")),
        Ok(sent("loud", "not fine")),
        Err("No record.".to_owned()),
        Ok(sent("error", "fine too")),
    ];
    let accepted = remote_logs::accept(portal, &caller, odd, None).await.unwrap();
    assert_eq!(accepted.accepted, 2);
    let rejected: Vec<usize> = accepted.rejected.iter().map(|record| record.index).collect();
    assert_eq!(rejected, [1, 2]);
    assert!(accepted.rejected[0].reason.starts_with("level: "), "{accepted:?}");
    assert_eq!(accepted.rejected[1].reason, "No record.");
    assert_eq!(house.count("remote_logs").await, 2);
    let many = vec![sent("info", "x"); 1001];
    assert!(matches!(accept(portal, &caller, many).await, Err(Refused::Error(_))));
    assert_eq!(house.count("remote_logs").await, 2);
    assert_eq!(
        accept(portal, &caller, vec![sent("info", "x"); 1000]).await.unwrap(),
        1000
    );
    let page = remote_logs::list(portal, actor, &Filter::default()).await.unwrap();
    assert_eq!((page.records.len(), page.more), (100, true));
}

async fn logs_are_kept_for_two_weeks(house: House) {
    let ada = house.set_up().await;
    let (portal, actor) = (&house.portal, &*ada.actor);
    switch_on(portal, actor).await;
    let caller = caller(portal, actor, PRODUCTION).await;
    let ahead = Sent {
        time: Some("2099-01-01T00:00:00Z".to_owned()),
        ..sent("info", "from the future")
    };
    accept(portal, &caller, vec![ahead]).await.unwrap();
    let kept = remote_logs::list(portal, actor, &Filter::default())
        .await
        .unwrap()
        .records;
    assert_eq!(kept[0].at, portal.now());
    house.advance(14 * 24 * 3600);
    maintenance::run(portal).await.unwrap();
    assert_eq!(house.count("remote_logs").await, 1);
    house.advance(1);
    maintenance::run(portal).await.unwrap();
    assert_eq!(house.count("remote_logs").await, 0);
}

async fn each_operation_asks_for_its_right(house: House) {
    house.set_up().await;
    house
        .person(
            "Eve",
            "eve@example.com",
            Rights::all().without(Right::ManageIntegration),
        )
        .await;
    let eve = house.sign_in("eve@example.com").await;
    let (portal, actor) = (&house.portal, &*eve.actor);
    let nobody = domain::ids::ImplementationId(uuid::Uuid::nil());
    assert_refused!(
        implementations::list(portal, actor).await,
        Error::Forbidden(Right::ManageIntegration)
    );
    assert_refused!(
        implementations::rename(portal, actor, nobody, "x").await,
        Error::Forbidden(_)
    );
    assert_refused!(
        implementations::forget(portal, actor, nobody).await,
        Error::Forbidden(_)
    );
    assert_refused!(
        requested_fields::list(portal, actor).await,
        Error::Forbidden(Right::ManageIntegration)
    );
    assert_refused!(
        remote_logs::list(portal, actor, &Filter::default()).await,
        Error::Forbidden(Right::ManageIntegration)
    );
}

fn large(index: usize) -> Sent {
    // Four bytes a character, kept twice: once to be searched.
    sent("info", &format!("{index} {}", "\u{1f5bc}".repeat(MAX_MESSAGE - 10)))
}

async fn logs_of_an_account_take_so_much_room_and_no_more(house: House) {
    let ada = house.set_up().await;
    let other = house.account("Northwind", "Grace Hopper", "grace@example.com").await;
    let portal = &house.portal;
    for actor in [&ada.actor, &other.actor] {
        switch_on(portal, actor).await;
    }
    let (flood, quiet) = (
        caller(portal, &ada.actor, "xpxm/10").await,
        caller(portal, &other.actor, "xpxm/10").await,
    );
    accept(portal, &quiet, vec![sent("info", "of the other account")])
        .await
        .unwrap();
    let usage = async || -> (usize, i64) {
        let sql = "select cast(sum(bytes) as text) from remote_log_usage";
        let counted: i64 = house.texts(sql).await[0].parse().unwrap();
        let sql = "select cast(sum(octet_length(message) + octet_length(message_key) + octet_length(implementation) + 200) as text)
                   from remote_logs";
        let kept: i64 = house.texts(sql).await[0].parse().unwrap();
        assert_eq!(counted, kept);
        (house.count("remote_logs").await, kept)
    };
    let mut most = 0;
    for batch in 0..6 {
        let records = (0..MAX_BATCH / 2)
            .map(|index| large(batch * MAX_BATCH + index))
            .collect();
        accept(portal, &flood, records).await.unwrap();
        let (records, bytes) = usage().await;
        assert!(bytes <= MAX_BYTES, "{bytes}");
        most = most.max(records);
    }
    assert!(most < 3 * MAX_BATCH, "{most}");
    // The newest are there, the oldest are not, and the other account has lost nothing.
    let newest = remote_logs::list(portal, &ada.actor, &Filter::default()).await.unwrap();
    let first = format!("{} ", 5 * MAX_BATCH + MAX_BATCH / 2 - 1);
    assert!(newest.records[0].message.starts_with(&first));
    let oldest = Filter {
        search: "0 \u{1f5bc}".to_owned(),
        ..Filter::default()
    };
    let found = remote_logs::list(portal, &ada.actor, &oldest).await.unwrap();
    assert!(found.records.iter().all(|record| !record.message.starts_with("0 ")));
    let others = remote_logs::list(portal, &other.actor, &Filter::default())
        .await
        .unwrap();
    assert_eq!(others.records.len(), 1);

    house.advance(15 * 24 * 3600);
    maintenance::run(portal).await.unwrap();
    assert_eq!(house.count("remote_logs").await, 0);
    let left = house
        .texts("select cast(sum(records + bytes) as text) from remote_log_usage")
        .await;
    assert_eq!(left, ["0"]);
}

async fn logs_of_all_accounts_take_so_much_room_and_whoever_has_the_most_loses_some(house: House) {
    let ada = house.set_up().await;
    let other = house.account("Northwind", "Grace Hopper", "grace@example.com").await;
    let portal = &house.portal;
    for actor in [&ada.actor, &other.actor] {
        switch_on(portal, actor).await;
    }
    let (small, big) = (
        caller(portal, &ada.actor, "xpxm/10").await,
        caller(portal, &other.actor, "xpxm/10").await,
    );
    for _ in 0..3 {
        accept(portal, &small, vec![sent("info", "small")]).await.unwrap();
        accept(portal, &big, vec![sent("info", "big")]).await.unwrap();
    }
    // As if each record of the other account were that much larger.
    let account = house.texts("select name from accounts order by name").await;
    assert_eq!(account, ["Analytical Engines", "Northwind"]);
    house
        .execute(&format!(
            "update remote_log_usage set bytes = {MAX_TOTAL_BYTES}
             where account_id = (select id from accounts where name = 'Northwind')"
        ))
        .await;
    accept(portal, &small, vec![sent("info", "small")]).await.unwrap();
    let of = async |actor: &Actor| {
        remote_logs::list(portal, actor, &Filter::default())
            .await
            .unwrap()
            .records
    };
    assert_eq!(of(&ada.actor).await.len(), 4);
    let usage = house
        .texts("select cast(sum(bytes) as text) from remote_log_usage")
        .await;
    assert!(usage[0].parse::<i64>().unwrap() < 10_000, "{usage:?}");
}
