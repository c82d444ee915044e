//! Alerts: read, acknowledged and given back.

use std::sync::Arc;

use axum::{Json, extract::State};
use model::{
    Alert, AlertId, AlertState, Book, Severity, Timestamp, Topic,
    alert::{Action, Command},
};
use pipeline::{
    flow::Request,
    store::{AlertQuery, Page},
};
use serde::Deserialize;

use super::{
    Shared,
    error::Problem,
    query::{Body, Named, Params, Segment, limit, stored},
};

/// Longest name of an actor and longest comment, in characters.
const LONGEST_TEXT: usize = 500;

/// Which alerts are asked for.
#[derive(Debug, Deserialize)]
pub struct Asked {
    state: Option<AlertState>,
    severity: Option<Severity>,
    topic: Option<Named<Topic>>,
    book: Option<Named<Book>>,
    from: Option<Named<Timestamp>>,
    to: Option<Named<Timestamp>>,
    limit: Option<usize>,
    cursor: Option<String>,
}

/// Stored alerts, last changed first.
pub async fn list(
    State(shared): State<Arc<Shared>>,
    Params(asked): Params<Asked>,
) -> Result<Json<Page<Alert>>, Problem> {
    let query = AlertQuery {
        state: asked.state,
        severity: asked.severity,
        topic: asked.topic.map(Named::into_inner),
        book: stored(asked.book)?,
        from: asked.from.map(Named::into_inner),
        to: asked.to.map(Named::into_inner),
        cursor: asked.cursor,
        limit: limit(asked.limit)?,
    };
    shared.read(move |reader| reader.alerts(&query)).await.map(Json)
}

/// One alert, with its why and its history.
pub async fn one(
    State(shared): State<Arc<Shared>>,
    Segment(id): Segment<String>,
) -> Result<Json<Alert>, Problem> {
    find(&shared, id).await.map(Json)
}

async fn find(shared: &Shared, id: String) -> Result<Alert, Problem> {
    let id = AlertId::new(id).map_err(|_| Problem::not_found("alert"))?;
    let found = shared.read(move |reader| reader.alert(&id)).await?;
    found.ok_or_else(|| Problem::not_found("alert"))
}

/// Who does something, and what they say.
#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Act {
    /// Who, by name.
    #[schemars(length(min = 1, max = 500))]
    pub actor: String,
    /// What they say.
    #[schemars(length(max = 500))]
    pub comment: Option<String>,
}

/// Takes an alert: stops its escalation.
pub async fn acknowledge(
    State(shared): State<Arc<Shared>>,
    Segment(id): Segment<String>,
    Body(act): Body<Act>,
) -> Result<Json<Alert>, Problem> {
    command(&shared, id, act, Action::Acknowledge).await
}

/// Gives an alert back: starts its escalation again.
pub async fn unacknowledge(
    State(shared): State<Arc<Shared>>,
    Segment(id): Segment<String>,
    Body(act): Body<Act>,
) -> Result<Json<Alert>, Problem> {
    command(&shared, id, act, Action::Unacknowledge).await
}

async fn command(
    shared: &Shared,
    id: String,
    act: Act,
    action: Action,
) -> Result<Json<Alert>, Problem> {
    let actor = act.actor.trim().to_owned();
    if actor.is_empty() || actor.chars().count() > LONGEST_TEXT {
        return Err(unprocessable("actor", "has 1 to 500 characters"));
    }
    if act.comment.as_ref().is_some_and(|text| text.chars().count() > LONGEST_TEXT) {
        return Err(unprocessable("comment", "has at most 500 characters"));
    }
    let alert = find(shared, id).await?;
    let command = Command { alert: alert.id.clone(), action, actor, comment: act.comment };
    let (book, at) = (alert.book.clone(), crate::clock::now());
    shared.input.ask(|done| Request::Command { book, at, command, done }).await??;
    find(shared, alert.id.into()).await.map(Json)
}

fn unprocessable(field: &str, reason: &str) -> Problem {
    let status = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
    Problem::new(status, format!("{field}: {reason}")).at(field)
}
