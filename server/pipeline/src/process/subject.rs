//! What an alert says about its entity: name, owner, and the numbers behind the figure.

use model::{PersonId, Snapshot, Topic, person::readable};

/// The entity of an alert.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Subject {
    /// Display name.
    pub name: String,
    /// Whose it is.
    pub owner: Option<PersonId>,
    /// The numbers or facts behind its figures, in a few words.
    pub detail: String,
}

impl Subject {
    /// Describes an entity by the row that the snapshot has of it.
    pub fn of(snapshot: &Snapshot, topic: Topic, entity: &str) -> Subject {
        let known = match topic {
            Topic::Budget => budget(snapshot, entity),
            Topic::Projects => project(snapshot, entity),
            Topic::Compliance => compliance(snapshot, entity),
            Topic::Transactions => transaction(snapshot, entity),
            Topic::Risk => risk(snapshot, entity),
            Topic::System => system(snapshot, entity),
            Topic::Etl => etl(snapshot, entity),
        };
        known.unwrap_or_else(|| Subject { name: readable(entity), ..Subject::default() })
    }
}

fn budget(snapshot: &Snapshot, entity: &str) -> Option<Subject> {
    let budget = &snapshot.budget.get(entity)?.budget;
    Some(Subject {
        name: budget.name.clone().unwrap_or_else(|| readable(entity)),
        owner: Some(budget.svp.clone()),
        detail: format!(
            "{} of {} spent in {}, {} committed",
            budget.actual_to_date,
            budget.approved,
            budget.fiscal_period.title(),
            budget.committed
        ),
    })
}

fn project(snapshot: &Snapshot, entity: &str) -> Option<Subject> {
    let project = &snapshot.projects.get(entity)?.project;
    Some(Subject {
        name: project.name.clone(),
        owner: Some(project.sponsor.clone()),
        detail: format!("earned {}, spent {} of {}", project.ev, project.ac, project.bac),
    })
}

fn compliance(snapshot: &Snapshot, entity: &str) -> Option<Subject> {
    let item = &snapshot.compliance.get(entity)?.item;
    let repeats = item.repeat_of.as_ref().map_or_else(String::new, |of| format!(", repeats {of}"));
    Some(Subject {
        name: item.title.clone(),
        owner: Some(item.owner.clone()),
        detail: format!("{} {}{repeats}", item.regulator, item.regulation),
    })
}

fn transaction(snapshot: &Snapshot, entity: &str) -> Option<Subject> {
    let (_, row) = snapshot.transactions.last_key_value()?;
    let reasons: Vec<&str> = row.reasons.iter().map(|reason| reason.title()).collect();
    (row.transaction.account.as_str() == entity).then(|| Subject {
        name: entity.to_owned(),
        owner: None,
        detail: format!("{}: {}", row.transaction.amount, reasons.join(", ")),
    })
}

fn risk(snapshot: &Snapshot, entity: &str) -> Option<Subject> {
    let row = snapshot.risk.get(entity)?;
    Some(Subject {
        name: row.risk.title.clone(),
        owner: row.risk.officer.clone(),
        detail: format!(
            "{} risk of {}, expected loss {}",
            row.risk.category.title(),
            row.risk.business_line,
            row.expected_loss
        ),
    })
}

fn system(snapshot: &Snapshot, entity: &str) -> Option<Subject> {
    let system = &snapshot.system.get(entity)?.system;
    let answers = if system.up { "answers" } else { "does not answer" };
    Some(Subject {
        name: readable(entity),
        owner: None,
        detail: format!("{answers}, {:.0} requests a second", system.request_rate),
    })
}

fn etl(snapshot: &Snapshot, entity: &str) -> Option<Subject> {
    let row = snapshot.etl.get(entity)?;
    let attempt = format!("attempt {} of {}", row.etl.attempt, row.etl.max_attempts);
    Some(Subject { name: entity.to_owned(), owner: None, detail: attempt })
}
