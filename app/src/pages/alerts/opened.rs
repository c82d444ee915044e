//! One alert opened: what it is, why, what is behind it, who is told next, what happened to it.

use leptos::prelude::*;
use markup::view;
use model::{Alert, AlertState, Book, Origin, Snapshot, Timestamp};

use super::{
    Shown, chart::Watch, filter::Address, inputs::Inputs, ladder::Ladder, part, timeline::Timeline,
    why::WhyPart,
};
use crate::{
    components::{
        bar::link,
        button::{Button, Key, Weight},
        mark::{Mark, Shape},
        tag::Tag,
        toast::Toasts,
    },
    erased::Derived,
    feed::{Host, escape},
    format,
    node::{Node, Show},
    pages::overview::band::take,
    state::Live,
    title::Title,
};

/// The alert that is opened, beside the list.
#[component]
pub fn Opened(
    /// The alert.
    alert: Shown,
    /// Where one is.
    address: Address,
    /// The day that times refer to.
    today: Derived<Timestamp>,
) -> Node {
    view! {
        <article class="opened" aria-labelledby="opened">
            <div class="opened-main">
                <Back address/>
                <Head alert address/>
                <WhyPart alert/>
                <Watch alert/>
                <Inputs alert/>
                <Behind alert today/>
            </div>
            <div class="opened-rail">
                <Ladder alert today/>
                <Timeline alert today/>
            </div>
        </article>
    }
    .into_any()
}

/// The way back to the list, where the list is not beside.
#[component]
pub fn Back(
    /// Where one is.
    address: Address,
) -> Node {
    view! {
        <a class="back" href=move || address.list()>
            <svg class="chevron" viewBox="0 0 8 12" aria-hidden="true">
                <path d="M6.5 1.5 2 6 6.5 10.5"></path>
            </svg>
            "Back to alerts"
        </a>
    }
}

#[component]
fn Head(
    /// The alert.
    alert: Shown,
    /// Where one is.
    address: Address,
) -> Node {
    let live = Live::expect();
    let title = part(alert, |alert| alert.title.clone());
    let document = move || match address.asked.get() {
        Some(_) => title.get(),
        None => "Alerts".to_owned(),
    };
    let summary = Derived::new(move || {
        alert.with(|alert| {
            let of = |alert: &Alert| live.alerts(|snapshot| summary(snapshot, alert));
            alert.as_ref().map(of).unwrap_or_default()
        })
    });
    view! {
        <Title text=document/>
        <header class="opened-head">
            <Facts alert/>
            <h2 id="opened">{title}</h2>
            <p class="summary">{summary}</p>
            <TakeButton alert/>
        </header>
    }
    .into_any()
}

/// What an alert says in a sentence, and whose it is.
fn summary(snapshot: &Snapshot, alert: &Alert) -> String {
    let owner = alert.owner.as_ref().map(|owner| match snapshot.people.get(owner) {
        Some(person) => format!(" {}, {}.", person.name, person.title),
        None => format!(" {}.", snapshot.person_name(owner)),
    });
    format!("{}{}", alert.summary, owner.unwrap_or_default())
}

/// Severity, since when, topic, provenance.
#[component]
fn Facts(
    /// The alert.
    alert: Shown,
) -> Node {
    let live = Live::expect();
    let shape = part(alert, |alert| Some(Shape::of_alert(alert)));
    let word = move || {
        let shape = shape.get()?;
        let class = format!("fires {}", shape.word().to_ascii_lowercase());
        Some(view! { <Mark shape=Derived::from(shape)/> <b class=class>{shape.word()}</b> })
    };
    let since = part(alert, |alert| {
        let ended = (!alert.state.is_open()).then_some(alert.changed_at);
        Some((alert.fired_at, ended))
    });
    let lasts = move || match since.get() {
        Some((fired, None)) => format!("Firing for {}", format::span(live.now().since(fired))),
        Some((fired, Some(ended))) => format!("After {}", format::span(ended.since(fired))),
        None => String::new(),
    };
    let topic = part(alert, |alert| Some(alert.topic));
    let domain = move || {
        let topic = topic.get()?;
        let href = link(topic.path());
        Some(view! { <a href=move || href.get()>{topic.title()}</a> })
    };
    let provenance = part(alert, |alert| alert.book.provenance());
    view! {
        <p class="facts">
            {word}
            <span class="since">{lasts}</span>
            {domain}
            <Tag provenance/>
        </p>
    }
    .into_any()
}

