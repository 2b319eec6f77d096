use crate::support::{Browser, House, complaint, eventually};
use domain::accounts::rights::{Right, Rights};
use domain::integration::selector::{Language, Options};
use domain::integration::settings::{
    ConnectionForm, Edit, FieldForm, FieldSettings, GlobalForm, Member, Own, Place, Saved, Settings,
};
use portal::accounts::profiles;
use portal::integration::settings::{self, Base, SecretChange};
use portal::integration::{api_keys, connectors};
use portal::{Actor, Error, Portal, Secret, maintenance};
use std::time::Duration;

both!(
    an_account_begins_with_what_holds_by_itself,
    each_save_is_a_revision_in_the_history,
    nothing_new_is_no_revision,
    another_accounts_settings_are_its_own,
    two_people_at_different_things_get_both,
    two_people_at_the_same_thing_are_told_who_and_when,
    a_revision_is_restored_and_taken_back,
    a_revision_that_never_was_is_not_found,
    the_client_secret_is_written_and_never_read,
    saves_at_once_on_two_nodes_lose_nothing,
    a_save_reaches_those_who_listen_on_another_node_within_a_second,
    a_thousand_fields_are_saved_and_found,
    two_that_add_the_same_field_do_not_get_it_twice,
);

pub fn field(name: &str, term: &str) -> Edit {
    Edit::Field(form(name, term))
}

fn form(name: &str, term: &str) -> FieldForm {
    FieldForm {
        field: name.to_owned(),
        term_source: Own::OWN.to_owned(),
        term: term.to_owned(),
        ..FieldForm::default()
    }
}

fn again(name: &str, term: &str) -> Edit {
    Edit::Field(FieldForm {
        was: name.to_owned(),
        ..form(name, term)
    })
}

fn language(code: &str) -> Edit {
    Edit::Global(GlobalForm {
        language: code.to_owned(),
    })
}

fn connection(client_id: &str) -> Edit {
    Edit::Connection(ConnectionForm {
        url: "acme.bynder.com".to_owned(),
        dam: "bynder".to_owned(),
        client_id: client_id.to_owned(),
    })
}

async fn save(portal: &Portal, actor: &Actor, base: i64, edit: &Edit) -> Saved {
    settings::save(portal, actor, base, edit).await.unwrap()
}

async fn get(portal: &Portal, actor: &Actor) -> (i64, Settings) {
    let revised = settings::get(portal, actor).await.unwrap();
    (revised.revision, revised.settings)
}

/// Takes everything but this right from the person.
async fn only(house: &House, browser: &Browser, rights: Rights) -> std::sync::Arc<Actor> {
    let person = browser.actor.person().unwrap();
    profiles::set_rights(&house.portal, &house.operator().await, person.profile_id, rights)
        .await
        .unwrap();
    house.actor(&browser.cookie).await
}

async fn an_account_begins_with_what_holds_by_itself(house: House) {
    let ada = house.set_up().await;
    assert_eq!(get(&house.portal, &ada.actor).await, (0, Settings::default()));
    let without = only(&house, &ada, Rights::all().without(Right::ManageIntegration)).await;
    let portal = &house.portal;
    assert_refused!(
        settings::get(portal, &without).await,
        Error::Forbidden(Right::ManageIntegration)
    );
    assert_refused!(
        settings::save(portal, &without, 0, &language("nl_NL")).await,
        Error::Forbidden(Right::ManageIntegration)
    );
    assert_refused!(settings::history(portal, &without, None).await, Error::Forbidden(_));
    assert_refused!(settings::at(portal, &without, 0).await, Error::Forbidden(_));
    assert_refused!(settings::restore(portal, &without, 0, 0).await, Error::Forbidden(_));
    assert_refused!(settings::undo(portal, &without, 1).await, Error::Forbidden(_));
    let with = only(&house, &ada, Rights::default().with(Right::ManageIntegration)).await;
    assert_eq!(save(portal, &with, 0, &language("nl_NL")).await, Saved::New(1));
}

