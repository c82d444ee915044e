//! The event flow, without HTTP and without Leptos:
//!
//! ```text
//! source -> decode -> dedupe -> process -> commit -> hub
//! ```
//!
//! [`source`] brings a [`message`], by Kafka or of the rows of a [`feed`]; [`decode`] turns it into
//! an event or a reject at the edge, [`flow`] is the one thread that dedupes, folds with a
//! [`ledger`] (the processors of [`process`] and the rules of [`rule`]), commits through the port
//! [`store`], and shows the result on the [`hub`]. [`simulate`] is the seeded generator, [`drill`]
//! runs its scenarios. [`supervisor`] decides which source runs, [`conductor`] does what it decides.
//! What is handed in by HTTP waits in the [`spool`] until the [`courier`] has brought it to Kafka.

pub mod conductor;
pub mod courier;
pub mod decode;
pub mod drill;
pub mod edge;
pub mod encode;
pub mod feed;
pub mod flow;
pub mod hub;
pub mod ledger;
mod memory;
pub mod message;
pub mod process;
pub mod rule;
pub mod simulate;
pub mod source;
pub mod spool;
pub mod store;
pub mod supervisor;
