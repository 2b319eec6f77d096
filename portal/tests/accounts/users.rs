use domain::accounts::rights::{Right, Rights};
use domain::accounts::users::NewUser;
use portal::Error;
use portal::accounts::profiles;
use portal::accounts::users::{MAX_SUGGESTIONS, UserQuery, create, get, list, set_active, set_password, suggest};
use rstest::rstest;
use testing::{ADA, Engine, PASSWORD, TestPortal, assert_rejected, validation_error};

fn eve() -> NewUser {
    NewUser {
        name: " Eve  Adams ".to_owned(),
        email: " Eve@Example.com ".to_owned(),
        password: PASSWORD.to_owned(),
        profile: "ADMINISTRATOR".to_owned(),
    }
}

#[rstest]
#[tokio::test]
async fn new_user_is_found_and_can_sign_in(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    test.advance(60);
    let id = create(&test.portal, &ada.actor, eve()).await.unwrap();
    let user = get(&test.portal, &ada.actor, &id.to_string()).await.unwrap();
    assert_eq!(
        (user.name.as_str(), user.email.as_str()),
        ("Eve Adams", "Eve@Example.com")
    );
    assert_eq!((user.profile.as_str(), user.active), ("Administrator", true));
    assert_eq!((user.last_sign_in_at, user.created_at), (None, test.portal.now()));
    test.advance(60);
    test.sign_in("eve@example.com").await;
    let user = get(&test.portal, &ada.actor, &id.to_string()).await.unwrap();
    assert_eq!(user.last_sign_in_at, Some(test.portal.now()));
}

#[rstest]
#[tokio::test]
async fn invalid_user_fields_are_reported(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let rejected =
        async |input: NewUser, field: &str| validation_error(create(&test.portal, &ada.actor, input).await, field);
    let taken = NewUser {
        email: "ADA@example.com".to_owned(),
        ..eve()
    };
    assert_eq!(rejected(taken, "email").await, "This email is already in use.");
    let unknown = NewUser {
        profile: "Nobodies".to_owned(),
        ..eve()
    };
    assert_eq!(
        rejected(unknown, "profile").await,
        "This account has no security profile with this name."
    );
    rejected(
        NewUser {
            password: "x".repeat(11),
            ..eve()
        },
        "password",
    )
    .await;
    rejected(
        NewUser {
            password: "x".repeat(1025),
            ..eve()
        },
        "password",
    )
    .await;
    rejected(
        NewUser {
            email: "eve".to_owned(),
            ..eve()
        },
        "email",
    )
    .await;
    rejected(
        NewUser {
            name: "nul\0".to_owned(),
            ..eve()
        },
        "name",
    )
    .await;
    // A profile of another account is not found.
    let charles = test
        .create_account("Difference Engines", "Charles", "charles@example.com")
        .await;
    profiles::create(&test.portal, &charles.actor, "Theirs", Rights::all())
        .await
        .unwrap();
    rejected(
        NewUser {
            profile: "Theirs".to_owned(),
            ..eve()
        },
        "profile",
    )
    .await;
    assert_eq!(test.count_rows("users").await, 2);
}

