//! The bar: where one is, where one can go, where the figures come from, what time it is.

use leptos::prelude::*;
use markup::view;
use model::{
    Book, Severity, SourceState, Status, Timestamp, Topic,
    status::{CatchingUp, SourceMode},
};

use super::mark::{Mark, Shape};
use crate::{
    erased::{Derived, shown, text},
    feed::{Host, Theme},
    format,
    node::{Children, Node},
    pages::overview::verdict,
    place::Place,
    state::{Connection, Live},
};

/// The path of a page in the book that is shown, when the address names one.
pub fn link(path: &str) -> Derived<String> {
    let place = Place::expect();
    let path = path.to_owned();
    Derived::new(move || place.page(&path))
}

#[component]
fn Place(
    /// Path of the page.
    path: &'static str,
    /// Its name.
    #[prop(into)]
    name: String,
    /// What stands behind the name.
    #[prop(optional)]
    children: Option<Children>,
) -> Node {
    let place = Place::expect();
    let here = move || {
        place.path(|now| {
            let below =
                path != "/" && now.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'));
            (now == path || below).then_some("page")
        })
    };
    let href = link(path);
    view! {
        <a href=move || href.get() aria-current=here>
            {name}
            {children.map(|children| children())}
        </a>
    }
}

/// How many alerts need action: those that the verdict counts.
#[component]
fn Urgent() -> Node {
    let live = Live::expect();
    let urgent = Derived::new(move || {
        let counts =
            live.status(|status| live.alerts(|snapshot| verdict::counts(snapshot, status)));
        counts[Severity::Critical.index()..].iter().sum::<usize>()
    });
    let badge = move || {
        view! {
            <span class="badge">
                {move || format::count(urgent.get())}
                <span class="unseen">" critical"</span>
            </span>
        }
    };
    shown(move || urgent.get() != 0, move || badge().into_any())
}

/// The bar at the top.
#[component]
pub fn Bar() -> Node {
    let topics = Topic::ALL.map(|topic| view! { <Place path=topic.path() name=topic.title()/> });
    view! {
        <header class="bar">
            <a class="name" href="/">
                <Logo/>
                "Streamboard"
            </a>
            <nav aria-label="Pages" class="places">
                <Place path="/" name="Overview"/>
                {topics.collect_view()}
                <span class="divider" aria-hidden="true"></span>
                <Place path="/alerts" name="Alerts">
                    <Urgent/>
                </Place>
                <Place path="/scenarios" name="Scenarios"/>
                <Place path="/operations" name="Operations"/>
            </nav>
            <SourceChip/>
            <Clock/>
            <PauseButton/>
            <ThemeButton/>
        </header>
    }
    .into_any()
}

#[component]
fn Logo() -> Node {
    view! {
        <svg class="logo" viewBox="0 0 16 14" aria-hidden="true">
            <path d="M0 12.5h16V14H0ZM1.5 6.5H4V11H1.5ZM5.5 3H8v8H5.5ZM9.5 0H12v11H9.5ZM13 4.5h2V11h-2Z"></path>
        </svg>
    }
}

/// The bar at the bottom of a phone.
#[component]
pub fn BottomBar() -> Node {
    let topics = Topic::ALL.map(|topic| view! { <Place path=topic.path() name=topic.title()/> });
    view! {
        <nav class="bottom-bar" aria-label="Sections">
            <Place path="/" name="Overview"/>
            <Place path="/alerts" name="Alerts">
                <Urgent/>
            </Place>
            <details>
                <summary>"Domains"</summary>
                <div class="menu">{topics.collect_view()}</div>
            </details>
            <details>
                <summary>"More"</summary>
                <div class="menu">
                    <Place path="/scenarios" name="Scenarios"/>
                    <Place path="/operations" name="Operations"/>
                    <PauseButton/>
                    <ThemeButton/>
                </div>
            </details>
        </nav>
    }
    .into_any()
}

/// What the source chip says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chip {
    /// Mark before it.
    pub shape: Shape,
    /// In bold.
    pub state: &'static str,
    /// Behind it.
    pub detail: String,
    /// Class that gives it its texture.
    pub class: &'static str,
}