/// Takes the alert, while nobody has.
#[component]
fn TakeButton(
    /// The alert.
    alert: Shown,
) -> Node {
    let (host, toasts) = (StoredValue::new(Host::expect()), Toasts::expect());
    let waits = part(alert, |alert| alert.state == AlertState::Firing);
    let press = move || {
        let id = alert.with_untracked(|alert| alert.as_ref().map(|alert| alert.id.clone()));
        if let Some(id) = id {
            host.with_value(|host| take(host, toasts, &id));
        }
    };
    view! {
        <Show when=move || waits.get()>
            <p class="actions">
                <Button weight=Weight::Primary on_press=press>
                    "Acknowledge"
                    <Key name="A"/>
                </Button>
            </p>
        </Show>
    }
    .into_any()
}

/// The events behind an alert, each opening in the drawer of its domain.
#[component]
fn Behind(
    /// The alert.
    alert: Shown,
    /// The day that times refer to.
    today: Derived<Timestamp>,
) -> Node {
    let live = Live::expect();
    let rows = Derived::new(move || {
        let today = today.get();
        let mixed = live.book() == Book::Mixed;
        let events = |alert: &Alert| events(alert, mixed, today);
        alert.with(|alert| alert.as_ref().map(events).unwrap_or_default())
    });
    let note = move || rows.with(|rows| format!(" newest {}", format::count(rows.len())));
    view! {
        <Show when=move || rows.with(|rows| !rows.is_empty())>
            <section class="part" aria-labelledby="behind">
                <h3 id="behind">"Events behind it"<span class="quiet">{note}</span></h3>
                <div class="table-frame">
                    <table>
                        <caption class="unseen">"Events behind it, newest first"</caption>
                        <thead>
                            <tr>
                                <th scope="col">"Time"</th>
                                <th scope="col">"Topic"</th>
                                <th scope="col" class="number">"Partition"</th>
                                <th scope="col" class="number">"Offset"</th>
                            </tr>
                        </thead>
                        <tbody>
                            {move || rows.get().into_iter().map(event).collect::<Vec<_>>()}
                        </tbody>
                    </table>
                </div>
            </section>
        </Show>
    }
    .into_any()
}

/// A row of the events behind an alert.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Event {
    time: String,
    topic: String,
    /// Partition and offset; none where the event did not come from Kafka.
    position: Option<(String, String)>,
    link: String,
}

/// The events behind an alert. Their links stay in a mixed view, and else lead to its own book.
fn events(alert: &Alert, mixed: bool, today: Timestamp) -> Vec<Event> {
    let book = if mixed { &Book::Mixed } else { &alert.book };
    let (path, book) = (alert.topic.path(), escape(&book.to_string()));
    let event = |origin: &Origin| Event {
        time: when(origin.time, today),
        topic: match origin.position {
            Some(_) => format!("streamboard.{}", alert.topic),
            None => alert.topic.to_string(),
        },
        position: origin.position.map(|at| (at.partition.to_string(), format::count(at.offset))),
        link: format!("{path}?book={book}&event={}", escape(origin.event.as_str())),
    };
    alert.events.iter().map(event).collect()
}

/// A moment with milliseconds, and its day where that is not today.
fn when(time: Timestamp, today: Timestamp) -> String {
    let clock = format::clock_millis(time);
    match time.floor(Timestamp::DAY) == today {
        true => clock,
        false => format!("{}, {clock}", format::date(time, today)),
    }
}

/// The offset leads to the event; without one, the word does.
fn event(Event { time, topic, position, link }: Event) -> Node {
    let (partition, words) =
        position.unwrap_or_else(|| (format::MISSING.to_owned(), "Event".to_owned()));
    view! {
        <tr>
            <th scope="row">{time}</th>
            <td>{topic}</td>
            <td class="number">{partition}</td>
            <td class="number"><a href=link>{words}</a></td>
        </tr>
    }
}
