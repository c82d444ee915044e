//! Banners between bar and page: what is true of every figure below. Source and drill cannot be
//! dismissed.

mod drill;

use leptos::prelude::*;
use markup::view;
use model::{Book, SourceState, Status, Timestamp, status::SourceMode};

use self::drill::{DrillBanner, DrillNotice};
use super::{
    bar::backlog,
    button::{Button, Key},
    mark::{Mark, Shape},
};
use crate::{
    erased::Derived,
    format,
    node::{Node, Show},
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
            (Book::Real | Book::Mixed, SourceState::Degraded) => Some(Notice {
                shape: Shape::Missed,
                fact: "Kafka unreachable. The last real figures are held.".to_owned(),
                detail: with_simulated(attempts(status, now), book, status),
                class: "banner lost",
            }),
            (Book::Real | Book::Mixed, SourceState::Live) if status.catching_up.is_some() => {
                Some(Notice {
                    shape: Shape::Stale,
                    fact: "Catching up with Kafka. Figures are of the past.".to_owned(),
                    detail: with_simulated(format!("Messages: {}.", backlog(status)), book, status),
                    class: "banner stale",
                })
            }
            (Book::Mixed, SourceState::Live) => Some(Notice {
                shape: Shape::Simulated,
                fact: simulated_topics(status),
                detail: "All other figures are real.".to_owned(),
                class: "banner sim",
            }),
            (Book::Real | Book::Mixed, SourceState::Probing) => Some(Notice {
                shape: Shape::Stale,
                fact: "Looking for Kafka. No figure has arrived.".to_owned(),
                detail: with_simulated(attempts(status, now), book, status),
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
        (SourceMode::Direct, _) => {
            ("Every figure below is simulated.", "Real figures are there.".to_owned())
        }
        (_, SourceState::Live) => (
            "Every figure below is simulated.",
            "Kafka is live: real figures are there.".to_owned(),
        ),
        _ => ("Kafka unreachable. Every figure below is simulated.", attempts(status, now)),
    };
    Notice { shape: Shape::Simulated, fact: fact.to_owned(), detail, class: "banner sim" }
}

/// Which topics are simulated whatever the others are: `Simulated: Risk and Pipelines.`
fn simulated_topics(status: &Status) -> String {
    let simulated = status.topics.iter().filter(|topic| topic.simulated);
    let titles: Vec<&str> = simulated.map(|topic| topic.topic.title()).collect();
    match titles.as_slice() {
        [] => String::new(),
        [one] => format!("Simulated: {one}."),
        [first @ .., last] => format!("Simulated: {} and {last}.", first.join(", ")),
    }
}

/// Adds that to what is said of a mixed view.
fn with_simulated(detail: String, book: &Book, status: &Status) -> String {
    match book {
        Book::Mixed => format!("{detail} {}", simulated_topics(status)),
        _ => detail,
    }
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
pub fn Banners() -> Node {
    view! {
        <SourceBanner/>
        <DrillBanner/>
        <PausedBanner/>
        <DrillNotice/>
    }
}

#[component]
fn SourceBanner() -> Node {
    let live = Live::expect();
    let notice = Derived::new(move || {
        let (book, connection, now) = (live.book(), live.connection(), live.wall());
        live.status(|status| Notice::of(status, &book, connection, now))
    });
    let shown = Derived::new(move || notice.with(Option::is_some));
    let text = move |of: fn(&Notice) -> String| {
        move || notice.with(|notice| notice.as_ref().map(of).unwrap_or_default())
    };
    let shape = Derived::new(move || {
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

#[component]
fn PausedBanner() -> Node {
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
    use model::status::CatchingUp;

    use super::{super::bar::Chip, *};
    use crate::fixture;

    #[test]
    fn a_backlog_is_told_until_it_is_read() {
        let mut status = fixture::initial().status;
        status.state = SourceState::Live;
        let mut check = |catching_up, chip: &str, notice: Option<&str>| {
            status.catching_up = catching_up;
            let (book, connection, now) = (Book::Real, Connection::Open, fixture::now());
            let found = Chip::of(&status, &book, connection, now);
            assert_eq!(format!("{} {}", found.state, found.detail), chip);
            let found = Notice::of(&status, &book, connection, now);
            assert_eq!(found.map(|notice| notice.detail).as_deref(), notice);
        };
        let behind = |records, seconds| Some(CatchingUp { records, seconds });
        check(
            behind(1_234_567, Some(8)),
            "Catching up 1.2 M left, about 8 s",
            Some("Messages: 1.2 M left, about 8 s."),
        );
        check(behind(12_400, None), "Catching up 12,400 left", Some("Messages: 12,400 left."));
        check(
            behind(900, Some(0)),
            "Catching up 900 left, about 0 s",
            Some("Messages: 900 left, about 0 s."),
        );
        check(None, "Kafka live lag 0.3 s", None);
        status.mode = SourceMode::Direct;
        let chip = Chip::of(&status, &Book::Real, Connection::Open, fixture::now());
        assert_eq!((chip.state, &*chip.detail), ("Without Kafka", "2 feeds"));
        assert_eq!(Notice::of(&status, &Book::Real, Connection::Open, fixture::now()), None);
    }
}
