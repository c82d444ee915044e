//! The page of a domain: title row, key figures, charts, a table of all entities, and the drawer
//! with the event behind a row. A domain says what to show as plain data; this file shows it.

mod content;
mod drawer;
mod history;
#[cfg(all(test, feature = "ssr"))]
mod tests;

use leptos::prelude::*;
use markup::view;
use model::{Provenance, Severity, Snapshot, Timestamp, Topic};

pub use self::{
    content::{
        Content, KeyFigure, alarms, attention, bank, level, line, lines, points, quiet, worst,
    },
    history::{History, Observation, Watched},
};
use self::{drawer::Drawer, history::follow};
use crate::{
    charts::frame::{ChartFrame, NARROW, Panel, WIDE},
    components::{
        figure::{Figure, Number},
        grid::GridTable,
        mark::{Mark, NamedMark, Shape},
        page::PageHead,
        tag::Tag,
    },
    erased::Derived,
    format,
    node::Node,
    place::Place,
    state::Live,
};

/// What is fixed about the page of a domain.
#[derive(Debug, Clone, Copy)]
pub struct Domain {
    /// The topic.
    pub topic: Topic,
    /// What the page shows at a moment.
    pub content: fn(&Snapshot, Timestamp, &History) -> Content,
    /// The figure of which the page draws a line for each entity.
    pub watched: Option<Watched>,
    /// Whether it is drawn anew only once a second, since its table is long and always new.
    pub steady: bool,
}

/// The page of a domain.
#[component]
pub fn DomainPage(
    /// Which.
    domain: Domain,
) -> Node {
    let live = Live::expect();
    let history = follow(live, domain);
    let content = content(live, domain, history);
    let as_table = RwSignal::new(false);
    let place = Place::expect();
    let open = Derived::new(move || place.query("event").filter(|id| !id.is_empty()));
    let fresh = Derived::new(move || freshness(live, domain.topic));
    let provenance = Derived::new(move || live.book_of(domain.topic).provenance());
    let detail = Derived::new(move || content.with(|content| content.detail.clone()));
    let age = Derived::new(move || fresh.with(|fresh| fresh.words.clone()));
    let panels = move |range: fn(&Content) -> &[Panel]| {
        let count = Derived::new(move || content.with(|content| range(content).len()));
        move || {
            (0..count.get())
                .map(|index| panel(content, range, index, as_table).into_any())
                .collect::<Vec<_>>()
        }
    };
    view! {
        <div
            class=move || format!("domain {}", provenance.get().name())
            class:stale=move || fresh.with(|fresh| fresh.stale)
            class:with-drawer=move || open.with(Option::is_some)
        >
            <div class="domain-main">
                <PageHead title=domain.topic.title() detail age>
                    {move || (provenance.get() != Provenance::Real).then(|| view! { <Tag provenance/> })}
                    {move || fresh.with(|fresh| fresh.stale).then(stale_mark)}
                    <Switch as_table/>
                </PageHead>
                {view! { <KeyFigures content/> }.into_any()}
                <div class="main-panels">{panels(|content| &content.main)}</div>
                <div class="side-panels">{panels(|content| &content.side)}</div>
                {view! { <Entities content/> }.into_any()}
            </div>
            {move || open.get().map(|id| view! { <Drawer topic=domain.topic id content/> }.into_any())}
        </div>
    }
}

fn stale_mark() -> Node {
    view! { <NamedMark shape=Derived::from(Shape::Stale)/> }
}

fn content(live: Live, domain: Domain, history: RwSignal<History>) -> Derived<Content> {
    Derived::new(move || {
        let now = live.now();
        let read =
            |snapshot: &Snapshot| history.with(|history| (domain.content)(snapshot, now, history));
        live.book();
        if domain.steady {
            return live.peek(read);
        }
        live.alerts(|_| ());
        live.rates(|_| ());
        live.topic(domain.topic, read)
    })
}

