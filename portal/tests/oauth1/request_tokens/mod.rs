mod callbacks;
mod decisions;
mod exchange;
mod legacy_flow;

use domain::accounts::rights::Rights;
use portal::oauth1::request_tokens::{Decision, IssuedToken, allow};
use testing::oauth1_client::Oauth1Client;
use testing::{Browser, TestPortal};

const CALLBACK: &str = "https://shop.example.com/back";

/// A consumer, and two users who can allow or deny its requests.
struct Fixture {
    app: Oauth1Client,
    consumer: domain::oauth1::consumers::Consumer,
    ada: Browser,
    eve: Browser,
}

async fn set_up_fixture(test: &TestPortal) -> Fixture {
    let ada = test.set_up().await;
    let consumer = test.create_consumer(&ada.actor, "Web shop").await;
    test.create_user("Eve", "eve@example.com", Rights::default()).await;
    let eve = test.sign_in("eve@example.com").await;
    Fixture {
        app: Oauth1Client::new(&consumer),
        consumer: consumer.value,
        ada,
        eve,
    }
}

/// Allows a request token as Eve, and returns the redirect URL.
async fn allow_and_redirect(test: &TestPortal, fixture: &Fixture, request_token: &IssuedToken) -> String {
    match allow(&test.portal, &fixture.eve.actor, &request_token.token, None)
        .await
        .unwrap()
    {
        Decision::Redirect(address) => address,
        other => panic!("{other:?}"),
    }
}

/// Returns the verifier in a redirect to [`CALLBACK`].
fn verifier<'a>(address: &'a str, request_token: &IssuedToken) -> &'a str {
    let start = format!("{CALLBACK}?oauth_token={}&oauth_verifier=", request_token.token);
    address.strip_prefix(&start).unwrap_or_else(|| panic!("{address}"))
}
