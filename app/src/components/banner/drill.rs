//! Banners of drills: to those who look at one, and to all others a quiet notice.

use leptos::prelude::*;
use markup::view;
use model::{
    Book, Provenance,
    scenario::{Run, RunState},
};

use crate::{
    components::{
        drill::{Order, OrderButton, in_book},
        tag::Tag,
    },
    erased::Derived,
    format,
    node::{Node, Show},
    place::Place,
    state::Live,
};

/// Whoever looks at the figures of a drill is told so.
#[component]
pub fn DrillBanner() -> Node {
    let live = Live::expect();
    let id = Derived::new(move || match live.book() {
        Book::Drill(run) => Some(run),
        _ => None,
    });
    let run = Derived::new(move || {
        let id = id.get()?;
        live.status(|status| status.runs.iter().find(|run| run.id == id).cloned())
    });
    let under_way =
        Derived::new(move || run.with(|run| run.as_ref().is_some_and(|run| run.state.is_live())));
    let fact = move || {
        let id = id.get().unwrap_or_default();
        run.with(|run| run.as_ref().map_or_else(|| format!("{id} is in its own book."), drill_fact))
    };
    let detail = move || run.with(|run| run.as_ref().map(drill_detail));
    view! {
        <Show when=move || id.with(Option::is_some)>
            <div class="banner drill" role="status">
                <Tag provenance=Provenance::Drill/>
                <p>
                    <b>{fact} " Real figures are untouched."</b>
                    <span class="detail" aria-live="off">{detail}</span>
                </p>
                <Show when=move || under_way.get()>
                    <OrderButton run order=Order::Stop/>
                </Show>
                <a
                    class="button"
                    href=move || {
                        let id = id.get().unwrap_or_default();
                        format!("/scenarios/{id}?book=drill:{id}")
                    }
                >
                    "Open drill"
                </a>
                <a class="button" href="/">"Back to now"</a>
            </div>
        </Show>
    }
    .into_any()
}

/// What a drill does in its book.
fn drill_fact(run: &Run) -> String {
    let does = match run.state {
        RunState::Running => "is running",
        RunState::Paused => "is paused",
        RunState::Finished => "has finished",
        RunState::Stopped => "was stopped",
        RunState::Interrupted => "was interrupted",
    };
    format!("{} {does} in its own book.", run.name.title())
}

/// What it has made so far.
fn drill_detail(run: &Run) -> String {
    let incidents = format::plural(run.raised.len(), "incident");
    match run.burst {
        Some(_) => format!("{} drill events", format::count(run.events)),
        None => format!("{} drill events, {incidents} raised", format::count(run.events)),
    }
}

/// A viewer of other figures learns that a drill is under way. The scenarios say so themselves.
#[component]
pub fn DrillNotice() -> Node {
    let live = Live::expect();
    let place = Place::expect();
    let notice = Derived::new(move || {
        let told = place.path(|path| path.starts_with("/scenarios"));
        match live.book() {
            Book::Drill(_) => None,
            _ if told => None,
            _ => live.status(|status| {
                let runs: Vec<&Run> =
                    status.runs.iter().filter(|run| run.state.is_live()).collect();
                runs.first().map(|run| (notice(&runs), in_book(run)))
            }),
        }
    });
    let words = move || notice.with(|notice| notice.as_ref().map(|(words, _)| words.clone()));
    let link = move || notice.with(|notice| notice.as_ref().map(|(_, link)| link.clone()));
    view! {
        <Show when=move || notice.with(Option::is_some)>
            <div class="banner notice" role="status">
                <Tag provenance=Provenance::Drill/>
                <p>{words}</p>
                <a href=link>"Open drill"</a>
            </div>
        </Show>
    }
    .into_any()
}

/// The drills that are under way, newest first, in a line.
fn notice(runs: &[&Run]) -> String {
    match runs {
        [run] => format!("{} is under way in a book of its own.", run.name.title()),
        _ => format!("{} drills are under way in books of their own.", format::word(runs.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::runs;

    #[test]
    fn a_drill_says_what_it_does() {
        let mut run = runs::market();
        assert_eq!(drill_fact(&run), "Market volatility is running in its own book.");
        assert_eq!(drill_detail(&run), "1,575 drill events, 4 incidents raised");
        run.state = RunState::Stopped;
        assert_eq!(drill_fact(&run), "Market volatility was stopped in its own book.");
        let (market, budget) = (runs::market(), runs::budget());
        assert_eq!(notice(&[&market]), "Market volatility is under way in a book of its own.");
        let two = "Two drills are under way in books of their own.";
        assert_eq!(notice(&[&market, &budget]), two);
    }
}
