//! What a process answers that stands by: that it is alive, and that another one serves.

use std::sync::Arc;

use axum::{
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
};

use super::error::Problem;

/// For people who open the address in a browser: it looks again by itself.
const PAGE: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
    <meta name=\"viewport\" content=\"width=device-width\">\
    <meta name=\"color-scheme\" content=\"light dark\"><meta http-equiv=\"refresh\" content=\"3\">\
    <title>Standing by · Streamboard</title><body style=\"font:16px/1.5 system-ui;margin:15vh auto;\
    max-width:34rem;padding:0 1rem\"><h1>Standing by</h1><p>Another Streamboard holds this data \
    directory and serves its figures. This one takes over when the other ends, and shows the \
    dashboard then.</p></body></html>";

/// Not ready, and why: the data directory is held by another process.
pub async fn ready(held: Arc<str>) -> Response {
    let detail = format!("standing by: {held}");
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail).into_response()
}

/// The same for a person.
pub async fn page() -> Response {
    let headers = [(header::RETRY_AFTER, "3"), (header::CACHE_CONTROL, "no-store")];
    (StatusCode::SERVICE_UNAVAILABLE, headers, Html(PAGE)).into_response()
}
