//! Scenarios: what can be run, and the runs.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use model::scenario::{Name, Run};
use pipeline::{
    drill::{Options, Refused},
    store::Page,
};
use serde::{Deserialize, Serialize};

use super::{
    Shared,
    error::Problem,
    query::{Body, Segment},
};

/// A scenario, and its runs that are remembered.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub struct Scenario {
    /// Its name in URLs.
    pub name: Name,
    /// Its name on the screen.
    pub title: String,
    /// What it must raise, in a line.
    pub promise: String,
    /// Its runs, newest first.
    pub runs: Vec<Run>,
}

/// How a run is asked for; what is absent takes its default.
#[derive(Debug, Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "StartRun")]
pub struct Start {
    /// Seed of its world; drawn where absent.
    pub seed: Option<u64>,
    /// Drill seconds in a second.
    #[schemars(range(min = 1, max = 1_000))]
    pub speed: Option<f64>,
    /// Events of a burst.
    #[schemars(range(min = 1, max = 10_000_000))]
    pub count: Option<u64>,
    /// Events a second of a burst.
    #[schemars(range(min = 100, max = 1_000_000))]
    pub rate: Option<u32>,
}

/// Every scenario.
pub async fn list(State(shared): State<Arc<Shared>>) -> Json<Page<Scenario>> {
    let runs = shared.drills.list();
    let items = Name::ALL.into_iter().map(|name| Scenario {
        name,
        title: name.title().to_owned(),
        promise: name.promise().to_owned(),
        runs: runs.iter().filter(|run| run.name == name).cloned().collect(),
    });
    Json(Page { items: items.collect(), next: None })
}

/// Starts a run.
pub async fn start(
    State(shared): State<Arc<Shared>>,
    Segment(name): Segment<String>,
    Body(start): Body<Start>,
) -> Result<Response, Problem> {
    let name = Name::named(&name).ok_or_else(|| Problem::not_found("scenario"))?;
    let burst_only = start.count.map(|_| "count").or(start.rate.map(|_| "rate"));
    if let (Some(field), true) = (burst_only, name != Name::Burst) {
        return Err(unprocessable(field, "belongs to a burst only"));
    }
    // Small enough to be read out and typed in again.
    let seed = start.seed.unwrap_or_else(|| rand::random_range(1..10_000));
    let options = Options { seed, speed: start.speed, count: start.count, rate: start.rate };
    let run = shared.drills.start(name, options).await.map_err(problem)?;
    let place = format!("/api/v1/scenarios/runs/{}", run.id);
    let mut response = (StatusCode::CREATED, Json(run)).into_response();
    if let Ok(place) = HeaderValue::from_str(&place) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

/// One run.
pub async fn one(
    State(shared): State<Arc<Shared>>,
    Segment(id): Segment<String>,
) -> Result<Json<Run>, Problem> {
    shared.drills.get(&id).map(Json).ok_or_else(|| Problem::not_found("run"))
}

/// Ends a run.
pub async fn stop(
    State(shared): State<Arc<Shared>>,
    Segment(id): Segment<String>,
) -> Result<Json<Run>, Problem> {
    shared.drills.stop(&id).map(Json).map_err(problem)
}

/// Holds a run.
pub async fn pause(
    State(shared): State<Arc<Shared>>,
    Segment(id): Segment<String>,
) -> Result<Json<Run>, Problem> {
    shared.drills.pause(&id).map(Json).map_err(problem)
}

/// Lets a run go on.
pub async fn resume(
    State(shared): State<Arc<Shared>>,
    Segment(id): Segment<String>,
) -> Result<Json<Run>, Problem> {
    shared.drills.resume(&id).map(Json).map_err(problem)
}

fn unprocessable(field: &str, reason: &str) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, format!("{field}: {reason}")).at(field)
}

fn problem(refused: Refused) -> Problem {
    match refused {
        Refused::Bounds(field, reason) => unprocessable(field, reason),
        Refused::Unknown => Problem::not_found("run"),
        Refused::Busy | Refused::Ended => Problem::new(StatusCode::CONFLICT, refused.to_string()),
        Refused::Stopping => Problem::new(StatusCode::SERVICE_UNAVAILABLE, refused.to_string()),
    }
}
