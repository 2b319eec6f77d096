//! The APIs for programs, one folder for each group of endpoints.

pub mod accounts;
pub mod connector;
pub mod oauth1;
pub mod oauth2;
pub mod openapi;
