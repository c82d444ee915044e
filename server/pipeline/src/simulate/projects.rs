//! Projects: earned value along an S-curve. A project that ends begins its next phase.

use model::{
    Currency, Money, Timestamp,
    event::{
        Project,
        budget::DepartmentId,
        project::{Milestone, ProjectId, ProjectStatus, Rag},
    },
};

use super::{
    cast::{DEPARTMENTS, PROJECTS, Undertaking, person_id, share},
    chance::{draw, noise},
};

const MILESTONES: [&str; 4] = ["Design agreed", "Built", "Tested with customers", "Rolled out"];

/// One phase of a project: its number, when it began, how long it takes, and how far it is.
struct Phase {
    number: i64,
    start: Timestamp,
    length: i64,
    along: f64,
}

#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "days")]
fn phase(seed: u64, index: usize, time: Timestamp) -> Phase {
    let name = 100 + index as u64;
    let length = Timestamp::DAY * (420 + (draw(seed, (name, 0)) * 280.0) as i64);
    let shift = (draw(seed, (name, 1)) * length as f64) as i64;
    let number = (time.millis() - shift).div_euclid(length);
    let start = Timestamp::from_millis(number * length + shift);
    Phase { number, start, length, along: time.since(start) as f64 / length as f64 }
}

/// Share of the work that is planned to be done at a share of the time.
fn s_curve(along: f64) -> f64 {
    along * along * (3.0 - 2.0 * along)
}

fn cpi(seed: u64, index: usize, time: Timestamp) -> f64 {
    let drift = noise(seed, 120 + index as u64, time.millis(), 45 * Timestamp::DAY);
    PROJECTS[index].cpi + 0.008 * drift
}

/// Share of the work that is done.
fn done(index: usize, along: f64) -> f64 {
    (s_curve(along) * PROJECTS[index].spi).min(1.0)
}

/// What a project has cost over all its phases up to a moment, without the noise of reports: what
/// its department's budget sees. Never falls; only differences mean something.
pub fn cost(seed: u64, index: usize, time: Timestamp) -> Money {
    let phase = phase(seed, index, time);
    let project = &PROJECTS[index];
    let up_to = |along| bac(project).scaled(done(index, along) / project.cpi).minor;
    let earlier = up_to(1.0).saturating_mul(phase.number);
    Money::new(earlier.saturating_add(up_to(phase.along)), Currency::Usd)
}

fn bac(project: &Undertaking) -> Money {
    Money::major(project.bac, Currency::Usd)
}

/// What a slot reports: projects in turn.
pub fn report(seed: u64, turn: u64, time: Timestamp) -> Project {
    let index = usize::try_from(turn % PROJECTS.len() as u64).unwrap_or(0);
    let project = &PROJECTS[index];
    let phase = phase(seed, index, time);
    let budget = bac(project);
    let planned = s_curve(phase.along);
    let done = done(index, phase.along);
    // Accruals are estimates: each report is off by a little.
    let estimate = 1.0 + 0.004 * (2.0 * draw(seed, (140 + index as u64, turn)) - 1.0);
    let baseline = phase.start.plus(phase.length);
    let slip = if phase.along > 0.15 { project.slip_days } else { 0 };
    let forecast = baseline.plus(slip * Timestamp::DAY);
    Project {
        project: ProjectId::new(project.id).expect("the cast has identities"),
        name: project.name.to_owned(),
        portfolio: project.portfolio.to_owned(),
        sponsor: person_id(DEPARTMENTS[project.department].svp),
        department: DepartmentId::new(DEPARTMENTS[project.department].id)
            .expect("the cast has identities"),
        status: ProjectStatus::Active,
        bac: budget,
        pv: budget.scaled(planned),
        ev: budget.scaled(done),
        ac: budget.scaled(done / cpi(seed, index, time) * estimate),
        percent_complete: share(done),
        baseline_finish: baseline,
        forecast_finish: forecast,
        milestones: milestones(&phase, slip),
        reported_rag: if project.cpi < 0.9 { Rag::Amber } else { Rag::Green },
        risk_score: risk_score(project),
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "days")]
fn milestones(phase: &Phase, slip: i64) -> Vec<Milestone> {
    let milestone = |(index, name): (usize, &&str)| {
        let at = (index + 1) as f64 / MILESTONES.len() as f64;
        let baseline = phase.start.plus((phase.length as f64 * at) as i64);
        let late = slip * Timestamp::DAY * (index as i64 + 1) / MILESTONES.len() as i64;
        Milestone {
            name: (*name).to_owned(),
            baseline,
            forecast: baseline.plus(late),
            done: phase.along >= at + 0.02,
        }
    };
    MILESTONES.iter().enumerate().map(milestone).collect()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 100")]
fn risk_score(project: &Undertaking) -> u8 {
    let worry = (1.05 - project.cpi) * 250.0 + (1.05 - project.spi) * 150.0;
    worry.clamp(5.0, 100.0) as u8
}
