//! Events: stored ones are read, new ones are handed in.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
};
use model::{Book, EventId, Provenance, Recorded, Timestamp, Topic};
use pipeline::{
    decode::{Fault, Reason, Trust, decode_bare, decode_structured, split_batch},
    flow::{Ingested, Request},
    message::Decoded,
    store::{EventQuery, Page},
};
use serde::{Deserialize, Serialize};

use super::{
    Shared,
    error::{EventProblem, Problem},
    query::{Named, Params, Segment, limit, stored},
};

/// Most events in one batch.
const LARGEST_BATCH: usize = 10_000;

/// Which events are asked for.
#[derive(Debug, Deserialize)]
pub struct Asked {
    topic: Option<Named<Topic>>,
    entity: Option<String>,
    provenance: Option<Named<Provenance>>,
    book: Option<Named<Book>>,
    from: Option<Named<Timestamp>>,
    to: Option<Named<Timestamp>>,
    limit: Option<usize>,
    cursor: Option<String>,
}

/// Stored events, newest first.
pub async fn list(
    State(shared): State<Arc<Shared>>,
    Params(asked): Params<Asked>,
) -> Result<Json<Page<Recorded>>, Problem> {
    let query = EventQuery {
        topic: asked.topic.map(Named::into_inner),
        entity: asked.entity,
        provenance: asked.provenance.map(Named::into_inner),
        book: stored(asked.book)?,
        from: asked.from.map(Named::into_inner),
        to: asked.to.map(Named::into_inner),
        cursor: asked.cursor,
        limit: limit(asked.limit)?,
    };
    shared.read(move |reader| reader.events(&query)).await.map(Json)
}

/// One stored event.
pub async fn one(
    State(shared): State<Arc<Shared>>,
    Segment(id): Segment<String>,
) -> Result<Json<Recorded>, Problem> {
    let id = EventId::new(id).map_err(|_| Problem::not_found("event"))?;
    let found = shared.read(move |reader| reader.event(&id)).await?;
    found.map(Json).ok_or_else(|| Problem::not_found("event"))
}

/// What became of an ingest.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub struct Accepted {
    /// The ids of the events, in order: all of them are stored.
    pub ids: Vec<EventId>,
    /// How many of them were stored before.
    pub known: usize,
}

/// Takes one payload, one CloudEvent or a batch; answers once all of it is stored, or why
/// nothing of it is.
pub async fn ingest(
    State(shared): State<Arc<Shared>>,
    Segment(topic): Segment<Topic>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, Json<Accepted>), Problem> {
    let events = read(topic, &headers, body)?;
    let ids = events.iter().map(|event| event.event.envelope.id.clone()).collect();
    let outcome =
        shared.input.ask(|done| Request::Ingest { events, done }).await?.map_err(Problem::from)?;
    let known = outcome.iter().filter(|outcome| **outcome == Ingested::Known).count();
    Ok((StatusCode::ACCEPTED, Json(Accepted { ids, known })))
}

fn read(topic: Topic, headers: &HeaderMap, body: Bytes) -> Result<Vec<Decoded>, Problem> {
    let now = crate::clock::now();
    let one = |result: Result<Decoded, Fault>| result.map(|event| vec![event]).map_err(problem);
    match content_type(headers) {
        "application/json" => {
            let id = EventId::new(uuid::Uuid::now_v7().to_string())
                .expect("the text of a UUID is an identifier");
            one(decode_bare(topic, body, id, now, now))
        }
        "application/cloudevents+json" => {
            one(decode_structured(topic, &body, now, now, Trust::Outside))
        }
        "application/cloudevents-batch+json" => batch(topic, &body, now),
        _ => Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "send application/json, application/cloudevents+json or \
             application/cloudevents-batch+json",
        )
        .at("content-type")),
    }
}

fn content_type(headers: &HeaderMap) -> &str {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().split(';').next().unwrap_or_default().trim()
}

/// All events of a batch, or a fault for each that has one.
fn batch(topic: Topic, body: &Bytes, now: Timestamp) -> Result<Vec<Decoded>, Problem> {
    let parts = split_batch(body).map_err(problem)?;
    if parts.len() > LARGEST_BATCH {
        let detail = format!("a batch holds at most {LARGEST_BATCH} events");
        return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail));
    }
    let mut events = Vec::with_capacity(parts.len());
    let mut errors = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        match decode_structured(topic, part, now, now, Trust::Outside) {
            Ok(event) => events.push(event),
            Err(Fault { field, detail, .. }) => errors.push(EventProblem { index, field, detail }),
        }
    }
    if errors.is_empty() {
        return Ok(events);
    }
    let detail = format!("{} of {} events are refused; none is stored", errors.len(), parts.len());
    let mut problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail);
    problem.errors = errors;
    Err(problem)
}

fn problem(fault: Fault) -> Problem {
    let status = match fault.reason {
        Reason::NotUtf8 | Reason::NotJson | Reason::Tombstone => StatusCode::BAD_REQUEST,
        Reason::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Reason::Shape
        | Reason::Invalid
        | Reason::Envelope
        | Reason::Future
        | Reason::ForeignBook => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let problem = Problem::new(status, fault.detail);
    match fault.field {
        Some(field) => problem.at(field),
        None => problem,
    }
}
