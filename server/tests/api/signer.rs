//! An OAuth 1.0a client, written from RFC 5849 independently of the server.

use crate::http::Request;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use std::path::PathBuf;

/// Holds the consumer and token credentials of a client. Without a token, both token fields are empty.
#[derive(Debug, Clone)]
pub struct Credentials {
    pub origin: String,
    pub consumer_key: String,
    pub consumer_secret: String,
    pub token: String,
    pub token_secret: String,
}

#[derive(Debug, Clone)]
pub enum Method {
    HmacSha1,
    HmacSha256,
    /// Signs with the private key in this file.
    RsaSha1(PathBuf),
    Plaintext,
    /// An unsupported method name.
    Other(&'static str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterLocation {
    Header,
    Body,
    Query,
}

/// Describes a request to sign.
#[derive(Debug, Clone)]
pub struct UnsignedRequest {
    pub verb: &'static str,
    pub path: String,
    pub query: Vec<(String, String)>,
    pub form: Vec<(String, String)>,
    pub method: Method,
    pub location: ParameterLocation,
    pub timestamp: i64,
    pub nonce: String,
    /// Additional protocol parameters, such as `oauth_verifier`.
    pub protocol: Vec<(String, String)>,
    /// Protocol parameters that are sent but not covered by the signature.
    pub unsigned_protocol: Vec<(String, String)>,
    /// Changes the signature before it is sent.
    pub edit_signature: fn(String) -> String,
}

impl UnsignedRequest {
    pub fn get(path: &str, timestamp: i64) -> Self {
        Self {
            verb: "GET",
            path: path.to_owned(),
            query: Vec::new(),
            form: Vec::new(),
            method: Method::HmacSha1,
            location: ParameterLocation::Header,
            timestamp,
            nonce: nonce(),
            protocol: Vec::new(),
            unsigned_protocol: Vec::new(),
            edit_signature: |signature| signature,
        }
    }

    pub fn post(path: &str, timestamp: i64) -> Self {
        Self {
            verb: "POST",
            ..Self::get(path, timestamp)
        }
    }

    pub fn with(mut self, method: Method, location: ParameterLocation) -> Self {
        self.method = method;
        self.location = location;
        self
    }

    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.query.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn form(mut self, name: &str, value: &str) -> Self {
        self.form.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn unsigned_protocol(mut self, name: &str, value: &str) -> Self {
        self.unsigned_protocol.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn edit_signature(mut self, edit: fn(String) -> String) -> Self {
        self.edit_signature = edit;
        self
    }

    pub fn protocol(mut self, name: &str, value: &str) -> Self {
        self.protocol.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// Returns an unused nonce.
pub fn nonce() -> String {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("nonce{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

impl Credentials {
    /// Signs the request.
    pub fn sign(&self, request: &UnsignedRequest) -> Request {
        let mut protocol = vec![
            ("oauth_consumer_key".to_owned(), self.consumer_key.clone()),
            ("oauth_signature_method".to_owned(), request.method.name().to_owned()),
            ("oauth_timestamp".to_owned(), request.timestamp.to_string()),
            ("oauth_nonce".to_owned(), request.nonce.clone()),
            ("oauth_version".to_owned(), "1.0".to_owned()),
        ];
        if !self.token.is_empty() {
            protocol.push(("oauth_token".to_owned(), self.token.clone()));
        }
        protocol.extend(request.protocol.iter().cloned());
        let signature = (request.edit_signature)(self.signature(request, &protocol));
        protocol.extend(request.unsigned_protocol.iter().cloned());
        protocol.push(("oauth_signature".to_owned(), signature));

        let (mut query, mut form) = (request.query.clone(), request.form.clone());
        let mut headers = Vec::new();
        match request.location {
            ParameterLocation::Header => {
                let pairs: Vec<String> = protocol
                    .iter()
                    .map(|(name, value)| format!("{}=\"{}\"", encode(name), encode(value)))
                    .collect();
                headers.push((
                    "Authorization".to_owned(),
                    format!("OAuth realm=\"Test\", {}", pairs.join(", ")).into_bytes(),
                ));
            }
            ParameterLocation::Body => form.extend(protocol),
            ParameterLocation::Query => query.extend(protocol),
        }
        let mut target = request.path.clone();
        if !query.is_empty() {
            target = format!("{target}?{}", join(&query));
        }
        let body = join(&form);
        if !body.is_empty() {
            headers.push(("Content-Type".to_owned(), b"application/x-www-form-urlencoded".to_vec()));
        }
        Request {
            method: request.verb.to_owned(),
            target,
            headers,
            body: body.into_bytes(),
        }
    }

    fn signature(&self, request: &UnsignedRequest, protocol: &[(String, String)]) -> String {
        let key = format!("{}&{}", encode(&self.consumer_secret), encode(&self.token_secret));
        let base_string = self.base_string(request, protocol);
        match &request.method {
            Method::HmacSha1 | Method::Other(_) => {
                let mut mac = Hmac::<sha1::Sha1>::new_from_slice(key.as_bytes()).unwrap();
                mac.update(base_string.as_bytes());
                STANDARD.encode(mac.finalize().into_bytes())
            }
            Method::HmacSha256 => {
                let mut mac = Hmac::<sha2::Sha256>::new_from_slice(key.as_bytes()).unwrap();
                mac.update(base_string.as_bytes());
                STANDARD.encode(mac.finalize().into_bytes())
            }
            Method::RsaSha1(file) => STANDARD.encode(crate::oauth1::rsa::sign(file, base_string.as_bytes())),
            Method::Plaintext => key,
        }
    }

    fn base_string(&self, request: &UnsignedRequest, protocol: &[(String, String)]) -> String {
        let all = request.query.iter().chain(&request.form).chain(protocol);
        let mut pairs: Vec<(String, String)> = all.map(|(name, value)| (encode(name), encode(value))).collect();
        pairs.sort();
        let parameters: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let uri = format!("{}{}", self.origin, request.path);
        format!("{}&{}&{}", request.verb, encode(&uri), encode(&parameters.join("&")))
    }
}

impl Method {
    fn name(&self) -> &'static str {
        match self {
            Self::HmacSha1 => "HMAC-SHA1",
            Self::HmacSha256 => "HMAC-SHA256",
            Self::RsaSha1(_) => "RSA-SHA1",
            Self::Plaintext => "PLAINTEXT",
            Self::Other(name) => name,
        }
    }
}

fn join(pairs: &[(String, String)]) -> String {
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect();
    pairs.join("&")
}

/// Percent-encodes a text (RFC 5849 §3.6).
pub fn encode(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(byte.into()),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}
