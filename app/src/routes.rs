//! The pages and their paths. The browser loads what a page needs when somebody opens it, in three
//! parts: the overview, the pages of the domains, and the desk where people work. Finer parts
//! share so much with each other that a page would come in dozens of files.

use std::{
    pin::pin,
    task::{Context, Poll, Waker},
};

use leptos::wasm_split::{self, SplitLoaderError, wasm_split};
use model::Topic;

use crate::{
    node::Node,
    pages::{
        alerts, budget, compliance, missing, operations, overview, pipelines, projects, risk,
        scenarios, systems, transactions,
    },
};

/// A page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// The overview.
    Overview,
    /// The page of a domain.
    Domain(Topic),
    /// A page where people work.
    Desk(Desk),
    /// What is shown where no page is.
    Missing,
}

/// Pages where people work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

impl Page {
    /// The page at a path.
    pub fn at(path: &str) -> Page {
        let mut parts = path.split('/').skip(1).filter(|part| !part.is_empty());
        match (parts.next(), parts.next(), parts.next()) {
            (None, ..) => Page::Overview,
            (Some("alerts"), _, None) => Page::Desk(Desk::Alerts),
            (Some("scenarios"), None, _) => Page::Desk(Desk::Scenarios),
            (Some("scenarios"), Some(_), None) => Page::Desk(Desk::Run),
            (Some("operations"), None, _) => Page::Desk(Desk::Operations),
            (Some(name), None, _) => {
                let named = |topic: &Topic| topic.path().strip_prefix('/') == Some(name);
                Topic::ALL.into_iter().find(named).map_or(Page::Missing, Page::Domain)
            }
            _ => Page::Missing,
        }
    }

    /// The part that draws the page, by the name of its function.
    pub fn part(self) -> Option<&'static str> {
        match self {
            Page::Overview => Some("summary"),
            Page::Domain(_) => Some("domain"),
            Page::Desk(_) => Some("desk"),
            Page::Missing => None,
        }
    }

    /// Whether the page leads to single events. Every other one is served without transactions
    /// and without the events behind alerts: they are a third of the state.
    pub fn shows_events(self) -> bool {
        matches!(self, Page::Domain(_) | Page::Desk(Desk::Alerts))
    }

    /// Loads the part that draws the page, and tells whether it is there. Only a browser has
    /// anything to load.
    pub async fn load(self) -> bool {
        let loaded = match self {
            Page::Overview => load_summary().await,
            Page::Domain(_) => load_domain().await,
            Page::Desk(_) => load_desk().await,
            Page::Missing => Ok(()),
        };
        loaded.is_ok()
    }

    /// The page, whose part is there.
    pub(crate) fn view(self) -> Node {
        match self {
            Page::Overview => ready(summary(())),
            Page::Domain(topic) => ready(domain(topic)),
            Page::Desk(page) => ready(desk(page)),
            Page::Missing => missing::Missing(),
        }
    }
}

/// What a part draws. Its functions are asynchronous only because a part may have to be loaded.
fn ready(drawn: impl Future<Output = Drawn>) -> Node {
    match pin!(drawn).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(node)) => node,
        Poll::Ready(Err(_)) | Poll::Pending => Node::Empty,
    }
}

/// What a part draws, if it is there. Leptos' own `lazy` ends the whole view where it is not.
type Drawn = Result<Node, SplitLoaderError>;

#[wasm_split(summary_0, wasm_split_path = wasm_split, preload(load_summary), fallible)]
fn summary(_only: ()) -> Drawn {
    Ok(overview::Overview())
}

#[wasm_split(domain_0, wasm_split_path = wasm_split, preload(load_domain), fallible)]
fn domain(topic: Topic) -> Drawn {
    Ok(match topic {
        Topic::Budget => budget::Budget(),
        Topic::Projects => projects::Projects(),
        Topic::Compliance => compliance::Compliance(),
        Topic::Transactions => transactions::Transactions(),
        Topic::Risk => risk::Risk(),
        Topic::System => systems::Systems(),
        Topic::Etl => pipelines::Pipelines(),
    })
}

#[wasm_split(desk_0, wasm_split_path = wasm_split, preload(load_desk), fallible)]
fn desk(desk: Desk) -> Drawn {
    Ok(match desk {
        Desk::Alerts => alerts::Alerts(),
        Desk::Scenarios => scenarios::Scenarios(),
        Desk::Run => scenarios::ScenarioRun(),
        Desk::Operations => operations::Operations(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_has_its_page() {
        let check = |path: &str, page: Page| assert_eq!(Page::at(path), page, "{path}");
        check("/", Page::Overview);
        check("", Page::Overview);
        check("/budget", Page::Domain(Topic::Budget));
        check("/systems/", Page::Domain(Topic::System));
        check("/pipelines", Page::Domain(Topic::Etl));
        check("/alerts", Page::Desk(Desk::Alerts));
        check("/alerts/a-1", Page::Desk(Desk::Alerts));
        check("/scenarios", Page::Desk(Desk::Scenarios));
        check("/scenarios/r-1", Page::Desk(Desk::Run));
        check("/operations", Page::Desk(Desk::Operations));
        check("/none", Page::Missing);
        check("/budget/x", Page::Missing);
        check("/alerts/a/b", Page::Missing);
    }
}
