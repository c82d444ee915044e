//! The program as a client sees it: the built executable on a port of its own, with a data
//! directory of its own, on the simulator. One file for each resource.

mod alerts;
mod app;
mod contract;
mod dead_letters;
mod events;
mod feeds;
mod program;
mod rates;
mod scenarios;
mod state;
mod viewers;