#[rstest]
#[tokio::test]
async fn user_list_is_paged_in_order_of_creation(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let mut ids = vec![ada.actor.user().unwrap().id];
    for index in 0..6 {
        test.advance(1);
        ids.push(
            test.create_user("Zed", &format!("zed{index}@example.com"), Rights::default())
                .await,
        );
    }
    set_active(&test.portal, &ada.actor, ids[3], false).await.unwrap();
    let page = async |limit, page, include_inactive| {
        let listed = list(
            &test.portal,
            &ada.actor,
            UserQuery {
                limit,
                page,
                include_inactive,
            },
        )
        .await
        .unwrap();
        (
            listed.users.into_iter().map(|user| user.id).collect::<Vec<_>>(),
            listed.total,
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

#[rstest]
#[tokio::test]
async fn user_is_found_by_id_or_email(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let id = test.create_user("Eve", "eve@example.com", Rights::default()).await;
    for name in [id.to_string().as_str(), "eve@example.com", " EVE@example.com "] {
        assert_eq!(get(&test.portal, &ada.actor, name).await.unwrap().id, id, "{name}");
    }
    for name in [
        "",
        "Eve",
        "nobody@example.com",
        "nul\0",
        "0192f0c1-2b3c-7d4e-8f90-123456789abc",
    ] {
        assert_rejected!(get(&test.portal, &ada.actor, name).await, Error::NotFound("user"));
    }
    // Inactive users are found too.
    set_active(&test.portal, &ada.actor, id, false).await.unwrap();
    assert!(!get(&test.portal, &ada.actor, "eve@example.com").await.unwrap().active);
}

#[rstest]
#[tokio::test]
async fn user_suggestions_match_active_users_by_name_and_email(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    test.create_user("Zoë Ada", "zoe@mail.example.com", Rights::default())
        .await;
    test.create_user("Bob", "bob@ada.example.com", Rights::default()).await;
    let gone = test.create_user("Adam", "adam@example.com", Rights::default()).await;
    set_active(&test.portal, &ada.actor, gone, false).await.unwrap();
    let suggested = async |search: &str| {
        let options = suggest(&test.portal, &ada.actor, Right::CreateApiTokens, search)
            .await
            .unwrap();
        options.into_iter().map(|choice| choice.name).collect::<Vec<_>>()
    };
    // Users whose name starts with the search text come first.
    assert_eq!(suggested("ADA").await, ["Ada Lovelace", "Bob", "Zoë Ada"]);
    assert_eq!(suggested("zoë").await, ["Zoë Ada"]);
    assert_eq!(suggested("ZOË").await, ["Zoë Ada"]);
    assert_eq!(suggested("@mail").await, ["Zoë Ada"]);
    // The text of a selected suggestion finds the user again.
    assert_eq!(suggested("Zoë Ada <zoe@mail.example.com>").await, ["Zoë Ada"]);
    assert_eq!(suggested("").await, ["Ada Lovelace", "Bob", "Zoë Ada"]);
    assert_eq!(suggested("nobody").await, [] as [&str; 0]);
    for index in 0..10 {
        test.create_user("Many", &format!("many{index}@example.com"), Rights::default())
            .await;
    }
    assert_eq!(suggested("many").await.len() as i64, MAX_SUGGESTIONS);
    for right in [Right::CreateApiTokens, Right::ManageOauthApps] {
        let found = suggest(&test.portal, &ada.actor, right, "ada lov").await.unwrap();
        assert_eq!(found[0].email, ADA);
    }
}

#[rstest]
#[tokio::test]
async fn user_suggestions_treat_wildcards_literally(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    for (name, email) in [
        ("100% Bob", "bob@example.com"),
        ("under_score", "u@example.com"),
        ("ex!claim", "e@example.com"),
    ] {
        test.create_user(name, email, Rights::default()).await;
    }
    let suggested = async |search: &str| {
        suggest(&test.portal, &ada.actor, Right::CreateApiTokens, search)
            .await
            .unwrap()
            .len()
    };
    for search in ["%", "_", "!", "0%", "r_s", "x!c"] {
        assert_eq!(suggested(search).await, 1, "{search}");
    }
    for search in ["%%", "a%a", "l_v", "!%", "\\", "nul\0"] {
        assert_eq!(suggested(search).await, 0, "{search}");
    }
}

#[rstest]
#[tokio::test]
async fn set_password_ends_existing_sessions(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let eve = create(&test.portal, &ada.actor, eve()).await.unwrap();
    let signed_in = test.sign_in("eve@example.com").await;
    let node = test.another_node().await;
    let too_short = set_password(&test.portal, &ada.actor, eve, "short").await;
    assert_eq!(validation_error(too_short, "password"), "Use at least 12 characters.");
    let find = async |portal| {
        let found = portal::auth::sessions::find(portal, signed_in.cookie.expose()).await;
        found.unwrap().is_some()
    };
    assert!(find(&test.portal).await);
    set_password(&test.portal, &ada.actor, eve, "another horse, another battery")
        .await
        .unwrap();
    assert!(!find(&test.portal).await && !find(&node).await);
    let client = testing::browser_at("192.0.2.1");
    let old = portal::auth::sign_in::sign_in(&test.portal, "eve@example.com", PASSWORD, &client).await;
    assert!(old.is_err(), "the old password is still valid: {old:?}");
    let new = "another horse, another battery";
    portal::auth::sign_in::sign_in(&test.portal, "eve@example.com", new, &client)
        .await
        .unwrap();
}

#[rstest]
#[tokio::test]
async fn set_password_requires_manage_users(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let own = test
        .create_user("Grace", "grace@example.com", Rights::from_iter([Right::AdminSettings]))
        .await;
    let grace = test.sign_in("grace@example.com").await;
    assert_rejected!(
        set_password(&test.portal, &grace.actor, own, PASSWORD).await,
        Error::Forbidden(Right::ManageUsers)
    );
    let elsewhere = test.create_account("Westwind", "Wes", "wes@example.com").await;
    let ada = ada.actor.require_user().unwrap().id;
    assert_rejected!(
        set_password(&test.portal, &elsewhere.actor, ada, PASSWORD).await,
        Error::NotFound("user")
    );
}
