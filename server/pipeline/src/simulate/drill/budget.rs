//! Budget crisis: five departments spend towards and beyond what was approved.

use model::{Payload, Severity, event::Budget, view::budget::pace};

use super::{calm::Calm, stage::Stage};

/// Departments that run out of money.
const HIT: usize = 5;

/// Drill time between the first steps of two departments, in milliseconds.
const APART: i64 = 15_000;

/// Writes the script.
pub fn script(stage: &mut Stage, calm: &mut Calm) {
    let exhausted = usize::from(stage.dice.whole(0, 1) == 1) + 2;
    for (place, budget) in (0_i64..).zip(calm.budgets.hold(HIT).iter()) {
        let at_ms = 6_000 + place * APART + stage.dice.whole(0, 3_000);
        let last = usize::try_from(place).is_ok_and(|place| place < exhausted);
        let steps = steps(stage, budget, last);
        rise(stage, budget, at_ms, &steps);
    }
}

/// Utilization step by step: through 75 % and 90 %, and for some through 100 %.
fn steps(stage: &mut Stage, budget: &Budget, exhausted: bool) -> Vec<f64> {
    let used = budget.actual_to_date.share_of(budget.approved).unwrap_or(0.0);
    let dice = &mut stage.dice;
    let mut steps = vec![
        used.midpoint(0.67),
        dice.between(0.67, 0.71),
        dice.between(0.76, 0.80),
        dice.between(0.83, 0.87),
        dice.between(0.91, 0.95),
    ];
    if exhausted {
        steps.push(dice.between(1.01, 1.06));
    }
    steps
}

fn rise(stage: &mut Stage, budget: &Budget, first_ms: i64, steps: &[f64]) {
    let mut at_ms = first_ms;
    let mut raised = false;
    for &used in steps {
        let data = Payload::Budget(spent(budget, used));
        let elapsed = budget.fiscal_period.elapsed(stage.time(at_ms));
        if !raised && is_critical(used, elapsed) {
            raised = true;
            let name = budget.name.as_deref().unwrap_or(budget.department.as_str());
            stage.expect(at_ms, &data, name, Severity::Critical);
        }
        stage.crisis(at_ms, data);
        at_ms += stage.dice.whole(9_000, 12_500);
    }
}

/// The budget with a share of it spent. The forecast stays below ten per cent over, so that what
/// is spent is what raises the alarm.
fn spent(budget: &Budget, used: f64) -> Budget {
    let forecast = f64::max(0.97, used * 1.03);
    Budget {
        actual_to_date: budget.approved.scaled(used),
        forecast_remaining: budget.approved.scaled(forecast - used),
        ..budget.clone()
    }
}

/// Whether so much is critical: nine tenths of the budget, or a pace of 1.5, which a department
/// early in its quarter reaches first.
fn is_critical(used: f64, elapsed: f64) -> bool {
    used >= 0.90 || pace(Some(used), elapsed).is_some_and(|pace| pace >= 1.5)
}
