//! Figures of the last hour for charts: of each entity at the detail at which it reports, at most
//! once a second, and of the whole book every few seconds of its clock. Bounded in every part.

use std::collections::{BTreeMap, VecDeque};

use model::{
    Figure, Snapshot, Timestamp, Topic,
    trend::Point,
    view::{budget, compliance, etl, project, risk, system, transaction},
};
use serde::{Deserialize, Serialize};

use crate::process::Readings;

/// Milliseconds that a series reaches back.
const SPAN: i64 = Timestamp::HOUR;

/// Least milliseconds between two samples of an entity.
const SAMPLE: i64 = Timestamp::SECOND;

/// Least milliseconds between two samples of the whole book.
const BOOK_SAMPLE: i64 = 5 * Timestamp::SECOND;

/// Samples that a topic keeps, shared out among its entities.
const TOPIC_SAMPLES: usize = 20_000;

/// Bounds of an entity's share.
const LEAST: usize = 60;
const MOST: usize = 1_800;

/// Values of one entity at one moment, in the order of its figures; not a number where undefined.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Sample {
    at: Timestamp,
    values: Vec<f64>,
}

/// Samples of one entity, in time order.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Track {
    figures: Vec<Figure>,
    samples: VecDeque<Sample>,
}

impl Track {
    fn put(&mut self, at: Timestamp, step: i64, most: usize, values: impl Iterator<Item = f64>) {
        match self.samples.back_mut() {
            Some(last) if at < last.at => return,
            Some(last) if at.floor(step) == last.at.floor(step) => {
                last.at = at;
                last.values.clear();
                last.values.extend(values);
            }
            _ => self.samples.push_back(Sample { at, values: values.collect() }),
        }
        let old = |sample: &Sample| at.since(sample.at) > SPAN;
        while self.samples.len() > most || self.samples.front().is_some_and(old) {
            self.samples.pop_front();
        }
    }

    fn points(&self, figure: Figure) -> Vec<Point> {
        let Some(index) = self.figures.iter().position(|known| *known == figure) else {
            return Vec::new();
        };
        let point = |sample: &Sample| {
            let value = sample.values.get(index).copied().filter(|value| value.is_finite())?;
            Some(Point { at: sample.at, value })
        };
        self.samples.iter().filter_map(point).collect()
    }
}

/// The series of a book.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Series {
    entities: [BTreeMap<String, Track>; 7],
    book: Track,
}

impl Series {
    /// Records the figures of an entity. Items, accounts and risk events have no series: they
    /// report a few times in their life.
    pub fn record(&mut self, topic: Topic, entity: &str, at: Timestamp, readings: &Readings) {
        if matches!(topic, Topic::Compliance | Topic::Transactions | Topic::Risk) {
            return;
        }
        let tracks = &mut self.entities[topic.index()];
        if !tracks.contains_key(entity) {
            let figures = readings.iter().map(|(figure, _)| *figure).collect();
            tracks.insert(entity.to_owned(), Track { figures, samples: VecDeque::new() });
        }
        let most = (TOPIC_SAMPLES / tracks.len().max(1)).clamp(LEAST, MOST);
        if let Some(track) = tracks.get_mut(entity) {
            let values = readings.iter().map(|(_, reading)| reading.value().unwrap_or(f64::NAN));
            track.put(at, SAMPLE, most, values);
        }
    }

    /// Forgets an entity.
    pub fn forget(&mut self, topic: Topic, entity: &str) {
        self.entities[topic.index()].remove(entity);
    }

    /// Records the figures of the whole book.
    pub fn tick(&mut self, snapshot: &Snapshot) {
        let now = snapshot.now;
        let last = self.book.samples.back().map(|sample| sample.at);
        if last.is_some_and(|last| now.since(last) < BOOK_SAMPLE) {
            return;
        }
        let figures = book(snapshot);
        self.book.figures = figures.iter().map(|(figure, _)| *figure).collect();
        let values = figures.iter().map(|(_, value)| value.unwrap_or(f64::NAN));
        self.book.put(now, BOOK_SAMPLE, MOST, values);
    }

    /// The points of a figure, oldest first; of the whole book where the entity is empty.
    pub fn points(&self, figure: Figure, entity: &str) -> Vec<Point> {
        let track = match entity {
            "" => Some(&self.book),
            entity => self.entities[figure.topic().index()].get(entity),
        };
        track.map_or_else(Vec::new, |track| track.points(figure))
    }
}

/// The figures of the whole book that have a series, always all of them, in one order.
#[expect(clippy::cast_precision_loss, reason = "points on a chart")]
fn book(snapshot: &Snapshot) -> Vec<(Figure, Option<f64>)> {
    let budget = budget::summary(snapshot.budget.values());
    let projects = project::summary(snapshot.projects.values());
    let compliance = compliance::summary(snapshot.compliance.values(), snapshot.now);
    let transactions = transaction::summary(snapshot.minutes.iter(), &snapshot.rates, snapshot.now);
    let risk = risk::summary(snapshot.risk.values(), snapshot.now);
    let system = system::summary(snapshot.system.values());
    let etl = etl::summary(snapshot.etl.values(), snapshot.now);
    let moved = !snapshot.minutes.is_empty();
    let minutes = |age: i64| age as f64 / Timestamp::MINUTE as f64;
    let budget = budget.as_ref();
    vec![
        (Figure::Utilization, budget.and_then(|budget| budget.utilization)),
        (Figure::CommittedUtilization, budget.and_then(|budget| budget.committed_utilization)),
        (Figure::Pace, budget.and_then(|budget| budget.pace)),
        (Figure::Cpi, projects.cpi),
        (Figure::Spi, projects.spi),
        (Figure::AtRisk, (projects.projects > 0).then_some(projects.at_risk as f64)),
        (Figure::Overdue, (!snapshot.compliance.is_empty()).then_some(compliance.overdue as f64)),
        (Figure::ControlPassRate, compliance.pass_rate),
        (Figure::TransactionRate, moved.then_some(transactions.rate)),
        (
            Figure::TransactionValue,
            transactions.value.filter(|_| moved).map(|value| value.approximate_major()),
        ),
        (Figure::ApprovalRate, transactions.hour.approval_rate()),
        (Figure::ExpectedLoss, risk.expected_loss.map(|loss| loss.approximate_major())),
        (Figure::ResidualRisk, risk.residual.map(|loss| loss.approximate_major())),
        (Figure::ErrorRatio, system.error_ratio),
        (Figure::LatencyP99, system.worst.map(|(_, p99)| p99)),
        (Figure::Availability, system.availability),
        (Figure::FreshnessMinutes, etl.oldest.map(|(_, age)| minutes(age))),
        (Figure::SuccessRate, etl.success_rate),
    ]
}
