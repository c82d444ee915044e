//! One module for each route.

pub mod alerts;
pub mod budget;
pub mod compliance;
pub mod domain;
pub mod missing;
pub mod operations;
pub mod overview;
pub mod pipelines;
pub mod projects;
pub mod risk;
pub mod scenarios;
pub mod systems;
pub mod transactions;
