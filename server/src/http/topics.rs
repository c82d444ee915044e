//! The topics of Kafka, as the cluster has them now.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use pipeline::{
    source::kafka::{Surveyed, survey},
    store::Page,
};

use super::{Shared, error::Problem};

/// Asks a broker for partitions, what they hold, and drift.
pub async fn list(State(shared): State<Arc<Shared>>) -> Result<Json<Page<Surveyed>>, Problem> {
    let unavailable = |why: String| Problem::new(StatusCode::SERVICE_UNAVAILABLE, why);
    if !shared.status()?.mode.asks_kafka() {
        return Err(unavailable("no broker is asked: `source.mode` says so".into()));
    }
    let positions = shared.read(|reader| reader.positions()).await?;
    let settings = shared.kafka.clone();
    let next = move |topic, partition| positions.get(&(topic, partition)).copied();
    let asked = tokio::task::spawn_blocking(move || survey(&settings, next)).await;
    let asked = asked.map_err(|error| unavailable(error.to_string()))?;
    let mut items = asked.map_err(|error| unavailable(error.to_string()))?;
    let lag = shared.stored.lag();
    for topic in &mut items {
        for partition in &mut topic.partitions {
            let known = lag
                .iter()
                .find(|part| (part.topic, part.partition) == (topic.topic, partition.partition));
            partition.lag_seconds = known.and_then(|part| part.seconds);
        }
    }
    Ok(Json(Page { items, next: None }))
}
