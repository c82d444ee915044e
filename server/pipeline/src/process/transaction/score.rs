//! The risk score of a transaction: the weights of the reasons that hold, at most 100.
//!
//! The reasons are red flags of the FATF (Guidance for a Risk-Based Approach, The Banking Sector,
//! 2014) and of the FFIEC's BSA/AML Manual, appendix F (structuring below the reporting limit).

use model::{Currency, Money, Timestamp, event::Transaction, view::transaction::Reason};

use super::account::{Account, DAY, in_person};

/// Transactions within [`VELOCITY_WINDOW`], this one included, that are many.
const VELOCITY: usize = 5;
const VELOCITY_WINDOW: i64 = 5 * Timestamp::MINUTE;

/// An amount is unusual at so many times the account's mean, once it has so many transactions.
const UNUSUAL: f64 = 5.0;
const KNOWN_AFTER: u32 = 5;

/// Nobody is in two countries within this time.
const TRAVEL: i64 = 2 * Timestamp::HOUR;

/// Amounts of a day just below the reporting limit, this one included, that are structuring.
const STRUCTURING: usize = 3;

/// What a reason adds to the score.
pub const fn weight(reason: Reason) -> u8 {
    match reason {
        Reason::Velocity | Reason::CountryMismatch => 25,
        Reason::Amount => 35,
        Reason::NewDevice => 15,
        Reason::ImpossibleTravel => 40,
        Reason::Structuring => 30,
    }
}

/// The sum of the weights, at most 100.
pub fn total(reasons: &[Reason]) -> u8 {
    reasons.iter().map(|&reason| weight(reason)).fold(0, u8::saturating_add).min(100)
}

/// The amount from which cash is reported: USD 10,000 (31 CFR 1010.311), and a round amount of
/// about that value in each other currency.
pub const fn reporting_limit(currency: Currency) -> Money {
    let major = match currency {
        Currency::Usd => 10_000,
        Currency::Ars => 14_000_000,
        Currency::Brl => 50_000,
        Currency::Clp => 9_500_000,
        Currency::Cop => 40_000_000,
        Currency::Mxn => 180_000,
    };
    Money::major(major, currency)
}

/// The reasons that hold, given the account's history before this transaction.
pub(super) fn reasons(
    account: &Account,
    transaction: &Transaction,
    time: Timestamp,
) -> Vec<Reason> {
    let held = [
        (Reason::Velocity, velocity(account, time)),
        (Reason::Amount, amount(account, transaction.amount)),
        (Reason::NewDevice, new_device(account, transaction)),
        (Reason::CountryMismatch, country_mismatch(transaction)),
        (Reason::ImpossibleTravel, impossible_travel(account, transaction, time)),
        (Reason::Structuring, structuring(account, transaction.amount, time)),
    ];
    held.into_iter().filter(|(_, holds)| *holds).map(|(reason, _)| reason).collect()
}

fn velocity(account: &Account, time: Timestamp) -> bool {
    let within = |at: Timestamp| (0..=VELOCITY_WINDOW).contains(&time.since(at));
    account.recent.iter().filter(|(at, _)| within(*at)).count() + 1 >= VELOCITY
}

#[expect(clippy::cast_precision_loss, reason = "a comparison with a mean")]
fn amount(account: &Account, amount: Money) -> bool {
    account.currency == amount.currency
        && account.count >= KNOWN_AFTER
        && amount.minor as f64 >= UNUSUAL * account.mean
}

fn new_device(account: &Account, transaction: &Transaction) -> bool {
    transaction.device.as_ref().is_some_and(|device| {
        let known = account.devices.iter().any(|known| **known == *device.as_str());
        account.with_device >= KNOWN_AFTER && !known
    })
}

fn country_mismatch(transaction: &Transaction) -> bool {
    transaction.ip_country.is_some_and(|country| country != transaction.country)
}

fn impossible_travel(account: &Account, transaction: &Transaction, time: Timestamp) -> bool {
    in_person(transaction)
        && account.place.is_some_and(|(at, country)| {
            country != transaction.country && time.since(at).abs() <= TRAVEL
        })
}

