//! HTTP: what the server answers and how it describes that.

pub mod openapi;
pub mod schema;
