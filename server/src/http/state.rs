//! The state now: status, snapshots, figures over time, health, metrics, rejects, rules.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use model::{
    Book, Figure, SourceState, Status, Timestamp, Topic, status::ChangeOver, trend::Point,
    wire::Hello,
};
use pipeline::{flow::Request, store::Page};
use serde::{Deserialize, Serialize};

use super::{
    Shared,
    error::Problem,
    query::{Named, Params},
    ws,
};

/// Alive: the program answers.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// Ready: it can serve figures, or says why not.
pub async fn ready(State(shared): State<Arc<Shared>>) -> Response {
    let not_yet = |why: &str| Problem::new(StatusCode::SERVICE_UNAVAILABLE, why).into_response();
    match shared.status() {
        Ok(_) if shared.settled() => "ready\n".into_response(),
        Ok(status) if status.state == SourceState::Probing => not_yet("still looking for a source"),
        Ok(_) => not_yet("the simulation is writing its past"),
        Err(problem) => problem.into_response(),
    }
}

/// Metrics for Prometheus.
pub async fn metrics(State(shared): State<Arc<Shared>>) -> impl IntoResponse {
    super::metrics::gauges(&shared);
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], shared.metrics.render())
}

/// Source, freshness and health.
pub async fn status(State(shared): State<Arc<Shared>>) -> Result<Json<Arc<Status>>, Problem> {
    shared.status().map(Json)
}

/// When the source changed over, newest first.
pub async fn history(State(shared): State<Arc<Shared>>) -> Result<Json<Page<ChangeOver>>, Problem> {
    let items = shared.read(|reader| reader.change_overs()).await?;
    Ok(Json(Page { items, next: None }))
}

/// A book, by name.
#[derive(Debug, Deserialize)]
pub struct InBook {
    /// Its name; without one, the book that the source shows.
    pub book: Option<Named<Book>>,
}

/// The state of a book now, with epoch and sequence.
pub async fn snapshot(
    State(shared): State<Arc<Shared>>,
    Params(asked): Params<InBook>,
) -> Result<Json<SnapshotNow>, Problem> {
    let book = shared.book_or_followed(asked.book.map(Named::into_inner));
    let hub = shared.hub.book(&book).ok_or_else(|| Problem::not_found(format!("book: {book}")))?;
    let Hello { epoch, snapshot, .. } = ws::hello(&shared.hub, &hub.snapshot());
    Ok(Json(SnapshotNow { epoch, snapshot }))
}

/// The state of a book.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub struct SnapshotNow {
    /// Random at each start of the server; sequences of another epoch mean nothing.
    pub epoch: u64,
    /// The state, with its place in the book's log as `sequence`.
    #[serde(flatten)]
    pub snapshot: model::Snapshot,
}

/// Which figure is asked for.
#[derive(Debug, Deserialize)]
pub struct AskedSeries {
    topic: Named<Topic>,
    figure: String,
    entity: Option<String>,
    from: Option<Named<Timestamp>>,
    to: Option<Named<Timestamp>>,
    /// Seconds that one point stands for; the last value within counts.
    step: Option<u32>,
    book: Option<Named<Book>>,
}

/// A figure over time.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub struct Series {
    /// The book.
    pub book: String,
    /// The figure.
    pub figure: Figure,
    /// The entity; without one, the whole book.
    pub entity: Option<String>,
    /// Its values, oldest first.
    pub items: Vec<Point>,
    /// There is no further page.
    pub next: Option<String>,
}

/// A figure over the last hour, at full detail or in steps.
pub async fn series(
    State(shared): State<Arc<Shared>>,
    Params(asked): Params<AskedSeries>,
) -> Result<Json<Series>, Problem> {
    let topic = asked.topic.into_inner();
    let figure = Figure::named(topic, &asked.figure).ok_or_else(|| {
        let names = Figure::ALL.iter().filter(|figure| figure.topic() == topic);
        let names: Vec<_> = names.map(|figure| figure.name()).collect();
        Problem::parameter("figure", format!("{topic} has {}", names.join(", ")))
    })?;
    let step = match asked.step {
        Some(0) => return Err(Problem::parameter("step", "is at least one second")),
        step => step.map(|seconds| i64::from(seconds) * Timestamp::SECOND),
    };
    let book = shared.book_or_followed(asked.book.map(Named::into_inner));
    let book = book.of_topic(shared.kafka.left_out.contains(&topic)).clone();
    let entity = asked.entity.clone();
    let mut items = shared
        .input
        .ask(|done| Request::Series { book: book.clone(), figure, entity, done })
        .await?;
    let (from, to) = (asked.from.map(Named::into_inner), asked.to.map(Named::into_inner));
    items.retain(|point| {
        from.is_none_or(|from| point.at >= from) && to.is_none_or(|to| point.at < to)
    });
    if let Some(step) = step {
        items = stepped(&items, step);
    }
    Ok(Json(Series { book: book.to_string(), figure, entity: asked.entity, items, next: None }))
}

/// The last value within each step.
fn stepped(points: &[Point], step: i64) -> Vec<Point> {
    let mut steps: Vec<Point> = Vec::new();
    for point in points {
        let at = point.at.floor(step);
        match steps.last_mut() {
            Some(last) if last.at == at => last.value = point.value,
            _ => steps.push(Point { at, value: point.value }),
        }
    }
    steps
}

/// The rules in force.
pub async fn rules(State(shared): State<Arc<Shared>>) -> Json<Page<pipeline::rule::Rule>> {
    Json(Page { items: shared.rules.iter().cloned().collect(), next: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_keeps_its_last_value() {
        let point = |at: i64, value| Point { at: Timestamp::from_millis(at), value };
        let points = [point(100, 1.0), point(900, 2.0), point(2_500, 3.0)];
        assert_eq!(stepped(&points, 1_000), [point(0, 2.0), point(2_000, 3.0)]);
        assert!(stepped(&[], 1_000).is_empty());
    }
}