fn structuring(account: &Account, amount: Money, time: Timestamp) -> bool {
    let limit = reporting_limit(amount.currency).minor;
    let just_below = |money: Money| {
        money.currency == amount.currency && (limit - limit / 10..limit).contains(&money.minor)
    };
    let within = |at: Timestamp| (0..=DAY).contains(&time.since(at));
    just_below(amount)
        && account.recent.iter().filter(|(at, money)| within(*at) && just_below(*money)).count() + 1
            >= STRUCTURING
}

#[cfg(test)]
mod tests {
    use model::{event::transaction::Channel, unit::Country};

    use super::*;
    use crate::process::testing::{id, time, transaction};

    /// An account with a history, one purchase of USD 100 every hour with one device.
    fn settled(purchases: i64) -> (Account, Timestamp) {
        let mut account = Account::default();
        let start = time("2026-11-23T00:00:00Z");
        for hour in 0..purchases {
            account.remember(&transaction("a", 100), start.plus(hour * Timestamp::HOUR));
        }
        (account, start.plus(purchases * Timestamp::HOUR))
    }

    #[test]
    fn one_reason_at_a_time() {
        let check = |purchases, change: fn(&mut Transaction), expected: &[Reason]| {
            let (account, now) = settled(purchases);
            let mut next = transaction("a", 100);
            change(&mut next);
            assert_eq!(reasons(&account, &next, now), expected);
        };
        check(6, |_| {}, &[]);
        check(6, |next| next.amount.minor = 50_000, &[Reason::Amount]);
        check(6, |next| next.amount.minor = 49_999, &[]);
        check(4, |next| next.amount.minor = 50_000, &[]);
        check(6, |next| next.device = Some(id("other")), &[Reason::NewDevice]);
        check(4, |next| next.device = Some(id("other")), &[]);
        check(6, |next| next.device = None, &[]);
        check(0, |next| next.ip_country = Some(Country::BR), &[Reason::CountryMismatch]);
        check(0, |next| next.ip_country = None, &[]);
    }

    #[test]
    fn five_within_five_minutes_are_many() {
        let start = time("2026-11-23T00:00:00Z");
        let check = |gap: i64, expected| {
            let mut account = Account::default();
            for number in 0..4 {
                account.remember(&transaction("a", 100), start.plus(number * gap));
            }
            assert_eq!(velocity(&account, start.plus(4 * gap)), expected);
        };
        check(75 * Timestamp::SECOND, true);
        check(75 * Timestamp::SECOND + 1, false);
    }

    #[test]
    fn nobody_is_in_two_countries_within_two_hours() {
        let start = time("2026-11-23T00:00:00Z");
        let check = |hours: i64, country, channel, expected| {
            let mut account = Account::default();
            let atm = Transaction { channel: Channel::Atm, ..transaction("a", 100) };
            account.remember(&atm, start);
            let next = Transaction { country, channel, ..transaction("a", 100) };
            let found = impossible_travel(&account, &next, start.plus(hours * Timestamp::HOUR));
            assert_eq!(found, expected);
        };
        check(2, Country::BR, Channel::Branch, true);
        check(3, Country::BR, Channel::Branch, false);
        check(2, Country::AR, Channel::Branch, false);
        check(2, Country::BR, Channel::Online, false);
    }

    #[test]
    fn three_amounts_just_below_the_limit_are_structuring() {
        let start = time("2026-11-23T00:00:00Z");
        let check = |amounts: [i64; 3], expected| {
            let mut account = Account::default();
            account.remember(&transaction("a", amounts[0]), start);
            account.remember(&transaction("a", amounts[1]), start);
            let last = transaction("a", amounts[2]).amount;
            assert_eq!(structuring(&account, last, start.plus(DAY)), expected);
            assert!(!structuring(&account, last, start.plus(DAY + 1)));
        };
        check([9_000, 9_500, 9_999], true);
        check([8_999, 9_500, 9_999], false);
        check([9_000, 9_500, 10_000], false);
    }

    #[test]
    fn weights_add_up_to_a_hundred_at_most() {
        assert_eq!(total(&[]), 0);
        assert_eq!(total(&[Reason::Amount, Reason::NewDevice]), 50);
        let all = [Reason::Amount, Reason::ImpossibleTravel, Reason::Structuring];
        assert_eq!(total(&all), 100);
    }
}