async fn each_save_is_a_revision_in_the_history(house: House) {
    let ada = house.set_up().await;
    let (portal, actor) = (&house.portal, &*ada.actor);
    assert_eq!(save(portal, actor, 0, &language("de_DE")).await, Saved::New(1));
    house.advance(5);
    assert_eq!(save(portal, actor, 1, &field("Hero", "cat")).await, Saved::New(2));
    assert_eq!(
        save(portal, actor, 2, &Edit::Remove("hero".to_owned())).await,
        Saved::New(3)
    );
    let history = settings::history(portal, actor, None).await.unwrap();
    let numbers: Vec<i64> = history.revisions.iter().map(|revision| revision.revision).collect();
    assert_eq!((numbers, history.more), (vec![3, 2, 1], false));
    let second = &history.revisions[1];
    assert_eq!(second.by.as_deref(), Some("Ada Lovelace"));
    assert_eq!(second.at, portal.now());
    assert_eq!(second.differences[0].place, Place::of("Hero", Member::Field));
    assert_eq!(second.differences[1].after.as_deref(), Some("cat"));
    let earlier = settings::history(portal, actor, Some(2)).await.unwrap();
    assert_eq!(earlier.revisions.len(), 1);
    assert_eq!(settings::at(portal, actor, 0).await.unwrap(), Settings::default());
    assert_eq!(settings::at(portal, actor, 1).await.unwrap().language, Language::German);
    assert!(settings::at(portal, actor, 2).await.unwrap().field("HERO").is_some());
    let records = house
        .texts("select detail from audit_records where action = 'settings.save' order by detail")
        .await;
    assert_eq!(
        records,
        [
            "revision 1: Language",
            "revision 2: Hero: Field, Hero: Default search term",
            "revision 3: Hero: Field, Hero: Default search term"
        ]
    );
}

async fn nothing_new_is_no_revision(house: House) {
    let ada = house.set_up().await;
    let (portal, actor) = (&house.portal, &*ada.actor);
    assert_eq!(save(portal, actor, 0, &language("en_US")).await, Saved::Same(0));
    assert_eq!(house.count("settings_revisions").await, 0);
    assert!(complaint(settings::save(portal, actor, 0, &language("tlh")).await, "language").contains("Select"));
    assert_eq!(get(portal, actor).await.0, 0);
}

async fn another_accounts_settings_are_its_own(house: House) {
    let ada = house.set_up().await;
    let bob = house.account("Northwind", "Bob", "bob@example.com").await;
    save(&house.portal, &ada.actor, 0, &language("fr_FR")).await;
    assert_eq!(get(&house.portal, &bob.actor).await, (0, Settings::default()));
    assert!(
        settings::history(&house.portal, &bob.actor, None)
            .await
            .unwrap()
            .revisions
            .is_empty()
    );
    assert_refused!(
        settings::at(&house.portal, &bob.actor, 1).await,
        Error::NotFound("revision")
    );
}

async fn two_people_at_different_things_get_both(house: House) {
    let ada = house.set_up().await;
    let (portal, actor) = (&house.portal, &*ada.actor);
    save(portal, actor, 0, &language("nl_NL")).await;
    assert_eq!(save(portal, actor, 0, &Edit::RemoteLogging(true)).await, Saved::New(2));
    let (_, now) = get(portal, actor).await;
    assert_eq!((now.language, now.remote_logging), (Language::Dutch, true));
}

async fn two_people_at_the_same_thing_are_told_who_and_when(house: House) {
    let ada = house.set_up().await;
    house.person("Eve", "eve@example.com", Rights::all()).await;
    let eve = house.sign_in("eve@example.com").await;
    let portal = &house.portal;
    save(portal, &ada.actor, 0, &field("Hero", "cat")).await;
    house.advance(7);
    save(portal, &eve.actor, 1, &again("Hero", "dog")).await;
    let told_at = portal.now();
    house.advance(7);
    save(portal, &ada.actor, 2, &language("nl_NL")).await;
    let Saved::Clashes(clashes) = save(portal, &ada.actor, 1, &again("Hero", "bird")).await else {
        panic!("nobody was told");
    };
    assert_eq!(
        (clashes.revision, clashes.by.as_deref(), clashes.at),
        (3, Some("Eve"), told_at)
    );
    assert_eq!(clashes.clashes[0].mine.as_deref(), Some("bird"));
    assert_eq!(clashes.clashes[0].theirs.as_deref(), Some("dog"));
    let term = |settings: &Settings| settings.resolve("Hero").options.default_search_term;
    assert_eq!(term(&get(portal, &ada.actor).await.1).as_deref(), Some("dog"));
    let edit = again("Hero", "bird");
    assert_eq!(
        settings::clashes(portal, &ada.actor, 1, &edit).await.unwrap(),
        Some(clashes)
    );
    // Eve goes on: what Ada has not seen is in her way again.
    let mode = FieldForm {
        mode: "MultiSelect".to_owned(),
        was: "Hero".to_owned(),
        ..form("Hero", "dog")
    };
    save(portal, &eve.actor, 3, &Edit::Field(mode)).await;
    save(portal, &eve.actor, 4, &again("Hero", "horse")).await;
    let keeping = |over| Base {
        shown: 1,
        over: Some(over),
    };
    let early = settings::save(portal, &ada.actor, keeping(3), &edit).await.unwrap();
    assert!(matches!(early, Saved::Clashes(_)), "{early:?}");
    assert_eq!(
        settings::save(portal, &ada.actor, keeping(5), &edit).await.unwrap(),
        Saved::New(6)
    );
    let (_, now) = get(portal, &ada.actor).await;
    assert_eq!(term(&now).as_deref(), Some("bird"));
    // And what Ada has not touched is as it was.
    assert_eq!(now.language, Language::Dutch);
    assert_refused!(
        settings::save(portal, &ada.actor, keeping(99), &edit).await,
        Error::NotFound("revision")
    );
}

