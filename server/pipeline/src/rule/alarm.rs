//! The alerts of a book: fired, raised, lowered, acknowledged, escalated, resolved, forgotten.
//!
//! An alert's identity is its book, the place in the log of the entry that fired it, and its
//! number within that entry. The alerts themselves live in the snapshot; here is only what finds
//! them again.

use std::collections::{BTreeSet, HashMap, VecDeque};

use model::{
    Alert, AlertId, AlertState, Change, Event, Origin, Position, Snapshot, Timestamp, Topic,
    alert::StepKind,
};

use super::{
    Rule, Rules, escalation,
    life::{hold, step},
    text,
};
use crate::process::{self, Output, Reading, Readings, Subject};

/// Most steps that an alert remembers.
pub(super) const HISTORY: usize = 50;

/// Most events that an alert names.
pub(super) const EVENTS: usize = 10;

/// Most alerts of one rule that are open; the oldest is resolved first.
const OPEN: usize = 500;

/// Most resolved alerts that are kept, and how long.
const RESOLVED: usize = 100;
const RESOLVED_FOR: i64 = 6 * Timestamp::HOUR;

/// While an alert's level stays, its value and events follow at most this often.
const REFRESH: i64 = Timestamp::SECOND;

/// A resolved alert: the entry that resolved it, the place where it fired, and its identity. An
/// order that a checkpoint restores.
type Ended = (u64, (u64, u32), AlertId);

/// Open alerts of one rule.
#[derive(Debug, Clone, Default)]
struct Open {
    by_entity: HashMap<String, AlertId>,
    oldest: VecDeque<AlertId>,
}

/// What finds the alerts of a snapshot.
#[derive(Debug, Clone)]
pub(crate) struct Alarms {
    open: Vec<Open>,
    resolved: BTreeSet<Ended>,
    fired: u32,
}

/// What happened, in whose light alerts are judged.
pub(crate) struct Occasion<'a> {
    /// When, in the clock of the book.
    pub at: Timestamp,
    /// The event; none on a tick.
    pub source: Option<Source<'a>>,
}

/// An event of the log, and its places.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    /// The event.
    pub event: &'a Event,
    /// Its place in Kafka.
    pub position: Option<Position>,
    /// Its place in the log.
    pub sequence: u64,
}

impl Source<'_> {
    /// The event as figures and alerts name it.
    pub fn origin(&self) -> Origin {
        let (event, time) = (self.event.envelope.id.clone(), self.event.envelope.time);
        Origin { event, time, sequence: self.sequence, position: self.position }
    }
}

/// What is to be done about one rule and one entity.
#[derive(Debug, Clone)]
pub(crate) struct Verdict {
    rule: usize,
    entity: String,
    pub(super) value: Option<f64>,
    level: Option<usize>,
}

impl Alarms {
    /// Finds the alerts of a snapshot.
    pub fn of(snapshot: &Snapshot, rules: &Rules) -> Self {
        let mut alarms = Self {
            open: vec![Open::default(); rules.rules.len()],
            resolved: BTreeSet::new(),
            fired: 0,
        };
        let mut alerts: Vec<&Alert> = snapshot.alerts.values().collect();
        alerts.sort_by_key(|alert| place(&alert.id));
        for alert in alerts.iter().filter(|alert| alert.state.is_open()) {
            if let Some(rule) = rules.named(&alert.rule) {
                alarms.open[rule].by_entity.insert(alert.entity.clone(), alert.id.clone());
                alarms.open[rule].oldest.push_back(alert.id.clone());
            }
        }
        alerts.retain(|alert| !alert.state.is_open());
        alarms.resolved = alerts.into_iter().map(ended).collect();
        alarms
    }

    /// Begins an entry of the log.
    pub fn begin(&mut self) {
        self.fired = 0;
    }

    /// Judges the readings of an entity by the rules, and lists what is to be done. On a tick only
    /// figures that move with the clock are judged.
    pub fn judge(
        &self,
        rules: &Rules,
        snapshot: &Snapshot,
        entity: &str,
        readings: &Readings,
        occasion: &Occasion<'_>,
        verdicts: &mut Vec<Verdict>,
    ) {
        let tick = occasion.source.is_none();
        for &(figure, reading) in readings {
            if tick && !process::moves_by_itself(figure) {
                continue;
            }
            for (index, rule) in rules.watching(figure) {
                let alert = self.alert(snapshot, index, entity);
                let held = alert.map(|alert| held_level(rule, alert));
                let level = rule.judge(reading, held, readings);
                let again = level.is_some()
                    && alert.is_some_and(|alert| is_due_again(alert, rule, reading, occasion));
                if level != held || again {
                    let (entity, value) = (entity.to_owned(), reading.value());
                    verdicts.push(Verdict { rule: index, entity, value, level });
                }
            }
        }
    }

