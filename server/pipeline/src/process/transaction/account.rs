//! What is remembered of an account: enough to tell the usual from the unusual, and bounded.

use std::collections::{HashMap, VecDeque};

use model::{
    Currency, Money, Timestamp,
    event::{Transaction, transaction::Channel},
    unit::Country,
};
use serde::{Deserialize, Serialize};

/// Most accounts that are remembered.
pub const MOST: usize = 100_000;

/// Most devices of an account that are remembered, newest last.
const DEVICES: usize = 4;

/// Most amounts of an account that are remembered, newest last.
const RECENT: usize = 16;

/// How long an amount is remembered.
pub(super) const DAY: i64 = Timestamp::DAY;

/// History of one account.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Account {
    id: Box<str>,
    touched: bool,
    /// Currency of the mean below.
    pub(super) currency: Currency,
    /// Transactions in the mean.
    pub(super) count: u32,
    /// Mean amount in minor units.
    pub(super) mean: f64,
    /// Transactions that named a device.
    pub(super) with_device: u32,
    /// Devices seen last.
    pub(super) devices: VecDeque<Box<str>>,
    /// Where a card or cash was last seen, and when.
    pub(super) place: Option<(Timestamp, Country)>,
    /// Amounts of the last day, in order of arrival.
    pub(super) recent: VecDeque<(Timestamp, Money)>,
}

impl Account {
    /// Adds a transaction to the history.
    #[expect(clippy::cast_precision_loss, reason = "a mean to compare with")]
    pub(super) fn remember(&mut self, transaction: &Transaction, time: Timestamp) {
        let amount = transaction.amount;
        if self.currency != amount.currency {
            (self.currency, self.count, self.mean) = (amount.currency, 0, 0.0);
        }
        self.count = self.count.saturating_add(1);
        self.mean += (amount.minor as f64 - self.mean) / f64::from(self.count);
        if let Some(device) = &transaction.device {
            self.with_device = self.with_device.saturating_add(1);
            self.remember_device(device.as_str());
        }
        if in_person(transaction) && self.place.is_none_or(|(at, _)| at <= time) {
            self.place = Some((time, transaction.country));
        }
        self.recent.retain(|(at, _)| time.since(*at) <= DAY);
        if self.recent.len() == RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back((time, amount));
    }

    fn remember_device(&mut self, device: &str) {
        match self.devices.iter().position(|known| **known == *device) {
            Some(index) if index + 1 == self.devices.len() => {}
            Some(index) => {
                let known = self.devices.remove(index);
                self.devices.extend(known);
            }
            None => {
                if self.devices.len() == DEVICES {
                    self.devices.pop_front();
                }
                self.devices.push_back(device.into());
            }
        }
    }
}

/// Whether the customer was at the place: a card was read or cash was handled.
pub(super) fn in_person(transaction: &Transaction) -> bool {
    transaction.card_present || matches!(transaction.channel, Channel::Atm | Channel::Branch)
}

/// Histories of accounts, at most [`MOST`]. Room is made in fold order by the clock algorithm
/// (Corbató, 1968): the hand takes the first account that was not used since it last passed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(from = "Slots", into = "Slots")]
pub struct Accounts {
    slots: Vec<Account>,
    hand: usize,
    index: HashMap<Box<str>, usize>,
}

/// The form of [`Accounts`] in a checkpoint.
#[derive(Serialize, Deserialize)]
struct Slots {
    slots: Vec<Account>,
    hand: usize,
}

impl From<Slots> for Accounts {
    fn from(Slots { slots, hand }: Slots) -> Self {
        let index =
            slots.iter().enumerate().map(|(slot, account)| (account.id.clone(), slot)).collect();
        Self { slots, hand, index }
    }
}

impl From<Accounts> for Slots {
    fn from(accounts: Accounts) -> Self {
        Self { slots: accounts.slots, hand: accounts.hand }
    }
}

impl Accounts {
    /// The history of an account; an empty one where it is not known.
    pub(super) fn of(&mut self, id: &str) -> &mut Account {
        let slot = match self.index.get(id) {
            Some(&slot) => slot,
            None => self.admit(id),
        };
        let account = &mut self.slots[slot];
        account.touched = true;
        account
    }

    fn admit(&mut self, id: &str) -> usize {
        let account = Account { id: id.into(), ..Account::default() };
        let slot = if self.slots.len() < MOST {
            self.slots.push(account);
            self.slots.len() - 1
        } else {
            let slot = self.free();
            let evicted = std::mem::replace(&mut self.slots[slot], account);
            self.index.remove(&evicted.id);
            slot
        };
        self.index.insert(id.into(), slot);
        slot
    }

    /// Moves the hand to the first account not used since it last passed, and one beyond.
    fn free(&mut self) -> usize {
        loop {
            let slot = self.hand % self.slots.len();
            self.hand = (slot + 1) % self.slots.len();
            if !std::mem::take(&mut self.slots[slot].touched) {
                return slot;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_made_for_the_newest_at_the_cost_of_the_unused() {
        let mut accounts = Accounts::default();
        for number in 0..MOST {
            accounts.of(&number.to_string());
        }
        accounts.of("first too many");
        assert_eq!(accounts.slots.len(), MOST);
        assert!(!accounts.index.contains_key("0"), "the hand passed all and took the first");
        accounts.of("1");
        accounts.of("second too many");
        assert!(accounts.index.contains_key("1"), "it was used since");
        assert!(!accounts.index.contains_key("2"));
        assert_eq!(accounts.index.len(), MOST);
    }

    #[test]
    fn checkpoint_and_back() {
        let mut accounts = Accounts::default();
        for number in 0..100 {
            accounts.of(&number.to_string());
        }
        let bytes = postcard::to_stdvec(&accounts).unwrap();
        let back: Accounts = postcard::from_bytes(&bytes).unwrap();
        assert_eq!(back.index, accounts.index);
        assert_eq!(postcard::to_stdvec(&back).unwrap(), bytes);
    }
}
