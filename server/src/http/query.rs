//! Reading requests: parameters by name, with a problem that names the one at fault.

use std::{fmt::Display, str::FromStr};

use axum::{
    Json,
    body::HttpBody as _,
    extract::{FromRequest, FromRequestParts, Path, Query, Request, rejection::JsonRejection},
    http::{StatusCode, request::Parts},
};
use model::Book;
use serde::{Deserialize, Deserializer, de::DeserializeOwned, de::Error as _};

use super::error::Problem;

/// Most items of a page, and as many as are sent where nothing else is asked for.
pub const LIMIT: (usize, usize) = (1_000, 100);

/// A parameter that is read from its name: a topic, a book, a time.
#[derive(Debug, Clone, PartialEq)]
pub struct Named<T>(T);

impl<T> Named<T> {
    /// The value.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<'de, T> Deserialize<'de> for Named<T>
where
    T: FromStr,
    T::Err: Display,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Named).map_err(D::Error::custom)
    }
}

/// The book of a listing. What is stored is of one book: a mixed view has nothing of its own.
///
/// # Errors
/// When the view is asked for.
pub fn stored(book: Option<Named<Book>>) -> Result<Option<Book>, Problem> {
    match book.map(Named::into_inner) {
        Some(Book::Mixed) => {
            Err(Problem::parameter("book", "mixed is a view of two books: real and simulated"))
        }
        book => Ok(book),
    }
}

/// The query of a URL, or a problem.
#[derive(Debug)]
pub struct Params<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Query::from_request_parts(parts, state).await {
            Ok(Query(params)) => Ok(Params(params)),
            Err(rejection) => {
                let detail = rejection.body_text();
                let reason = detail.split_once(": ").map_or(&*detail, |(_, reason)| reason);
                Err(naming(Problem::bad_request(reason)))
            }
        }
    }
}

/// A segment of the path that is read from its name, or 404: there is no such thing.
#[derive(Debug)]
pub struct Segment<T>(pub T);

impl<S: Send + Sync, T> FromRequestParts<S> for Segment<T>
where
    T: FromStr + Send,
    T::Err: Display,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let problem = |detail: String| Problem::new(StatusCode::NOT_FOUND, detail);
        let Path(text) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|rejection| problem(rejection.body_text()))?;
        text.parse().map(Segment).map_err(|error: T::Err| problem(error.to_string()))
    }
}

/// A JSON body, or a problem: 415 of another type, 400 for what is no JSON, 422 for another
/// shape, 413 for too much.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match Json::from_request(request, state).await {
            Ok(Json(body)) => Ok(Body(body)),
            Err(rejection) => Err(body_problem(&rejection)),
        }
    }
}

/// A JSON body that may be left out, with the same problems.
#[derive(Debug)]
pub struct MaybeBody<T>(pub Option<T>);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for MaybeBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if request.body().size_hint().exact() == Some(0) {
            return Ok(MaybeBody(None));
        }
        let Body(body) = Body::from_request(request, state).await?;
        Ok(MaybeBody(body))
    }
}

fn body_problem(rejection: &JsonRejection) -> Problem {
    let detail = rejection.body_text();
    let reason = detail.rsplit_once("target type: ").map_or(&*detail, |(_, reason)| reason);
    let problem = Problem::new(rejection.status(), reason);
    match rejection {
        JsonRejection::MissingJsonContentType(_) => problem.at("content-type"),
        JsonRejection::JsonDataError(_) => naming(problem),
        _ => problem,
    }
}

/// Names the field that the detail begins with, or that it says is missing.
fn naming(problem: Problem) -> Problem {
    let (path, reason) = match problem.detail.split_once(": ") {
        Some((path, reason)) if !path.contains([' ', '`']) => (Some(path), reason),
        _ => (None, &*problem.detail),
    };
    let missing = reason.strip_prefix("missing field `").and_then(|rest| rest.split_once('`'));
    let field = match (path, missing) {
        // The path of what is missing ends with it in some formats only.
        (Some(path), Some((name, _))) if path.rsplit('.').next() != Some(name) => {
            Some(format!("{path}.{name}"))
        }
        (Some(path), _) => Some(path.to_owned()),
        (None, Some((name, _))) => Some(name.to_owned()),
        (None, None) => None,
    };
    match field {
        Some(field) => problem.at(field),
        None => problem,
    }
}

/// The number of items of a page that was asked for, within its bounds.
///
/// # Errors
/// When it is 0 or more than 1,000.
pub fn limit(asked: Option<usize>) -> Result<usize, Problem> {
    let (most, usual) = LIMIT;
    match asked.unwrap_or(usual) {
        limit if (1..=most).contains(&limit) => Ok(limit),
        limit => {
            Err(Problem::parameter("limit", format!("lies between 1 and {most}, not at {limit}")))
        }
    }
}