    /// Does what a verdict says.
    pub fn carry_out(
        &mut self,
        rules: &Rules,
        verdict: &Verdict,
        occasion: &Occasion<'_>,
        out: &mut Output<'_>,
    ) {
        let Some(rule) = rules.rules.get(verdict.rule) else { return };
        let alert = self.alert(out.snapshot, verdict.rule, &verdict.entity).cloned();
        match (alert, verdict.level) {
            (None, Some(level)) => self.fire(rule, verdict, level, occasion, out),
            (Some(alert), Some(level)) => hold(alert, rule, verdict, level, occasion, out),
            (Some(alert), None) => {
                let note = verdict.value.map(|value| {
                    text::fill("{value}", rule, &rule.levels[0], value, &Subject::default())
                });
                let value = verdict.value.unwrap_or(alert.value);
                self.resolve(rules, Alert { value, ..alert }, occasion.at, note, out);
            }
            (None, None) => {}
        }
    }

    fn alert<'s>(&self, snapshot: &'s Snapshot, rule: usize, entity: &str) -> Option<&'s Alert> {
        snapshot.alerts.get(self.open.get(rule)?.by_entity.get(entity)?)
    }

    fn fire(
        &mut self,
        rule: &Rule,
        verdict: &Verdict,
        index: usize,
        occasion: &Occasion<'_>,
        out: &mut Output<'_>,
    ) {
        let (Some(level), Some(value)) = (rule.levels.get(index), verdict.value) else { return };
        let at = occasion.at;
        let subject = Subject::of(out.snapshot, rule.topic, &verdict.entity);
        self.fired += 1;
        let mut alert = Alert {
            id: identity(out.snapshot, self.fired),
            book: out.snapshot.book.clone(),
            topic: rule.topic,
            rule: rule.id.clone(),
            rule_version: rule.version,
            entity: verdict.entity.clone(),
            entity_name: subject.name.clone(),
            severity: level.severity,
            state: AlertState::Firing,
            title: text::fill(&rule.title, rule, level, value, &subject),
            summary: text::fill(&rule.summary, rule, level, value, &subject),
            figure: rule.figure,
            value,
            threshold: level.fire,
            recovers: level.recover,
            fired_at: at,
            changed_at: at,
            owner: subject.owner,
            acknowledged_by: None,
            escalation: None,
            events: occasion.source.iter().map(Source::origin).collect(),
            history: Vec::new(),
            sequence: out.snapshot.sequence,
        };
        let note = Some(alert.summary.clone());
        step(&mut alert, at, StepKind::Fired, None, note);
        escalation::start(&mut alert, &out.snapshot.people, at);
        let open = &mut self.open[verdict.rule];
        open.by_entity.insert(verdict.entity.clone(), alert.id.clone());
        open.oldest.push_back(alert.id.clone());
        out.emit(Change::Alert(Box::new(alert)));
    }

    /// Resolves the oldest alerts of rules that have too many open.
    pub fn bound(&mut self, rules: &Rules, at: Timestamp, out: &mut Output<'_>) {
        for index in 0..self.open.len() {
            while self.open[index].by_entity.len() > OPEN {
                let Some(id) = self.open[index].oldest.pop_front() else { break };
                let open = out.snapshot.alerts.get(&id).filter(|alert| alert.state.is_open());
                if let Some(alert) = open.cloned() {
                    let note = format!("more than {OPEN} alerts of this rule are open");
                    self.resolve(rules, alert, at, Some(note), out);
                }
            }
        }
    }

    /// Resolves the alerts of an entity that is no longer kept.
    pub fn forget(
        &mut self,
        rules: &Rules,
        topic: Topic,
        entity: &str,
        at: Timestamp,
        out: &mut Output<'_>,
    ) {
        for (index, rule) in rules.rules.iter().enumerate().filter(|(_, rule)| rule.topic == topic)
        {
            if let Some(alert) = self.alert(out.snapshot, index, entity).cloned() {
                let note = format!("this {} is no longer kept", rule.topic.entity());
                self.resolve(rules, alert, at, Some(note), out);
            }
        }
    }

    fn resolve(
        &mut self,
        rules: &Rules,
        mut alert: Alert,
        at: Timestamp,
        note: Option<String>,
        out: &mut Output<'_>,
    ) {
        if let Some(rule) = rules.named(&alert.rule) {
            let open = &mut self.open[rule];
            open.by_entity.remove(&alert.entity);
            if open.oldest.len() > 2 * OPEN {
                let snapshot = &out.snapshot;
                open.oldest.retain(|id| {
                    *id != alert.id
                        && snapshot.alerts.get(id).is_some_and(|alert| alert.state.is_open())
                });
            }
        }
        alert.state = AlertState::Resolved;
        (alert.changed_at, alert.sequence) = (at, out.snapshot.sequence);
        escalation::stop(&mut alert);
        step(&mut alert, at, StepKind::Resolved, None, note);
        self.resolved.insert(ended(&alert));
        out.emit(Change::Alert(Box::new(alert)));
        while self.resolved.len() > RESOLVED {
            self.drop_oldest(out);
        }
    }

    fn drop_oldest(&mut self, out: &mut Output<'_>) {
        if let Some((.., id)) = self.resolved.pop_first() {
            out.emit(Change::AlertRemoved(id));
        }
    }

    /// What time alone does: ends alerts that were only held, escalates, forgets.
    pub fn tick(&mut self, rules: &Rules, out: &mut Output<'_>) {
        let now = out.snapshot.now;
        let open = out.snapshot.alerts.values().filter(|alert| alert.state.is_open());
        let due: Vec<(Alert, bool)> = open
            .filter_map(|alert| {
                let over = is_over(rules, alert, now);
                (over || escalation::is_due(alert, now)).then(|| (alert.clone(), over))
            })
            .collect();
        for (mut alert, over) in due {
            if over {
                self.resolve(rules, alert, now, Some("no new event reached it".into()), out);
                continue;
            }
            while escalation::is_due(&alert, now) {
                escalation::climb(&mut alert, &out.snapshot.people, now);
            }
            alert.sequence = out.snapshot.sequence;
            out.emit(Change::Alert(Box::new(alert)));
        }
        let old = |id: &AlertId, snapshot: &Snapshot| {
            let alert = snapshot.alerts.get(id);
            alert.is_none_or(|alert| now.since(alert.changed_at) > RESOLVED_FOR)
        };
        while self.resolved.first().is_some_and(|(.., id)| old(id, out.snapshot)) {
            self.drop_oldest(out);
        }
    }
}

