//! Ordinary life: a bank in which no figure comes near a threshold, and how it goes on.

mod quiet;

use model::{
    Payload, Ratio, Timestamp, Topic,
    event::{Budget, Compliance, Project, Risk, compliance::ItemStatus},
};

use super::{account::Account, dice::Dice, stage::Stage};
use crate::simulate::cast::{DEPARTMENTS, JOBS, PROJECTS, SERVICES};

/// Compliance items.
const ITEMS: i64 = 12;

/// Entities of one topic in any order; a crisis holds the first of them for itself.
#[derive(Debug)]
pub struct Troupe<T> {
    members: Vec<T>,
    held: usize,
}

impl<T> Troupe<T> {
    fn new(mut members: Vec<T>, dice: &mut Dice) -> Self {
        dice.shuffle(&mut members);
        Self { members, held: 0 }
    }

    /// Takes the first members out of ordinary life.
    pub fn hold(&mut self, count: usize) -> &mut [T] {
        self.held = count.min(self.members.len());
        &mut self.members[..self.held]
    }

    /// One of those who are left, in turn.
    fn free(&self, turn: usize) -> Option<&T> {
        let free = &self.members[self.held..];
        free.get(turn.checked_rem(free.len())?)
    }
}

/// The bank on a quiet day.
#[derive(Debug)]
pub struct Calm {
    /// Budgets of the departments.
    pub budgets: Troupe<Budget>,
    /// Projects.
    pub projects: Troupe<Project>,
    /// Compliance items.
    pub items: Troupe<Compliance>,
    /// Risk events: one of each category, and one more.
    pub risks: Troupe<Risk>,
    /// Accounts.
    pub accounts: Troupe<Account>,
}

impl Calm {
    /// The bank at a moment.
    pub fn new(dice: &mut Dice, now: Timestamp, accounts: i64) -> Self {
        let budgets = DEPARTMENTS.iter().map(|of| quiet::budget(dice, of, now)).collect();
        let projects = PROJECTS.iter().map(|of| quiet::project(dice, of, now)).collect();
        let items = (0..ITEMS).map(|number| quiet::item(dice, number, now)).collect();
        let risks = (0..quiet::RISKS.len()).map(|place| quiet::risk(dice, place, now)).collect();
        let accounts = (0..accounts).map(|number| Account::new(dice, number)).collect();
        Self {
            budgets: Troupe::new(budgets, dice),
            projects: Troupe::new(projects, dice),
            items: Troupe::new(items, dice),
            risks: Troupe::new(risks, dice),
            accounts: Troupe::new(accounts, dice),
        }
    }

    /// Reports every entity within the first second.
    pub fn open(&self, stage: &mut Stage) {
        let state = self.state(&mut stage.dice, stage.start);
        let count = i64::try_from(state.len()).unwrap_or(i64::MAX);
        for (place, data) in (0_i64..).zip(state) {
            stage.calm(place * Timestamp::SECOND / count, data);
        }
    }

    fn state(&self, dice: &mut Dice, now: Timestamp) -> Vec<Payload> {
        let mut state = Vec::new();
        state.extend(self.budgets.members.iter().cloned().map(Payload::Budget));
        state.extend(self.projects.members.iter().cloned().map(Payload::Project));
        state.extend(self.items.members.iter().cloned().map(Payload::Compliance));
        state.extend(self.risks.members.iter().cloned().map(Payload::Risk));
        for topic in [Topic::System, Topic::Etl] {
            let count = if topic == Topic::System { SERVICES.len() } else { JOBS.len() };
            state.extend((0..count).filter_map(|turn| self.report(topic, turn, dice, now)));
        }
        let few = (0..6).filter_map(|turn| self.report(Topic::Transactions, turn, dice, now));
        state.extend(few);
        state
    }

    /// The next report of a topic, by an entity that no crisis holds: entities take turns.
    pub fn report(
        &self,
        topic: Topic,
        turn: usize,
        dice: &mut Dice,
        now: Timestamp,
    ) -> Option<Payload> {
        Some(match topic {
            Topic::Budget => Payload::Budget(spent(self.budgets.free(turn)?, dice)),
            Topic::Projects => Payload::Project(advanced(self.projects.free(turn)?, dice)),
            Topic::Compliance => Payload::Compliance(handled(self.items.free(turn)?, dice)),
            Topic::Transactions => Payload::Transaction(self.accounts.free(turn)?.ordinary(dice)),
            Topic::Risk => Payload::Risk(mitigated(self.risks.free(turn)?, dice)),
            Topic::System => Payload::System(quiet::service(dice, turn)),
            Topic::Etl => Payload::Etl(quiet::run(dice, turn, now)),
        })
    }
}

/// A purchase order becomes an invoice: up to a thousandth of the budget.
fn spent(budget: &Budget, dice: &mut Dice) -> Budget {
    let invoice = budget.approved.scaled(dice.between(0.0, 0.001));
    let add = |a: i64| a.saturating_add(invoice.minor);
    let mut budget = budget.clone();
    budget.actual_to_date.minor = add(budget.actual_to_date.minor);
    budget.committed.minor = budget.committed.minor.saturating_sub(invoice.minor).max(0);
    budget
}

/// Work that goes on as it did: up to half a per cent more of everything.
fn advanced(project: &Project, dice: &mut Dice) -> Project {
    let factor = dice.between(1.0, 1.005);
    Project {
        pv: project.pv.scaled(factor),
        ev: project.ev.scaled(factor),
        ac: project.ac.scaled(factor),
        percent_complete: Ratio::clamped(project.percent_complete.get() * factor),
        ..project.clone()
    }
}

/// An open item that is worked on or checked.
fn handled(item: &Compliance, dice: &mut Dice) -> Compliance {
    let stages = [ItemStatus::Open, ItemStatus::InProgress, ItemStatus::UnderReview];
    let status = if item.status.is_open() { *dice.pick(&stages) } else { item.status };
    Compliance { status, ..item.clone() }
}

/// A risk event with controls that work a little better.
fn mitigated(risk: &Risk, dice: &mut Dice) -> Risk {
    let better = risk.control_effectiveness.get() + dice.between(0.0, 0.02);
    Risk { control_effectiveness: Ratio::clamped(better), ..risk.clone() }
}
