//! That an address says what it was made of, and nothing that it was not.

use crate::pages::api_tokens::page_url::*;
use domain::oauth1::tokens::Cursor;

const ID: &str = "0192f0c1-2b3c-7d4e-8f90-123456789abc";

fn reads_back(address: &Address) {
    let text = address.to_string();
    assert!(text.is_ascii(), "{text}");
    assert_eq!(&Address::parse(&text), address, "{text}");
}

#[test]
fn an_address_reads_back_what_it_prints() {
    let id: TokenId = ID.parse().unwrap();
    let mut address = Address::default();
    assert_eq!(address.to_string(), PATH);
    address.query = TokenQuery {
        search: "50%25 & é+ü".to_owned(),
        filter: TokenFilter::Ended,
        sort: TokenSort::User,
        reverse: true,
        consumer: None,
        place: Place::After(Cursor {
            id,
            value: "ada &é".to_owned(),
        }),
    };
    reads_back(&address);
    reads_back(&address.with(Dialog::Revoke(Some(id))));
    reads_back(&Address::token(id).with(Dialog::Revoke(None)));
    reads_back(&Address::consumer(ConsumerId(id.0)).with(Dialog::Delete));
    reads_back(
        &Address {
            spot: Spot::Consumers,
            ..Address::default()
        }
        .with(Dialog::NewConsumer("A = B".into())),
    );
    let form = NewToken {
        user: "Ada <ada@example.com>".into(),
        consumer: ID.into(),
        ..NewToken::default()
    };
    reads_back(&address.with(Dialog::NewToken(form)));
    for created in [Created::Token(id), Created::Consumer(ConsumerId(id.0))] {
        reads_back(&address.after(created));
        reads_back(&address.after(created).with(Dialog::NewConsumer("A = B".into())));
    }
}

#[test]
fn what_makes_no_sense_is_left_out() {
    let address = Address::parse("/settings/portal/api-tokens?sort=size&after=x&dialog=explode&filter=%zz&&=");
    assert_eq!(address, Address::default());
    assert_eq!(Address::parse("//evil.example/settings?show=").to_string(), PATH);
}

#[test]
fn another_part_of_the_list_forgets_what_was_created() {
    let id: TokenId = ID.parse().unwrap();
    let list = Address::default().after(Created::Token(id));
    assert_eq!(list.to_string(), format!("{PATH}?created_token={ID}"));
    assert_eq!(
        list.with(Dialog::Delete).with(None),
        list,
        "a dialog leaves the page as it is"
    );
    for other in [
        list.sorted(TokenSort::User),
        list.searched("ada", TokenFilter::All),
        list.at(Place::Start),
        list.after(None),
    ] {
        assert_eq!(other.created, None, "{other}");
    }
}

#[test]
fn sorting_again_turns_the_order_round_and_starts_at_the_start() {
    let id: TokenId = ID.parse().unwrap();
    let list = Address::default().at(Place::After(Cursor {
        id,
        value: "1".to_owned(),
    }));
    assert_eq!(list.sorted(TokenSort::User).to_string(), format!("{PATH}?sort=user"));
    assert_eq!(list.sorted(TokenSort::Created).to_string(), format!("{PATH}?reverse=1"));
    assert_eq!(
        list.sorted(TokenSort::Created).sorted(TokenSort::Created).to_string(),
        PATH
    );
    assert_eq!(
        list.searched(" ada ", TokenFilter::All).to_string(),
        format!("{PATH}?q=ada&filter=all")
    );
}
