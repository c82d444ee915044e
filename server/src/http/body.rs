//! Bodies of requests: read whole, within a bound.

use axum::{
    body::Body,
    extract::Request,
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures_util::StreamExt;

use super::error::Problem;

/// Largest body that is taken, in bytes.
const LARGEST: usize = 4 * 1024 * 1024;

/// A longer body is read up to here, and dropped: a client that is cut off while it sends never
/// reads the answer that says why.
const LARGEST_READ: usize = 64 * 1024 * 1024;

/// Hands a request on with its body read, or answers 413.
pub async fn bounded(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    match read(body).await {
        Ok(bytes) => next.run(Request::from_parts(parts, Body::from(bytes))).await,
        Err(problem) => problem.into_response(),
    }
}

async fn read(body: Body) -> Result<Vec<u8>, Problem> {
    let (mut stream, mut kept, mut size) = (body.into_data_stream(), Vec::new(), 0);
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| Problem::bad_request("the body broke off"))?;
        size += chunk.len();
        if size <= LARGEST {
            kept.extend_from_slice(&chunk);
        } else if size > LARGEST_READ {
            break;
        }
    }
    if size > LARGEST {
        let detail = format!("a body has at most {LARGEST} bytes");
        return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail));
    }
    Ok(kept)
}
