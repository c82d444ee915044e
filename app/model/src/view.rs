//! Rows: what the dashboard knows about each entity, with its derived figures, and the summary
//! of each topic as a pure function of its rows.
//!
//! A row is replaced whole, so applying it twice changes nothing.

pub mod budget;
pub mod compliance;
pub mod etl;
pub mod project;
pub mod risk;
pub mod system;
pub mod transaction;
