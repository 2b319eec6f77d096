use crate::support::app::App;
use crate::support::{ADA, Engine, House, PASSWORD, client, run};
use domain::accounts::NewAccount;
use portal::auth::{sessions, setup};
use portal::oauth1::request_tokens::{self, Decision};

#[tokio::test]
async fn nothing_secret_is_in_the_database_files() {
    run(Engine::Sqlite, search_the_files).await;
}

async fn search_the_files(house: House) {
    let portal = &house.portal;
    let code = setup::issue_code(portal).await.unwrap().unwrap();
    let files = || {
        let names = std::fs::read_dir(&house.folder)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        names.flat_map(|path| std::fs::read(path).unwrap()).collect::<Vec<u8>>()
    };
    let holds = |text: &str| {
        let files = files();
        files
            .windows(text.len())
            .any(|window| window.eq_ignore_ascii_case(text.as_bytes()))
    };
    assert!(!holds(code.expose()) && !holds(&code.expose().replace('-', "")));
    let form = NewAccount {
        account_name: "Analytical Engines".to_owned(),
        name: "Ada Lovelace".to_owned(),
        email: ADA.to_owned(),
        password: PASSWORD.to_owned(),
    };
    let signed_in = setup::complete(portal, code.expose(), form, &client("192.0.2.1"))
        .await
        .unwrap();
    let actor = sessions::find(portal, signed_in.session.expose())
        .await
        .unwrap()
        .unwrap();
    let consumer = house.consumer(&actor, "Web shop").await;
    let token = house.token(&actor, &consumer.value, ADA, "Drupal").await;
    let app = App::new(&consumer);
    let asked = app.ask(portal, Some("oob")).await.unwrap();
    let decision = request_tokens::allow(portal, &actor, &asked.token, None).await.unwrap();
    let Decision::Verifier(verifier) = decision else {
        panic!("{decision:?}")
    };
    let issued = app.exchange(portal, &asked, Some(&verifier)).await.unwrap();
    app.with(&issued).call(portal).await.unwrap();

    // What is no secret is found, so the search works.
    assert!(holds("Analytical Engines") && holds(&token.value.token) && holds(&asked.token));
    for secret in [
        code.expose(),
        PASSWORD,
        signed_in.session.expose(),
        signed_in.known_browser.expose(),
        consumer.secret.expose(),
        token.secret.expose(),
        asked.secret.expose(),
        &verifier,
        issued.secret.expose(),
        house.master_key.expose(),
    ] {
        assert!(!holds(secret));
    }
}
