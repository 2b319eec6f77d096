//! RFC 6749 §4.1 with PKCE (RFC 7636).

use super::client::{
    ALL_SCOPES, CALLBACK, Client, VERIFIER, access_token, challenge, error, get, native_app, parameter, web_app,
};
use crate::http::Call;
use crate::world::{Settings, World, on_each_engine};
use domain::accounts::rights::Rights;
use domain::oauth2::Parameters;
use portal::oauth2::connected_apps;

#[tokio::test]
async fn a_person_allows_it_and_the_app_acts_for_them() {
    on_each_engine(Settings::default(), async |world: World| {
        let client = Client::register(&world, web_app()).await;
        let code = client.code(&world, ALL_SCOPES).await;
        let answer = client.exchange(&world, &code).await;
        assert_eq!(answer.json()["scope"], ALL_SCOPES);
        let token = access_token(&answer);
        assert_eq!(
            get(&world, "/api/v4/currentUser", &token).await.json()["email"],
            "ada@example.com"
        );
        assert!(answer.json()["refresh_token"].as_str().is_some());

        // Without `offline`, no refresh token.
        let code = client.code(&world, "current.user:read").await;
        let answer = client.exchange(&world, &code).await;
        assert_eq!(answer.json()["scope"], "current.user:read");
        assert_eq!(answer.json().get("refresh_token"), None);

        let ada = world.signed_in("ada@example.com").await;
        let connected = connected_apps::list(world.portal(), &ada).await.unwrap();
        assert_eq!(connected[0].name, "Web app");
        assert_eq!(connected[0].scopes.to_string(), ALL_SCOPES);
        assert!(connected[0].last_used_at.is_some());
    })
    .await;
}

#[tokio::test]
async fn a_code_lives_a_minute() {
    on_each_engine(Settings::default(), async |world: World| {
        let client = Client::register(&world, web_app()).await;
        let code = client.code(&world, ALL_SCOPES).await;
        world.advance(59);
        assert_eq!(client.exchange(&world, &code).await.status, 200);
        let code = client.code(&world, ALL_SCOPES).await;
        world.advance(60);
        assert_eq!(error(&client.exchange(&world, &code).await), "invalid_grant");
    })
    .await;
}

#[tokio::test]
async fn a_code_that_comes_twice_takes_back_what_it_gave() {
    on_each_engine(Settings::default(), async |world: World| {
        let client = Client::register(&world, web_app()).await;
        let code = client.code(&world, ALL_SCOPES).await;
        let answer = client.exchange(&world, &code).await;
        let (access, refresh) = (access_token(&answer), super::client::refresh_token(&answer));
        assert_eq!(get(&world, "/api/v4/currentUser", &access).await.status, 200);
        assert_eq!(error(&client.exchange(&world, &code).await), "invalid_grant");
        assert_eq!(get(&world, "/api/v4/currentUser", &access).await.status, 401);
        assert_eq!(error(&client.refresh(&world, &refresh).await), "invalid_grant");
    })
    .await;
}

#[tokio::test]
async fn of_exchanges_at_once_at_most_one_holds() {
    on_each_engine(Settings::default(), async |mut world: World| {
        world.add_node().await;
        let client = Client::register(&world, web_app()).await;
        let code = client.code(&world, ALL_SCOPES).await;
        let id = client.id.to_string();
        let pairs = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        let call = super::client::post(super::client::TOKEN, &client.proving(&id, &pairs));
        let mut tasks = tokio::task::JoinSet::new();
        for index in 0..8 {
            let (call, address) = (call.clone(), world.address_of(index % 2));
            tasks.spawn(async move { call.send(address).await });
        }
        let answers = tasks.join_all().await;
        assert!(
            answers.iter().all(|answer| [200, 400].contains(&answer.status)),
            "{answers:?}"
        );
        let granted: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
        assert_eq!(granted.len(), 1);
        // The others were a second use: the first holds no more.
        assert_eq!(
            get(&world, "/api/v4/currentUser", &access_token(granted[0]))
                .await
                .status,
            401
        );
    })
    .await;
}

