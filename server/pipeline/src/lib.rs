//! The event flow, without HTTP and without Leptos:
//!
//! ```text
//! source -> decode -> dedupe -> process -> commit -> hub
//! ```
//!
//! [`message`] is what a source hands over, [`decode`] turns it into an event or a reject at the
//! edge, [`encode`] is its inverse for producing, [`ledger`] folds a book's log with the
//! processors of [`process`] and the rules of [`rule`], [`store`] is the port through which a
//! batch is made durable, and [`simulate`] is the seeded generator. [`source`] says where messages
//! come from, and [`supervisor`] which source runs.

pub mod decode;
pub mod encode;
pub mod ledger;
pub mod message;
pub mod process;
pub mod rule;
pub mod simulate;
pub mod source;
pub mod store;
pub mod supervisor;
