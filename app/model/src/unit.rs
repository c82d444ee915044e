//! Newtypes with units: money, ratios, times, fiscal periods, identifiers.

mod country;
mod id;
mod money;
mod period;
mod ratio;
mod time;

pub use country::Country;
pub use id::InvalidId;
pub(crate) use id::{id, is_id};
pub use money::{Currency, InvalidAmount, Money, UnknownCurrency};
pub use period::{FiscalPeriod, InvalidPeriod};
pub use ratio::{OutOfRange, Ratio};
pub use time::{InvalidTime, Timestamp};
