//! Transactions: a score for each, and the sums of each minute.
//!
//! Minutes add up whatever the order of arrival; a transaction that is more than ten minutes late
//! is kept and scored, and enters no sum and no history.

mod account;
mod score;

use model::{
    Change, Figure, Origin, Timestamp,
    event::{Transaction, transaction::TransactionStatus},
    view::transaction::{Decision, Minute, Row},
};

pub use self::account::Accounts;
use super::{LATE, Output, Reading, Readings};

/// Folds a transaction.
pub(crate) fn fold(
    accounts: &mut Accounts,
    transaction: &Transaction,
    origin: Origin,
    readings: &mut Readings,
    out: &mut Output<'_>,
) {
    let time = origin.time;
    let newest = out.snapshot.newest.get(&model::Topic::Transactions);
    let in_time = newest.is_none_or(|newest| newest.since(time) <= LATE);
    let account = accounts.of(transaction.account.as_str());
    let reasons = score::reasons(account, transaction, time);
    if in_time {
        account.remember(transaction, time);
    }
    let score = score::total(&reasons);
    let decision = Decision::of(score);
    let row = Row { origin, transaction: transaction.clone(), score, reasons, decision };
    out.emit(Change::Transaction(Box::new(row)));
    if in_time {
        let at = time.floor(Timestamp::MINUTE);
        let mut minute = out.snapshot.minutes.get(&at).cloned().unwrap_or_default();
        count(&mut minute, transaction, score);
        out.emit(Change::Minute(at, Box::new(minute)));
        readings.push((Figure::TransactionScore, Reading::Value(f64::from(score))));
    }
}

/// Adds a transaction to its minute. Counts saturate; what was declined or undone moved nothing.
fn count(minute: &mut Minute, transaction: &Transaction, score: u8) {
    let add = |slot: &mut u32, one: bool| *slot = slot.saturating_add(u32::from(one));
    let status = transaction.status;
    add(&mut minute.count, true);
    add(&mut minute.approved, status == TransactionStatus::Approved);
    add(&mut minute.declined, status == TransactionStatus::Declined);
    add(&mut minute.review, Decision::of(score) >= Decision::Review);
    add(&mut minute.advised_decline, Decision::of(score) == Decision::Decline);
    if let Some(slot) = minute.by_channel.get_mut(transaction.channel.index()) {
        add(slot, true);
    }
    if let Some(slot) = minute.scores.get_mut(usize::from(score / 10).min(9)) {
        add(slot, true);
    }
    let moved = !matches!(status, TransactionStatus::Declined | TransactionStatus::Reversed);
    let amount = if moved { transaction.amount.minor } else { 0 };
    if let Some(slot) = minute.value.get_mut(transaction.amount.currency.index()) {
        *slot = slot.saturating_add(amount);
    }
}
