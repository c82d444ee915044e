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
