//! The OAuth 1 error: the problem, and the details that the client needs to fix it.

use std::{borrow::Cow, fmt};

use crate::oauth1::{
    problem::OauthProblem,
    request::origin::Origin,
    signature::encoding::{encode, encode_form},
};

/// The error for a rejected OAuth 1 request, with the fields of the OAuth Problem Reporting extension.
///
/// It contains neither a signature nor a secret; for [`OauthProblem::SignatureInvalid`] it contains the base string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Oauth1Error {
    problem: OauthProblem,
    advice: Cow<'static, str>,
    detail: Detail,
}

/// The additional data of a problem.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Detail {
    None,
    Parameters(Vec<&'static str>),
    Timestamps { from: u64, to: u64 },
    BaseString(String),
}

impl Oauth1Error {
    /// The range of supported OAuth versions, in the extension's syntax.
    pub const ACCEPTABLE_VERSIONS: &'static str = "1.0-1.0";

    /// Creates an error without additional data.
    #[must_use]
    pub const fn new(problem: OauthProblem) -> Self {
        Self {
            problem,
            advice: Cow::Borrowed(problem.advice()),
            detail: Detail::None,
        }
    }

    /// Creates an error for missing parameters.
    #[must_use]
    pub const fn missing_parameters(names: Vec<&'static str>) -> Self {
        Self::with(OauthProblem::ParameterAbsent, Detail::Parameters(names))
    }

    /// Creates an error for malformed or repeated parameters. The advice must not quote the request.
    #[must_use]
    pub const fn rejected_parameters(advice: &'static str, names: Vec<&'static str>) -> Self {
        Self {
            problem: OauthProblem::ParameterRejected,
            advice: Cow::Borrowed(advice),
            detail: Detail::Parameters(names),
        }
    }

    /// Creates an error for a timestamp outside this window, in seconds since 1970.
    #[must_use]
    pub const fn timestamp_refused(from: u64, to: u64) -> Self {
        Self::with(OauthProblem::TimestampRefused, Detail::Timestamps { from, to })
    }

    /// Creates an error for a signature that does not match the server's base string.
    #[must_use]
    pub const fn invalid_signature(base_string: String) -> Self {
        Self::with(OauthProblem::SignatureInvalid, Detail::BaseString(base_string))
    }

    const fn with(problem: OauthProblem, detail: Detail) -> Self {
        Self {
            problem,
            advice: Cow::Borrowed(problem.advice()),
            detail,
        }
    }

    /// Adds the public URL to the advice, for a client that sent its request to another host.
    #[must_use]
    pub fn with_public_url(mut self, origin: &Origin) -> Self {
        let advice = format!(
            "{} The request was sent to another host. Sign it for the portal's public URL, {origin}.",
            self.advice
        );
        self.advice = Cow::Owned(advice);
        self
    }

    /// Returns the problem.
    #[must_use]
    pub const fn problem(&self) -> OauthProblem {
        self.problem
    }

    /// Returns a sentence for the developer of the client.
    #[must_use]
    pub fn advice(&self) -> &str {
        &self.advice
    }

    /// Returns the HTTP status, 400 or 401.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.problem.status()
    }

    /// Returns the names of the missing parameters.
    #[must_use]
    pub fn parameters_absent(&self) -> &[&'static str] {
        self.names_for(OauthProblem::ParameterAbsent)
    }

    /// Returns the names of the malformed or repeated parameters. Parameters that RFC 5849 does not define are not listed.
    #[must_use]
    pub fn parameters_rejected(&self) -> &[&'static str] {
        self.names_for(OauthProblem::ParameterRejected)
    }

    /// Returns the first and the last acceptable timestamp, if the timestamp is the problem.
    #[must_use]
    pub const fn acceptable_timestamps(&self) -> Option<(u64, u64)> {
        match self.detail {
            Detail::Timestamps { from, to } => Some((from, to)),
            _ => None,
        }
    }

    /// Returns the range of supported versions, if the version is the problem.
    #[must_use]
    pub const fn acceptable_versions(&self) -> Option<&'static str> {
        match self.problem {
            OauthProblem::VersionRejected => Some(Self::ACCEPTABLE_VERSIONS),
            _ => None,
        }
    }

    /// Returns the base string that the server computed, if the signature is the problem.
    #[must_use]
    pub fn base_string(&self) -> Option<&str> {
        match &self.detail {
            Detail::BaseString(base_string) => Some(base_string),
            _ => None,
        }
    }

    /// Returns the extension's decoded parameters: `oauth_problem`, `oauth_problem_advice` and those of this problem.
    #[must_use]
    pub fn parameters(&self) -> Vec<(&'static str, String)> {
        let mut parameters = vec![
            ("oauth_problem", self.problem.as_str().to_owned()),
            ("oauth_problem_advice", self.advice.to_string()),
        ];
        // The extension encodes a list of names as a query string. The names contain no reserved characters.
        match self.parameters_absent() {
            [] => {}
            names => parameters.push(("oauth_parameters_absent", names.join("&"))),
        }
        match self.parameters_rejected() {
            [] => {}
            names => parameters.push(("oauth_parameters_rejected", names.join("&"))),
        }
        if let Some((from, to)) = self.acceptable_timestamps() {
            parameters.push(("oauth_acceptable_timestamps", format!("{from}-{to}")));
        }
        if let Some(versions) = self.acceptable_versions() {
            parameters.push(("oauth_acceptable_versions", versions.to_owned()));
        }
        parameters
    }

    /// Encodes the extension's parameters as a form: `oauth_problem=parameter_absent&…&oauth_parameters_absent=oauth_nonce`.
    #[must_use]
    pub fn to_form(&self) -> String {
        let parameters = self.parameters();
        let pairs: Vec<(&str, &str)> = parameters.iter().map(|(name, value)| (*name, value.as_str())).collect();
        encode_form(&pairs)
    }

    /// Returns the value of `WWW-Authenticate` (RFC 5849 §3.5.1): the scheme, the realm and the extension's parameters.
    #[must_use]
    pub fn challenge(&self, realm: &str) -> String {
        let mut out = String::with_capacity(256);
        out.push_str("OAuth realm=\"");
        for character in realm.chars().filter(|character| (' '..='~').contains(character)) {
            if matches!(character, '"' | '\\') {
                out.push('\\');
            }
            out.push(character);
        }
        out.push('"');
        for (name, value) in self.parameters() {
            out.push_str(", ");
            out.push_str(name);
            out.push_str("=\"");
            out.push_str(&encode(&value));
            out.push('"');
        }
        out
    }

    fn names_for(&self, problem: OauthProblem) -> &[&'static str] {
        match &self.detail {
            Detail::Parameters(names) if self.problem == problem => names,
            _ => &[],
        }
    }
}

impl From<OauthProblem> for Oauth1Error {
    fn from(problem: OauthProblem) -> Self {
        Self::new(problem)
    }
}

impl fmt::Display for Oauth1Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.problem, self.advice)
    }
}

impl std::error::Error for Oauth1Error {}
