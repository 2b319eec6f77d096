//! OAuth 1.0a (RFC 5849) for servers: parsing of requests and construction of the signature base string.
//!
//! A received [`Request`] is parsed into a [`SignedRequest`], which provides the signature base string and the checks that
//! need no database. An invalid request results in an [`Oauth1Error`], never in a panic. Signatures are computed and compared
//! in `portal`, which has the keys.
//!
//! ```
//! use domain::oauth1::{Origin, Request, SignatureMethod, signing_key};
//!
//! let origin: Origin = "https://photos.example.net".parse()?;
//! let request = Request::new("POST", "/token", None)
//!     .authorization(concat!(
//!         r#"OAuth realm="Photos", oauth_consumer_key="dpf43f3p2l4k3l03", oauth_token="hh5s93j4hdidpola", "#,
//!         r#"oauth_signature_method="PLAINTEXT", oauth_signature="kd94hf93k423kf44%26hdhd0244k9j7ao03""#,
//!     ).as_bytes())
//!     .parse()?;
//! assert_eq!(request.signature_method, SignatureMethod::Plaintext);
//! assert_eq!(request.signature, signing_key("kd94hf93k423kf44", "hdhd0244k9j7ao03"));
//! assert!(request.base_string(&origin).starts_with("POST&https%3A%2F%2Fphotos.example.net%2Ftoken&oauth_consumer_key"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod consumers;
pub mod integration_types;
pub mod tokens;

mod error;
mod problem;
mod request;
mod signature;

#[cfg(test)]
mod tests;

pub use error::Oauth1Error;
pub use problem::OauthProblem;
pub use request::header::MAX_HEADER_BYTES;
pub use request::origin::{Origin, ParseOriginError};
pub use request::parameters::MAX_PARAMETERS;
pub use request::signed_request::SignedRequest;
pub use request::{Request, is_form};
pub use signature::encoding::{DecodeError, decode, decode_form, encode, encode_form};
pub use signature::signature_method::SignatureMethod;
pub use signature::signing_key;
