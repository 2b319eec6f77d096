//! The endpoints of the three-legged flow, apart from what they give.

use crate::flow::{ACCESS, REQUEST};
use crate::http::Call;
use crate::signer::Unsigned;
use crate::world::{Settings, on_each_engine};

#[tokio::test]
async fn the_address_for_people_leads_to_the_page() {
    on_each_engine(Settings::default(), async |world| {
        let cases = [
            (
                "/api/v4/oauth/authorise/?oauth_token=abc",
                "/oauth1/authorise?oauth_token=abc",
            ),
            (
                "/api/v4/oauth/authorise?oauth_token=a%26b%3D",
                "/oauth1/authorise?oauth_token=a%26b%3D",
            ),
            (
                "/api/v4/oauth/authorise/?oauth_token=abc&callback=https://x.example/b?c",
                "/oauth1/authorise?oauth_token=abc&callback=https%3A%2F%2Fx.example%2Fb%3Fc",
            ),
            (
                "/api/v4/oauth/authorise/?oauth_callback=app%3A%2F%2Fb&oauth_token=abc&else=1",
                "/oauth1/authorise?oauth_token=abc&callback=app%3A%2F%2Fb",
            ),
        ];
        for (asked, expected) in cases {
            let answer = world.send(&Call::new("GET", asked)).await;
            assert_eq!((answer.status, answer.header("location")), (303, Some(expected)));
        }
        for bad in [
            "/api/v4/oauth/authorise?oauth_token=%zz",
            "/api/v4/oauth/authorise?oauth_token=a&oauth_token=b",
        ] {
            let answer = world.send(&Call::new("GET", bad)).await;
            assert_eq!(answer.status, 400);
            answer.problem();
        }
    })
    .await;
}

#[tokio::test]
async fn bodies_are_forms_of_at_most_64_kib() {
    on_each_engine(Settings::default(), async |world| {
        let signed = || {
            let unsigned = Unsigned::post(REQUEST, world.now()).protocol("oauth_callback", "oob");
            world.consumer_alone().sign(&unsigned)
        };
        assert_eq!(
            world.send(&signed().body("application/json", "{}")).await.problem(),
            "unsupported-media-type"
        );
        assert_eq!(
            world
                .send(&Call {
                    body: b"x".to_vec(),
                    ..signed()
                })
                .await
                .status,
            415
        );
        assert_eq!(
            world.send(&signed().body("application/json", "")).await.status,
            200,
            "no body is no wrong body"
        );

        let form = "application/x-www-form-urlencoded";
        for path in [REQUEST, ACCESS, "/api/v4/currentUser"] {
            let verb = if path.contains("oauth") { "POST" } else { "GET" };
            let answer = world
                .send(&Call::new(verb, path).body(form, "a".repeat(64 * 1024 + 1)))
                .await;
            assert_eq!(
                (answer.status, answer.problem().as_str()),
                (413, "body-too-large"),
                "{path}"
            );
            let answer = world
                .send(&Call::new(verb, path).body(form, "a".repeat(64 * 1024)))
                .await;
            assert_eq!(answer.status, 401, "{path}");
        }
    })
    .await;
}
