//! Transactions: customers of six countries, each with habits. What carries on from one to the
//! next is the balance, which is based anew at midnight, when salaries and settlements are booked.

use model::{
    Currency, Money, Timestamp,
    event::{
        Transaction,
        transaction::{
            AccountId, Channel, CustomerId, DeviceId, TransactionId, TransactionStatus,
            TransactionType,
        },
    },
    unit::Country,
};
use rand::{RngExt, rngs::ChaCha8Rng};
use rand_distr::{Distribution, LogNormal};

use super::{
    chance::{dice, draw, pick},
    world::market,
};

/// Accounts of the simulated bank.
pub const ACCOUNTS: usize = 42;

/// One transaction in so many is a fraud.
const FRAUD: f64 = 1.0 / 240.0;

/// Currency, country, median amount in minor units.
const HOMES: [(Currency, Country, f64); 6] = [
    (Currency::Usd, Country::US, 6_400.0),
    (Currency::Ars, Country::AR, 4_200_000.0),
    (Currency::Brl, Country::BR, 21_000.0),
    (Currency::Clp, Country::CL, 36_000.0),
    (Currency::Cop, Country::CO, 15_500_000.0),
    (Currency::Mxn, Country::MX, 82_000.0),
];

/// Spread of the logarithm of amounts.
const SPREAD: f64 = 0.7;

/// Merchant category codes of ISO 18245: groceries, restaurants, fuel, clothes, streaming, pharmacy.
const MERCHANTS: [&str; 6] = ["5411", "5812", "5541", "5651", "5815", "5912"];

/// Balances of all accounts, in minor units.
#[derive(Debug, Clone)]
pub struct Accounts {
    day: Timestamp,
    balances: Vec<i64>,
}

impl Accounts {
    /// The balances at a midnight.
    pub fn new(seed: u64, midnight: Timestamp) -> Self {
        let balances = (0..ACCOUNTS).map(|account| at_midnight(seed, account, midnight)).collect();
        Self { day: midnight, balances }
    }

    /// The balance of an account at a moment of this day or a later one.
    fn balance(&mut self, seed: u64, account: usize, time: Timestamp) -> &mut i64 {
        let day = time.floor(Timestamp::DAY);
        if day != self.day {
            *self = Self::new(seed, day);
        }
        &mut self.balances[account]
    }
}

#[expect(clippy::cast_possible_truncation, reason = "an amount of a private customer")]
fn at_midnight(seed: u64, account: usize, midnight: Timestamp) -> i64 {
    let (.., median) = home(account);
    let wealth = 120.0 + 380.0 * draw(seed, (300 + account as u64, 0));
    let today = 0.8 + 0.4 * draw(seed, (300 + account as u64, midnight.millis().unsigned_abs()));
    (median * wealth * today) as i64
}

fn home(account: usize) -> (Currency, Country, f64) {
    HOMES[account % HOMES.len()]
}

/// What a slot reports.
pub fn report(seed: u64, turn: u64, time: Timestamp, accounts: &mut Accounts) -> Transaction {
    let mut dice = dice(seed, (400, turn));
    let account = dice.random_range(0..ACCOUNTS);
    let channel = channel(&mut dice, time);
    let kind = kind(&mut dice, channel);
    let (currency, country, median) = home(account);
    let amount = amount(&mut dice, median, kind);
    let storm = 1.0 + market(seed, time).max(0.0);
    let plain = Transaction {
        transaction: TransactionId::new(format!("TX-{turn:x}")).expect("a number identifies"),
        account: AccountId::new(format!("acct-{:05x}", 0x1_a2b0 + account * 977))
            .expect("a number identifies"),
        customer: CustomerId::new(format!("cust-{:05x}", 0x2_b3c0 + account / 2 * 641))
            .expect("a number identifies"),
        amount: Money::new(amount, currency),
        kind,
        channel,
        status: TransactionStatus::Approved,
        merchant_category: (kind == TransactionType::Purchase)
            .then(|| (*pick(&mut dice, &MERCHANTS)).to_owned()),
        country,
        card_present: channel == Channel::Atm,
        device: device(channel, account, dice.random_range(0..2)),
        ip_country: matches!(channel, Channel::Online | Channel::Mobile).then_some(country),
        balance_after: None,
    };
    let told = if dice.random::<f64>() < FRAUD * storm { fraud(&mut dice, plain) } else { plain };
    settle(&mut dice, told, accounts.balance(seed, account, time))
}

