//! The view: rendered on the server with the current figures in it, then live in the browser.
//! It does no IO; what it needs from its host goes through [`feed`].

#![recursion_limit = "512"]

pub mod charts;
pub mod components;
pub mod erased;
pub mod feed;
#[cfg(any(test, feature = "fixture"))]
pub mod fixture;
pub mod format;
pub mod pages;
mod routes;
#[cfg(feature = "ssr")]
pub mod shell;
pub mod state;

mod app;

pub use app::App;
#[cfg(feature = "ssr")]
pub use routes::part;
