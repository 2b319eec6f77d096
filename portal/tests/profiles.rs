use crate::support::{House, complaint};
use domain::accounts::rights::{Right, Rights};
use portal::accounts::profiles::{create, get, list, set_rights};

both!(
    a_profile_is_a_named_set_of_rights,
    a_change_holds_at_once,
    changes_at_once_leave_one_set
);

async fn a_profile_is_a_named_set_of_rights(house: House) {
    let ada = house.set_up().await;
    let rights: Rights = [Right::ViewApiTokens, Right::AdminSettings].into_iter().collect();
    let id = create(&house.portal, &ada.actor, " Token  viewers ", rights)
        .await
        .unwrap();
    let profile = get(&house.portal, &ada.actor, id).await.unwrap();
    assert_eq!((profile.name.as_str(), profile.rights), ("Token viewers", rights));
    let names: Vec<_> = list(&house.portal, &ada.actor)
        .await
        .unwrap()
        .into_iter()
        .map(|made| made.name)
        .collect();
    assert_eq!(names, ["Administrator", "Token viewers"]);
    let taken = create(&house.portal, &ada.actor, "TOKEN VIEWERS", rights).await;
    assert_eq!(complaint(taken, "name"), "Another profile has this name.");
    for name in ["", "nul\0", &"x".repeat(101)] {
        complaint(create(&house.portal, &ada.actor, name, rights).await, "name");
    }
}

async fn a_change_holds_at_once(house: House) {
    let ada = house.set_up().await;
    house.person("Eve", "eve@example.com", Rights::default()).await;
    let eve = house.sign_in("eve@example.com").await;
    let profile = eve.actor.person().unwrap().profile_id;
    for rights in [
        Rights::all(),
        Rights::default().with(Right::ManageUsers),
        Rights::default(),
    ] {
        set_rights(&house.portal, &ada.actor, profile, rights).await.unwrap();
        assert_eq!(house.actor(&eve.cookie).await.rights(), rights);
    }
    // A right that a newer version gave is none that this one can give.
    house
        .execute("insert into profile_rights (profile_id, right_code) select id, 'fly' from profiles")
        .await;
    let ada = house.sign_in(crate::support::ADA).await;
    assert_eq!(ada.actor.rights(), Rights::all());
}

async fn changes_at_once_leave_one_set(house: House) {
    let ada = house.set_up().await;
    let id = create(&house.portal, &ada.actor, "Viewers", Rights::default())
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
            let (portal, actor, rights) = (house.portal.clone(), ada.actor.clone(), *rights);
            tokio::spawn(async move { set_rights(&portal, &actor, id, rights).await })
        })
        .collect();
    for change in changes {
        change.await.unwrap().unwrap();
    }
    let rights = get(&house.portal, &ada.actor, id).await.unwrap().rights;
    assert!(sets.contains(&rights), "{rights:?}");
}
