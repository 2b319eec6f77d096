use domain::oauth1::OauthProblem;
use domain::oauth1::consumers::ConsumerForm;
use domain::oauth1::tokens::{TokenFilter, TokenQuery, TokenSort};
use portal::Error;
use portal::accounts::users;
use portal::auth::sign_in;
use portal::oauth1::{consumers, request_tokens, tokens};
use rstest::rstest;
use testing::oauth1_client::{Oauth1Client, problem};
use testing::{ADA, Engine, TestPortal, new_token};

/// Returns strings that a browser or a client can send in any text field.
fn unusual_inputs() -> Vec<String> {
    let mut unusual_inputs: Vec<String> = [
        "",
        " ",
        "\0",
        "a\0b",
        "'",
        "\"",
        "\\",
        "%",
        "_",
        "!",
        "\u{7f}",
        "\u{202e}",
        "𝒜𝒹𝒶",
        "İ",
        "ß",
        "\r\n",
        "$1",
        "--",
    ]
    .map(str::to_owned)
    .to_vec();
    unusual_inputs.push("é".repeat(60_000));
    unusual_inputs
}

/// Asserts that the result is not an internal error or an outage.
fn assert_no_internal_error<T>(result: Result<T, Error>, label: &str) {
    if let Err(error @ (Error::Internal(_) | Error::Unavailable { .. })) = result {
        panic!("{label}: {error}");
    }
}

#[rstest]
#[tokio::test]
async fn unusual_input_never_causes_internal_error(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let consumer = test.create_consumer(&ada.actor, "Web shop").await;
    let (portal, actor) = (&test.portal, &*ada.actor);
    for text in unusual_inputs() {
        let label: String = text.chars().take(10).collect();
        assert_no_internal_error(
            consumers::create(portal, actor, ConsumerForm { name: text.clone() }).await,
            &label,
        );
        assert_no_internal_error(consumers::delete(portal, actor, consumer.value.id, &text).await, &label);
        assert_no_internal_error(
            tokens::create(portal, actor, new_token(&consumer.value, &text, "Drupal")).await,
            &label,
        );
        let mut named = new_token(&consumer.value, ADA, domain::oauth1::integration_types::OTHER);
        named.integration_name.clone_from(&text);
        assert_no_internal_error(tokens::create(portal, actor, named).await, &label);
        for sort in [TokenSort::User, TokenSort::Created] {
            let query = TokenQuery {
                search: text.clone(),
                sort,
                filter: TokenFilter::All,
                ..TokenQuery::default()
            };
            assert_no_internal_error(tokens::list(portal, actor, &query).await, &label);
        }
        assert_no_internal_error(
            users::suggest(portal, actor, domain::accounts::rights::Right::CreateApiTokens, &text).await,
            &label,
        );
        assert_no_internal_error(users::get(portal, actor, &text).await, &label);
        assert_no_internal_error(
            portal::accounts::profiles::create(portal, actor, &text, actor.rights()).await,
            &label,
        );
        let client = testing::browser_at(&format!("192.0.2.{}", text.len() % 250));
        assert_no_internal_error(sign_in::sign_in(portal, &text, &text, &client).await, &label);
        assert_no_internal_error(
            request_tokens::consent_request(portal, actor, &text, Some(&text)).await,
            &label,
        );
        assert_no_internal_error(request_tokens::deny(portal, actor, &text, Some(&text)).await, &label);
        assert!(portal::auth::sessions::find(portal, &text).await.unwrap().is_none());
    }
    // OAuth parameters are validated when the request is parsed, so only valid text reaches the portal.
    for text in ["é", "%", "' or 1 = 1"] {
        let unknown = Oauth1Client {
            consumer_key: text.to_owned(),
            ..Oauth1Client::new(&consumer)
        }
        .with_token(text, text);
        assert_eq!(problem(unknown.call(portal).await), OauthProblem::ConsumerKeyUnknown);
        assert_eq!(
            problem(Oauth1Client::new(&consumer).with_token(text, text).call(portal).await),
            OauthProblem::TokenRejected
        );
    }
}
