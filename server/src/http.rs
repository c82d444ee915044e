//! HTTP: what the server answers and how it describes that. Every route stands here.

mod alerts;
pub mod asyncapi;
mod body;
mod dead_letters;
pub mod error;
mod events;
mod metrics;
pub mod openapi;
mod page;
mod query;
mod rates;
mod scenarios;
pub mod schema;
mod standby;
mod state;
mod topics;
mod ws;

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Router,
    http::{HeaderValue, StatusCode, header},
    middleware::from_fn,
    response::IntoResponse,
    routing::{delete, get, post},
};
use metrics_exporter_prometheus::PrometheusHandle;
use model::{Book, SourceState, Status, Timestamp};
use pipeline::{
    conductor::Stored,
    drill::Drills,
    flow::Input,
    hub::Hub,
    rule::Rules,
    source::kafka,
    store::{Reader, StoreError},
};
use tower_http::{
    compression::{
        CompressionLayer, Predicate, predicate::DefaultPredicate, predicate::NotForContentType,
    },
    set_header::SetResponseHeaderLayer,
};

use tokio_util::sync::CancellationToken;

use self::error::Problem;

pub use self::{metrics::recorder, page::Manifest};

/// The simulation has caught up when the clock of its book is so few milliseconds behind ours.
const CAUGHT_UP: i64 = 5 * Timestamp::SECOND;

/// How long after the start the first figures are waited for.
const FIRST_FIGURES: Duration = Duration::from_secs(3);

/// What handlers share.
pub struct Shared {
    /// State and frames of every book.
    pub hub: Arc<Hub>,
    /// Where events and commands go.
    pub input: Input,
    /// Stored events, alerts and rejects.
    pub reader: Arc<dyn Reader>,
    /// Runs of scenarios.
    pub drills: Arc<Drills>,
    /// Rules in force.
    pub rules: Arc<Rules>,
    /// How Kafka is reached, and what its topics are called.
    pub kafka: kafka::Settings,
    /// What the consumer has read, and what waits for it.
    pub stored: Stored,
    /// When the program started.
    pub started: Instant,
    /// Metrics of this process.
    pub metrics: PrometheusHandle,
    /// Folder with the browser's files: script, style, fonts.
    pub site: PathBuf,
    /// Which of them each page needs.
    pub parts: Manifest,
    /// Tells that the program stops.
    pub stop: CancellationToken,
}

impl Shared {
    /// The newest status.
    ///
    /// # Errors
    /// While there is none yet.
    fn status(&self) -> Result<Arc<Status>, Problem> {
        let status = self.hub.status().borrow().clone();
        status.ok_or_else(|| Problem::new(StatusCode::SERVICE_UNAVAILABLE, "still starting"))
    }

    /// Whether the source has been chosen and, where it is the simulation, has written the past
    /// that it begins with.
    fn settled(&self) -> bool {
        self.status().is_ok_and(|status| match status.state {
            SourceState::Probing => false,
            SourceState::Simulating => self
                .hub
                .book(&status.book)
                .is_some_and(|book| crate::clock::now().since(book.snapshot().now) < CAUGHT_UP),
            SourceState::Live | SourceState::Degraded => true,
        })
    }

    /// Waits a moment until the first figures are there, so that nobody is shown an empty page
    /// that is about to fill. Where a source is long in coming, the page says so itself.
    pub async fn first_figures(&self) {
        while !self.settled() && self.started.elapsed() < FIRST_FIGURES {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// The book that is asked for, or the one that viewers see who follow the source.
    fn book_or_followed(&self, book: Option<Book>) -> Book {
        let followed = || self.status().map_or(Book::Real, |status| status.book.clone());
        book.unwrap_or_else(followed)
    }

    /// Reads from the store without holding other requests up.
    async fn read<T: Send + 'static>(
        self: &Shared,
        query: impl FnOnce(&dyn Reader) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Problem> {
        let reader = Arc::clone(&self.reader);
        let read = tokio::task::spawn_blocking(move || query(&*reader)).await;
        let read = read.map_err(|error| StoreError::Failed(error.to_string()))?;
        read.map_err(Problem::from)
    }
}

/// Every route.
pub fn router(shared: Arc<Shared>) -> Router {
    let api = Router::new()
        .route("/status", get(state::status))
        .route("/status/history", get(state::history))
        .route("/snapshot", get(state::snapshot))
        .route("/series", get(state::series))
        .route("/events", get(events::list))
        // Reading names an event, handing in names a topic: one segment, two meanings.
        .route("/events/{name}", get(events::one).post(events::ingest))
        .route("/alerts", get(alerts::list))
        .route("/alerts/{id}", get(alerts::one))
        .route("/alerts/{id}/acknowledge", post(alerts::acknowledge))
        .route("/alerts/{id}/unacknowledge", post(alerts::unacknowledge))
        .route("/scenarios", get(scenarios::list))
        .route("/scenarios/{name}/runs", post(scenarios::start))
        .route("/scenarios/runs/{id}", get(scenarios::one))
        .route("/scenarios/runs/{id}/stop", post(scenarios::stop))
        .route("/scenarios/runs/{id}/pause", post(scenarios::pause))
        .route("/scenarios/runs/{id}/resume", post(scenarios::resume))
        .route("/dead-letters", get(dead_letters::list))
        .route("/dead-letters/{id}", delete(dead_letters::delete))
        .route("/dead-letters/{id}/replay", post(dead_letters::replay))
        .route("/topics", get(topics::list))
        .route("/rates", get(rates::list).post(rates::set))
        .route("/rules", get(state::rules))
        .route("/schemas/{topic}", get(schema::handle))
        .route("/openapi.json", get(openapi::handle))
        .route("/asyncapi.json", get(asyncapi::handle))
        .layer(from_fn(body::bounded))
        .fallback(async || Problem::not_found("resource"))
        .method_not_allowed_fallback(async || {
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "this resource has other methods")
        });
    let live = Router::new()
        .route("/healthz", get(state::alive))
        .route("/readyz", get(state::ready))
        .route("/metrics", get(state::metrics))
        .route("/ws", get(ws::upgrade));
    Router::new()
        .nest("/api/v1", api.layer(no_store()))
        .merge(live.layer(no_store()))
        .merge(page::routes(&shared))
        .layer(compression())
        .layer(SetResponseHeaderLayer::if_not_present(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ))
        .with_state(shared)
}

/// Every route of a process that stands by; `held` says what it waits for.
pub fn standby(held: Arc<str>) -> Router {
    Router::new()
        .route("/", get(standby::page))
        .route("/healthz", get(state::alive))
        .fallback(move || standby::ready(Arc::clone(&held)))
        .layer(no_store())
}

/// Figures are never kept by a cache: an old one would look current.
fn no_store() -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(
        header::CACHE_CONTROL,
        HeaderValue::from_static("no-store"),
    )
}

fn compression() -> CompressionLayer<impl Predicate> {
    CompressionLayer::new()
        .br(true)
        .gzip(true)
        .quality(tower_http::CompressionLevel::Precise(7))
        .compress_when(DefaultPredicate::new().and(NotForContentType::const_new("font/")))
}

/// Nothing is here.
async fn missing() -> impl IntoResponse {
    Problem::not_found("file")
}
