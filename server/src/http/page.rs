//! Pages: rendered with the current figures in them; and the browser's own files.

use std::{collections::HashMap, fs, path::Path, sync::Arc};

use any_spawner::Executor;
use app::{
    feed::Initial,
    place::Place,
    routes::Page,
    shell::{Parts, shell},
};
use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header, uri::PathAndQuery},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
    routing::get,
};
use leptos::{
    config::LeptosOptions,
    prelude::{provide_context, use_context},
};
use leptos_axum::ResponseOptions;
use model::{Book, Map, Snapshot};
use tower_http::services::ServeDir;

use super::{Shared, error::Problem, missing, ws};

/// Every page, and the files that pages load.
pub fn routes(shared: &Arc<Shared>) -> Router<Arc<Shared>> {
    // Leptos renders on tokio; that it was told so before, as by another test, is no fault.
    drop(Executor::init_tokio());
    let folder = |name: &str| {
        ServeDir::new(shared.site.join(name)).precompressed_br().fallback(get(missing))
    };
    let files = Router::new()
        .nest_service("/pkg", folder("pkg"))
        .nest_service("/assets", folder("assets"))
        .layer(from_fn(revalidated));
    files.fallback(get(page))
}

/// Files keep their names from build to build, so a browser asks whether they changed.
async fn revalidated(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

/// Renders the page of a path with the state of the book that it asks for; where there is none,
/// the page that says so.
async fn page(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    shared.first_figures().await;
    let page = Page::at(request.uri().path());
    let mut initial = match initial(&shared, request.uri().query()) {
        Ok(initial) => initial,
        Err(problem) => return problem.into_response(),
    };
    if !page.shows_events() {
        leave_out_events(&mut initial.hello.snapshot);
    }
    let initial = Arc::new(initial);
    let address = request.uri().path_and_query().map_or("/", PathAndQuery::as_str).to_owned();
    let parts = shared.parts.of(page);
    let context = move || {
        provide_context(Arc::clone(&initial));
        provide_context(Place::new(&address));
        provide_context(parts.clone());
        protect();
    };
    let options = LeptosOptions::builder().output_name("frontend").build();
    let render =
        leptos_axum::render_app_async_with_context(context, move || shell(options.clone()));
    let mut response: Response<Body> = render(request).await;
    if page == Page::Missing && response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response
}

/// Which files of the browser's half each page needs, as the build wrote it down.
#[derive(Debug, Default)]
pub struct Manifest(HashMap<String, Vec<String>>);

impl Manifest {
    /// Reads it from the folder with the browser's files. Without it pages load their parts later.
    pub fn read(site: &Path) -> Manifest {
        let text = fs::read(site.join("pkg/manifest.json")).unwrap_or_default();
        Manifest(serde_json::from_slice(&text).unwrap_or_default())
    }

    /// The files for a page: what all pages share, then its own part.
    fn of(&self, page: Page) -> Parts {
        let own = page.part().and_then(|part| {
            let named = |name: &str| name.rsplit_once('_').is_some_and(|(name, _)| name == part);
            self.0.iter().find(|(name, _)| named(name)).map(|(_, files)| files.as_slice())
        });
        let names = own.unwrap_or_default().iter().map(String::as_str);
        Parts(
            ["frontend_bg"]
                .into_iter()
                .chain(names)
                .map(|name| format!("/pkg/{name}.wasm"))
                .collect(),
        )
    }
}

/// Leaves out what only pages show that lead to single events; they ask for it when somebody goes
/// there.
fn leave_out_events(snapshot: &mut Snapshot) {
    snapshot.transactions = Map::default();
    for alert in snapshot.alerts.values_mut() {
        alert.events.clear();
    }
}

/// The state that a page starts from.
fn initial(shared: &Shared, query: Option<&str>) -> Result<Initial, Problem> {
    let status = shared.status()?;
    let asked = query.unwrap_or_default().split('&').find_map(|pair| pair.strip_prefix("book="));
    let book = match asked.filter(|book| !book.is_empty()) {
        None => status.book.clone(),
        Some(text) => {
            let text = text.replace("%3A", ":").replace("%3a", ":");
            text.parse::<Book>().map_err(|error| Problem::parameter("book", error))?
        }
    };
    let gone = || Problem::new(StatusCode::NOT_FOUND, format!("the book {book} is not kept"));
    let hub = shared.hub.book(&book).ok_or_else(gone)?;
    let hello = ws::hello(&shared.hub, &hub.snapshot());
    Ok(Initial { hello, status: (*status).clone() })
}

/// Only our own script, style and connections; nobody frames a page.
fn protect() {
    let (Some(nonce), Some(response)) =
        (leptos::nonce::use_nonce(), use_context::<ResponseOptions>())
    else {
        return;
    };
    let policy = format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; \
         style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; \
         object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
    response.insert_header(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.insert_header(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_asks_for_its_own_part() {
        let files = HashMap::from([
            ("summary_12".to_owned(), vec!["chunk_5".to_owned(), "split_summary_12".to_owned()]),
            ("desk_34".to_owned(), vec!["split_desk_34".to_owned()]),
        ]);
        let check = |path: &str, expected: &[&str]| {
            assert_eq!(Manifest(files.clone()).of(Page::at(path)).0, expected, "{path}");
        };
        let main = "/pkg/frontend_bg.wasm";
        check("/", &[main, "/pkg/chunk_5.wasm", "/pkg/split_summary_12.wasm"]);
        check("/alerts/a-1", &[main, "/pkg/split_desk_34.wasm"]);
        check("/budget", &[main]);
        check("/nowhere", &[main]);
    }
}
