use super::{gateway_settings, web_app};
use domain::oauth2::oauth_apps::{AppForm, SigningAlgorithm, TokenSettings, TokenSettingsForm};
use portal::oauth2::oauth_apps;
use rstest::rstest;
use testing::{Engine, TestPortal, validation_error};

#[rstest]
#[tokio::test]
async fn token_settings_are_saved_as_grant_type_allows(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (portal, actor) = (&test.portal, &*ada.actor);
    for (grant, default_rotation, may_change) in [
        ("client_credentials", false, false),
        ("authorization_code", false, true),
        ("public", true, false),
    ] {
        let app = AppForm {
            grant: grant.to_owned(),
            ..web_app(grant)
        };
        let id = oauth_apps::create(portal, actor, app).await.unwrap().id;
        let stored = async || oauth_apps::get(portal, actor, id).await.unwrap().token_settings;
        let defaults = TokenSettings {
            rotate_refresh_tokens: default_rotation,
            ..TokenSettings::default()
        };
        assert_eq!(stored().await, defaults, "{grant}");
        for rotate_refresh_tokens in [true, false] {
            let form = TokenSettingsForm {
                rotate_refresh_tokens,
                signing_algorithm: "RS256".to_owned(),
                allow_introspection: grant != "public",
            };
            oauth_apps::set_token_settings(portal, actor, id, form).await.unwrap();
            let expected = TokenSettings {
                rotate_refresh_tokens: if may_change {
                    rotate_refresh_tokens
                } else {
                    default_rotation
                },
                signing_algorithm: SigningAlgorithm::Rs256,
                allow_introspection: grant != "public",
            };
            assert_eq!(stored().await, expected, "{grant}");
        }
    }
}

#[rstest]
#[tokio::test]
async fn invalid_token_settings_change_nothing(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (portal, actor) = (&test.portal, &*ada.actor);
    let native = AppForm {
        grant: "public".to_owned(),
        ..web_app("Native app")
    };
    let native = oauth_apps::create(portal, actor, native).await.unwrap().id;
    let before = oauth_apps::get(portal, actor, native).await.unwrap();
    for (field, form) in [
        ("signing_algorithm", TokenSettingsForm::default()),
        (
            "signing_algorithm",
            TokenSettingsForm {
                signing_algorithm: "none".to_owned(),
                ..TokenSettingsForm::default()
            },
        ),
        ("allow_introspection", gateway_settings()),
    ] {
        validation_error(
            oauth_apps::set_token_settings(portal, actor, native, form.clone()).await,
            field,
        );
        validation_error(
            oauth_apps::create_with(
                portal,
                actor,
                AppForm {
                    grant: "public".to_owned(),
                    ..web_app("Other")
                },
                form,
            )
            .await,
            field,
        );
    }
    assert_eq!(oauth_apps::get(portal, actor, native).await.unwrap(), before);
    assert_eq!(test.count_rows("oauth_apps").await, 1);
}