async fn a_revision_is_restored_and_taken_back(house: House) {
    let ada = house.set_up().await;
    let (portal, actor) = (&house.portal, &*ada.actor);
    save(portal, actor, 0, &field("Hero", "cat")).await;
    save(portal, actor, 1, &language("nl_NL")).await;
    save(portal, actor, 2, &Edit::Remove("Hero".to_owned())).await;
    assert_eq!(settings::undo(portal, actor, 3).await.unwrap(), Saved::New(4));
    let (_, now) = get(portal, actor).await;
    assert_eq!(now.resolve("hero").options.default_search_term.as_deref(), Some("cat"));
    assert_eq!(now.language, Language::Dutch);
    assert_eq!(settings::restore(portal, actor, 4, 1).await.unwrap(), Saved::New(5));
    assert_eq!(get(portal, actor).await.1.language, Language::English);
    let history = settings::history(portal, actor, None).await.unwrap().revisions;
    assert_eq!(history[0].note, "Restored revision 1");
    assert_eq!(history[1].note, "Took back revision 3");
    // What has been changed since cannot be taken back without a word.
    save(portal, actor, 5, &again("Hero", "dog")).await;
    assert!(matches!(
        settings::undo(portal, actor, 4).await.unwrap(),
        Saved::Clashes(_)
    ));
}

async fn a_revision_that_never_was_is_not_found(house: House) {
    let ada = house.set_up().await;
    let (portal, actor) = (&house.portal, &*ada.actor);
    for revision in [-1, 1, i64::MAX, i64::MIN] {
        assert_refused!(
            settings::save(portal, actor, revision, &language("nl_NL")).await,
            Error::NotFound("revision")
        );
        assert_refused!(settings::restore(portal, actor, 0, revision).await, Error::NotFound(_));
        assert_refused!(settings::undo(portal, actor, revision).await, Error::NotFound(_));
    }
    assert_refused!(settings::undo(portal, actor, 0).await, Error::NotFound("revision"));
}

async fn the_client_secret_is_written_and_never_read(house: House) {
    let ada = house.set_up().await;
    let (portal, actor) = (&house.portal, &*ada.actor);
    let set = |text: &str| SecretChange::Replace(Secret::new(text.to_owned()));
    let form = connection("client");
    let saved = settings::save_with(portal, actor, 0, &form, set("s3cret-of-the-dam")).await;
    assert_eq!(saved.unwrap(), Saved::New(1));
    let since = settings::get(portal, actor).await.unwrap().secret_set_at;
    assert_eq!(since, Some(portal.now()));
    // The same form without a word on the secret leaves it.
    assert_eq!(save(portal, actor, 1, &form).await, Saved::Same(1));
    house.advance(1);
    let replaced = settings::save_with(portal, actor, 1, &form, set("another-secret")).await;
    assert_eq!(replaced.unwrap(), Saved::New(2));
    let history = settings::history(portal, actor, None).await.unwrap();
    assert_eq!(history.revisions[0].differences[0].place.member, Member::ClientSecret);
    assert_eq!(history.revisions[0].differences[0].after.as_deref(), Some("replaced"));
    for (table, column) in [
        ("settings", "document"),
        ("settings_revisions", "differences"),
        ("audit_records", "detail"),
    ] {
        for text in house.texts(&format!("select {column} from {table}")).await {
            assert!(
                !text.contains("s3cret-of-the-dam") && !text.contains("another-secret"),
                "{text}"
            );
        }
    }
    // Restoring does not bring it back, and no connector sees it.
    settings::restore(portal, actor, 2, 1).await.unwrap();
    let key = api_keys::show(portal, actor).await.unwrap();
    let caller = connectors::authenticate(portal, key.expose(), None)
        .await
        .unwrap()
        .unwrap();
    let published = connectors::settings(portal, &caller).await.unwrap();
    let json = String::from_utf8(published.json.to_vec()).unwrap();
    assert!(
        json.contains("\"clientId\":\"client\"") && !json.contains("secret"),
        "{json}"
    );
    settings::save_with(portal, actor, 2, &form, SecretChange::Remove)
        .await
        .unwrap();
    assert_eq!(settings::get(portal, actor).await.unwrap().secret_set_at, None);
    let odd = settings::save_with(portal, actor, 0, &form, set("with space")).await;
    assert!(complaint(odd, "client_secret").contains("without spaces"));
    let elsewhere = settings::save_with(portal, actor, 0, &language("nl_NL"), set("x")).await;
    complaint(elsewhere, "client_secret");
}

