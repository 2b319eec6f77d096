//! E-mail addresses, as much as a sign-in name needs.

/// The longest address that SMTP can carry (RFC 5321 §4.5.3.1.3), in bytes.
pub const MAX_EMAIL: usize = 254;

/// The address without the space around it, when it looks like one: something, `@`, a host.
#[must_use]
pub fn parse(text: &str) -> Option<String> {
    let text = text.trim();
    let (local, host) = text.rsplit_once('@')?;
    let plain = !text
        .chars()
        .any(|c| c.is_whitespace() || c.is_control() || "<>(),;:\"".contains(c));
    let host_ok = !host.is_empty()
        && !host.starts_with('.')
        && !host.ends_with('.')
        && !host.contains("..")
        && !host.contains('@');
    let fits = text.len() <= MAX_EMAIL && !local.is_empty() && local.len() <= 64;
    (plain && host_ok && fits && !local.contains('@')).then(|| text.to_owned())
}

/// What makes two addresses the same person here. Case does not count, although RFC 5321 §2.4 would let a host insist.
#[must_use]
pub fn key(email: &str) -> String {
    crate::fields::name_key(email.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_an_address_is_taken() {
        assert_eq!(parse(" Ada@Example.com ").as_deref(), Some("Ada@Example.com"));
        assert_eq!(parse("root@localhost").as_deref(), Some("root@localhost"));
        for bad in [
            "",
            "ada",
            "@x",
            "ada@",
            "a b@x.com",
            "a@b@c",
            "ada@.com",
            "ada@x..com",
            "<ada@x.com>",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
