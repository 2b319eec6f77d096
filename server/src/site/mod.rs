//! Files for browsers: static files, thumbnails and the settings as a file.

pub mod assets;
pub(crate) mod downloads;