#[tokio::test]
async fn a_native_app_proves_itself_by_pkce() {
    on_each_engine(Settings::default(), async |world: World| {
        let client = Client::register(&world, native_app()).await;
        assert_eq!(client.secret, None);
        let uri = "http://127.0.0.1:51004/callback";
        let challenge = challenge(VERIFIER);
        let pkce = [
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
        ];
        let address = client
            .authorize(&world, &[("redirect_uri", uri), pkce[0], pkce[1]])
            .await
            .unwrap();
        assert!(address.starts_with(&format!("{uri}?code=")), "{address}");
        let code = parameter(&address, "code").unwrap();
        let pairs = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", uri),
            ("code_verifier", VERIFIER),
        ];
        let answer = client.token(&world, &pairs).await;
        let refresh = super::client::refresh_token(&answer);
        assert_eq!(client.refresh(&world, &refresh).await.status, 200);

        let without = client.authorize(&world, &[("redirect_uri", uri)]).await.unwrap();
        assert_eq!(parameter(&without, "error").as_deref(), Some("invalid_request"));
        let plain = [
            ("redirect_uri", uri),
            ("code_challenge", VERIFIER),
            ("code_challenge_method", "plain"),
        ];
        let plain = client.authorize(&world, &plain).await.unwrap();
        assert_eq!(parameter(&plain, "error").as_deref(), Some("invalid_request"));
        // Without a method it would be plain.
        let silent = [("redirect_uri", uri), ("code_challenge", challenge.as_str())];
        let silent = client.authorize(&world, &silent).await.unwrap();
        assert_eq!(parameter(&silent, "error").as_deref(), Some("invalid_request"));
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_is_told_to_the_app_with_its_state() {
    on_each_engine(Settings::default(), async |world: World| {
        let client = Client::register(&world, web_app()).await;
        let id = client.id.to_string();
        let ada = world.signed_in("ada@example.com").await;
        for (pairs, expected) in [
            (vec![("response_type", "token")], "unsupported_response_type"),
            (vec![], "invalid_request"),
            (
                vec![("response_type", "code"), ("scope", "everything")],
                "invalid_scope",
            ),
            (
                vec![("response_type", "code"), ("scope", "asset:read"), ("scope", "offline")],
                "invalid_request",
            ),
            (
                vec![("response_type", "code"), ("code_challenge_method", "S256")],
                "invalid_request",
            ),
            (vec![("response_type", "code"), ("request", "eyJ")], "invalid_request"),
        ] {
            let mut all = vec![("client_id", id.as_str()), ("redirect_uri", CALLBACK), ("state", "xyz")];
            all.extend(pairs);
            let query = super::client::form(&all);
            let parameters = domain::oauth2::Parameters::parse(query.as_bytes()).unwrap();
            let policy = super::client::policy(&world);
            let outcome = portal::oauth2::consents::question(world.portal(), &policy, &ada, &parameters).await;
            let Ok(portal::oauth2::consents::Outcome::Redirect(address)) = outcome else {
                panic!("{query}: {outcome:?}");
            };
            assert!(address.starts_with(&format!("{CALLBACK}?error=")), "{address}");
            assert_eq!(parameter(&address, "error").as_deref(), Some(expected), "{address}");
            assert_eq!(parameter(&address, "state").as_deref(), Some("xyz"));
            assert_eq!(parameter(&address, "iss"), Some(policy.issuer));
        }
    })
    .await;
}

/// RFC 6749 §4.1.2 and §4.1.2.1: the exact value, in every answer. The request as a whole has a bound.
#[tokio::test]
async fn state_of_any_length_comes_back_exactly() {
    on_each_engine(Settings::default(), async |world: World| {
        let client = Client::register(&world, web_app()).await;
        let id = client.id.to_string();
        let ada = world.signed_in("ada@example.com").await;
        let policy = super::client::policy(&world);
        let states = [
            "x".to_owned(),
            "x".repeat(2048),
            "x".repeat(2049),
            "x".repeat(3000),
            "x".repeat(7500),
            "a b+c%20d&e=f#g?h/i\"j\\k<l>'m".repeat(60),
            "%25%2B%26".repeat(300),
            "eyJyZXR1cm4iOiIvIn0=.".repeat(200),
            "ä\u{1F600}".repeat(300),
            "\t\r\n ".repeat(100),
        ];
        for state in &states {
            for (pairs, expected) in [
                (vec![("response_type", "code")], None),
                (vec![("response_type", "token")], Some("unsupported_response_type")),
                (vec![], Some("invalid_request")),
                (
                    vec![("response_type", "code"), ("scope", "everything")],
                    Some("invalid_scope"),
                ),
                (
                    vec![("response_type", "code"), ("scope", "offline"), ("scope", "offline")],
                    Some("invalid_request"),
                ),
                (
                    vec![("response_type", "code"), ("code_challenge", "short")],
                    Some("invalid_request"),
                ),
                (
                    vec![("response_type", "code"), ("request_uri", "x")],
                    Some("invalid_request"),
                ),
            ] {
                let mut all = vec![("client_id", id.as_str()), ("redirect_uri", CALLBACK), ("state", state)];
                all.extend(pairs);
                let query = super::client::form(&all);
                let parameters = Parameters::parse_each(query.as_bytes()).unwrap();
                let (portal, came) = (world.portal(), |address: &str| {
                    assert_eq!(parameter(address, "error").as_deref(), expected, "{address:.200}");
                    assert_eq!(parameter(address, "state").as_ref(), Some(state), "{query:.200}");
                });
                came(
                    &portal::oauth2::consents::allow(portal, &policy, &ada, &parameters)
                        .await
                        .unwrap(),
                );
                let refused = portal::oauth2::consents::refuse(portal, &policy, &ada, &parameters)
                    .await
                    .unwrap();
                let error = parameter(&refused, "error");
                assert_eq!(error.as_deref(), Some(expected.unwrap_or("access_denied")));
                assert_eq!(parameter(&refused, "state").as_ref(), Some(state));
                // Allowed before, so nothing is asked.
                match portal::oauth2::consents::question(portal, &policy, &ada, &parameters)
                    .await
                    .unwrap()
                {
                    portal::oauth2::consents::Outcome::Redirect(address) => came(&address),
                    other => panic!("{other:?}"),
                }
            }
            // Another parameter that cannot be decoded is no reason to drop it.
            for broken in ["scope=%zz", "scope=%ff", "x=%E4", "%zz=1"] {
                let all = [
                    ("client_id", id.as_str()),
                    ("redirect_uri", CALLBACK),
                    ("response_type", "code"),
                    ("state", state),
                ];
                let query = format!("{broken}&{}", super::client::form(&all));
                let parameters = Parameters::parse_each(query.as_bytes()).unwrap();
                let address = portal::oauth2::consents::allow(world.portal(), &policy, &ada, &parameters)
                    .await
                    .unwrap();
                assert_eq!(
                    parameter(&address, "error").as_deref(),
                    Some("invalid_request"),
                    "{broken}"
                );
                assert_eq!(parameter(&address, "state").as_ref(), Some(state), "{broken}");
            }
        }
        for absent in ["", "&state=", "&state"] {
            let query = format!("client_id={id}&redirect_uri={CALLBACK}{absent}");
            let parameters = Parameters::parse_each(query.as_bytes()).unwrap();
            let address = portal::oauth2::consents::allow(world.portal(), &policy, &ada, &parameters)
                .await
                .unwrap();
            assert_eq!(parameter(&address, "state"), None, "{absent}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_endpoint_leads_to_the_page() {
    on_each_engine(Settings::default(), async |world: World| {
        let query = "client_id=x&redirect_uri=https%3A%2F%2Fa.example&state=%C3%A4";
        for path in ["/v6/authentication/oauth2/auth", "/v6/authentication/oauth2/auth/"] {
            let answer = world.send(&Call::new("GET", &format!("{path}?{query}"))).await;
            assert_eq!(answer.status, 303);
            assert_eq!(
                answer.header("location"),
                Some(format!("/oauth2/authorise?{query}").as_str())
            );
            let posted = Call::new("POST", path).body("application/x-www-form-urlencoded", query);
            let answer = world.send(&posted).await;
            assert_eq!(
                answer.header("location"),
                Some(format!("/oauth2/authorise?{query}").as_str())
            );
        }
    })
    .await;
}

#[tokio::test]
async fn people_are_asked_once_and_can_think_better_of_it() {
    on_each_engine(Settings::default(), async |world: World| {
        world.person("Grace Hopper", Rights::all()).await;
        let client = Client::register(&world, web_app()).await;
        let (access, refresh) = client.connect(&world).await;
        let ada = world.signed_in("ada@example.com").await;
        let grace = world.signed_in("grace@example.com").await;
        let id = client.id.to_string();
        let ask = async |actor: &portal::Actor, scope: &str| {
            let pairs = [
                ("client_id", id.as_str()),
                ("response_type", "code"),
                ("redirect_uri", CALLBACK),
                ("scope", scope),
            ];
            let query = super::client::form(&pairs);
            let parameters = domain::oauth2::Parameters::parse(query.as_bytes()).unwrap();
            let policy = super::client::policy(&world);
            portal::oauth2::consents::question(world.portal(), &policy, actor, &parameters)
                .await
                .unwrap()
        };
        let is_asked =
            |outcome: &portal::oauth2::consents::Outcome| matches!(outcome, portal::oauth2::consents::Outcome::Ask(_));
        assert!(!is_asked(&ask(&ada, "asset:read").await));
        assert!(is_asked(&ask(&grace, "asset:read").await), "what Ada allowed is Ada's");

        connected_apps::disconnect(world.portal(), &ada, client.id)
            .await
            .unwrap();
        assert!(is_asked(&ask(&ada, "asset:read").await));
        assert_eq!(get(&world, "/api/v4/currentUser", &access).await.status, 401);
        assert_eq!(error(&client.refresh(&world, &refresh).await), "invalid_grant");
    })
    .await;
}
