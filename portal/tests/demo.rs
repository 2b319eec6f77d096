use crate::support::{House, client};
use domain::integrations::INTEGRATION_TYPES;
use domain::rights::{Right, Rights};
use domain::tokens::{TokenFilter, TokenQuery, TokenState};
use portal::{Error, accounts, consumers, demo, people, sessions, sign_in, tokens};
use std::collections::BTreeSet;

both!(the_demo_account_shows_every_kind_and_state, filling_twice_fills_once);

async fn the_demo_account_shows_every_kind_and_state(house: House) {
    let demo = demo::fill(&house.portal).await.unwrap();
    let (portal, password) = (&house.portal, demo.password.expect("a new password"));
    let operator = accounts::operator(portal, Some(demo.account)).await.unwrap();
    assert_eq!((demo.account, demo.logins.len()), ("Larkfield Media", 9));

    // Who signs in has the rights that the list says, but for the one who has left.
    let mut rights = Vec::new();
    for (index, login) in demo.logins.iter().enumerate() {
        let address = client(&format!("192.0.2.{index}"));
        match sign_in::sign_in(portal, login.email, password.expose(), &address).await {
            Ok(cookie) => {
                let actor = sessions::find(portal, cookie.expose()).await.unwrap().unwrap();
                let person = actor.person().unwrap();
                assert_eq!(
                    (person.name.as_str(), person.profile.as_str()),
                    (login.name, login.profile)
                );
                rights.push(actor.rights());
            }
            Err(Error::Invalid(_)) => assert!(login.shows.contains("inactive"), "{}", login.name),
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(rights.len(), 8);
    assert_eq!(rights[0], Rights::all());
    let has = |wanted: &[Right]| rights.contains(&wanted.iter().copied().collect());
    assert!(has(&[Right::AdminSettings, Right::ViewApiTokens]));
    assert!(has(&[Right::AdminSettings, Right::CreateApiTokens]));
    assert!(has(&[Right::AdminSettings, Right::RevokeApiTokens]));
    assert!(has(&[]));
    assert!(rights.contains(&Rights::all().without(Right::ManageUsers)));
    assert!(
        rights
            .iter()
            .any(|rights| !rights.has(Right::AdminSettings) && rights.has(Right::CreateApiTokens))
    );

    assert_eq!(consumers::list(portal, &operator).await.unwrap().len(), 6);
    let mut all = Vec::new();
    let mut query = TokenQuery {
        filter: TokenFilter::All,
        ..TokenQuery::default()
    };
    loop {
        let page = tokens::list(portal, &operator, &query).await.unwrap();
        assert_eq!(page.total, 40);
        all.extend(page.tokens);
        let Some(next) = page.next else { break };
        query.place = domain::tokens::Place::After(next);
    }
    assert_eq!(all.len(), 40);
    let integrations: BTreeSet<_> = all.iter().map(|token| token.integration.as_str()).collect();
    let missing: Vec<_> = INTEGRATION_TYPES
        .iter()
        .filter(|kind| **kind != "Other" && !integrations.contains(**kind))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
    for state in [
        TokenState::Active,
        TokenState::Expired,
        TokenState::Revoked,
        TokenState::Suspended,
    ] {
        assert!(
            all.iter().filter(|token| token.state == state).count() >= 2,
            "{state:?}"
        );
    }
    let now = portal.now();
    for token in &all {
        assert!(
            token.created_at < now
                && token
                    .last_used_at
                    .is_none_or(|used| used > token.created_at && used < now)
        );
        assert!(token.created_by.is_some());
        assert_eq!(token.last_used_at.is_some(), token.last_used_from.is_some());
        assert!(
            token
                .revoked_at
                .is_none_or(|revoked| token.last_used_at < Some(revoked))
        );
    }
    assert!(all.iter().filter(|token| token.last_used_at.is_none()).count() >= 5);
    assert!(
        all.iter()
            .any(|token| token.last_used_at > Some(now.before(std::time::Duration::from_secs(3600))))
    );
    let people = people::PeopleQuery {
        limit: None,
        page: 1,
        include_inactive: true,
    };
    assert_eq!(people::list(portal, &operator, people).await.unwrap().total, 9);
    assert_eq!(house.count("reveals").await, 0);
}

async fn filling_twice_fills_once(house: House) {
    assert!(demo::fill(&house.portal).await.unwrap().password.is_some());
    let rows = async || {
        (
            house.count("audit_records").await,
            house.count("users").await,
            house.count("tokens").await,
        )
    };
    let before = rows().await;
    let again = demo::fill(&house.portal).await.unwrap();
    assert!(again.password.is_none());
    assert_eq!((again.logins.len(), rows().await), (9, before));
}
