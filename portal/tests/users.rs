use crate::support::{ADA, House, PASSWORD, complaint};
use domain::accounts::rights::{Right, Rights};
use domain::accounts::users::NewUser;
use portal::Error;
use portal::accounts::profiles;
use portal::accounts::users::{CHOICES, PeopleQuery, choices, create, get, list, set_active, set_password};

both!(
    a_new_person_is_listed_and_can_sign_in,
    each_wrong_field_is_told,
    the_list_is_paged_in_the_order_of_arrival,
    a_person_is_found_by_id_or_email,
    the_type_ahead_offers_active_people_by_name_and_email,
    the_type_ahead_takes_no_wildcards,
    another_password_ends_what_the_old_one_opened,
    only_who_manages_users_sets_a_password,
);

fn eve() -> NewUser {
    NewUser {
        name: " Eve  Adams ".to_owned(),
        email: " Eve@Example.com ".to_owned(),
        password: PASSWORD.to_owned(),
        profile: "ADMINISTRATOR".to_owned(),
    }
}

async fn a_new_person_is_listed_and_can_sign_in(house: House) {
    let ada = house.set_up().await;
    house.advance(60);
    let id = create(&house.portal, &ada.actor, eve()).await.unwrap();
    let user = get(&house.portal, &ada.actor, &id.to_string()).await.unwrap();
    assert_eq!(
        (user.name.as_str(), user.email.as_str()),
        ("Eve Adams", "Eve@Example.com")
    );
    assert_eq!((user.profile.as_str(), user.active), ("Administrator", true));
    assert_eq!((user.last_sign_in_at, user.created_at), (None, house.portal.now()));
    house.advance(60);
    house.sign_in("eve@example.com").await;
    let user = get(&house.portal, &ada.actor, &id.to_string()).await.unwrap();
    assert_eq!(user.last_sign_in_at, Some(house.portal.now()));
}

async fn each_wrong_field_is_told(house: House) {
    let ada = house.set_up().await;
    let refused = async |input: NewUser, field: &str| complaint(create(&house.portal, &ada.actor, input).await, field);
    let taken = NewUser {
        email: "ADA@example.com".to_owned(),
        ..eve()
    };
    assert_eq!(refused(taken, "email").await, "Someone has this e-mail already.");
    let unknown = NewUser {
        profile: "Nobodies".to_owned(),
        ..eve()
    };
    assert_eq!(
        refused(unknown, "profile").await,
        "The account has no security profile of this name."
    );
    refused(
        NewUser {
            password: "x".repeat(11),
            ..eve()
        },
        "password",
    )
    .await;
    refused(
        NewUser {
            password: "x".repeat(1025),
            ..eve()
        },
        "password",
    )
    .await;
    refused(
        NewUser {
            email: "eve".to_owned(),
            ..eve()
        },
        "email",
    )
    .await;
    refused(
        NewUser {
            name: "nul\0".to_owned(),
            ..eve()
        },
        "name",
    )
    .await;
    // A profile of another account is none of this one's.
    let charles = house
        .account("Difference Engines", "Charles", "charles@example.com")
        .await;
    profiles::create(&house.portal, &charles.actor, "Theirs", Rights::all())
        .await
        .unwrap();
    refused(
        NewUser {
            profile: "Theirs".to_owned(),
            ..eve()
        },
        "profile",
    )
    .await;
    assert_eq!(house.count("users").await, 2);
}

async fn the_list_is_paged_in_the_order_of_arrival(house: House) {
    let ada = house.set_up().await;
    let mut ids = vec![ada.actor.person().unwrap().id];
    for index in 0..6 {
        house.advance(1);
        ids.push(
            house
                .person("Zed", &format!("zed{index}@example.com"), Rights::default())
                .await,
        );
    }
    set_active(&house.portal, &ada.actor, ids[3], false).await.unwrap();
    let page = async |limit, page, include_inactive| {
        let people = list(
            &house.portal,
            &ada.actor,
            PeopleQuery {
                limit,
                page,
                include_inactive,
            },
        )
        .await
        .unwrap();
        (
            people.users.into_iter().map(|user| user.id).collect::<Vec<_>>(),
            people.total,
        )
    };
    assert_eq!(page(None, 1, true).await, (ids.clone(), 7));
    let active: Vec<_> = ids.iter().copied().filter(|id| *id != ids[3]).collect();
    assert_eq!(page(None, 1, false).await, (active.clone(), 6));
    assert_eq!(page(Some(4), 1, false).await, (active[..4].to_vec(), 6));
    assert_eq!(page(Some(4), 2, false).await, (active[4..].to_vec(), 6));
    assert_eq!(page(Some(4), 3, false).await, (vec![], 6));
    assert_eq!(page(Some(4), 0, false).await, (active[..4].to_vec(), 6));
    assert_eq!(page(Some(u32::MAX), u32::MAX, true).await, (vec![], 7));
}

