//! TLS, passwords and certificates against a real broker that asks for them, which the tests start
//! themselves; and what may never be read anywhere.
#![cfg(feature = "broker-tests")]

#[allow(dead_code, reason = "the kill storm uses the rest")]
#[path = "../chaos/broker.rs"]
mod broker;
#[allow(dead_code, reason = "the kill storm uses the rest")]
#[path = "../chaos/program.rs"]
mod program;
mod secured;
