//! Compliance: weight, deadline and lateness of an item.
//!
//! A finding that repeats an earlier one weighs one step more, since the first remedy failed
//! (Basel Committee, Compliance and the compliance function in banks, 2005, principle 7).

use model::{
    Change, Figure, Origin, Timestamp,
    event::{Compliance, compliance::Rating},
    view::compliance::Row,
};

use super::{Output, Reading, Readings, days};

/// Folds a report; an older one than the row's changes nothing.
pub(crate) fn fold(
    item: &Compliance,
    origin: Origin,
    now: Timestamp,
    readings: &mut Readings,
    out: &mut Output<'_>,
) {
    let known = out.snapshot.compliance.get(item.item.as_str());
    if known.is_some_and(|row| row.origin.time > origin.time) {
        return;
    }
    let row = Row { origin, item: item.clone(), weight: weight(item) };
    read(&row, now, readings);
    out.emit(Change::Compliance(Box::new(row)));
}

/// 1 low to 4 critical, one more for a repeat; 0 once nothing is left to do.
fn weight(item: &Compliance) -> u8 {
    let base = rating(item.severity) + u8::from(item.repeat_of.is_some());
    if item.status.is_open() { base } else { 0 }
}

/// A rating as a number, 1 low to 4 critical.
pub(crate) fn rating(rating: Rating) -> u8 {
    match rating {
        Rating::Low => 1,
        Rating::Medium => 2,
        Rating::High => 3,
        Rating::Critical => 4,
    }
}

/// The figures of a row. Days to due end where days overdue begin.
pub(crate) fn read(row: &Row, now: Timestamp, readings: &mut Readings) {
    readings.clear();
    let overdue = row.is_overdue(now);
    let late = overdue.then(|| days(now.since(row.item.due)));
    let repeats = row.item.status.is_open() && row.item.repeat_of.is_some();
    readings.extend([
        (Figure::DaysToDue, row.days_to_due(now).filter(|_| !overdue).into()),
        (Figure::DaysOverdue, late.into()),
        (Figure::ItemSeverity, Reading::Value(f64::from(row.weight))),
        (Figure::Repeat, Reading::Value(f64::from(u8::from(repeats)))),
    ]);
}

#[cfg(test)]
mod tests {
    use model::{
        event::compliance::{ItemId, ItemStatus},
        view::compliance::bucket,
    };

    use super::*;
    use crate::process::testing::{compliance, origin, time};

    #[test]
    fn weight_rises_with_a_repeat_and_ends_with_the_work() {
        let check = |severity, repeat: bool, status, expected| {
            let repeat_of = repeat.then(|| ItemId::new("earlier").unwrap());
            let item = Compliance { severity, repeat_of, status, ..compliance("x", severity) };
            assert_eq!(weight(&item), expected);
        };
        check(Rating::Low, false, ItemStatus::Open, 1);
        check(Rating::High, false, ItemStatus::InProgress, 3);
        check(Rating::High, true, ItemStatus::UnderReview, 4);
        check(Rating::Critical, true, ItemStatus::Open, 5);
        check(Rating::Critical, true, ItemStatus::Closed, 0);
        check(Rating::Critical, true, ItemStatus::Failed, 0);
    }

    #[test]
    fn days_to_due_end_where_days_overdue_begin() {
        let item = compliance("x", Rating::High);
        let due = item.due;
        let row = Row { origin: origin(time("2026-11-01T00:00:00Z"), 1), weight: 3, item };
        let mut readings = Readings::new();
        let mut check = |now: Timestamp, to_due: Reading, overdue: Reading| {
            read(&row, now, &mut readings);
            assert_eq!((readings[0].1, readings[1].1), (to_due, overdue));
        };
        check(due.plus(-Timestamp::DAY / 2), Reading::Value(0.5), Reading::Undefined);
        check(due, Reading::Value(0.0), Reading::Undefined);
        check(due.plus(2 * Timestamp::DAY), Reading::Undefined, Reading::Value(2.0));
    }

    #[test]
    fn ageing_at_the_edges_of_its_buckets() {
        let item = compliance("x", Rating::Low);
        let opened = item.opened;
        let row = Row { origin: origin(opened, 1), weight: 1, item };
        let check = |days: i64, rest: i64, expected: usize| {
            let age = row.age_days(opened.plus(days * Timestamp::DAY + rest));
            assert_eq!(bucket(age), expected, "{days} d {rest} ms");
        };
        check(0, 0, 0);
        check(31, -1, 0);
        check(31, 0, 1);
        check(61, -1, 1);
        check(61, 0, 2);
        check(91, -1, 2);
        check(91, 0, 3);
    }
}
