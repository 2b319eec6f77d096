//! Nobody gets rights that they lack, and an account always has an administrator.

use domain::accounts::rights::{Right, Rights};
use domain::accounts::users::{ADMINISTRATOR_PROFILE, NewUser};
use domain::ids::{ProfileId, UserId};
use portal::accounts::profiles;
use portal::accounts::users::{self, UserQuery, set_active, set_password};
use portal::{Actor, Error, Portal, Result};
use rstest::rstest;
use testing::{ADA, Browser, Engine, PASSWORD, TestPortal, assert_rejected};

fn new_user(email: &str, profile: &str) -> NewUser {
    NewUser {
        name: "Grace Hopper".to_owned(),
        email: email.to_owned(),
        password: PASSWORD.to_owned(),
        profile: profile.to_owned(),
    }
}

/// Creates a second administrator with a profile of her own.
async fn create_grace(test: &TestPortal) -> Browser {
    test.create_user("Grace Hopper", "grace@example.com", Rights::all())
        .await;
    test.sign_in("grace@example.com").await
}

/// How an administrator takes another's rights away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Removal {
    Deactivate,
    StripProfile,
}

async fn remove(portal: &Portal, by: &Actor, (user, profile): (UserId, ProfileId), removal: Removal) -> Result<()> {
    match removal {
        Removal::Deactivate => set_active(portal, by, user, false).await,
        Removal::StripProfile => {
            let rights = Rights::all().without(Right::ManagePermissionProfiles);
            profiles::set_rights(portal, by, profile, rights).await
        }
    }
}

fn target(browser: &Browser) -> (UserId, ProfileId) {
    let user = browser.actor.user().unwrap();
    (user.id, user.profile_id)
}

#[rstest]
#[tokio::test]
async fn two_administrators_against_each_other_leave_one(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
    #[values(Removal::Deactivate, Removal::StripProfile)] first: Removal,
    #[values(Removal::Deactivate, Removal::StripProfile)] second: Removal,
) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let grace = create_grace(&test).await;
    let other = test.another_node().await;
    let operator = test.operator().await;
    for round in 0..10 {
        let (one, two) = tokio::join!(
            remove(&test.portal, &ada.actor, target(&grace), first),
            remove(&other, &grace.actor, target(&ada), second)
        );
        let conflicts = [&one, &two]
            .iter()
            .filter(|outcome| matches!(outcome, Err(Error::Conflict(_))))
            .count();
        let is_one_left = conflicts == 1 && (one.is_ok() != two.is_ok());
        assert!(is_one_left, "round {round}: {one:?} {two:?}");
        for browser in [&ada, &grace] {
            let (user, profile) = target(browser);
            set_active(&test.portal, &operator, user, true).await.unwrap();
            profiles::set_rights(&test.portal, &operator, profile, Rights::all())
                .await
                .unwrap();
        }
    }
}

#[rstest]
#[tokio::test]
async fn last_administrator_cannot_be_removed(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    // The operator on the command line neither, nor the administrator herself. An inactive administrator doesn't count.
    let grace = create_grace(&test).await;
    let operator = test.operator().await;
    set_active(&test.portal, &operator, target(&grace).0, false)
        .await
        .unwrap();
    for actor in [&*ada.actor, &operator] {
        for removal in [Removal::Deactivate, Removal::StripProfile] {
            let error = remove(&test.portal, actor, target(&ada), removal).await.unwrap_err();
            assert!(
                error.to_string().starts_with("No active administrator would be left."),
                "{error}"
            );
        }
    }
    // Rights that make no administrator can be taken away.
    let rights = Rights::all().without(Right::ViewAuditLog);
    profiles::set_rights(&test.portal, &operator, target(&ada).1, rights)
        .await
        .unwrap();
    // A user without these rights can be deactivated.
    let bob = test.create_user("Bob", "bob@example.com", Rights::default()).await;
    set_active(&test.portal, &operator, bob, false).await.unwrap();
}

/// "Manage users" alone must not lead to an administrator's account.
#[rstest]
#[tokio::test]
async fn manage_users_gives_no_other_right(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let rights = Rights::default().with(Right::ManageUsers);
    test.create_user("Eve", "eve@example.com", rights).await;
    let eve = test.sign_in("eve@example.com").await;
    let (portal, eve) = (&test.portal, &*eve.actor);
    let (ada_id, ada_profile) = target(&ada);
    let before = test.count_rows("audit_records").await;
    assert_rejected!(
        users::create(portal, eve, new_user("x@example.com", ADMINISTRATOR_PROFILE)).await,
        Error::Forbidden(_)
    );
    assert_rejected!(
        set_password(portal, eve, ada_id, "tunnel of seven lanterns").await,
        Error::Forbidden(_)
    );
    assert_rejected!(set_active(portal, eve, ada_id, false).await, Error::Forbidden(_));
    assert_rejected!(set_active(portal, eve, ada_id, true).await, Error::Forbidden(_));
    let missing = Error::Forbidden(Right::ManagePermissionProfiles).to_string();
    let error = profiles::create(portal, eve, "Mine", rights).await.unwrap_err();
    assert_eq!(error.to_string(), missing);
    let error = profiles::set_rights(portal, eve, ada_profile, rights)
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), missing);
    assert_eq!(
        test.count_rows("audit_records").await,
        before,
        "a rejected operation changes nothing"
    );
    let query = UserQuery {
        limit: None,
        page: 1,
        include_inactive: true,
    };
    assert!(
        users::list(portal, eve, query)
            .await
            .unwrap()
            .users
            .iter()
            .all(|user| user.active)
    );
    test.sign_in(ADA).await;
    // Users without other rights are hers to manage.
    test.create_user("Bob", "bob@example.com", rights).await;
    let dora = users::create(portal, eve, new_user("dora@example.com", "bob@example.com"))
        .await
        .unwrap();
    set_password(portal, eve, dora, "tunnel of seven lanterns")
        .await
        .unwrap();
    set_active(portal, eve, dora, false).await.unwrap();
}

#[rstest]
#[tokio::test]
async fn manage_permission_profiles_gives_no_other_right(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let own = Rights::default()
        .with(Right::ManagePermissionProfiles)
        .with(Right::ViewApiTokens);
    test.create_user("Eve", "eve@example.com", own).await;
    let eve = test.sign_in("eve@example.com").await;
    let (portal, actor) = (&test.portal, &*eve.actor);
    let more = own.with(Right::CreateApiTokens);
    for rejected in [
        profiles::create(portal, actor, "More", more).await.map(drop),
        profiles::set_rights(portal, actor, target(&eve).1, more).await,
        // Neither may she take rights away that she doesn't have.
        profiles::set_rights(portal, actor, target(&ada).1, own).await,
    ] {
        assert_rejected!(rejected, Error::Forbidden(_));
    }
    let less = Rights::default().with(Right::ViewApiTokens);
    let id = profiles::create(portal, actor, "Viewers", own).await.unwrap();
    profiles::set_rights(portal, actor, id, less).await.unwrap();
    assert_eq!(profiles::get(portal, &ada.actor, id).await.unwrap().rights, less);
}
