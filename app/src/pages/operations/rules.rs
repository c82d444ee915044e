//! The rules in force: which figure fires at which threshold, where it recovers, who is told.

use leptos::prelude::*;
use markup::view;
use model::{Figure, Severity, Timestamp, Topic, alert::Escalation};
use serde::Deserialize;

use super::list::{self, Head, List, State, draw};
use crate::{
    components::mark::{Mark, Shape},
    erased::Derived,
    feed::Listing,
    format,
    node::Node,
};

/// A rule, as far as this page shows it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Rule {
    id: String,
    version: u32,
    topic: Topic,
    figure: Figure,
    limit: Limit,
    levels: Vec<Level>,
    hold_minutes: Option<u32>,
}

/// Which side of a threshold is bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Limit {
    Upper,
    Lower,
}

/// A severity, and when it holds.
#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Level {
    severity: Severity,
    fire: f64,
    recover: f64,
    when: Option<Guard>,
}

/// A condition on a second figure.
#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Guard {
    figure: Figure,
    at_least: Option<f64>,
    below: Option<f64>,
}

impl Rule {
    /// Where a level fires: `at or above 75.0 %`.
    fn fires(&self, level: &Level) -> String {
        let bound = format::value(self.figure, level.fire);
        let when = level.when.as_ref().map(Guard::words).unwrap_or_default();
        match self.limit {
            Limit::Upper => format!("at or above {bound}{when}"),
            Limit::Lower => format!("below {bound}{when}"),
        }
    }

    /// Where a level recovers. One that is held ends by time alone.
    fn recovers(&self, level: &Level) -> String {
        let bound = format::value(self.figure, level.recover);
        match (self.hold_minutes, self.limit) {
            (Some(minutes), _) => {
                let held = i64::from(minutes) * Timestamp::MINUTE;
                format!("{} after it last fired", format::span(held))
            }
            (None, Limit::Upper) => format!("below {bound}"),
            (None, Limit::Lower) => format!("at or above {bound}"),
        }
    }
}

impl Guard {
    fn words(&self) -> String {
        let bound = |value: f64| format::value(self.figure, value);
        let least = self.at_least.map(|value| format!("at or above {}", bound(value)));
        let below = self.below.map(|value| format!("below {}", bound(value)));
        let both: Vec<String> = least.into_iter().chain(below).collect();
        format!(" with {} {}", self.figure.title(), both.join(" and "))
    }
}

/// Who is told when nobody acknowledges.
fn escalates(severity: Severity) -> String {
    match severity {
        Severity::Info | Severity::Warning => format::MISSING.to_owned(),
        Severity::Critical => {
            let (second, third) =
                (format::span(Escalation::WAIT), format::span(2 * Escalation::WAIT));
            format!("level 2 after {second}, level 3 after {third}")
        }
        Severity::Emergency => "level 3 at once".to_owned(),
    }
}

/// The rules in force.
#[component]
pub fn Rules() -> Node {
    let list = List::new("/api/v1/rules", State::Waiting);
    Effect::new(move |_| list.ask());
    view! {
        <section class="listing rules" aria-label="Rules in force">
            <h2>"Rules in force"</h2>
            <p class="small">"A severity comes from its threshold alone; escalation changes who is told."</p>
            {move || draw(list.state(), list, table)}
        </section>
    }
    .into_any()
}

/// Columns of the table.
const HEADS: [Head; 7] = [
    ("Figure", None),
    ("Topic", Some("wide")),
    ("Severity", None),
    ("Fires", None),
    ("Recovers", None),
    ("Escalates", None),
    ("Rule, revision", None),
];

/// The table of rules, or that there are none.
pub fn table(listing: Listing<Rule>) -> Node {
    if listing.items.is_empty() {
        return view! { <p class="none">"No rule is in force: nothing raises an alert."</p> }
            .into_any();
    }
    let groups: Vec<_> = listing.items.iter().map(group).collect();
    let body = view! { {groups} }.into_any();
    list::table("Rules", "Rules: figure, severities, thresholds, escalation", &HEADS, body)
}

/// A rule: a row for each of its levels.
fn group(rule: &Rule) -> Node {
    let rows = rule.levels.len().to_string();
    let mut name = Some(view! {
        <th scope="rowgroup" rowspan=rows.clone() title=rule.figure.formula()>{rule.figure.title()}</th>
        <td class="wide" rowspan=rows.clone()>{rule.topic.title()}</td>
    });
    let mut id = Some(view! {
        <td rowspan=rows>{format!("{}, {}", rule.id, rule.version)}</td>
    });
    let row = |level: &Level| {
        let shape = Shape::of(level.severity);
        view! {
            <tr>
                {name.take()}
                <td><Mark shape=Derived::from(shape)/> {shape.word()}</td>
                <td>{rule.fires(level)}</td>
                <td>{rule.recovers(level)}</td>
                <td>{escalates(level.severity)}</td>
                {id.take()}
            </tr>
        }
        .into_any()
    };
    let rows: Vec<_> = rule.levels.iter().map(row).collect();
    view! { <tbody>{rows}</tbody> }
}
