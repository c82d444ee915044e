//! What a domain's page shows, as plain data, and the parts that every domain makes alike.

use model::{
    Alert, Figure, Map, Severity, Snapshot, Timestamp, Topic,
    figure::Unit,
    order,
    trend::{Point, SPAN, STEP, Trend},
};

use crate::{
    charts::{
        frame::Panel,
        line::{Alarm, LineChart, Series},
        path::Curve,
        tone::{MOST, Tone, tones},
    },
    components::{figure::Number, grid::Grid},
    pages::domain::{History, Observation},
};

/// One of the figures below the title.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyFigure {
    /// Its name.
    pub label: &'static str,
    /// The figure.
    pub number: Number,
    /// Mark before its context.
    pub severity: Option<Severity>,
    /// What it is measured against, in a few words.
    pub context: String,
}

impl KeyFigure {
    /// A figure at rest.
    pub fn new(label: &'static str, number: Number, context: impl Into<String>) -> Self {
        Self { label, number, severity: None, context: context.into() }
    }

    /// With a mark, where somebody must look.
    pub fn marked(self, severity: Option<Severity>) -> Self {
        Self { severity, ..self }
    }
}

/// A page.
#[derive(Debug, Clone, PartialEq)]
pub struct Content {
    /// What the page covers, behind the title.
    pub detail: String,
    /// Key figures.
    pub figures: Vec<KeyFigure>,
    /// Charts over the whole width.
    pub main: Vec<Panel>,
    /// Charts beside each other.
    pub side: Vec<Panel>,
    /// Every entity.
    pub grid: Grid,
    /// Why there is no entity, where there is none.
    pub empty: String,
}

/// Why a chart is empty.
pub fn quiet(topic: Topic) -> String {
    format!("No {} event within the last hour.", topic.name())
}

/// Open alerts of a topic by entity: the worst severity and how many.
pub fn attention(snapshot: &Snapshot, topic: Topic) -> Map<&str, (Severity, usize)> {
    let mut by_entity = Map::default();
    for alert in open(snapshot, topic) {
        let (worst, count) = by_entity.or_insert(alert.entity.as_str(), (alert.severity, 0));
        *worst = (*worst).max(alert.severity);
        *count += 1;
    }
    by_entity
}

/// The worst severity and the number of all open alerts of a topic.
pub fn worst(snapshot: &Snapshot, topic: Topic) -> Option<(Severity, usize)> {
    let worst = open(snapshot, topic).map(|alert| alert.severity).max()?;
    Some((worst, open(snapshot, topic).count()))
}

fn open(snapshot: &Snapshot, topic: Topic) -> impl Iterator<Item = &Alert> {
    let alerts = snapshot.alerts.values();
    alerts.filter(move |alert| alert.topic == topic && alert.state.is_open())
}

/// Alerts of one figure that fired within the last hour, for the stems of its chart.
pub fn alarms(snapshot: &Snapshot, figure: Figure, now: Timestamp) -> Vec<Alarm> {
    let of = open(snapshot, figure.topic()).filter(|alert| alert.figure == figure);
    let recent = of.filter(|alert| now.since(alert.fired_at) <= SPAN);
    recent
        .map(|alert| Alarm { at: alert.fired_at, severity: alert.severity, value: alert.value })
        .collect()
}

/// The severity of a value against two upper limits.
pub fn level(value: f64, warning: f64, critical: f64) -> Option<Severity> {
    match value {
        value if value >= critical => Some(Severity::Critical),
        value if value >= warning => Some(Severity::Warning),
        _ => None,
    }
}

/// The trend of a topic's headline figure, as one series without name.
pub fn bank(snapshot: &Snapshot, topic: Topic, name: &str) -> Option<Series> {
    let points = points(snapshot.trends.get(&topic)?);
    (!points.is_empty()).then(|| Series {
        name: name.to_owned(),
        tone: Tone::Plain,
        strong: false,
        points,
    })
}

/// The points of a trend.
pub fn points(trend: &Trend) -> Vec<Point> {
    trend.points().to_vec()
}

/// The lines of a chart with one line for each entity: at most seven in colour, those with the
/// largest `rank`, and the worst of them heavier. An entity has its last value in any case.
pub fn lines(observed: &[Observation], history: &History, rank: fn(f64) -> f64) -> Vec<Series> {
    let mut order = order::places(observed.len(), &|a, b| {
        rank(observed[b].value).total_cmp(&rank(observed[a].value))
    });
    order.truncate(MOST);
    let toned = order.iter().zip(tones(&order)).enumerate();
    toned
        .map(|(index, (&place, tone))| {
            let seen = &observed[place];
            Series {
                name: seen.name.clone(),
                tone,
                strong: index == 0,
                points: history.points(seen),
            }
        })
        .collect()
}

/// A line chart of the last hour of a topic; the caller adds thresholds and alarms. Points are
/// joined while no more than two reports of an entity are missing between them.
pub fn line(topic: Topic, series: Vec<Series>, now: Timestamp, unit: Unit) -> LineChart {
    let turn = i64::from(topic.interval_seconds()) * Timestamp::SECOND;
    let entities = i64::try_from(series.len()).unwrap_or(1);
    LineChart {
        series,
        span: (now.plus(-SPAN), now),
        now,
        thresholds: Vec::new(),
        alarms: Vec::new(),
        projection: None,
        curve: Curve::Straight,
        zero: false,
        widest: (3 * turn * entities).max(4 * STEP),
        unit,
        height: 300.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_reached_from_below() {
        let check = |value, expected| assert_eq!(level(value, 0.75, 0.9), expected, "{value}");
        check(0.749, None);
        check(0.75, Some(Severity::Warning));
        check(0.9, Some(Severity::Critical));
        check(f64::NAN, None);
    }

    #[test]
    fn the_worst_entities_have_a_line() {
        let observed: Vec<Observation> = (0..9_u32)
            .map(|index| Observation {
                entity: format!("service-{index}"),
                name: format!("service-{index}"),
                at: Timestamp::from_millis(1_800_000_000_000),
                value: f64::from(index),
            })
            .collect();
        let lines = lines(&observed, &History::default(), |value| value);
        assert_eq!(lines.len(), 7);
        assert_eq!(lines[0].name, "service-8");
        assert!(lines[0].strong && !lines[1].strong);
        assert!(lines.iter().all(|line| line.points.len() == 1));
    }
}
