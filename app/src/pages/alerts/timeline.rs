//! The timeline: what is still to come, then what happened to an alert, newest first.

use leptos::prelude::*;
use markup::view;
use model::{
    Alert, AlertState, PersonId, Snapshot, Timestamp,
    alert::{Step, StepKind},
};

use super::{Shown, inbox::next_at};
use crate::{
    components::mark::{Mark, Shape},
    erased::Derived,
    format,
    node::Node,
    pages::overview::verdict::told_next,
    state::Live,
};

/// An entry of the timeline.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Entry {
    /// Place from the first thing that happened, so that equal entries differ.
    place: usize,
    /// Mark before it.
    pub shape: Shape,
    /// What happens or happened.
    pub what: String,
    /// When.
    pub when: String,
    /// What is said about it.
    pub note: Option<String>,
    /// Whether it is still to come.
    pub to_come: bool,
}

/// The entries of an alert, the last to come first.
pub fn entries(snapshot: &Snapshot, alert: &Alert, today: Timestamp) -> Vec<Entry> {
    let past = alert.history.iter().map(|step| happened(snapshot, step, today));
    let mut entries: Vec<Entry> = to_come(snapshot, alert).into_iter().chain(past).collect();
    let length = entries.len();
    for (index, entry) in entries.iter_mut().enumerate() {
        entry.place = length - index;
    }
    entries
}

fn entry(shape: Shape, what: impl Into<String>, when: String, note: Option<String>) -> Entry {
    Entry { place: 0, shape, what: what.into(), when, note, to_come: false }
}

/// What comes if nobody acts.
fn to_come(snapshot: &Snapshot, alert: &Alert) -> Vec<Entry> {
    if alert.state != AlertState::Firing {
        return Vec::new();
    }
    let escalates = next_at(alert).map(|at| {
        let what = format!("Escalates to {}", told_next(snapshot, alert));
        let note = "If nobody acknowledges".to_owned();
        entry(Shape::Emergency, what, format::clock(at), Some(note))
    });
    let waits = entry(Shape::Info, "Waiting for acknowledgement", "now".to_owned(), None);
    let later = escalates.into_iter().chain([waits]);
    later.map(|entry| Entry { to_come: true, ..entry }).collect()
}

fn happened(snapshot: &Snapshot, step: &Step, today: Timestamp) -> Entry {
    let severity = Shape::of(step.severity);
    let level = step.severity.name();
    let by = |verb: &str| match &step.actor {
        Some(actor) => format!("{verb}, {actor}"),
        None => verb.to_owned(),
    };
    let when = format::moment_seconds(step.at, today);
    let note = step.note.clone();
    match step.what {
        StepKind::Fired => entry(severity, format!("Fired as {level}"), when, note),
        StepKind::Raised => entry(severity, format!("Raised to {level}"), when, note),
        StepKind::Lowered => entry(severity, format!("Lowered to {level}"), when, note),
        StepKind::Acknowledged => entry(Shape::Resolved, by("Acknowledged"), when, note),
        StepKind::Unacknowledged => entry(Shape::Info, by("Given back"), when, note),
        StepKind::Escalated => {
            let (what, note) = told(snapshot, note.as_deref());
            entry(Shape::Emergency, what, when, note)
        }
        StepKind::Resolved => entry(Shape::Resolved, "Resolved", when, note),
    }
}

/// An escalation's note, `level 2 to rafael-quiroga`, with the name of the person.
fn told(snapshot: &Snapshot, note: Option<&str>) -> (String, Option<String>) {
    let plain = || ("Escalated".to_owned(), note.map(str::to_owned));
    let Some((level, id)) = note.and_then(|note| note.rsplit_once(" to ")) else {
        return plain();
    };
    match PersonId::new(id) {
        Ok(_) if id == "nobody" => (format!("Escalated to {level}"), None),
        Ok(id) => {
            let person = snapshot.people.get(&id);
            let name = snapshot.person_name(&id);
            let told = person.map(|person| format!("Told {}, {}", person.name, person.title));
            let told = told.unwrap_or_else(|| format!("Told {name}"));
            (format!("Escalated to {}", level.trim_end_matches(',')), Some(told))
        }
        Err(_) => plain(),
    }
}

/// The timeline of the alert that is opened.
#[component]
pub fn Timeline(
    /// The alert that is opened.
    alert: Shown,
    /// The day that ages refer to.
    today: Derived<Timestamp>,
) -> Node {
    let live = Live::expect();
    let rows = Derived::new(move || {
        let today = today.get();
        alert.with(|alert| {
            let of = |alert: &Alert| live.alerts(|snapshot| entries(snapshot, alert, today));
            alert.as_ref().map(of).unwrap_or_default()
        })
    });
    let row = |entry: Entry| {
        let Entry { shape, what, when, note, to_come, .. } = entry;
        view! {
            <li class:to-come=to_come>
                <Mark shape/>
                <p class="what">{what}</p>
                <time>{when}</time>
                {note.map(|note| view! { <p class="note">{note}</p> })}
            </li>
        }
    };
    view! {
        <section class="timeline" aria-labelledby="timeline">
            <h3 id="timeline">"Timeline"</h3>
            <ol>
                {move || rows.get().into_iter().map(row).collect::<Vec<_>>()}
            </ol>
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn an_escalation_names_who_was_told() {
        let snapshot = fixture::initial().hello.snapshot;
        let check = |note: Option<&str>, what: &str, said: Option<&str>| {
            assert_eq!(told(&snapshot, note), (what.to_owned(), said.map(str::to_owned)));
        };
        check(Some("level 2 to cfo"), "Escalated to level 2", Some("Told Daniel Okafor, CFO"));
        check(
            Some("level 3, emergency, to jane-doe"),
            "Escalated to level 3, emergency",
            Some("Told Jane Doe"),
        );
        check(Some("level 2 to nobody"), "Escalated to level 2", None);
        check(None, "Escalated", None);
    }
}
