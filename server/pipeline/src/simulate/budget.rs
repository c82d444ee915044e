//! Budgets: running cost along a curve of the quarter, and what the projects of the department
//! have cost in it.

use model::{
    Currency, FiscalPeriod, Money, Timestamp,
    event::{
        Budget,
        budget::{CostCentreId, DepartmentId},
    },
};

use super::{
    cast::{DEPARTMENTS, Department, PROJECTS, person_id},
    chance::{draw, noise},
    projects,
};

/// Share of the approved budget that projects are planned to take in a quarter is taken out of
/// the running cost; bounded, so that a department with many projects still runs.
const MOST_FOR_PROJECTS: f64 = 0.4;

/// What a slot reports: departments in turn.
pub fn report(seed: u64, turn: u64, time: Timestamp) -> Budget {
    let index = usize::try_from(turn % DEPARTMENTS.len() as u64).unwrap_or(0);
    let department = &DEPARTMENTS[index];
    let period = FiscalPeriod::quarter_of(time);
    let elapsed = period.elapsed(time);
    let approved = Money::major(department.approved, Currency::Usd);
    let actual = actual(seed, index, time, period);
    let spent_at_end = department.appetite
        * (1.0 + 0.01 * noise(seed, 20 + index as u64, time.millis(), 9 * Timestamp::DAY));
    let remaining = approved.minor - actual.minor;
    let forecast =
        (approved.scaled(spent_at_end).minor - actual.minor).max(remaining.min(0)).max(0);
    let committed =
        approved.scaled(0.06 * (1.0 - elapsed) + 0.01 * draw(seed, (30 + index as u64, turn / 60)));
    Budget {
        department: id(department),
        name: Some(department.name.to_owned()),
        cost_centre: cost_centre(seed, department, turn),
        svp: person_id(department.svp),
        fiscal_period: period,
        approved,
        planned_to_date: approved.scaled(0.98 * elapsed),
        actual_to_date: actual,
        committed,
        forecast_remaining: Money::new(forecast, Currency::Usd),
    }
}

/// The identity of a department of the cast.
pub fn id(department: &Department) -> DepartmentId {
    DepartmentId::new(department.id).expect("the cast has identities")
}

fn cost_centre(seed: u64, department: &Department, turn: u64) -> CostCentreId {
    let number = 4_410.0 + 10.0 * (draw(seed, (40, turn)) * 6.0).floor();
    CostCentreId::new(format!("{}-{number}", department.cost_centre))
        .expect("a prefix and a number identify")
}

fn actual(seed: u64, index: usize, time: Timestamp, period: FiscalPeriod) -> Money {
    let department = &DEPARTMENTS[index];
    let approved = Money::major(department.approved, Currency::Usd);
    let (planned, cost) = project_cost(seed, index, time, period);
    let share = planned.share_of(approved).unwrap_or(0.0).min(MOST_FOR_PROJECTS);
    let running = approved
        .scaled(curve(index, period.elapsed(time)) * (department.appetite - share).max(0.0));
    Money::new(running.minor + cost.minor, Currency::Usd)
}

/// What the department's projects were to cost in the whole quarter, and have cost in it so far.
fn project_cost(
    seed: u64,
    department: usize,
    time: Timestamp,
    period: FiscalPeriod,
) -> (Money, Money) {
    let own = PROJECTS.iter().enumerate().filter(|(_, project)| project.department == department);
    own.fold(
        (Money::zero(Currency::Usd), Money::zero(Currency::Usd)),
        |(planned, cost), (index, _)| {
            let at = |time| projects::cost(seed, index, time);
            let quarter = at(period.end()).minor.saturating_sub(at(period.start()).minor).max(0);
            let so_far = at(time).minor.saturating_sub(at(period.start()).minor).max(0);
            (
                Money::new(planned.minor + quarter, Currency::Usd),
                Money::new(cost.minor + so_far, Currency::Usd),
            )
        },
    )
}

/// Share of the quarter's running cost that is spent at a share of the quarter. The first
/// department spends early, the others evenly.
fn curve(index: usize, elapsed: f64) -> f64 {
    if index == 0 { 1.0 - (1.0 - elapsed).powf(1.6) } else { elapsed }
}
