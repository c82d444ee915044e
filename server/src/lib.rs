//! The composition root.

pub mod store;
