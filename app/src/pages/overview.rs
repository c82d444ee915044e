//! The overview: four questions, seven strips on one clock, the stream of alerts.

pub mod attention;
pub mod band;
pub mod domain;
pub mod foot;
pub mod micrograph;
pub mod stream;
pub mod trend;
pub mod verdict;

#[cfg(test)]
mod tests;

use leptos::prelude::*;
use markup::view;
use model::{Book, Provenance, Severity, Timestamp, Topic};

use self::{
    attention::AttentionCell,
    band::Band,
    domain::{Direction, Reading},
    foot::Foot,
    micrograph::WhereCell,
    stream::Stream,
    trend::TrendCell,
};
use crate::{
    components::{
        bar::link,
        figure::Figure,
        mark::{Mark, Shape},
        tag::Tag,
    },
    erased::{Derived, shown, text},
    format,
    node::{Node, Show},
    state::Live,
    title::Title,
};

/// The overview.
#[component]
pub fn Overview() -> Node {
    let strips = Topic::ALL.map(|topic| view! { <Strip topic/> });
    view! {
        <Title text="Overview"/>
        <div class="overview">
            <Band/>
            <div class="floor">
                <section class="strips" aria-label="Domains">
                    <Heads/>
                    {strips.collect_view()}
                </section>
                <Stream/>
            </div>
            <Foot/>
        </div>
    }
    .into_any()
}

/// Column heads; the clock that all strips share.
#[component]
fn Heads() -> Node {
    let live = Live::expect();
    let minute = Derived::new(move || live.now().floor(Timestamp::MINUTE));
    let tick =
        move |back: i64| text(move || format::clock(minute.get().plus(-back * Timestamp::MINUTE)));
    view! {
        <div class="heads">
            <span>"Domain, now"</span>
            <svg class="ticks" aria-hidden="true">
                <text x="0" y="12">{tick(60)}</text>
                <text x="25%" y="12" text-anchor="middle">{tick(45)}</text>
                <text x="50%" y="12" text-anchor="middle">{tick(30)}</text>
                <text x="75%" y="12" text-anchor="middle">{tick(15)}</text>
                <text class="now" x="100%" y="12" text-anchor="end">{tick(0)} " now"</text>
            </svg>
            <span>"Where"</span>
            <span>"Needs attention"</span>
        </div>
    }
    .into_any()
}

/// Age of a domain, and whether it is past its deadline.
fn age_of(live: Live, topic: Topic) -> Derived<(Option<i64>, bool)> {
    Derived::new(move || {
        let now = live.now();
        let age = live.topic(topic, |snapshot| domain::age(snapshot, topic, now));
        let deadline = live.status(|status| verdict::stale_after(status, topic));
        (age.map(|age| age / Timestamp::SECOND), age.is_some_and(|age| age > deadline))
    })
}

/// One domain.
#[component]
fn Strip(
    /// The domain.
    topic: Topic,
) -> Node {
    let live = Live::expect();
    let age = age_of(live, topic);
    let stale = Derived::new(move || age.get().1);
    let worst = Derived::new(move || live.alerts(|snapshot| snapshot.worst_severity(topic)));
    let book = Derived::new(move || live.book_of(topic));
    let class = move || {
        let provenance = match book.get() {
            Book::Real | Book::Mixed => "",
            Book::Simulated => " sim",
            Book::Drill(_) => " drill",
            Book::Replay(_) => " replay",
        };
        let severity = match worst.get() {
            Some(Severity::Critical | Severity::Emergency) => " crit",
            Some(Severity::Warning) => " warn",
            _ => "",
        };
        let stale = if stale.get() { " stale" } else { "" };
        format!("strip{severity}{provenance}{stale}")
    };
    view! {
        <article class=text(class)>
            <Now topic age/>
            <TrendCell topic/>
            <WhereCell topic/>
            <AttentionCell topic/>
        </article>
    }
    .into_any()
}

/// Name, age, headline figure, how it moved, one line of context.
#[component]
fn Now(
    /// The domain.
    topic: Topic,
    /// Its age in seconds, and whether it is stale.
    age: Derived<(Option<i64>, bool)>,
) -> Node {
    let live = Live::expect();
    let minute = Derived::new(move || live.now().floor(Timestamp::MINUTE));
    let reading = Derived::new(move || {
        let now = minute.get();
        live.topic(topic, |snapshot| Reading::of(snapshot, topic, now))
    });
    let number = Derived::new(move || reading.with(|reading| reading.number.clone()));
    let provenance = Derived::new(move || live.book_of(topic).provenance());
    let href = link(topic.path());
    view! {
        <div class="now">
            <h2>
                <a href=move || href.get()>{topic.title()}</a>
                {shown(
                    move || provenance.get() != Provenance::Real,
                    move || view! { <Tag provenance/> }.into_any(),
                )}
            </h2>
            <Age topic age/>
            <p class="value">
                <Figure number/>
                <Delta reading/>
            </p>
            <p class="context ellipsis">{move || reading.with(|reading| reading.context.clone())}</p>
        </div>
    }
    .into_any()
}

#[component]
fn Age(
    /// The domain.
    topic: Topic,
    /// Its age in seconds, and whether it is stale.
    age: Derived<(Option<i64>, bool)>,
) -> Node {
    let live = Live::expect();
    let stale = Derived::new(move || age.get().1);
    let millis = move || age.get().0.map(|seconds| seconds * Timestamp::SECOND);
    let short = move || millis().map_or_else(|| format::MISSING.to_owned(), format::age);
    let long = move || format!("Stale {}", millis().map(format::span).unwrap_or_default());
    let newest = move || {
        live.topic(topic, |snapshot| snapshot.newest.get(&topic).copied())
            .map(|at| format!("as of {}", format::clock_seconds(at)))
    };
    view! {
        <p class="age" title=newest>
            <Show when=move || stale.get() fallback=move || short>
                <Mark shape=Shape::Stale/>
                {long}
            </Show>
        </p>
    }
}

#[component]
fn Delta(
    /// What the strip says.
    reading: Derived<Reading>,
) -> Node {
    let delta = Derived::new(move || reading.with(|reading| reading.delta.clone()));
    Node::from(move || {
        delta.get().map(|(direction, text)| {
            let (path, word) = match direction {
                Direction::Up => ("M4 1.5 7.5 6.5H.5Z", "up "),
                Direction::Down => ("M4 6.5.5 1.5h7Z", "down "),
            };
            view! {
                <span class="delta">
                    <svg viewBox="0 0 8 8" aria-hidden="true">
                        <path d=path></path>
                    </svg>
                    <span class="unseen">{word}</span>
                    {text}
                </span>
            }
        })
    })
}