async fn saves_at_once_on_two_nodes_lose_nothing(house: House) {
    let ada = house.set_up().await;
    let other = house.another_node().await;
    let saves = (0..20).map(|number| {
        let node = if number % 2 == 0 { &house.portal } else { &other };
        let (node, actor) = (node.clone(), ada.actor.clone());
        tokio::spawn(async move { settings::save(&node, &actor, 0, &field(&format!("Field {number}"), "x")).await })
    });
    let saves: Vec<_> = saves.collect();
    let mut numbers = Vec::new();
    for saved in saves {
        match saved.await.unwrap().unwrap() {
            Saved::New(number) => numbers.push(number),
            other => panic!("{other:?}"),
        }
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=20).collect::<Vec<_>>());
    house.portal.check_ready().await.unwrap();
    let node = house.another_node().await;
    assert_eq!(get(&node, &ada.actor).await.1.fields.len(), 20);
    assert_eq!(settings::at(&node, &ada.actor, 0).await.unwrap(), Settings::default());
}

async fn a_save_reaches_those_who_listen_on_another_node_within_a_second(house: House) {
    let ada = house.set_up().await;
    let other = house.another_node().await;
    let watch = tokio::spawn(maintenance::watch(other.clone()));
    let key = api_keys::show(&house.portal, &ada.actor).await.unwrap();
    let caller = connectors::authenticate(&other, key.expose(), None)
        .await
        .unwrap()
        .unwrap();
    let mut listener = connectors::listen(&other, &caller).await.unwrap();
    assert_eq!(listener.borrow_and_update().revision, 0);
    for revision in 1..=3 {
        save(
            &house.portal,
            &ada.actor,
            revision - 1,
            &field(&format!("Field {revision}"), "x"),
        )
        .await;
        let told = tokio::time::timeout(
            Duration::from_secs(1),
            listener.wait_for(|state| state.revision >= revision),
        );
        assert_eq!(told.await.unwrap().unwrap().revision, revision);
        // Who is told can read it.
        let published = connectors::settings(&other, &caller).await.unwrap();
        assert_eq!(published.revision, revision);
    }
    assert!(listener.borrow().admits(caller.key(), other.now()));
    let current = api_keys::get(&house.portal, &ada.actor).await.unwrap().current.id;
    api_keys::rotate(
        &house.portal,
        &ada.actor,
        current,
        domain::integration::api_keys::Overlap::None,
    )
    .await
    .unwrap();
    let took = eventually("the key's listener is told", || async {
        !listener.borrow().admits(caller.key(), other.now())
    })
    .await;
    assert!(took < Duration::from_secs(1));
    watch.abort();
}

async fn a_thousand_fields_are_saved_and_found(house: House) {
    let ada = house.set_up().await;
    let fields = (0..1000).map(|number| FieldSettings {
        field: format!("Page {number:04}/Hero"),
        options: Options {
            default_search_term: Some(format!("term {number}")),
            ..Options::default()
        },
    });
    let whole = Settings {
        fields: fields.collect(),
        ..Settings::default()
    };
    let edit = Edit::Whole(Box::new(whole));
    assert_eq!(save(&house.portal, &ada.actor, 0, &edit).await, Saved::New(1));
    let node = house.another_node().await;
    let (_, now) = get(&node, &ada.actor).await;
    assert_eq!(
        now.resolve("page 0999/HERO").options.default_search_term.as_deref(),
        Some("term 999")
    );
    assert_eq!(
        save(&node, &ada.actor, 1, &again("Page 0500/Hero", "new")).await,
        Saved::New(2)
    );
    assert_eq!(settings::at(&node, &ada.actor, 1).await.unwrap().fields.len(), 1000);
}

async fn two_that_add_the_same_field_do_not_get_it_twice(house: House) {
    let ada = house.set_up().await;
    let (portal, actor) = (&house.portal, &*ada.actor);
    save(portal, actor, 0, &field("Hero", "cat")).await;
    let Saved::Clashes(clashes) = save(portal, actor, 0, &field("hero", "dog")).await else {
        panic!("nobody was told");
    };
    let told: Vec<Member> = clashes.clashes.iter().map(|clash| clash.place.member).collect();
    assert!(told.contains(&Member::DefaultSearchTerm), "{told:?}");
    assert_eq!(get(portal, actor).await.1.fields.len(), 1);
    assert!(complaint(settings::save(portal, actor, 1, &field("HERO", "dog")).await, "field").contains("already"));
}
