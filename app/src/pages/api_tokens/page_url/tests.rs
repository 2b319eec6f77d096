//! Tests that URLs parse back to what they were printed from.

use crate::pages::api_tokens::page_url::*;
use domain::oauth1::consumers::ConsumerSigning;
use domain::oauth1::tokens::Cursor;

const ID: &str = "0192f0c1-2b3c-7d4e-8f90-123456789abc";

fn assert_round_trip(url: &PageUrl) {
    let text = url.to_string();
    assert!(text.is_ascii(), "{text}");
    assert_eq!(&PageUrl::parse(&text), url, "{text}");
}

#[test]
fn printed_url_parses_back_to_the_same_value() {
    let id: TokenId = ID.parse().unwrap();
    let mut url = PageUrl::default();
    assert_eq!(url.to_string(), PATH);
    url.query = TokenQuery {
        search: "50%25 & é+ü".to_owned(),
        filter: TokenFilter::Ended,
        sort: TokenSort::User,
        reverse: true,
        consumer: None,
        position: PagePosition::After(Cursor {
            id,
            value: "ada &é".to_owned(),
        }),
    };
    assert_round_trip(&url);
    assert_round_trip(&url.with_dialog(Dialog::RevokeToken(Some(id))));
    assert_round_trip(&PageUrl::token(id).with_dialog(Dialog::RevokeToken(None)));
    let consumer = PageUrl::consumer(ConsumerId(id.0));
    for typed in ["", "A = B"] {
        assert_round_trip(&consumer.with_dialog(Dialog::DeleteConsumer(typed.into())));
        assert_round_trip(&consumer.with_draft(FormDraft::Rename(typed.into())));
    }
    for rsa_public_key in [None, Some(""), Some("-----BEGIN PUBLIC KEY-----\nA+/=")] {
        for legacy_flow in [false, true] {
            let draft = FormDraft::Signing(SigningDraft {
                rsa_public_key: rsa_public_key.map(str::to_owned),
                legacy_flow,
            });
            assert_round_trip(&consumer.with_draft(draft.clone()));
            assert_round_trip(&consumer.with_draft(draft).with_dialog(Dialog::RevokeToken(Some(id))));
        }
    }
    assert_round_trip(
        &PageUrl {
            route: Route::Consumers,
            ..PageUrl::default()
        }
        .with_dialog(Dialog::NewConsumer("A = B".into())),
    );
    let form = NewToken {
        user: "Ada <ada@example.com>".into(),
        consumer: ID.into(),
        ..NewToken::default()
    };
    assert_round_trip(&url.with_dialog(Dialog::NewToken(form)));
    for created in [Created::Token(id), Created::Consumer(ConsumerId(id.0))] {
        assert_round_trip(&url.with_created(created));
        assert_round_trip(
            &url.with_created(created)
                .with_dialog(Dialog::NewConsumer("A = B".into())),
        );
    }
}

#[test]
fn unknown_and_invalid_parameters_are_ignored() {
    let url = PageUrl::parse("/settings/portal/api-tokens?sort=size&after=x&dialog=explode&filter=%zz&&=");
    assert_eq!(url, PageUrl::default());
    assert_eq!(PageUrl::parse("//evil.example/settings?show=").to_string(), PATH);
}

#[test]
fn draft_of_the_signing_form_never_holds_a_private_key() {
    let draft = |key: &str| {
        SigningDraft::from(ConsumerSigning {
            rsa_public_key: key.to_owned(),
            legacy_flow: true,
        })
    };
    for key in ["", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"] {
        assert_eq!(draft(key).rsa_public_key.as_deref(), Some(key));
    }
    let private = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----";
    let both = format!("-----BEGIN PUBLIC KEY-----\n{private}\n-----END PUBLIC KEY-----");
    for key in [private, &both, "AAAA"] {
        let draft = draft(key);
        assert_eq!((&draft.rsa_public_key, draft.legacy_flow), (&None, true), "{key}");
    }
}

#[test]
fn another_list_page_drops_the_created_item_and_the_draft() {
    let id: TokenId = ID.parse().unwrap();
    let list = PageUrl::default().with_created(Created::Token(id));
    assert_eq!(list.to_string(), format!("{PATH}?created_token={ID}"));
    assert_eq!(
        list.with_dialog(Dialog::DeleteConsumer(String::new()))
            .with_dialog(None),
        list,
        "closing a dialog restores the page's URL"
    );
    for other_url in [
        list.sorted_by(TokenSort::User),
        list.with_search("ada", TokenFilter::All),
        list.page_at(PagePosition::Start),
        list.with_created(None),
    ] {
        assert_eq!(other_url.created, None, "{other_url}");
    }
    let draft = PageUrl::consumer(ConsumerId(id.0)).with_draft(FormDraft::Rename("Web shop".into()));
    assert_eq!(draft.sorted_by(TokenSort::User).draft, None);
}

#[test]
fn sorting_again_reverses_the_order_and_returns_to_the_first_page() {
    let id: TokenId = ID.parse().unwrap();
    let list = PageUrl::default().page_at(PagePosition::After(Cursor {
        id,
        value: "1".to_owned(),
    }));
    assert_eq!(list.sorted_by(TokenSort::User).to_string(), format!("{PATH}?sort=user"));
    assert_eq!(
        list.sorted_by(TokenSort::Created).to_string(),
        format!("{PATH}?reverse=1")
    );
    assert_eq!(
        list.sorted_by(TokenSort::Created)
            .sorted_by(TokenSort::Created)
            .to_string(),
        PATH
    );
    assert_eq!(
        list.with_search(" ada ", TokenFilter::All).to_string(),
        format!("{PATH}?q=ada&filter=all")
    );
}