impl Chip {
    /// Reads the chip off the status, the book and the connection.
    pub fn of(status: &Status, book: &Book, connection: Connection, now: Timestamp) -> Chip {
        if let Connection::Lost(since) = connection {
            let detail = format::age(now.since(since));
            return Chip {
                shape: Shape::Missed,
                state: "Reconnecting",
                detail,
                class: "chip lost",
            };
        }
        match (book, status.state) {
            (Book::Drill(run), _) => Chip {
                shape: Shape::Simulated,
                state: "Drill",
                detail: run.clone(),
                class: "chip drill",
            },
            (Book::Replay(id), _) => {
                Chip { shape: Shape::Paused, state: "Replay", detail: id.clone(), class: "chip" }
            }
            (Book::Simulated, state) => Chip {
                shape: Shape::Simulated,
                state: "Simulated",
                detail: outage(status, state, now),
                class: "chip sim",
            },
            (Book::Real | Book::Mixed, SourceState::Live) if status.catching_up.is_some() => Chip {
                shape: Shape::Stale,
                state: "Catching up",
                detail: backlog(status),
                class: "chip",
            },
            (Book::Real | Book::Mixed, SourceState::Live) if status.mode == SourceMode::Direct => {
                Chip {
                    shape: Shape::Live,
                    state: "Without Kafka",
                    detail: match book {
                        Book::Mixed => parts(status),
                        _ => format::plural(status.feeds.len(), "feed"),
                    },
                    class: "chip",
                }
            }
            (Book::Real | Book::Mixed, SourceState::Live) => {
                let detail = if *book == Book::Mixed { parts(status) } else { lag(status) };
                Chip { shape: Shape::Live, state: "Kafka live", detail, class: "chip" }
            }
            (Book::Real | Book::Mixed, SourceState::Probing) => Chip {
                shape: Shape::Stale,
                state: "Looking for Kafka",
                detail: status.brokers.clone(),
                class: "chip",
            },
            (Book::Real | Book::Mixed, _) => Chip {
                shape: Shape::Missed,
                state: "Kafka lost",
                detail: format::age(now.since(status.since)),
                class: "chip lost",
            },
        }
    }
}

/// The longest lag of any topic: `lag 0.3 s`.
fn lag(status: &Status) -> String {
    let worst = status.topics.iter().filter_map(|topic| topic.lag_seconds).reduce(f64::max);
    worst.map(|seconds| format!("lag {} s", format::decimal(seconds, 1))).unwrap_or_default()
}

/// How much of a mixed view is simulated: `1 of 7 simulated`.
fn parts(status: &Status) -> String {
    let simulated = status.topics.iter().filter(|topic| topic.simulated).count();
    format!("{simulated} of {} simulated", status.topics.len())
}

/// What is left to read, and how long that takes: `1.2 M left, about 8 s`.
pub fn backlog(status: &Status) -> String {
    let Some(CatchingUp { records, seconds }) = status.catching_up else { return String::new() };
    let left = format!("{} left", format::about(records));
    match seconds.and_then(|seconds| i64::try_from(seconds).ok()) {
        Some(seconds) => format!("{left}, about {}", format::span(seconds * Timestamp::SECOND)),
        None => left,
    }
}

fn outage(status: &Status, state: SourceState, now: Timestamp) -> String {
    match (status.mode, state) {
        (SourceMode::Simulation, _) => {
            status.seed.map(|seed| format!("seed {seed}")).unwrap_or_default()
        }
        (SourceMode::Direct, _) => "without Kafka".to_owned(),
        (_, SourceState::Live) => "Kafka live".to_owned(),
        _ => format!("Kafka down {}", format::age(now.since(status.since))),
    }
}

/// Where the figures come from; on every page, at every width.
#[component]
fn SourceChip() -> Node {
    let live = Live::expect();
    let chip = Derived::new(move || {
        let (book, connection, now) = (live.book(), live.connection(), live.wall());
        live.status(|status| Chip::of(status, &book, connection, now))
    });
    let href = link("/operations");
    view! {
        <a class=text(move || chip.with(|chip| chip.class)) href=move || href.get()>
            <Mark shape=Derived::new(move || chip.with(|chip| chip.shape))/>
            <span class="unseen">"Source: "</span>
            <b>{text(move || chip.with(|chip| chip.state))}</b>
            <span class="detail">{move || chip.with(|chip| chip.detail.clone())}</span>
        </a>
    }
    .into_any()
}

#[component]
fn Clock() -> Node {
    let live = Live::expect();
    view! {
        <p class="clock">
            <time>{move || format::clock_seconds(live.wall())}</time>
            <span>" UTC"</span>
        </p>
    }
}

#[component]
fn PauseButton() -> Node {
    let live = Live::expect();
    let paused = move || live.paused().is_some();
    let press = move |_| if live.paused().is_some() { live.resume() } else { live.pause() };
    view! {
        <button type="button" class="icon" aria-pressed=move || paused().to_string() on:click=press>
            <svg viewBox="0 0 12 12" aria-hidden="true">
                <path d=text(move || {
                    if paused() { "M2.5 1 10.5 6 2.5 11Z" } else { "M2.5 1.5h2v9h-2ZM7.5 1.5h2v9h-2Z" }
                })></path>
            </svg>
            <span class="label">{text(move || if paused() { "Resume" } else { "Pause" })}</span>
        </button>
    }
}

#[component]
fn ThemeButton() -> Node {
    let host = Host::expect();
    let press = move |_| {
        host.wear(match host.worn() {
            Theme::Dark => Theme::Light,
            Theme::Light => Theme::Dark,
        });
    };
    view! {
        <button type="button" class="icon" on:click=press>
            <svg viewBox="0 0 14 14" aria-hidden="true">
                <path
                    fill-rule="evenodd"
                    d="M7 .5a6.5 6.5 0 1 1 0 13a6.5 6.5 0 1 1 0-13ZM7 2a5 5 0 0 0 0 10Z"
                ></path>
            </svg>
            <span class="label">"Theme"</span>
        </button>
    }
}
