//! The composition root.

pub mod cli;
pub mod config;
pub mod http;
