//! Budget: use, pace, burn and forecast of a department.
//!
//! Burn and run-out follow the practice of budgetary control (CIMA Official Terminology, "budget
//! variance" and "forecast"): a trailing burn where the history reaches back, else the mean since
//! the period's start.

use std::collections::{BTreeMap, VecDeque};

use model::{
    Change, Figure, FiscalPeriod, Money, Origin, Timestamp, event::Budget, view::budget::Row,
};
use serde::{Deserialize, Serialize};

use super::{LATE, Output, Readings, days, exact::mul_div};

/// Length of the window over which burn is measured.
pub const BURN_WINDOW: i64 = 14 * Timestamp::DAY;

/// Least distance of two observations that are remembered.
const OBSERVED_EVERY: i64 = Timestamp::HOUR;

/// What a department had spent, hour by hour, back to the start of the burn window.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct History {
    period: FiscalPeriod,
    observed: VecDeque<(Timestamp, Money)>,
}

impl History {
    fn new(period: FiscalPeriod) -> Self {
        Self { period, observed: VecDeque::new() }
    }

    /// Remembers what was spent, in time order; forgets all but one observation before the window.
    fn observe(&mut self, time: Timestamp, actual: Money) {
        if self.observed.back().is_some_and(|(_, last)| last.currency != actual.currency) {
            self.observed.clear();
        }
        let after = self.observed.partition_point(|(at, _)| *at <= time);
        let fits = |neighbour: Option<&(Timestamp, Money)>| {
            neighbour.is_none_or(|(at, _)| at.since(time).abs() >= OBSERVED_EVERY)
        };
        let before = after.checked_sub(1).and_then(|index| self.observed.get(index));
        if fits(before) && fits(self.observed.get(after)) {
            self.observed.insert(after, (time, actual));
        }
        let newest = self.observed.back().map_or(time, |(at, _)| *at);
        while self.observed.get(1).is_some_and(|(at, _)| newest.since(*at) >= BURN_WINDOW) {
            self.observed.pop_front();
        }
    }

    /// Burn a day: (actual - actual at the window's start) / days between. Where the history does
    /// not reach back that far: actual / days since the period's start.
    fn burn(&self, time: Timestamp, actual: Money) -> Option<Money> {
        let base = self.observed.front().filter(|(at, _)| time.since(*at) >= BURN_WINDOW);
        let (from, spent) = match base {
            Some(&(at, then)) => (at, actual.checked_sub(then)?),
            None => (self.period.start(), actual),
        };
        let burn = mul_div(spent.minor, Timestamp::DAY, time.since(from))?;
        Some(Money::new(burn, actual.currency))
    }
}

/// Folds a report.
pub(crate) fn fold(
    histories: &mut BTreeMap<String, History>,
    budget: &Budget,
    origin: Origin,
    readings: &mut Readings,
    out: &mut Output<'_>,
) {
    let entity = budget.department.as_str();
    let newest = out.snapshot.budget.get(entity).map(|row| row.origin.time);
    let late = newest.map_or(0, |newest| newest.since(origin.time));
    if !histories.contains_key(entity) {
        histories.insert(entity.to_owned(), History::new(budget.fiscal_period));
    }
    let Some(history) = histories.get_mut(entity) else { return };
    if history.period != budget.fiscal_period && late <= 0 {
        *history = History::new(budget.fiscal_period);
    }
    if late <= LATE && history.period == budget.fiscal_period {
        history.observe(origin.time, budget.actual_to_date);
    }
    if late <= 0 {
        let row = row(history, budget, origin);
        read(&row, readings);
        out.emit(Change::Budget(Box::new(row)));
    }
}

/// The row of a report.
fn row(history: &History, budget: &Budget, origin: Origin) -> Row {
    let Budget { approved, actual_to_date: actual, committed, .. } = *budget;
    let money = |minor: i64| Money::new(minor, approved.currency);
    let time = origin.time;
    let utilization = actual.share_of(approved);
    let elapsed = budget.fiscal_period.elapsed(time);
    let available =
        money(approved.minor.saturating_sub(actual.minor).saturating_sub(committed.minor));
    let burn_per_day = history.burn(time, actual);
    let forecast = money(actual.minor.saturating_add(budget.forecast_remaining.minor));
    let over = money(forecast.minor.saturating_sub(approved.minor));
    Row {
        budget: budget.clone(),
        utilization,
        committed_utilization: money(actual.minor.saturating_add(committed.minor))
            .share_of(approved),
        available,
        variance: money(actual.minor.saturating_sub(budget.planned_to_date.minor)),
        elapsed,
        pace: model::view::budget::pace(utilization, elapsed),
        burn_per_day,
        exhausted_at: exhausted_at(available, burn_per_day, time, budget.fiscal_period.end()),
        forecast,
        forecast_overrun: over.share_of(approved),
        origin,
    }
}

