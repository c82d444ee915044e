//! The vocabulary that server and browser share: events, alerts, the state of a dashboard and its
//! pure [`Snapshot::apply`], and the messages between the two.
//!
//! Nothing here does IO, reads a clock or draws a random number.

pub mod alert;
pub mod book;
pub mod event;
pub mod figure;
pub mod map;
pub mod order;
pub mod person;
pub mod scenario;
pub mod snapshot;
pub mod status;
pub mod topic;
pub mod trend;
pub mod unit;
pub mod view;
pub mod wire;

pub use alert::{Alert, AlertId, AlertState, Severity};
pub use book::{Book, Provenance};
pub use event::{Envelope, Event, EventId, Origin, Payload, Position, Recorded};
pub use figure::Figure;
pub use map::Map;
pub use person::{Person, PersonId};
pub use snapshot::{Change, Snapshot};
pub use status::{SourceState, Status};
pub use topic::Topic;
pub use unit::{Currency, FiscalPeriod, Money, Ratio, Timestamp};
