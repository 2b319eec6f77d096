//! Drafts of the forms on a consumer's page: the input of a form that was rejected without script.

use crate::routing::query_string::QueryParams;
use domain::oauth1::consumers::ConsumerSigning;

/// Holds the initial values of a form on a consumer's page, which replace the saved values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormDraft {
    /// The form that renames the consumer, with the value of the name field.
    Rename(String),
    /// The form with the signing settings.
    Signing(SigningDraft),
}

/// Holds the initial values of the form with the signing settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningDraft {
    /// The RSA public key. `None` shows the saved one: text that isn't a public key may be a private key, which no URL
    /// contains.
    pub rsa_public_key: Option<String>,
    /// Whether the flow without verifier is allowed.
    pub legacy_flow: bool,
}

impl From<ConsumerSigning> for SigningDraft {
    fn from(input: ConsumerSigning) -> Self {
        let legacy_flow = input.legacy_flow;
        Self {
            rsa_public_key: input.validate().ok().map(|signing| signing.rsa_public_key),
            legacy_flow,
        }
    }
}

impl FormDraft {
    /// Reads the draft from the parameters of a URL, if they contain one.
    pub(super) fn read(params: &QueryParams) -> Option<Self> {
        match params.get("form")? {
            "rename" => Some(Self::Rename(params.get("name").unwrap_or_default().to_owned())),
            "signing" => Some(Self::Signing(SigningDraft {
                rsa_public_key: params.get("rsa_public_key").map(str::to_owned),
                legacy_flow: params.get("legacy_flow") == Some("true"),
            })),
            _ => None,
        }
    }

    /// Adds the draft to the parameters of a URL.
    pub(super) fn write(&self, params: &mut QueryParams) {
        match self {
            Self::Rename(name) => {
                params.set("form", "rename");
                params.set("name", name);
            }
            Self::Signing(draft) => {
                params.set("form", "signing");
                if let Some(key) = &draft.rsa_public_key {
                    // An empty key removes the saved one.
                    params.append("rsa_public_key", key);
                }
                if draft.legacy_flow {
                    params.set("legacy_flow", true);
                }
            }
        }
    }
}
