//! The seeded generator: (seed, time) -> events. It decides what happens in the simulated bank;
//! when it is asked is up to others.
//!
//! Topics have slots, one an interval. What a slot reports is a function of the seed, the slot and
//! closed-form functions of time; only balances are carried on, and they are based anew at each
//! midnight of UTC, so that a world can begin anywhere by living through one day at most.

mod budget;
mod burst;
mod cast;
mod chance;
mod compliance;
mod drill;
mod etl;
mod event;
mod projects;
mod risk;
mod system;
mod transactions;
mod world;

pub use self::{
    burst::Burst,
    cast::people,
    drill::Drill,
    world::{Intervals, World},
};
