//! The settings of email: the mail server, the encryption of its connection, and the sender.

use crate::config::parse::DisplayRedacted;
use domain::oauth1::Origin;
use percent_encoding::percent_decode_str;
use portal::Secret;
use portal::mail::{Sender, SmtpConfig, SmtpSecurity};
use std::net::IpAddr;
use url::Url;

/// A mail server, as the operator writes it: `smtp://USER:PASSWORD@HOST:PORT`.
#[derive(Debug, Clone)]
pub(crate) struct SmtpUrl {
    host: String,
    port: Option<u16>,
    /// Whether the scheme is `smtps`.
    is_implicit_tls: bool,
    credentials: Option<(String, Secret)>,
}

/// Parses the URL of a mail server. The error never repeats the value, which may hold a password.
pub(crate) fn parse_smtp_url(text: &str) -> Result<Option<SmtpUrl>, String> {
    const EXPECTED: &str = "must be smtp://USER:PASSWORD@HOST:PORT or smtps://USER:PASSWORD@HOST:PORT";
    let url = Url::parse(text).map_err(|error| format!("{EXPECTED}: {error}"))?;
    let is_implicit_tls = match url.scheme() {
        "smtp" => false,
        "smtps" => true,
        _ => return Err(EXPECTED.to_owned()),
    };
    // The parser percent-encodes an internationalized name, which no resolver finds then.
    let host = url.host_str().filter(|host| !host.is_empty() && !host.contains('%'));
    let host = host.ok_or_else(|| format!("{EXPECTED}, with an internationalized name in its ASCII form (xn--…)"))?;
    if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
        return Err(format!("{EXPECTED}, without a path"));
    }
    let decode = |text: &str| percent_decode_str(text).decode_utf8().map(|text| text.into_owned());
    let credentials = match (url.username(), url.password()) {
        ("", None) => None,
        (user, Some(password)) if !user.is_empty() => {
            let invalid = |_| "the user name and the password must be UTF-8, percent-encoded".to_owned();
            let password = Secret::new(decode(password).map_err(invalid)?);
            Some((decode(user).map_err(invalid)?, password))
        }
        _ => {
            return Err(format!(
                "{EXPECTED}, with both or neither of the user name and the password"
            ));
        }
    };
    Ok(Some(SmtpUrl {
        host: host.to_owned(),
        port: url.port(),
        is_implicit_tls,
        credentials,
    }))
}

impl DisplayRedacted for Option<SmtpUrl> {
    fn display_redacted(&self) -> String {
        let Some(server) = self else { return String::new() };
        let scheme = if server.is_implicit_tls { "smtps" } else { "smtp" };
        let credentials = match &server.credentials {
            Some((user, _)) => format!("{user}:[redacted]@"),
            None => String::new(),
        };
        let port = server.port.map(|port| format!(":{port}")).unwrap_or_default();
        format!("{scheme}://{credentials}{}{port}", server.host)
    }
}

/// Parses the encryption of the connection.
pub(crate) fn parse_smtp_tls(text: &str) -> Result<SmtpSecurity, String> {
    match text {
        "starttls" => Ok(SmtpSecurity::StartTls),
        "implicit" => Ok(SmtpSecurity::ImplicitTls),
        "none" => Ok(SmtpSecurity::None),
        _ => Err(format!("\"{text}\" is not starttls, implicit or none")),
    }
}

/// Returns the default encryption of the connection, which follows from the scheme of the URL.
pub(crate) fn default_smtp_tls(server: Option<&SmtpUrl>) -> SmtpSecurity {
    match server {
        Some(server) if server.is_implicit_tls => SmtpSecurity::ImplicitTls,
        _ => SmtpSecurity::StartTls,
    }
}

impl DisplayRedacted for SmtpSecurity {
    fn display_redacted(&self) -> String {
        match self {
            Self::StartTls => "starttls",
            Self::ImplicitTls => "implicit",
            Self::None => "none",
        }
        .to_owned()
    }
}

/// Combines the URL and the encryption.
///
/// # Errors
/// Returns what is wrong with the encryption if it doesn't fit the URL.
pub(crate) fn smtp_config(server: SmtpUrl, security: SmtpSecurity) -> Result<SmtpConfig, String> {
    if server.is_implicit_tls && security != SmtpSecurity::ImplicitTls {
        return Err("an smtps:// URL is encrypted from the start; use smtp:// instead".to_owned());
    }
    if security == SmtpSecurity::None && server.credentials.is_some() && !is_loopback(&server.host) {
        return Err("would send the password unencrypted; use starttls or implicit".to_owned());
    }
    let default_port = match security {
        SmtpSecurity::StartTls => 587,
        SmtpSecurity::ImplicitTls => 465,
        SmtpSecurity::None => 25,
    };
    let port = server.port.unwrap_or(default_port);
    Ok(SmtpConfig {
        credentials: server.credentials,
        ..SmtpConfig::new(server.host, port, security)
    })
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || address.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

/// Parses the sender of emails.
pub(crate) fn parse_sender(text: &str) -> Result<Sender, String> {
    text.parse()
        .map_err(|error: portal::mail::ParseSenderError| error.to_string())
}

/// Returns the default sender: at the host of the public URL, or at `localhost` if that is an IP address or can't be in
/// an email address.
pub(crate) fn default_sender(public_url: &Origin) -> Sender {
    let authority = public_url.authority();
    let host = authority.split(':').next().unwrap_or(authority);
    let is_name = !authority.starts_with('[') && host.parse::<IpAddr>().is_err();
    let sender = format!("Gatehouse <gatehouse@{host}>").parse::<Sender>().ok();
    sender.filter(|_| is_name).unwrap_or_else(|| Sender {
        name: Some("Gatehouse".to_owned()),
        address: "gatehouse@localhost".to_owned(),
    })
}

impl DisplayRedacted for Sender {
    fn display_redacted(&self) -> String {
        match &self.name {
            Some(name) => format!("{name} <{}>", self.address),
            None => self.address.clone(),
        }
    }
}
