use domain::accounts::rights::{Right, Rights};
use domain::integration::remote_logs::LogFilter;
use domain::oauth1::integration_types::INTEGRATION_TYPES;
use domain::oauth1::tokens::{TokenFilter, TokenQuery, TokenState};
use domain::oauth2::oauth_apps::{Grant, OauthApp};
use domain::oauth2::scopes::Scope;
use portal::accounts::users;
use portal::auth::{sessions, sign_in};
use portal::integration::{api_keys, implementations, remote_logs, requested_fields, settings};
use portal::oauth1::{consumers, tokens};
use portal::oauth2::oauth_apps::secrets;
use portal::oauth2::{connected_apps, oauth_apps};
use portal::{Error, accounts, demo};
use rstest::rstest;
use std::collections::BTreeSet;
use std::time::Duration;
use testing::{Engine, TestPortal, browser_at};

#[rstest]
#[tokio::test]
async fn demo_account_has_users_and_tokens_in_every_state(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let demo = demo::create_if_missing(&test.portal).await.unwrap();
    let (portal, password) = (&test.portal, demo.password.expect("a new password"));
    let operator = accounts::operator(portal, Some(demo.account)).await.unwrap();
    assert_eq!((demo.account, demo.logins.len()), ("Larkfield Media", 9));
    // The times of its records are in no order, but they are one chain.
    let report = portal::infra::audit::verify(portal, &operator, None).await.unwrap();
    assert!(report.verified > 100 && report.problems.is_empty(), "{report:?}");

    // Every listed user except the inactive one can sign in with the listed profile.
    let mut rights = Vec::new();
    for (index, login) in demo.logins.iter().enumerate() {
        let address = browser_at(&format!("192.0.2.{index}"));
        match sign_in::sign_in(portal, login.email, password.expose(), &address).await {
            Ok(cookie) => {
                let actor = sessions::find(portal, cookie.expose()).await.unwrap().unwrap();
                let user = actor.user().unwrap();
                assert_eq!((user.name.as_str(), user.profile.as_str()), (login.name, login.profile));
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
    let administration = [Right::ManageUsers, Right::ManagePermissionProfiles, Right::ViewAuditLog];
    let manager = administration.into_iter().fold(Rights::all(), Rights::without);
    assert!(rights.contains(&manager));
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
        query.position = domain::oauth1::tokens::PagePosition::After(next);
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
    let user_query = users::UserQuery {
        limit: None,
        page: 1,
        include_inactive: true,
    };
    assert_eq!(users::list(portal, &operator, user_query).await.unwrap().total, 9);
    assert_eq!(test.count_rows("one_time_secrets").await, 0);
}

#[rstest]
#[tokio::test]
async fn demo_account_has_oauth_apps_of_every_grant_type(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    const DAY: Duration = Duration::from_secs(24 * 3600);
    let demo = demo::create_if_missing(&test.portal).await.unwrap();
    let (portal, password) = (&test.portal, demo.password.expect("a new password"));
    let operator = accounts::operator(portal, Some(demo.account)).await.unwrap();
    let apps = oauth_apps::list(portal, &operator).await.unwrap();
    let find = |matches: &dyn Fn(&OauthApp) -> bool| apps.iter().find(|app| matches(app)).unwrap();
    let now = portal.now();
    for app in &apps {
        assert!(app.created_by.is_some() && app.created_at < now, "{}", app.name);
        let used = app.last_used_at;
        assert!(
            used.is_none_or(|used| used > app.created_at && used < now),
            "{}",
            app.name
        );
        assert_eq!(used.is_some(), !app.used_scopes.is_empty(), "{}", app.name);
    }
    // The connector app has the scopes of the guide and has used only some of them.
    let connector = find(&|app| app.scopes == Scope::CONNECTOR.into_iter().collect());
    assert!(connector.last_used_at > Some(now.before(Duration::from_secs(3600))) && connector.active_tokens > 0);
    assert!(!connector.scopes.difference(connector.used_scopes).is_empty());
    let user = connector.user.as_ref().unwrap();
    assert!(user.active && connector.scopes.allowed_by(user.rights) == connector.scopes);
    // The app of an inactive user has no active tokens.
    let stopped = find(&|app| app.user.as_ref().is_some_and(|user| !user.active));
    assert!(stopped.last_used_at.is_some() && stopped.active_tokens == 0);
    // The web app has users with an active refresh token and a refreshed access token.
    let studio = find(&|app| app.grant == Grant::AuthorizationCode);
    assert!(studio.active_tokens >= 3 && studio.last_used_at > Some(now.before(Duration::from_secs(3600))));
    let address = browser_at("192.0.2.1");
    let cookie = sign_in::sign_in(portal, demo.logins[1].email, password.expose(), &address)
        .await
        .unwrap();
    let joaquin = sessions::find(portal, cookie.expose()).await.unwrap().unwrap();
    let connected = connected_apps::list(portal, &joaquin).await.unwrap();
    assert_eq!((connected.len(), connected[0].id), (1, studio.id));
    assert!(connected[0].last_used_at > Some(connected[0].granted_at));
    // The native app has never been used.
    let native = find(&|app| app.grant == Grant::Public);
    assert!(native.last_used_at.is_none() && native.redirect_uris.len() == 2);
    assert_eq!(secrets::list(portal, &operator, native.id).await.unwrap(), []);
    // One app has two secrets, one of which expires soon.
    let mut pairs = Vec::new();
    for app in &apps {
        let secrets = secrets::list(portal, &operator, app.id).await.unwrap();
        pairs.extend((secrets.len() == 2).then_some(secrets));
    }
    let [pair] = pairs.as_slice() else { panic!("{pairs:?}") };
    let ends = pair[1].expires_at.unwrap();
    assert!(pair[0].expires_at.is_none() && ends > now && ends < now.after(4 * DAY));
    assert!(pair[1].last_used_at.is_some() && !pair[1].note.is_empty());
}

#[rstest]
#[tokio::test]
async fn filling_demo_account_again_changes_nothing(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    assert!(demo::create_if_missing(&test.portal).await.unwrap().password.is_some());
    let rows = async || {
        (
            test.count_rows("audit_records").await,
            test.count_rows("users").await,
            test.count_rows("tokens").await,
            test.count_rows("oauth_apps").await,
            test.count_rows("access_tokens").await,
        )
    };
    let before = rows().await;
    let again = demo::create_if_missing(&test.portal).await.unwrap();
    assert!(again.password.is_none());
    assert_eq!((again.logins.len(), rows().await), (9, before));
}

#[rstest]
#[tokio::test]
async fn demo_account_has_connectors_and_settings_history(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let demo = demo::create_if_missing(&test.portal).await.unwrap();
    let (portal, operator) = (
        &test.portal,
        accounts::operator(&test.portal, Some(demo.account)).await.unwrap(),
    );
    let now = settings::get(portal, &operator).await.unwrap();
    assert_eq!(now.settings.fields.len(), 10);
    let history = settings::history(portal, &operator, None).await.unwrap().revisions;
    assert_eq!(history.len() as i64, now.revision);
    assert!(
        history.windows(2).all(|pair| pair[0].at >= pair[1].at),
        "the history goes back in time"
    );
    assert!(history.iter().all(|revision| revision.by.is_some()));
    let seen = implementations::list(portal, &operator).await.unwrap();
    let behind = seen.iter().filter(|seen| seen.revision < Some(now.revision)).count();
    assert_eq!((seen.len(), behind), (3, 1));
    let logs = remote_logs::list(portal, &operator, &LogFilter::default())
        .await
        .unwrap();
    assert_eq!(logs.records.len(), 9);
    assert_eq!(requested_fields::list(portal, &operator).await.unwrap().len(), 3);
    let key = api_keys::get(portal, &operator).await.unwrap().current;
    assert!(!key.last_used_by.is_empty());
}
