//! The lazy routes. The browser loads what a page needs when somebody opens it, in three parts:
//! the overview, the pages of the domains, and the desk where people work. Finer parts share so
//! much with each other that a page would come in dozens of files.

use leptos::prelude::*;
use leptos_router::ChooseView;
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

/// The page of a route. One type for all of them: the router compiles anew for each type.
#[derive(Debug, Clone, Copy)]
pub enum Page {
    /// The overview.
    Overview,
    /// The page of a domain.
    Domain(Topic),
    /// A page where people work.
    Desk(Desk),
}

/// Pages where people work.
#[derive(Debug, Clone, Copy)]
pub enum Desk {
    /// The alerts, with one of them opened.
    Alerts,
    /// All scenarios.
    Scenarios,
    /// One run of a scenario.
    Run,
    /// How Streamboard itself is doing.
    Operations,
}

impl ChooseView for Page {
    async fn choose(self) -> AnyView {
        match self {
            Page::Overview => summary(()).await,
            Page::Domain(topic) => domain(topic).await,
            Page::Desk(page) => desk(page).await,
        }
    }

    /// Loads the part that draws the page before the page is entered.
    async fn preload(&self) {
        #[cfg(target_arch = "wasm32")]
        match self {
            Page::Overview => __preload_summary().await,
            Page::Domain(_) => __preload_domain().await,
            Page::Desk(_) => __preload_desk().await,
        }
    }
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
