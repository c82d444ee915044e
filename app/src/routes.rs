//! The lazy routes. The browser loads what a page needs when somebody opens it, in three parts:
//! the overview, the pages of the domains, and the desk where people work. Finer parts share so
//! much with each other that a page would come in dozens of files.

use leptos::prelude::*;
use leptos_router::LazyRoute;
use model::Topic;

use crate::pages::{
    alerts, budget, compliance, operations, overview, pipelines, projects, risk, scenarios,
    systems, transactions,
};

/// The part that draws the page at `path`, by the name of its function; none where no page is.
#[cfg(feature = "ssr")]
pub fn part(path: &str) -> Option<&'static str> {
    let first = path.split('/').nth(1).unwrap_or_default();
    match first {
        "" => Some("summary"),
        "alerts" | "scenarios" | "operations" => Some("desk"),
        _ => Topic::ALL.iter().any(|topic| topic.path() == format!("/{first}")).then_some("domain"),
    }
}

/// Pages where people work.
enum Desk {
    Alerts,
    Scenarios,
    Run,
    Operations,
}

#[lazy]
fn summary(_only: ()) -> AnyView {
    overview::Overview().into_any()
}

#[lazy]
fn domain(topic: Topic) -> AnyView {
    match topic {
        Topic::Budget => budget::Budget().into_any(),
        Topic::Projects => projects::Projects().into_any(),
        Topic::Compliance => compliance::Compliance().into_any(),
        Topic::Transactions => transactions::Transactions().into_any(),
        Topic::Risk => risk::Risk().into_any(),
        Topic::System => systems::Systems().into_any(),
        Topic::Etl => pipelines::Pipelines().into_any(),
    }
}

#[lazy]
fn desk(desk: Desk) -> AnyView {
    match desk {
        Desk::Alerts => alerts::Alerts().into_any(),
        Desk::Scenarios => scenarios::Scenarios().into_any(),
        Desk::Run => scenarios::ScenarioRun().into_any(),
        Desk::Operations => operations::Operations().into_any(),
    }
}

/// A type for each route, as the router wants it: which part draws it, how that part is loaded
/// before a page is entered, and which page of the part it is.
macro_rules! routes {
    ($part:ident, $preload:ident: $($route:ident = $page:expr,)*) => {$(
        pub struct $route;

        impl LazyRoute for $route {
            fn data() -> Self {
                Self
            }

            async fn view(_this: Self) -> AnyView {
                $part($page).await
            }

            async fn preload() {
                #[cfg(target_arch = "wasm32")]
                $preload().await;
            }
        }
    )*};
}

routes! { summary, __preload_summary:
    Overview = (),
}

routes! { domain, __preload_domain:
    Budget = Topic::Budget,
    Projects = Topic::Projects,
    Compliance = Topic::Compliance,
    Transactions = Topic::Transactions,
    Risk = Topic::Risk,
    Systems = Topic::System,
    Pipelines = Topic::Etl,
}

routes! { desk, __preload_desk:
    Alerts = Desk::Alerts,
    Scenarios = Desk::Scenarios,
    ScenarioRun = Desk::Run,
    Operations = Desk::Operations,
}
