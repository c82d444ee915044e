//! Errors of the HTTP interface: problem details of RFC 9457. The public message stands apart
//! from the cause, which only the log sees.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use pipeline::{
    decode::Reason,
    flow::{CommandError, FlowClosed, SettleError},
    store::StoreError,
};
use serde::Serialize;

/// Seconds after which a client may try again while the store is full.
const RETRY_AFTER_SECONDS: &str = "5";

/// A problem, as it goes to the client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Problem {
    /// `about:blank`: the status says what kind it is.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The kind in words.
    pub title: &'static str,
    /// HTTP status.
    pub status: u16,
    /// What is wrong with this request.
    pub detail: String,
    /// The field or parameter at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The class of the fault of a message that is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// What became of each event of a batch; nothing of it was stored.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    pub errors: Vec<EventProblem>,
}

/// What is wrong with one event of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct EventProblem {
    /// Place in the batch, from 0.
    pub index: usize,
    /// The field at fault.
    pub field: Option<String>,
    /// What is wrong with it.
    pub detail: String,
}

impl Problem {
    /// A problem with a status and what is wrong.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            detail: detail.into(),
            field: None,
            reason: None,
            errors: Vec::new(),
        }
    }

    /// 400: the request cannot be read.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// 400: a parameter has no such value.
    pub fn parameter(name: &str, error: impl std::fmt::Display) -> Self {
        Self::bad_request(format!("{name}: {error}")).at(name)
    }

    /// 404: there is no such thing.
    pub fn not_found(what: impl std::fmt::Display) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("there is no such {what}"))
    }

    /// Names the field at fault.
    pub fn at(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        let problem = HeaderValue::from_static("application/problem+json");
        headers.insert(header::CONTENT_TYPE, problem);
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_SECONDS));
        }
        response
    }
}

impl From<FlowClosed> for Problem {
    fn from(closed: FlowClosed) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, closed.to_string())
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Cursor => Self::parameter("cursor", error),
            StoreError::Full(_) => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "the store is full; nothing was stored")
            }
            StoreError::Spooled(_) => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, format!("{error}; nothing was stored"))
            }
            error => {
                tracing::error!(%error, "the store failed");
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "the store failed; see the log")
            }
        }
    }
}

impl From<CommandError> for Problem {
    fn from(error: CommandError) -> Self {
        match error {
            CommandError::Unknown => Self::not_found("alert"),
            CommandError::Conflict(reason) => Self::new(StatusCode::CONFLICT, reason),
            CommandError::Store(error) => error.into(),
        }
    }
}

impl From<SettleError> for Problem {
    fn from(error: SettleError) -> Self {
        match error {
            SettleError::Unknown => Self::not_found("dead letter"),
            SettleError::Store(error) => error.into(),
        }
    }
}
