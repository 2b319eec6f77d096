//! Protection of browsers: origins, hosts and response policies.

pub(crate) mod cors;
pub(crate) mod csrf;
pub(crate) mod form_redirects;
pub(crate) mod host;
pub(crate) mod security_headers;
