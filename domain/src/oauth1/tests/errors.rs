use std::collections::BTreeSet;

use crate::oauth1::{Oauth1Error, OauthProblem, decode_form};

#[test]
fn each_problem_has_a_distinct_name_and_advice() {
    let names: BTreeSet<_> = OauthProblem::ALL.iter().map(|problem| problem.as_str()).collect();
    let advice: BTreeSet<_> = OauthProblem::ALL.iter().map(|problem| problem.advice()).collect();
    assert_eq!(
        (names.len(), advice.len()),
        (OauthProblem::ALL.len(), OauthProblem::ALL.len())
    );
    for problem in OauthProblem::ALL {
        assert!(problem.advice().ends_with('.'), "{problem}");
        // The protocol name is the variant's name in snake case.
        let variant = format!("{problem:?}");
        assert_eq!(problem.as_str().replace('_', ""), variant.to_lowercase());
    }
}

#[test]
fn only_rejected_parameters_are_a_bad_request() {
    for problem in OauthProblem::ALL {
        assert_eq!(
            problem.status(),
            if problem == OauthProblem::ParameterRejected {
                400
            } else {
                401
            },
            "{problem}"
        );
    }
}

#[test]
fn form_names_the_missing_parameters() {
    let form = Oauth1Error::missing_parameters(vec!["oauth_timestamp", "oauth_nonce"]).to_form();
    assert_eq!(
        form,
        "oauth_problem=parameter_absent&oauth_problem_advice=A%20required%20OAuth%20parameter%20is%20missing.\
         &oauth_parameters_absent=oauth_timestamp%26oauth_nonce"
    );
}

#[test]
fn form_contains_only_the_details_of_its_problem() {
    let last = |error: &Oauth1Error| {
        let form = error.to_form();
        let pair = form.split('&').next_back().expect("the form is not empty");
        decode_form(pair.as_bytes())
            .expect("the form is well-formed")
            .into_owned()
    };
    let malformed = Oauth1Error::rejected_parameters("Malformed.", vec!["oauth_nonce"]);
    assert_eq!(last(&malformed), "oauth_parameters_rejected=oauth_nonce");
    assert_eq!(
        last(&Oauth1Error::rejected_parameters("Malformed.", Vec::new())),
        "oauth_problem_advice=Malformed."
    );
    assert_eq!(
        last(&Oauth1Error::timestamp_refused(10, 20)),
        "oauth_acceptable_timestamps=10-20"
    );
    assert_eq!(
        last(&OauthProblem::VersionRejected.into()),
        "oauth_acceptable_versions=1.0-1.0"
    );

    let signature = Oauth1Error::invalid_signature("GET&u&p".to_owned());
    assert_eq!(signature.problem(), OauthProblem::SignatureInvalid);
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
fn challenge_is_a_single_header_line() {
    assert_eq!(
        Oauth1Error::timestamp_refused(10, 20).challenge("https://a.example"),
        "OAuth realm=\"https://a.example\", oauth_problem=\"timestamp_refused\", oauth_problem_advice=\"The%20timestamp\
         %20is%20too%20far%20from%20the%20server%27s%20clock.%20Check%20the%20clock%20of%20the%20client.\
         \", oauth_acceptable_timestamps=\"10-20\""
    );
    let hostile = Oauth1Error::new(OauthProblem::NonceUsed).challenge("a\"b\\c\r\nSet-Cookie: ü");
    assert!(
        hostile.starts_with(r#"OAuth realm="a\"b\\cSet-Cookie: ", oauth_problem="nonce_used""#),
        "{hostile}"
    );
    assert!(hostile.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
}
