//! The composition root: the native edge around the pipeline.

// Views are types nested as deep as the page.
#![recursion_limit = "512"]

pub mod cli;
pub mod clock;
pub mod config;
pub mod http;
pub mod log;
pub mod produce;
pub mod serve;
pub mod store;