/// Whether nothing has reached a held alert for as long as its rule says; or whether its rule is
/// no longer in force.
fn is_over(rules: &Rules, alert: &Alert, now: Timestamp) -> bool {
    let Some(rule) = rules.named(&alert.rule).and_then(|index| rules.rules.get(index)) else {
        return true;
    };
    let last = alert.events.first().map_or(alert.fired_at, |event| event.time);
    rule.hold_minutes
        .is_some_and(|minutes| now.since(last) >= i64::from(minutes) * Timestamp::MINUTE)
}

/// The level that an open alert is at, by severity and threshold; where the rule has changed, the
/// highest of its severity or below.
#[expect(clippy::float_cmp, reason = "the threshold was copied from the level")]
fn held_level(rule: &Rule, alert: &Alert) -> usize {
    let same =
        |level: &super::Level| level.severity == alert.severity && level.fire == alert.threshold;
    rule.levels
        .iter()
        .position(same)
        .or_else(|| rule.levels.iter().rposition(|level| level.severity <= alert.severity))
        .unwrap_or(0)
}

/// Whether an open alert whose level stays takes a new value: on an event that reaches it, at most
/// once a second; on a tick, when a whole unit has passed.
fn is_due_again(alert: &Alert, rule: &Rule, reading: Reading, occasion: &Occasion<'_>) -> bool {
    let Some(value) = reading.value() else { return false };
    match occasion.source {
        None => value.floor() != alert.value.floor(),
        Some(source) => {
            let reached = rule.hold_minutes.is_none()
                || rule.levels.first().is_some_and(|level| rule.reaches(value, level.fire));
            let last = alert.events.first().map(|event| event.time);
            reached && last.is_none_or(|last| source.event.envelope.time.since(last) >= REFRESH)
        }
    }
}

/// Identity of the alert that is fired as the `number`th of an entry.
fn identity(snapshot: &Snapshot, number: u32) -> AlertId {
    let book = snapshot.book.to_string().replace(':', "-");
    AlertId::new(format!("{book}-{}-{number}", snapshot.sequence))
        .expect("a book's name and two numbers are short and printable")
}

fn ended(alert: &Alert) -> Ended {
    (alert.sequence, place(&alert.id), alert.id.clone())
}

/// Place in the log and number of an alert, from its identity.
fn place(id: &AlertId) -> (u64, u32) {
    let mut parts = id.as_str().rsplit('-');
    let number = parts.next().and_then(|part| part.parse().ok()).unwrap_or_default();
    let sequence = parts.next().and_then(|part| part.parse().ok()).unwrap_or_default();
    (sequence, number)
}