/// Channels by hour: branches and phones keep office hours, phones in the pocket do not.
fn channel(dice: &mut ChaCha8Rng, time: Timestamp) -> Channel {
    let hour = time.millis().rem_euclid(Timestamp::DAY) / Timestamp::HOUR;
    let weights: [u32; 5] = match hour {
        12..=22 => [42, 31, 13, 9, 5],
        10..=11 | 23 => [46, 36, 12, 3, 3],
        _ => [50, 41, 8, 0, 1],
    };
    let mut left = dice.random_range(0..weights.iter().sum::<u32>());
    for (channel, weight) in Channel::ALL.into_iter().zip(weights) {
        if left < weight {
            return channel;
        }
        left -= weight;
    }
    Channel::Online
}

fn kind(dice: &mut ChaCha8Rng, channel: Channel) -> TransactionType {
    use TransactionType::{Deposit, Fee, Payment, Purchase, Refund, Transfer, Withdrawal};
    let kinds: &[TransactionType] = match channel {
        Channel::Online => &[Purchase, Purchase, Purchase, Payment, Transfer, Refund],
        Channel::Mobile => &[Purchase, Purchase, Transfer, Payment, Deposit],
        Channel::Atm => &[Withdrawal, Withdrawal, Withdrawal, Deposit],
        Channel::Branch => &[Deposit, Withdrawal, Transfer, Fee],
        Channel::Phone => &[Transfer, Payment],
    };
    *pick(dice, kinds)
}

/// Log-normal around the median of the currency; cash in round notes.
#[expect(clippy::cast_possible_truncation, reason = "bounded by 40 medians")]
fn amount(dice: &mut ChaCha8Rng, median: f64, kind: TransactionType) -> i64 {
    let spread = LogNormal::new(0.0, SPREAD).expect("the spread is positive");
    let times = Distribution::<f64>::sample(&spread, dice).clamp(0.02, 4.0);
    let minor = (median * times) as i64;
    let note = ((median / 4.0) as i64).max(1);
    match kind {
        TransactionType::Withdrawal | TransactionType::Deposit => (minor / note).max(1) * note,
        TransactionType::Fee => (minor / 40).max(1),
        _ => minor.max(1),
    }
}

fn device(channel: Channel, account: usize, which: usize) -> Option<DeviceId> {
    let has_one = matches!(channel, Channel::Online | Channel::Mobile);
    has_one.then(|| {
        DeviceId::new(format!("dev-{:05x}", 0x3_c4d0 + account * 2 + which))
            .expect("a number identifies")
    })
}

/// A card abroad, an amount far above the habit, a device never seen; one in four also hides
/// behind an address in a third country.
fn fraud(dice: &mut ChaCha8Rng, plain: Transaction) -> Transaction {
    let abroad = |not: Country, dice: &mut ChaCha8Rng| {
        let others: Vec<_> = HOMES.iter().map(|home| home.1).filter(|home| *home != not).collect();
        *pick(dice, &others)
    };
    let country = abroad(plain.country, dice);
    let hides = dice.random_range(0..4) == 0;
    let number = dice.random_range(0..0x000f_ffff_u32);
    Transaction {
        amount: Money::new(plain.amount.minor.saturating_mul(12), plain.amount.currency),
        kind: TransactionType::Purchase,
        channel: Channel::Online,
        merchant_category: Some("5732".to_owned()),
        country,
        card_present: true,
        device: Some(DeviceId::new(format!("dev-f{number:05x}")).expect("a number identifies")),
        ip_country: Some(if hides { abroad(country, dice) } else { country }),
        ..plain
    }
}

/// Books the transaction: what the balance does not cover is declined.
fn settle(dice: &mut ChaCha8Rng, told: Transaction, balance: &mut i64) -> Transaction {
    let change = if told.kind.is_debit() { -told.amount.minor } else { told.amount.minor };
    let covered = balance.saturating_add(change) >= 0;
    let status = match dice.random_range(0..100) {
        _ if !covered => TransactionStatus::Declined,
        0 | 1 => TransactionStatus::Declined,
        2 => TransactionStatus::Pending,
        _ => TransactionStatus::Approved,
    };
    if status == TransactionStatus::Approved {
        *balance += change;
    }
    let after = Money::new(*balance, told.amount.currency);
    Transaction { status, balance_after: Some(after), ..told }
}
