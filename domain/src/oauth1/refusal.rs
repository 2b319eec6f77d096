//! A refusal: the problem and what the client needs to mend it.

use std::{borrow::Cow, fmt};

use crate::oauth1::{
    encoding::{encode, encode_form},
    origin::Origin,
    problem::Problem,
};

/// Why a request was refused, with the fields of the OAuth Problem Reporting extension.
///
/// It holds nothing that the client sent but, for [`Problem::SignatureInvalid`], the base string: neither a signature
/// nor a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    problem: Problem,
    sentence: Cow<'static, str>,
    detail: Detail,
}

/// What one kind of problem adds. No problem has two of them.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Detail {
    Nothing,
    Parameters(Vec<&'static str>),
    Timestamps { from: u64, to: u64 },
    BaseString(String),
}

impl Refusal {
    /// The versions of OAuth that are accepted, as the extension writes a range.
    pub const ACCEPTABLE_VERSIONS: &'static str = "1.0-1.0";

    /// A refusal that the problem says all about.
    #[must_use]
    pub const fn new(problem: Problem) -> Self {
        Self {
            problem,
            sentence: Cow::Borrowed(problem.sentence()),
            detail: Detail::Nothing,
        }
    }

    /// The request lacks these parameters.
    #[must_use]
    pub const fn absent(names: Vec<&'static str>) -> Self {
        Self::with(Problem::ParameterAbsent, Detail::Parameters(names))
    }

    /// The request was malformed. The sentence says how, in general words: it must not quote the request.
    #[must_use]
    pub const fn rejected(sentence: &'static str, names: Vec<&'static str>) -> Self {
        Self {
            problem: Problem::ParameterRejected,
            sentence: Cow::Borrowed(sentence),
            detail: Detail::Parameters(names),
        }
    }

    /// The timestamp is outside this window, in seconds since 1970.
    #[must_use]
    pub const fn timestamp(from: u64, to: u64) -> Self {
        Self::with(Problem::TimestampRefused, Detail::Timestamps { from, to })
    }

    /// The signature does not belong to this base string, which is the one that the server computed.
    #[must_use]
    pub const fn signature(base_string: String) -> Self {
        Self::with(Problem::SignatureInvalid, Detail::BaseString(base_string))
    }

    const fn with(problem: Problem, detail: Detail) -> Self {
        Self {
            problem,
            sentence: Cow::Borrowed(problem.sentence()),
            detail,
        }
    }

    /// Adds to the advice which origin to sign for, for a client that sent its request to another host.
    #[must_use]
    pub fn naming_public_url(mut self, origin: &Origin) -> Self {
        let sentence = format!(
            "{} The request was sent to another host; sign it for the portal's public URL, {origin}.",
            self.sentence
        );
        self.sentence = Cow::Owned(sentence);
        self
    }

    /// The problem.
    #[must_use]
    pub const fn problem(&self) -> Problem {
        self.problem
    }

    /// One sentence for the person who looks into it.
    #[must_use]
    pub fn sentence(&self) -> &str {
        &self.sentence
    }

    /// The HTTP status, 400 or 401.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.problem.status()
    }

    /// The names of the missing parameters.
    #[must_use]
    pub fn parameters_absent(&self) -> &[&'static str] {
        self.names_for(Problem::ParameterAbsent)
    }

    /// The names of the malformed or repeated parameters. Those that RFC 5849 does not define are not listed.
    #[must_use]
    pub fn parameters_rejected(&self) -> &[&'static str] {
        self.names_for(Problem::ParameterRejected)
    }

    /// The first and the last timestamp that would be accepted now.
    #[must_use]
    pub const fn acceptable_timestamps(&self) -> Option<(u64, u64)> {
        match self.detail {
            Detail::Timestamps { from, to } => Some((from, to)),
            _ => None,
        }
    }

    /// The range of accepted versions, where the version is the problem.
    #[must_use]
    pub const fn acceptable_versions(&self) -> Option<&'static str> {
        match self.problem {
            Problem::VersionRejected => Some(Self::ACCEPTABLE_VERSIONS),
            _ => None,
        }
    }

    /// The base string that the server computed, where the signature is the problem.
    #[must_use]
    pub fn base_string(&self) -> Option<&str> {
        match &self.detail {
            Detail::BaseString(base_string) => Some(base_string),
            _ => None,
        }
    }

    /// The extension's parameters, decoded: `oauth_problem`, `oauth_problem_advice` and those of this problem.
    #[must_use]
    pub fn parameters(&self) -> Vec<(&'static str, String)> {
        let mut parameters = vec![
            ("oauth_problem", self.problem.as_str().to_owned()),
            ("oauth_problem_advice", self.sentence.to_string()),
        ];
        // A list of names is itself a query string, with `=` where there are values; the names need no escapes.
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

    /// The extension's parameters as a form: `oauth_problem=parameter_absent&…&oauth_parameters_absent=oauth_nonce`.
    #[must_use]
    pub fn advice(&self) -> String {
        let parameters = self.parameters();
        let pairs: Vec<(&str, &str)> = parameters.iter().map(|(name, value)| (*name, value.as_str())).collect();
        encode_form(&pairs)
    }

    /// The value of `WWW-Authenticate` (RFC 5849 §3.5.1): the scheme, the realm and the extension's parameters.
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

    fn names_for(&self, problem: Problem) -> &[&'static str] {
        match &self.detail {
            Detail::Parameters(names) if self.problem == problem => names,
            _ => &[],
        }
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::new(problem)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.problem, self.sentence)
    }
}

impl std::error::Error for Refusal {}
