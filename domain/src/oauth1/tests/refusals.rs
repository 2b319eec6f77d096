use std::collections::BTreeSet;

use crate::oauth1::{Problem, Refusal, decode_form};

#[test]
fn every_problem_has_its_own_name_and_sentence() {
    let names: BTreeSet<_> = Problem::ALL.iter().map(|problem| problem.as_str()).collect();
    let sentences: BTreeSet<_> = Problem::ALL.iter().map(|problem| problem.sentence()).collect();
    assert_eq!((names.len(), sentences.len()), (Problem::ALL.len(), Problem::ALL.len()));
    for problem in Problem::ALL {
        assert!(problem.sentence().ends_with('.'), "{problem}");
        // The wire name is the variant's name in snake case.
        let variant = format!("{problem:?}");
        assert_eq!(problem.as_str().replace('_', ""), variant.to_lowercase());
    }
}

#[test]
fn only_what_cannot_be_read_is_a_bad_request() {
    for problem in Problem::ALL {
        assert_eq!(
            problem.status(),
            if problem == Problem::ParameterRejected {
                400
            } else {
                401
            },
            "{problem}"
        );
    }
}

#[test]
fn advice_names_the_missing_parameters_in_the_extensions_form() {
    let advice = Refusal::absent(vec!["oauth_timestamp", "oauth_nonce"]).advice();
    assert_eq!(
        advice,
        "oauth_problem=parameter_absent&oauth_problem_advice=A%20required%20OAuth%20parameter%20is%20missing.\
         &oauth_parameters_absent=oauth_timestamp%26oauth_nonce"
    );
}

#[test]
fn advice_carries_what_belongs_to_its_problem_and_nothing_else() {
    let last = |refusal: &Refusal| {
        let advice = refusal.advice();
        let pair = advice.split('&').next_back().expect("advice is not empty");
        decode_form(pair.as_bytes())
            .expect("advice is well formed")
            .into_owned()
    };
    let malformed = Refusal::rejected("Malformed.", vec!["oauth_nonce"]);
    assert_eq!(last(&malformed), "oauth_parameters_rejected=oauth_nonce");
    assert_eq!(
        last(&Refusal::rejected("Malformed.", Vec::new())),
        "oauth_problem_advice=Malformed."
    );
    assert_eq!(last(&Refusal::timestamp(10, 20)), "oauth_acceptable_timestamps=10-20");
    assert_eq!(
        last(&Problem::VersionRejected.into()),
        "oauth_acceptable_versions=1.0-1.0"
    );

    let signature = Refusal::signature("GET&u&p".to_owned());
    assert_eq!(signature.problem(), Problem::SignatureInvalid);
    assert_eq!(signature.base_string(), Some("GET&u&p"));
    assert!(last(&signature).starts_with("oauth_problem_advice="));

    assert!(malformed.parameters_absent().is_empty());
    assert_eq!(
        (malformed.base_string(), malformed.acceptable_timestamps()),
        (None, None)
    );
    assert_eq!(malformed.acceptable_versions(), None);
    assert_eq!(malformed.to_string(), "parameter_rejected: Malformed.");
}

#[test]
fn the_challenge_is_one_header_line() {
    assert_eq!(
        Refusal::timestamp(10, 20).challenge("https://a.example"),
        "OAuth realm=\"https://a.example\", oauth_problem=\"timestamp_refused\", oauth_problem_advice=\"The%20timestamp\
         %20is%20too%20far%20from%20the%20server%27s%20clock%3B%20check%20the%20time%20of%20the%20machine%20that%20signs.\
         \", oauth_acceptable_timestamps=\"10-20\""
    );
    let hostile = Refusal::new(Problem::NonceUsed).challenge("a\"b\\c\r\nSet-Cookie: ü");
    assert!(
        hostile.starts_with(r#"OAuth realm="a\"b\\cSet-Cookie: ", oauth_problem="nonce_used""#),
        "{hostile}"
    );
    assert!(hostile.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
}
