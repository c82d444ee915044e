//! Strips: entities as dots on one scale, the last runs of jobs as squares, and how far finishes
//! have slipped from their baseline.

mod dots;
mod runs;
mod slips;

pub use self::{
    dots::{Dot, Dots},
    runs::Runs,
    slips::{Slip, Slips},
};
