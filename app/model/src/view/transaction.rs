//! Transactions: the newest rows, minutes of the last hour, and their sums.

use serde::{Deserialize, Serialize};

use crate::{
    event::{Origin, Transaction},
    unit::{Currency, Money, Timestamp},
};

/// Why a transaction scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Many transactions of the account within minutes.
    Velocity,
    /// Far above what the account usually moves.
    Amount,
    /// A device that the account has not used.
    NewDevice,
    /// Network address in another country than the transaction.
    CountryMismatch,
    /// Too far from the last place for the time between.
    ImpossibleTravel,
    /// Several amounts just below a reporting limit.
    Structuring,
}

impl Reason {
    /// The words on the screen.
    pub fn title(self) -> &'static str {
        match self {
            Reason::Velocity => "velocity",
            Reason::Amount => "amount",
            Reason::NewDevice => "new device",
            Reason::CountryMismatch => "country mismatch",
            Reason::ImpossibleTravel => "impossible travel",
            Reason::Structuring => "structuring",
        }
    }
}

/// What the score advises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// Below 80.
    Approve,
    /// From 80.
    Review,
    /// From 95.
    Decline,
}

impl Decision {
    /// The advice for a score from 0 to 100.
    pub fn of(score: u8) -> Decision {
        match score {
            0..80 => Decision::Approve,
            80..95 => Decision::Review,
            95.. => Decision::Decline,
        }
    }

    /// The word on the screen.
    pub fn title(self) -> &'static str {
        match self {
            Decision::Approve => "approve",
            Decision::Review => "review",
            Decision::Decline => "decline",
        }
    }
}

/// A transaction, scored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "TransactionRow"))]
pub struct Row {
    /// The event that it comes from.
    pub origin: Origin,
    /// What was reported.
    pub transaction: Transaction,
    /// Risk score, 0 to 100.
    pub score: u8,
    /// Why.
    pub reasons: Vec<Reason>,
    /// What the score advises.
    pub decision: Decision,
}

/// Sums of one minute of event time. Sums of disjoint sets of transactions add up.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Minute {
    /// Transactions.
    pub count: u32,
    /// Of these, approved by the core system.
    pub approved: u32,
    /// Of these, declined by the core system.
    pub declined: u32,
    /// Of these, scored from 80.
    pub review: u32,
    /// Of these, scored from 95.
    pub advised_decline: u32,
    /// By channel, in the order of `Channel::ALL`.
    pub by_channel: [u32; 5],
    /// Minor units moved, by currency in the order of [`Currency::ALL`]; declined ones are not
    /// counted, since nothing moved. Saturates.
    pub value: [i64; 6],
    /// Transactions by score, in steps of ten; 100 counts in the last.
    pub scores: [u32; 10],
}

impl Minute {
    /// Adds another set of transactions to this one.
    pub fn add(&mut self, other: &Minute) {
        self.count += other.count;
        self.approved += other.approved;
        self.declined += other.declined;
        self.review += other.review;
        self.advised_decline += other.advised_decline;
        for (mine, theirs) in self.by_channel.iter_mut().zip(other.by_channel) {
            *mine += theirs;
        }
        for (mine, theirs) in self.value.iter_mut().zip(other.value) {
            *mine = mine.saturating_add(theirs);
        }
        for (mine, theirs) in self.scores.iter_mut().zip(other.scores) {
            *mine += theirs;
        }
    }

    /// Approved / (approved + declined).
    pub fn approval_rate(&self) -> Option<f64> {
        let decided = self.approved + self.declined;
        (decided > 0).then(|| f64::from(self.approved) / f64::from(decided))
    }

    /// What moved in one currency.
    pub fn value_in(&self, currency: Currency) -> Money {
        Money::new(self.value[currency.index()], currency)
    }
}

/// An exchange rate, since when it holds, and who says so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Rate {
    /// Major units of the currency that one US dollar buys.
    pub per_usd: f64,
    /// When it was quoted.
    pub as_of: Timestamp,
    /// Who quoted it.
    pub source: String,
}

/// Rates by currency, in the order of [`Currency::ALL`]; the dollar's own is 1.
pub type Rates = [Option<Rate>; 6];

/// A rate older than this is not used.
pub const RATE_MAX_AGE: i64 = Timestamp::DAY;

/// Converts every currency into US dollars and adds them up. `None` where something moved in a
/// currency whose rate is missing or older than [`RATE_MAX_AGE`]: there is no total then.
pub fn in_usd(value: &[i64; 6], rates: &Rates, now: Timestamp) -> Option<Money> {
    Currency::ALL.into_iter().zip(value).zip(rates).try_fold(
        Money::zero(Currency::Usd),
        |total, ((currency, &minor), rate)| {
            let amount = Money::new(minor, currency);
            let converted = match (currency, minor, rate) {
                (Currency::Usd, ..) => Some(amount),
                (_, 0, _) => Some(Money::zero(Currency::Usd)),
                (.., Some(rate)) if now.since(rate.as_of) <= RATE_MAX_AGE => {
                    Some(to_usd(amount, rate.per_usd))
                }
                _ => None,
            };
            total.checked_add(converted?)
        },
    )
}

fn to_usd(amount: Money, per_usd: f64) -> Money {
    let cents_per_major = 100.0;
    let factor = cents_per_major
        / (f64::from(u32::try_from(amount.currency.minor_per_major()).unwrap_or(1)) * per_usd);
    Money::new(amount.scaled(factor).minor, Currency::Usd)
}

/// The last hour, and its rate.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Everything of the last 60 min.
    pub hour: Minute,
    /// Transactions a minute over the last five full minutes that the clock has passed.
    pub rate: f64,
    /// Value of the hour in US dollars, where every rate is known.
    pub value: Option<Money>,
    /// The oldest rate in use.
    pub rates_as_of: Option<Timestamp>,
}

/// Adds the minutes of the last hour before `now` up.
pub fn summary<'a>(
    minutes: impl Iterator<Item = (&'a Timestamp, &'a Minute)> + Clone,
    rates: &Rates,
    now: Timestamp,
) -> Summary {
    let mut hour = Minute::default();
    let within = |span: i64| {
        let from = now.floor(Timestamp::MINUTE).plus(-span);
        minutes.clone().filter(move |(at, _)| **at >= from && **at <= now)
    };
    for (_, minute) in within(59 * Timestamp::MINUTE) {
        hour.add(minute);
    }
    let full = now.floor(Timestamp::MINUTE);
    let recent: u32 = within(5 * Timestamp::MINUTE)
        .filter(|(at, _)| **at < full)
        .map(|(_, minute)| minute.count)
        .sum();
    let value = in_usd(&hour.value, rates, now);
    Summary {
        rate: f64::from(recent) / 5.0,
        value,
        rates_as_of: rates.iter().flatten().map(|rate| rate.as_of).min(),
        hour,
    }
}
