//! What can go wrong on the way to another server, and what to do about it.

use std::net::IpAddr;

/// Why a request to another server came to nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// The name leads nowhere.
    #[error("The name {0} leads to no address.")]
    NoSuchName(String),
    /// The name server does not answer.
    #[error("The name {0} could not be looked up: {1}.")]
    NameServer(String, String),
    /// The name leads into a network that the portal does not ask.
    #[error("{0} leads to {1}, which is not a public address.")]
    NotPublic(String, IpAddr),
    /// Nothing listens, or no way leads there.
    #[error("{0} does not take connections: {1}.")]
    Unreachable(String, String),
    /// The certificate does not hold.
    #[error("The certificate of {0} was not accepted: {1}.")]
    Certificate(String, String),
    /// TLS could not be agreed on.
    #[error("{0} does not speak TLS as it should: {1}.")]
    Tls(String, String),
    /// It would go without TLS.
    #[error("{0} would be asked without TLS.")]
    NotSecure(String),
    /// It takes too long.
    #[error("{0} took longer than {1} s.")]
    Slow(String, u64),
    /// It sends too much.
    #[error("{0} sent more than {1} KiB.")]
    TooLarge(String, usize),
    /// It broke the rules of HTTP, or hung up.
    #[error("{0} broke off: {1}.")]
    BrokeOff(String, String),
    /// It leads elsewhere, where what is sent must not go.
    #[error("{0} leads on to {1}.")]
    Redirected(String, String),
    /// It leads on and on.
    #[error("{0} leads from one address to the next without end.")]
    TooManyRedirects(String),
    /// It leads to what is no address.
    #[error("{0} leads on to an address that is none.")]
    NoAddress(String),
}

impl Trouble {
    /// What to do about it.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::NoSuchName(_) => {
                "Check the Portal URL for typing errors: it is the domain that you open the DAM with."
            }
            Self::NameServer(..) => "Check the name server of the machine that this portal runs on, then test again.",
            Self::NotPublic(..) => {
                "If the DAM is in your own network, have this portal's operator name it in the setting \
                 allowed_private_hosts. Otherwise check the Portal URL."
            }
            Self::Unreachable(..) => {
                "Check the Portal URL and its port, and that a firewall lets this portal's machine out to it."
            }
            Self::Certificate(..) => {
                "Have the DAM's certificate renewed or corrected. One of your organisation's own authority must be \
                 known to the machine that this portal runs on."
            }
            Self::Tls(..) => "Check the port of the Portal URL, and that the DAM speaks TLS 1.2 or 1.3 there.",
            Self::NotSecure(_) => "Enter the Portal URL with https.",
            Self::Slow(..) => "Test again in a while. If it stays so, ask whoever runs the DAM.",
            Self::TooLarge(..) | Self::BrokeOff(..) | Self::NoAddress(_) | Self::TooManyRedirects(_) => {
                "Check that the Portal URL is that of the DAM, and not that of another site."
            }
            Self::Redirected(..) => "If that is the DAM's address now, enter it as Portal URL.",
        }
    }
}
