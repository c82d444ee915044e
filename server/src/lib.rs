//! The composition root: the native edge around the pipeline.

pub mod cli;
pub mod clock;
pub mod config;
pub mod http;
pub mod log;
pub mod produce;
pub mod serve;
pub mod store;
