//! Inputs: the figures of the entity that an alert is about, how each came about, and where it
//! fires.

mod figures;

use crate::node::{Listed, list};
use leptos::prelude::*;
use markup::view;
use model::{Alert, Figure, Severity, Snapshot, Timestamp};

pub use self::figures::{Computed, computed};
use super::{
    Shown,
    why::{said, said_limit},
};
use crate::{erased::Derived, format, node::Node, state::Live};

/// A row of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// The figure.
    pub figure: Figure,
    /// Its value, written.
    pub value: String,
    /// The numbers behind it.
    pub formula: String,
    /// Where it fires, written; known for figures that have an open alert.
    pub fires: Option<String>,
    /// How bad it is, by that alert.
    pub severity: Option<Severity>,
}

/// The inputs of an alert, the watched figure first.
pub fn inputs(snapshot: &Snapshot, alert: &Alert, now: Timestamp) -> Vec<Input> {
    let mut figures =
        computed(snapshot, alert, now).map(|(_, figures)| figures).unwrap_or_default();
    if !figures.iter().any(|computed| computed.figure == alert.figure) {
        let formula = alert.figure.formula().to_owned();
        figures.push(Computed { figure: alert.figure, value: alert.value, formula });
    }
    figures.sort_by_key(|computed| computed.figure != alert.figure);
    let input = |computed: Computed| {
        let by = watching(snapshot, alert, computed.figure);
        Input {
            figure: computed.figure,
            value: said(computed.figure, computed.value),
            formula: computed.formula,
            fires: by.map(|alert| said_limit(computed.figure, alert.threshold)),
            severity: by.filter(|alert| alert.state.is_open()).map(|alert| alert.severity),
        }
    };
    figures.into_iter().map(input).collect()
}

/// The alert about a figure of the same entity: this one, or the worst that is open.
fn watching<'a>(snapshot: &'a Snapshot, alert: &'a Alert, figure: Figure) -> Option<&'a Alert> {
    if alert.figure == figure {
        return Some(alert);
    }
    let same = |other: &&Alert| {
        other.state.is_open() && other.figure == figure && other.entity == alert.entity
    };
    snapshot.alerts.values().filter(same).max_by_key(|other| other.severity)
}

/// The table of inputs.
#[component]
pub fn Inputs(
    /// The alert that is opened.
    alert: Shown,
) -> Node {
    let live = Live::expect();
    let minute = Derived::new(move || live.now().floor(Timestamp::MINUTE));
    let rows = Derived::new(move || {
        let now = minute.get();
        alert.with(|alert| {
            let Some(alert) = alert else { return Vec::new() };
            live.alerts(|_| ());
            live.topic(alert.topic, |snapshot| inputs(snapshot, alert, now))
        })
    });
    let listed = move |figure: Figure| Listed {
        key: figure.name().to_owned(),
        view: Box::new(move || row(figure, rows)),
    };
    let figures =
        move || rows.with(|rows| rows.iter().map(|row| listed(row.figure)).collect::<Vec<_>>());
    view! {
        <section class="part" aria-labelledby="inputs">
            <h3 id="inputs">"Inputs"</h3>
            <div class="table-frame">
                <table>
                    <caption class="unseen">"Figures that the rule reads"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Figure"</th>
                            <th scope="col" class="number">"Value"</th>
                            <th scope="col" class="formula">"Formula"</th>
                            <th scope="col" class="number">"Fires at"</th>
                        </tr>
                    </thead>
                    <tbody>
                        {list(figures)}
                    </tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

/// A row of the table: its cells change, the row stays.
fn row(figure: Figure, rows: Derived<Vec<Input>>) -> Node {
    let input = move || rows.with(|rows| rows.iter().find(|row| row.figure == figure).cloned());
    let input = Derived::new(input);
    let cell = move |read: fn(&Input) -> String| {
        move || input.with(|input| input.as_ref().map(read).unwrap_or_default())
    };
    let class = move || {
        let severity = input.with(|input| input.as_ref().and_then(|input| input.severity));
        severity.map_or_else(
            || "number".to_owned(),
            |severity| format!("number fires {}", severity.name()),
        )
    };
    let fires = |input: &Input| input.fires.clone().unwrap_or_else(|| format::MISSING.to_owned());
    let silent = move || input.with(|input| input.as_ref().is_none_or(|row| row.fires.is_none()));
    view! {
        <tr>
            <th scope="row" title=figure.formula()>{figure.title()}</th>
            <td class=class>{cell(|input| input.value.clone())}</td>
            <td class="formula">{cell(|input| input.formula.clone())}</td>
            <td class="number" class:missing=silent>{cell(fires)}</td>
        </tr>
    }
}
