//! The stream of alerts: newest first, open and resolved lately. While the pointer or the focus
//! is in it nothing moves; what is new waits.

use leptos::prelude::*;
use markup::view;
use model::{Alert, AlertState, Book, Provenance, Severity, order};
use wasm_bindgen::JsCast;

use super::verdict::standing;
use crate::{
    components::{
        bar::link,
        button::{Button, Weight},
        mark::{NamedMark, Shape},
        tag::Tag,
    },
    erased::{Derived, shown, text},
    format,
    node::Node,
    node::{Listed, list},
    state::Live,
};

/// Most rows.
const MOST: usize = 24;

/// A row, without what the clock changes.
#[derive(Debug, Clone, PartialEq)]
struct Row {
    alert: Alert,
}

impl Row {
    /// What makes it another row: the alert changed.
    fn listed(self, tagged: Derived<bool>) -> Listed {
        let Row { alert } = self;
        Listed {
            key: format!("{} {}", alert.id, alert.sequence),
            view: Box::new(move || view! { <StreamRow alert tagged/> }.into_any()),
        }
    }
}

/// The rail of alerts.
#[component]
pub fn Stream() -> Node {
    let live = Live::expect();
    let newest = Derived::new(move || {
        live.alerts(|snapshot| {
            let mut alerts: Vec<&Alert> = snapshot.alerts.values().collect();
            order::sort(&mut alerts, |a, b| Alert::by_change(a, b));
            let row = |alert: &&Alert| Row { alert: (*alert).clone() };
            alerts.iter().take(MOST).map(row).collect::<Vec<_>>()
        })
    });
    let held = RwSignal::new(None::<Vec<Row>>);
    let tagged = Derived::new(move || live.book() != Book::Real);
    let rows = move || {
        let shown = held.get().unwrap_or_else(|| newest.get());
        shown.into_iter().map(|row| row.listed(tagged)).collect()
    };
    let waiting = Derived::new(move || {
        let held = held.get();
        let fresh = |held: &Vec<Row>| {
            newest.with(|newest| newest.iter().filter(|row| !held.contains(row)).count())
        };
        held.as_ref().map_or(0, fresh)
    });
    // Whether the pointer is in it, and whether the focus is.
    let within = StoredValue::new((false, false));
    let settle = move || match (within.get_value(), held.with_untracked(Option::is_some)) {
        ((false, false), true) => held.set(None),
        ((true, _) | (_, true), false) => held.set(Some(newest.get_untracked())),
        _ => {}
    };
    let point = move |there: bool| {
        within.update_value(|within| within.0 = there);
        settle();
    };
    let focus = move |there: bool| {
        within.update_value(|within| within.1 = there);
        settle();
    };
    let release = move || {
        within.set_value((false, false));
        settle();
    };
    let fresh = move || {
        view! {
            <p class="waiting" role="status">
                <Button weight=Weight::Quiet on_press=release>
                    {move || format!("{} new", waiting.get())}
                </Button>
            </p>
        }
    };
    view! {
        <section class="stream" aria-label="Alerts">
            <StreamHead/>
            {shown(move || waiting.get() != 0, move || fresh().into_any())}
            <ol
                on:mouseenter=move |_| point(true)
                on:mouseleave=move |_| point(false)
                on:focusin=move |_| focus(true)
                on:focusout=move |event| if !stays(&event) { focus(false) }
            >
                {list(rows)}
            </ol>
        </section>
    }
    .into_any()
}

/// Whether the focus only moves along within what listens.
fn stays(event: &leptos::ev::FocusEvent) -> bool {
    let node = |target: Option<web_sys::EventTarget>| target?.dyn_into::<web_sys::Node>().ok();
    let (list, next) = (node(event.current_target()), node(event.related_target()));
    list.is_some_and(|list| next.is_some() && list.contains(next.as_ref()))
}

#[component]
fn StreamHead() -> Node {
    let live = Live::expect();
    let counts = Derived::new(move || live.alerts(|snapshot| snapshot.alert_counts()));
    let all = link("/alerts");
    let part = move |of: fn([usize; 4]) -> usize| text(move || format::count(of(counts.get())));
    view! {
        <h2 class="head">
            <a href=move || all.get()>
                <b>"Alerts " {part(|counts| counts.iter().sum())}</b>
            </a>
            <span>"Critical " {part(|[_, _, critical, emergency]| critical + emergency)}</span>
            <span>"Warning " {part(|counts| counts[1])}</span>
            <span>"Info " {part(|counts| counts[0])}</span>
        </h2>
    }
    .into_any()
}

#[component]
fn StreamRow(
    /// The alert.
    alert: Alert,
    /// Whether it must be marked as not real.
    tagged: Derived<bool>,
) -> Node {
    let live = Live::expect();
    let href = link(&format!("/alerts/{}", alert.id));
    let shape = Shape::of_alert(&alert);
    let urgent = alert.state == AlertState::Firing && alert.severity >= Severity::Warning;
    let provenance: Provenance = alert.book.provenance();
    let (topic, title, at) = (alert.topic.title(), alert.title.clone(), alert.changed_at);
    let counting = alert.escalation.as_ref().is_some_and(|level| level.next_at.is_some());
    let now = move || if counting { live.now() } else { untrack(|| live.now()) };
    view! {
        <li class:urgent=urgent>
            <time>{format::clock(at)}</time>
            <NamedMark shape/>
            <a class="title ellipsis" title=title.clone() href=move || href.get()>
                {title.clone()}
            </a>
            <p class="detail">
                <span>{topic}</span>
                " "
                <span class="ellipsis">{move || standing(&alert, now())}</span>
                {shown(move || tagged.get(), move || view! { <Tag provenance/> }.into_any())}
            </p>
        </li>
    }
    .into_any()
}
