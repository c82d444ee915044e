//! A figure of each entity over the last hour: asked for once when a page opens, then kept up
//! from the rows as they change.

use leptos::{prelude::*, task::spawn_local};
use model::{
    Figure, Map, Snapshot, Timestamp,
    trend::{Point, SPAN, STEP, Trend},
};

use super::Domain;
use crate::{
    erased::Derived,
    feed::{Answer, Host, Listing, escape},
    state::Live,
};

/// A figure that a page draws for each entity.
#[derive(Debug, Clone, Copy)]
pub struct Watched {
    /// The figure.
    pub figure: Figure,
    /// Its value for each entity now.
    pub observe: fn(&Snapshot, Timestamp) -> Vec<Observation>,
}

/// The value of an entity's figure at a moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    /// Key of the entity.
    pub entity: String,
    /// Its name on the screen.
    pub name: String,
    /// When it was so.
    pub at: Timestamp,
    /// The value, in the figure's unit.
    pub value: f64,
}

/// Trends by entity.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct History(Map<String, Trend>);

impl History {
    /// The points of an entity up to what was observed of it.
    pub fn points(&self, seen: &Observation) -> Vec<Point> {
        let mut trend = self.0.get(&seen.entity).cloned().unwrap_or_default();
        trend.put(seen.at, seen.value);
        trend.points().to_vec()
    }

    fn observe(&mut self, seen: &[Observation]) {
        for Observation { entity, at, value, .. } in seen {
            self.put(entity, *at, *value);
        }
    }

    fn put(&mut self, entity: &str, at: Timestamp, value: f64) {
        match self.0.get_mut(entity) {
            Some(trend) => trend.put(at, value),
            None => {
                let mut trend = Trend::default();
                trend.put(at, value);
                self.0.insert(entity.to_owned(), trend);
            }
        }
    }
}

/// Keeps the history of a page. Empty on the server and until the first answer, so that server
/// and browser draw the same page; another book starts it anew.
pub fn follow(live: Live, domain: Domain) -> RwSignal<History> {
    let history = RwSignal::new(History::default());
    let Some(watched) = domain.watched else { return history };
    let host = Host::expect();
    let book = Derived::new(move || live.book_of(domain.topic));
    Effect::new(move |_| {
        let book = book.get();
        history.set(History::default());
        let now = live.peek(|snapshot| snapshot.now);
        let entities = live.peek(|snapshot| (watched.observe)(snapshot, now));
        for Observation { entity, .. } in entities {
            let path = format!(
                "/api/v1/series?topic={}&figure={}&entity={}&book={}&from={}&step={}",
                domain.topic,
                watched.figure.name(),
                escape(&entity),
                escape(&book.to_string()),
                escape(&now.plus(-SPAN).to_string()),
                STEP / Timestamp::SECOND,
            );
            load(history, entity, host.get(path));
        }
    });
    Effect::new(move |_| {
        let now = live.peek(|snapshot| snapshot.now);
        let seen = live.topic(domain.topic, |snapshot| (watched.observe)(snapshot, now));
        history.update(|history| history.observe(&seen));
    });
    history
}

/// Puts an answer in. A page without it still draws the newest values, so a failure is no fault.
fn load(history: RwSignal<History>, entity: String, answer: Answer<Listing<Point>>) {
    spawn_local(async move {
        let Ok(series) = answer.await else { return };
        history.try_update(|history| {
            for Point { at, value } in series.items {
                history.put(&entity, at, value);
            }
        });
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(seconds: i64, value: f64) -> Observation {
        let at = Timestamp::from_millis(1_800_000_000_000).plus(seconds * Timestamp::SECOND);
        Observation { entity: "payments".into(), name: "payments".into(), at, value }
    }

    #[test]
    fn a_line_ends_with_what_was_observed() {
        let mut history = History::default();
        assert_eq!(history.points(&seen(0, 1.0)).len(), 1);
        history.observe(&[seen(0, 1.0)]);
        history.observe(&[seen(60, 2.0)]);
        let points = history.points(&seen(65, 3.0));
        let values: Vec<f64> = points.iter().map(|point| point.value).collect();
        assert_eq!(values, [1.0, 3.0]);
    }
}
