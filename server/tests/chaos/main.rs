//! What must hold whatever is killed: the program against a broker of its own, through a
//! connection that fails. Each test starts its broker itself, so that it may kill it, and has the
//! machine for itself.
#![cfg(feature = "broker-tests")]

mod books;
mod broker;
mod feed;
mod ledger;
mod missing;
mod mutants;
mod program;
mod proxy;
mod standby;
mod storm;
mod told;
