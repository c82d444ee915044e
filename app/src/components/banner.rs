//! Banners between bar and page: what is true of every figure below. Source and drill cannot be
//! dismissed.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use model::{
    Book, Provenance, SourceState, Status, Timestamp,
    scenario::{Run, RunState},
    status::SourceMode,
};

use super::{
    button::{Button, Key},
    drill::{Order, OrderButton, in_book},
    mark::{Mark, Shape},
    tag::Tag,
};
use crate::{
    format,
    state::{Connection, Live},
};

/// What the source banner says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Mark before it.
    pub shape: Shape,
    /// In bold: what is so.
    pub fact: String,
    /// Since when, and what follows.
    pub detail: String,
    /// Class that gives it its texture.
    pub class: &'static str,
}

impl Notice {
    /// What must be said about source and connection; nothing while real figures arrive.
    pub fn of(
        status: &Status,
        book: &Book,
        connection: Connection,
        now: Timestamp,
    ) -> Option<Notice> {
        if let Connection::Lost(since) = connection {
            return Some(Notice {
                shape: Shape::Missed,
                fact: "Connection lost. Figures stand still.".to_owned(),
                detail: format!(
                    "Nothing has arrived since {}. Reading resumes where it stopped.",
                    format::clock_seconds(since)
                ),
                class: "banner lost",
            });
        }
        match (book, status.state) {
            (Book::Simulated, _) => Some(simulated(status, now)),
            (Book::Real, SourceState::Degraded) => Some(Notice {
                shape: Shape::Missed,
                fact: "Kafka unreachable. The last real figures are held.".to_owned(),
                detail: attempts(status, now),
                class: "banner lost",
            }),
            (Book::Real, SourceState::Probing) => Some(Notice {
                shape: Shape::Stale,
                fact: "Looking for Kafka. No figure has arrived.".to_owned(),
                detail: attempts(status, now),
                class: "banner stale",
            }),
            _ => None,
        }
    }
}

fn simulated(status: &Status, now: Timestamp) -> Notice {
    let (fact, detail) = match (status.mode, status.state) {
        (SourceMode::Simulation, _) => {
            let seed = status.seed.map(|seed| format!("Seed {seed}.")).unwrap_or_default();
            ("Every figure below is simulated.", format!("No broker is asked. {seed}"))
        }
        (_, SourceState::Live) => (
            "Every figure below is simulated.",
            "Kafka is live: real figures are there.".to_owned(),
        ),
        _ => ("Kafka unreachable. Every figure below is simulated.", attempts(status, now)),
    };
    Notice { shape: Shape::Simulated, fact: fact.to_owned(), detail, class: "banner sim" }
}

fn attempts(status: &Status, now: Timestamp) -> String {
    let since = match status.last_real {
        Some(last) => format!("No broker has answered since {}.", format::clock_seconds(last)),
        None => format!("No broker has answered at {}.", status.brokers),
    };
    match status.next_attempt {
        Some(next) => {
            let left = next.since(now).max(0) / Timestamp::SECOND;
            format!("{since} Attempt {} in {left} s.", status.attempt.saturating_add(1))
        }
        None => since,
    }
}

/// The banners, in their order: source, drill, paused, and a notice of a drill elsewhere.
#[component]
pub fn Banners() -> impl IntoView {
    view! {
        <SourceBanner/>
        <DrillBanner/>
        <PausedBanner/>
        <DrillNotice/>
    }
}

#[component]
fn SourceBanner() -> impl IntoView {
    let live = Live::expect();
    let notice = Memo::new(move |_| {
        let (book, connection, now) = (live.book(), live.connection(), live.wall());
        live.status(|status| Notice::of(status, &book, connection, now))
    });
    let shown = Memo::new(move |_| notice.with(Option::is_some));
    let text = move |of: fn(&Notice) -> String| {
        move || notice.with(|notice| notice.as_ref().map(of).unwrap_or_default())
    };
    let shape = Signal::derive(move || {
        notice.with(|notice| notice.as_ref().map_or(Shape::Simulated, |notice| notice.shape))
    });
    view! {
        <Show when=move || shown.get()>
            <div class=text(|notice| notice.class.to_owned()) role="alert">
                <Mark shape/>
                <p>
                    <b>{text(|notice| notice.fact.clone())}</b>
                    <span class="detail" aria-live="off">
                        {text(|notice| notice.detail.clone())}
                    </span>
                </p>
                <a class="button" href="/operations">"Connection"</a>
            </div>
        </Show>
    }
    .into_any()
}

/// Whoever looks at the figures of a drill is told so.
#[component]
fn DrillBanner() -> impl IntoView {
    let live = Live::expect();
    let id = Memo::new(move |_| match live.book() {
        Book::Drill(run) => Some(run),
        _ => None,
    });
    let run = Memo::new(move |_| {
        let id = id.get()?;
        live.status(|status| status.runs.iter().find(|run| run.id == id).cloned())
    });
    let under_way =
        Memo::new(move |_| run.with(|run| run.as_ref().is_some_and(|run| run.state.is_live())));
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
fn DrillNotice() -> impl IntoView {
    let live = Live::expect();
    let path = use_location().pathname;
    let notice = Memo::new(move |_| {
        let told = path.with(|path| path.starts_with("/scenarios"));
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

#[component]
fn PausedBanner() -> impl IntoView {
    let live = Live::expect();
    let since = move || live.paused().map(format::clock_seconds).unwrap_or_default();
    view! {
        <Show when=move || live.paused().is_some()>
            <div class="banner paused" role="status">
                <Mark shape=Shape::Paused/>
                <p>
                    <b>"Paused at " {since} "."</b>
                    <span class="detail">"+" {move || format::count(live.waiting())} " new"</span>
                </p>
                <Button on_press=move || live.resume()>"Resume" <Key name="Space"/></Button>
            </div>
        </Show>
    }
    .into_any()
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