async fn a_person_is_found_by_id_or_email(house: House) {
    let ada = house.set_up().await;
    let id = house.person("Eve", "eve@example.com", Rights::default()).await;
    for name in [id.to_string().as_str(), "eve@example.com", " EVE@example.com "] {
        assert_eq!(get(&house.portal, &ada.actor, name).await.unwrap().id, id, "{name}");
    }
    for name in [
        "",
        "Eve",
        "nobody@example.com",
        "nul\0",
        "0192f0c1-2b3c-7d4e-8f90-123456789abc",
    ] {
        assert_refused!(get(&house.portal, &ada.actor, name).await, Error::NotFound("user"));
    }
    // Inactive people are there for who manages them.
    set_active(&house.portal, &ada.actor, id, false).await.unwrap();
    assert!(!get(&house.portal, &ada.actor, "eve@example.com").await.unwrap().active);
}

async fn the_type_ahead_offers_active_people_by_name_and_email(house: House) {
    let ada = house.set_up().await;
    house.person("Zoë Ada", "zoe@mail.example.com", Rights::default()).await;
    house.person("Bob", "bob@ada.example.com", Rights::default()).await;
    let gone = house.person("Adam", "adam@example.com", Rights::default()).await;
    set_active(&house.portal, &ada.actor, gone, false).await.unwrap();
    let offered = async |search: &str| {
        let choices = choices(&house.portal, &ada.actor, Right::CreateApiTokens, search)
            .await
            .unwrap();
        choices.into_iter().map(|choice| choice.name).collect::<Vec<_>>()
    };
    // Those whose name begins with it come first.
    assert_eq!(offered("ADA").await, ["Ada Lovelace", "Bob", "Zoë Ada"]);
    assert_eq!(offered("zoë").await, ["Zoë Ada"]);
    assert_eq!(offered("ZOË").await, ["Zoë Ada"]);
    assert_eq!(offered("@mail").await, ["Zoë Ada"]);
    // Who was chosen before is found again.
    assert_eq!(offered("Zoë Ada <zoe@mail.example.com>").await, ["Zoë Ada"]);
    assert_eq!(offered("").await, ["Ada Lovelace", "Bob", "Zoë Ada"]);
    assert_eq!(offered("nobody").await, [] as [&str; 0]);
    for index in 0..10 {
        house
            .person("Many", &format!("many{index}@example.com"), Rights::default())
            .await;
    }
    assert_eq!(offered("many").await.len() as i64, CHOICES);
    for right in [Right::CreateApiTokens, Right::ManageOauthApps] {
        let found = choices(&house.portal, &ada.actor, right, "ada lov").await.unwrap();
        assert_eq!(found[0].email, ADA);
    }
}

async fn the_type_ahead_takes_no_wildcards(house: House) {
    let ada = house.set_up().await;
    for (name, email) in [
        ("100% Bob", "bob@example.com"),
        ("under_score", "u@example.com"),
        ("ex!claim", "e@example.com"),
    ] {
        house.person(name, email, Rights::default()).await;
    }
    let offered = async |search: &str| {
        choices(&house.portal, &ada.actor, Right::CreateApiTokens, search)
            .await
            .unwrap()
            .len()
    };
    for search in ["%", "_", "!", "0%", "r_s", "x!c"] {
        assert_eq!(offered(search).await, 1, "{search}");
    }
    for search in ["%%", "a%a", "l_v", "!%", "\\", "nul\0"] {
        assert_eq!(offered(search).await, 0, "{search}");
    }
}

async fn another_password_ends_what_the_old_one_opened(house: House) {
    let ada = house.set_up().await;
    let eve = create(&house.portal, &ada.actor, eve()).await.unwrap();
    let signed_in = house.sign_in("eve@example.com").await;
    let node = house.another_node().await;
    let too_short = set_password(&house.portal, &ada.actor, eve, "short").await;
    assert_eq!(complaint(too_short, "password"), "Use at least 12 characters.");
    let find = async |portal| {
        let found = portal::auth::sessions::find(portal, signed_in.cookie.expose()).await;
        found.unwrap().is_some()
    };
    assert!(find(&house.portal).await);
    set_password(&house.portal, &ada.actor, eve, "another horse, another battery")
        .await
        .unwrap();
    assert!(!find(&house.portal).await && !find(&node).await);
    let client = crate::support::client("192.0.2.1");
    let old = portal::auth::sign_in::sign_in(&house.portal, "eve@example.com", PASSWORD, &client).await;
    assert!(old.is_err(), "the old password opens nothing: {old:?}");
    let new = "another horse, another battery";
    portal::auth::sign_in::sign_in(&house.portal, "eve@example.com", new, &client)
        .await
        .unwrap();
}

async fn only_who_manages_users_sets_a_password(house: House) {
    let ada = house.set_up().await;
    let own = house
        .person("Grace", "grace@example.com", Rights::from_iter([Right::AdminSettings]))
        .await;
    let grace = house.sign_in("grace@example.com").await;
    assert_refused!(
        set_password(&house.portal, &grace.actor, own, PASSWORD).await,
        Error::Forbidden(Right::ManageUsers)
    );
    let elsewhere = house.account("Westwind", "Wes", "wes@example.com").await;
    let ada = ada.actor.require_person().unwrap().id;
    assert_refused!(
        set_password(&house.portal, &elsewhere.actor, ada, PASSWORD).await,
        Error::NotFound("user")
    );
}
