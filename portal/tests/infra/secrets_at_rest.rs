use domain::accounts::NewAccount;
use portal::accounts::setup;
use portal::auth::sessions;
use portal::oauth1::request_tokens::{self, Decision};
use testing::oauth1_client::Oauth1Client;
use testing::{ADA, Engine, PASSWORD, TestPortal, browser_at};

#[tokio::test]
async fn secrets_are_not_stored_in_plaintext() {
    let test = TestPortal::start(Engine::Sqlite).await;
    let portal = &test.portal;
    let code = setup::issue_code(portal).await.unwrap().unwrap();
    let files = || {
        let names = std::fs::read_dir(&test.folder)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        names.flat_map(|path| std::fs::read(path).unwrap()).collect::<Vec<u8>>()
    };
    let contains = |text: &str| {
        let files = files();
        files
            .windows(text.len())
            .any(|window| window.eq_ignore_ascii_case(text.as_bytes()))
    };
    assert!(!contains(code.expose()) && !contains(&code.expose().replace('-', "")));
    let form = NewAccount {
        account_name: "Analytical Engines".to_owned(),
        name: "Ada Lovelace".to_owned(),
        email: ADA.to_owned(),
        password: PASSWORD.to_owned(),
    };
    let signed_in = setup::complete(portal, code.expose(), form, &browser_at("192.0.2.1"))
        .await
        .unwrap();
    let actor = sessions::find(portal, signed_in.session.expose())
        .await
        .unwrap()
        .unwrap();
    let consumer = test.create_consumer(&actor, "Web shop").await;
    let token = test.create_token(&actor, &consumer.value, ADA, "Drupal").await;
    let app = Oauth1Client::new(&consumer);
    let request_token = app.obtain_request_token(portal, Some("oob")).await.unwrap();
    let decision = request_tokens::allow(portal, &actor, &request_token.token, None)
        .await
        .unwrap();
    let Decision::Verifier(verifier) = decision else {
        panic!("{decision:?}")
    };
    let issued = app.exchange(portal, &request_token, Some(&verifier)).await.unwrap();
    app.with(&issued).call(portal).await.unwrap();

    // Public values are found, which shows that the search works.
    assert!(contains("Analytical Engines") && contains(&token.value.token) && contains(&request_token.token));
    for secret in [
        code.expose(),
        PASSWORD,
        signed_in.session.expose(),
        signed_in.known_browser.expose(),
        consumer.secret.expose(),
        token.secret.expose(),
        request_token.secret.expose(),
        &verifier,
        issued.secret.expose(),
        test.master_key.expose(),
    ] {
        assert!(!contains(secret));
    }
}
