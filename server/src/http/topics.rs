//! The topics of Kafka, as the cluster has them now.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use model::status::SourceMode;
use pipeline::{
    source::kafka::{Surveyed, survey},
    store::Page,
};

use super::{Shared, error::Problem};

/// Asks a broker for partitions, what they hold, and drift.
pub async fn list(State(shared): State<Arc<Shared>>) -> Result<Json<Page<Surveyed>>, Problem> {
    let unavailable = |why: String| Problem::new(StatusCode::SERVICE_UNAVAILABLE, why);
    if shared.status()?.mode == SourceMode::Simulation {
        return Err(unavailable("no broker is asked: the source is the simulation".into()));
    }
    let positions = shared.read(|reader| reader.positions()).await?;
    let settings = shared.kafka.clone();
    let next = move |topic, partition| positions.get(&(topic, partition)).copied();
    let asked = tokio::task::spawn_blocking(move || survey(&settings, next)).await;
    let asked = asked.map_err(|error| unavailable(error.to_string()))?;
    let items = asked.map_err(|error| unavailable(error.to_string()))?;
    Ok(Json(Page { items, next: None }))
}