/// When what is available runs out: now + available / burn a day, if that is before the period's
/// end; now, where nothing is left.
fn exhausted_at(
    available: Money,
    burn_per_day: Option<Money>,
    time: Timestamp,
    end: Timestamp,
) -> Option<Timestamp> {
    let left = match available.minor {
        ..=0 => 0,
        minor => mul_div(minor, Timestamp::DAY, burn_per_day?.minor)?,
    };
    Some(time.plus(left)).filter(|at| *at < end)
}

/// The figures of a row.
pub(crate) fn read(row: &Row, readings: &mut Readings) {
    readings.clear();
    let left = row.exhausted_at.map(|at| days(at.since(row.origin.time)));
    readings.extend([
        (Figure::Utilization, row.utilization.into()),
        (Figure::CommittedUtilization, row.committed_utilization.into()),
        (Figure::Pace, row.pace.into()),
        (Figure::ForecastOverrun, row.forecast_overrun.into()),
        (Figure::VarianceToPlan, row.variance.share_of(row.budget.approved).into()),
        (Figure::DaysToExhaustion, left.into()),
    ]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::testing::{budget, origin, time, usd};

    /// The row of the middle of a quarter of 92 days, in thousands of dollars.
    fn middle(approved: i64, actual: i64, committed: i64, remaining: i64) -> Row {
        let report = Budget {
            committed: usd(committed),
            forecast_remaining: usd(remaining),
            ..budget("retail-banking", approved, actual)
        };
        let at = time("2026-11-16T00:00:00Z");
        row(&History::new(report.fiscal_period), &report, origin(at, 1))
    }

    #[test]
    fn figures_at_the_middle_of_the_period() {
        let row = middle(1_000, 460, 80, 640);
        assert_eq!(row.utilization, Some(0.46));
        assert_eq!(row.committed_utilization, Some(0.54));
        assert_eq!(row.available, usd(460));
        assert_eq!(row.variance, usd(-40), "500 were planned");
        assert_eq!(row.elapsed, 0.5);
        assert_eq!(row.pace, Some(0.92));
        assert_eq!(row.burn_per_day, Some(usd(10)), "460 in 46 days");
        assert_eq!(row.exhausted_at, None, "460 more last exactly to the period's end");
        assert_eq!(row.forecast, usd(1_100));
        assert_eq!(row.forecast_overrun, Some(0.1));
    }

    #[test]
    fn runs_out_before_the_end() {
        let check = |committed, at: &str| {
            let row = middle(1_000, 460, committed, 0);
            assert_eq!(row.exhausted_at, Some(time(at)), "{committed}");
        };
        check(90, "2026-12-31T00:00:00Z");
        check(440, "2026-11-26T00:00:00Z");
        check(540, "2026-11-16T00:00:00Z");
        check(900, "2026-11-16T00:00:00Z");
    }

    #[test]
    fn nothing_approved_has_no_ratios() {
        let row = middle(0, 10, 0, 0);
        assert_eq!((row.utilization, row.pace, row.forecast_overrun), (None, None, None));
        assert_eq!(row.available, usd(-10));
    }

    #[test]
    fn burn_is_of_the_trailing_window_once_the_history_reaches_back() {
        let report = budget("retail-banking", 10_000, 0);
        let mut history = History::new(report.fiscal_period);
        let start = report.fiscal_period.start();
        for day in 0..=20 {
            let spent = if day <= 6 { 100 * day } else { 600 + 20 * (day - 6) };
            history.observe(start.plus(day * Timestamp::DAY), usd(spent));
        }
        let burn = |day, spent| history.burn(start.plus(day * Timestamp::DAY), usd(spent));
        assert_eq!(burn(20, 880), Some(usd(20)), "from day 6 on");
        assert_eq!(history.observed.len(), 15);
        assert_eq!(burn(10, 680), Some(usd(68)), "else since the start");
        assert_eq!(burn(0, 680), None);
    }

    #[test]
    fn history_is_bounded_to_an_observation_an_hour() {
        let mut history = History::new(budget("x", 1, 0).fiscal_period);
        for minute in 0..60 * 24 * 30 {
            history.observe(time("2026-10-01T00:00:00Z").plus(minute * Timestamp::MINUTE), usd(1));
        }
        assert_eq!(history.observed.len(), 14 * 24 + 1);
    }
}
