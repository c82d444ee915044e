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
pub mod node;
pub mod pages;
pub mod place;
pub mod routes;
pub mod served;
#[cfg(feature = "ssr")]
pub mod shell;
pub mod state;
pub mod title;

mod app;

pub use app::App;
