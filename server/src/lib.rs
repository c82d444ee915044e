//! The composition root: the native edge around the pipeline.

// Views are types nested as deep as the page.
#![recursion_limit = "512"]

use mimalloc::MiMalloc;

/// Events are made on one thread and freed on another, which costs the system's allocator a
/// quarter of the flow.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

pub mod cli;
pub mod clock;
pub mod config;
pub mod http;
pub mod log;
pub mod produce;
pub mod serve;
pub mod standby;
pub mod store;