/// How old the figures are.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Freshness {
    stale: bool,
    words: String,
}

fn freshness(live: Live, topic: Topic) -> Freshness {
    let now = live.now();
    let newest = live.topic(topic, |snapshot| snapshot.newest.get(&topic).copied());
    let limit = live.status(|status| status.topic(topic).map(|topic| topic.stale_after_ms));
    let Some(newest) = newest else {
        return Freshness { stale: false, words: format!("No {} event yet", topic.name()) };
    };
    let age = now.since(newest);
    let stale = limit.is_some_and(|limit| age > limit);
    let words = if stale {
        format!("Stale {}, as of {}", format::span(age), format::clock_seconds(newest))
    } else {
        format!("Updated {}", format::ago(age))
    };
    Freshness { stale, words }
}

/// Chart | Table.
#[component]
fn Switch(
    /// Whether tables are shown in place of charts.
    as_table: RwSignal<bool>,
) -> Node {
    let side = move |table: bool, words: &'static str| {
        let pressed = move || if as_table.get() == table { "true" } else { "false" };
        view! {
            <button type="button" aria-pressed=pressed on:click=move |_| as_table.set(table)>
                {words}
            </button>
        }
    };
    view! {
        <div class="switch" role="group" aria-label="Show figures as">
            {side(false, "Chart")} {side(true, "Table")}
        </div>
    }
}

fn panel(
    content: Derived<Content>,
    range: fn(&Content) -> &[Panel],
    index: usize,
    as_table: RwSignal<bool>,
) -> Node {
    let none = || Panel {
        title: "",
        note: String::new(),
        remark: String::new(),
        chart: Err(String::new()),
    };
    let panel = Derived::new(move || {
        content.with(|content| range(content).get(index).cloned().unwrap_or_else(none))
    });
    let main = range(&content.get_untracked()).len() == 1;
    view! { <ChartFrame panel as_table first_width=if main { WIDE } else { NARROW }/> }
}

/// The row of key figures.
#[component]
fn KeyFigures(
    /// What the page shows.
    content: Derived<Content>,
) -> Node {
    let count = Derived::new(move || content.with(|content| content.figures.len()));
    let figure = move |index: usize| {
        let of = move |read: fn(&KeyFigure) -> String| {
            Derived::new(move || content.with(|content| content.figures.get(index).map(read)))
        };
        let number = Derived::new(move || {
            let number = |figure: &KeyFigure| figure.number.clone();
            content.with(|content| content.figures.get(index).map_or_else(Number::missing, number))
        });
        let (label, context) =
            (of(|figure| figure.label.to_owned()), of(|figure| figure.context.clone()));
        let mark = Derived::new(move || {
            content.with(|content| content.figures.get(index).and_then(|figure| figure.severity))
        });
        let shape =
            move |severity: Severity| view! { <Mark shape=Derived::from(Shape::of(severity))/> };
        view! {
            <div class="key-figure">
                <dt>{move || label.get()}</dt>
                <dd><Figure number/></dd>
                <dd class="context">{move || mark.get().map(shape)} <span>{move || context.get()}</span></dd>
            </div>
        }
    };
    view! { <dl class="key-figures">{move || (0..count.get()).map(figure).collect::<Vec<_>>()}</dl> }
}

/// The table of entities, or why there is none.
#[component]
fn Entities(
    /// What the page shows.
    content: Derived<Content>,
) -> Node {
    let grid = Derived::new(move || content.with(|content| content.grid.clone()));
    let empty = Derived::new(move || grid.with(|grid| grid.entries.is_empty()));
    view! {
        <section class="entities">
            {move || {
                if empty.get() {
                    let reason = content.with(|content| content.empty.clone());
                    view! { <p class="empty"><b>{format::MISSING}</b> <span>{reason}</span></p> }.into_any()
                } else {
                    view! { <GridTable grid/> }.into_any()
                }
            }}
        </section>
    }
}
