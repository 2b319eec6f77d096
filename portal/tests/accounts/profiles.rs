use domain::accounts::rights::{Right, Rights};
use portal::accounts::profiles::{create, get, list, set_rights};
use rstest::rstest;
use testing::{Engine, TestPortal, validation_error};

#[rstest]
#[tokio::test]
async fn profile_can_be_created_and_listed(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let rights: Rights = [Right::ViewApiTokens, Right::AdminSettings].into_iter().collect();
    let id = create(&test.portal, &ada.actor, " Token  viewers ", rights)
        .await
        .unwrap();
    let profile = get(&test.portal, &ada.actor, id).await.unwrap();
    assert_eq!((profile.name.as_str(), profile.rights), ("Token viewers", rights));
    let names: Vec<_> = list(&test.portal, &ada.actor)
        .await
        .unwrap()
        .into_iter()
        .map(|created| created.name)
        .collect();
    assert_eq!(names, ["Administrator", "Token viewers"]);
    let taken = create(&test.portal, &ada.actor, "TOKEN VIEWERS", rights).await;
    assert_eq!(validation_error(taken, "name"), "This name is already in use.");
    for name in ["", "nul\0", &"x".repeat(101)] {
        validation_error(create(&test.portal, &ada.actor, name, rights).await, "name");
    }
}

#[rstest]
#[tokio::test]
async fn profile_change_takes_effect_immediately(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    test.create_user("Eve", "eve@example.com", Rights::default()).await;
    let eve = test.sign_in("eve@example.com").await;
    let profile = eve.actor.user().unwrap().profile_id;
    for rights in [
        Rights::all(),
        Rights::default().with(Right::ManageUsers),
        Rights::default(),
    ] {
        set_rights(&test.portal, &ada.actor, profile, rights).await.unwrap();
        assert_eq!(test.actor(&eve.cookie).await.rights(), rights);
    }
    // A right that only a newer version knows is ignored.
    test.execute("insert into profile_rights (profile_id, right_code) select id, 'fly' from profiles")
        .await;
    let ada = test.sign_in(testing::ADA).await;
    assert_eq!(ada.actor.rights(), Rights::all());
}

#[rstest]
#[tokio::test]
async fn concurrent_profile_changes_leave_one_complete_set(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let id = create(&test.portal, &ada.actor, "Viewers", Rights::default())
        .await
        .unwrap();
    let sets = [
        Rights::all(),
        Rights::default().with(Right::ManageUsers),
        Rights::all().without(Right::ManageUsers),
    ];
    let changes: Vec<_> = sets
        .iter()
        .cycle()
        .take(12)
        .map(|rights| {
            let (portal, actor, rights) = (test.portal.clone(), ada.actor.clone(), *rights);
            tokio::spawn(async move { set_rights(&portal, &actor, id, rights).await })
        })
        .collect();
    for change in changes {
        change.await.unwrap().unwrap();
    }
    let rights = get(&test.portal, &ada.actor, id).await.unwrap().rights;
    assert!(sets.contains(&rights), "{rights:?}");
}

/// The rights that exist since the first release.
const FIRST_RIGHTS: [Right; 10] = [
    Right::AdminSettings,
    Right::ManagePortalSettings,
    Right::CreateApiTokens,
    Right::ViewApiTokens,
    Right::RevokeApiTokens,
    Right::ManageUsers,
    Right::ManageOauthApps,
    Right::ManageIntegration,
    Right::ViewAssetTracking,
    Right::ManageAssetTracking,
];

#[rstest]
#[tokio::test]
async fn migration_gives_new_rights_to_who_had_what_they_come_from(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let first: Rights = FIRST_RIGHTS.into_iter().collect();
    let users = Rights::default().with(Right::ManageUsers);
    let cases = [
        (first, Rights::all()),
        (users, users.with(Right::ManagePermissionProfiles)),
        (first.without(Right::ManageUsers), first.without(Right::ManageUsers)),
        (Rights::default(), Rights::default()),
    ];
    let mut ids = Vec::new();
    for (index, (before, _)) in cases.iter().enumerate() {
        ids.push(
            create(&test.portal, &ada.actor, &format!("Profile {index}"), *before)
                .await
                .unwrap(),
        );
    }
    // The administrator's profile is as before the migration, too.
    test.execute(
        "delete from profile_rights where right_code in
             ('manage-permission-profiles', 'view-audit-log', 'manage-subscription', 'submit-support-tickets')",
    )
    .await;
    test.execute(match engine {
        Engine::Sqlite => include_str!("../../../migrations/sqlite/0012_rights.sql"),
        Engine::Postgres => include_str!("../../../migrations/postgres/0012_rights.sql"),
    })
    .await;
    ids.push(ada.actor.user().unwrap().profile_id);
    let expected = cases.iter().map(|(_, after)| *after).chain([Rights::all()]);
    let ada = test.sign_in(testing::ADA).await;
    for (id, after) in ids.into_iter().zip(expected) {
        assert_eq!(get(&test.portal, &ada.actor, id).await.unwrap().rights, after);
    }
}
