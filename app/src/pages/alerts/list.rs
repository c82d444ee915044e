//! The list of alerts: filters by severity, then a group for each state.

use crate::node::{Listed, list};
use leptos::prelude::*;
use markup::view;
use model::{AlertId, AlertState, Timestamp};

use super::{
    filter::{Address, Kind, STATES},
    inbox::{Detail, Group, Row, title},
};
use crate::{
    components::{
        mark::{Mark, NamedMark},
        tag::Tag,
    },
    erased::Derived,
    format,
    node::{Node, Show},
    state::Live,
};

/// The list, beside the alert that is shown.
#[component]
pub fn List(
    /// Where one is.
    address: Address,
    /// The alert that is shown.
    shown: Derived<Option<AlertId>>,
    /// The day that times refer to.
    today: Derived<Timestamp>,
) -> Node {
    let live = Live::expect();
    let open = Derived::new(move || live.alerts(|snapshot| snapshot.open_alerts().len()));
    let group = move |state| view! { <GroupView state address shown today/> };
    view! {
        <section class="inbox-list" aria-label="Inbox">
            <header>
                <h1>"Alerts"</h1>
                <p class="detail">{move || format!("{} open", format::count(open.get()))}</p>
                <ul class="toggles" aria-label="Severities shown">
                    {Kind::ALL.map(|kind| view! { <Toggle kind address/> }).collect_view()}
                </ul>
            </header>
            {STATES.map(group).collect_view()}
        </section>
    }
    .into_any()
}

/// Shows or hides a severity: a link, so that it works without script.
#[component]
fn Toggle(
    /// Which.
    kind: Kind,
    /// Where one is.
    address: Address,
) -> Node {
    let live = Live::expect();
    let count = Derived::new(move || {
        live.alerts(|snapshot| {
            let open = snapshot.alerts.values().filter(|alert| alert.state.is_open());
            open.filter(|alert| Kind::of(alert.severity) == kind).count()
        })
    });
    let on = Derived::new(move || address.filter.get().has_kind(kind));
    let href = move || address.filtered(address.filter.get().toggled(kind));
    let word = move || {
        let state = if on.get() { "shown" } else { "hidden" };
        format!(" {}, {state}", kind.name())
    };
    view! {
        <li>
            <a class="toggle" class:off=move || !on.get() href=href title=kind.shape().word() data-noscroll="">
                <Mark shape=Derived::from(kind.shape())/>
                {move || format::count(count.get())}
                <span class="unseen">{word}</span>
            </a>
        </li>
    }
}

/// The alerts in one state. A group without alerts is left out, but for those that wait.
#[component]
fn GroupView(
    /// The state.
    state: AlertState,
    /// Where one is.
    address: Address,
    /// The alert that is shown.
    shown: Derived<Option<AlertId>>,
    /// The day that times refer to.
    today: Derived<Timestamp>,
) -> Node {
    let live = Live::expect();
    let group = Derived::new(move || {
        let filter = address.filter.get();
        live.alerts(|snapshot| Group::of(snapshot, state, filter))
    });
    let total = Derived::new(move || group.with(|group| group.total));
    let there = Derived::new(move || {
        let waits = state == AlertState::Firing;
        address.filter.get().has_state(state) && (waits || total.get() > 0)
    });
    let note = move || group.with(Group::note);
    let ids = move || group.with(|group| group.shown.clone());
    let row = move |id: AlertId| Listed {
        key: id.to_string(),
        view: Box::new(move || view! { <RowView id address shown today/> }),
    };
    view! {
        <Show when=move || there.get()>
            <section class="group" class:waits=state == AlertState::Firing>
                <header>
                    <h2>{title(state)} " " {move || format::count(total.get())}</h2>
                    <p>{note}</p>
                    <Alone state address/>
                </header>
                <Show when=move || total.get() == 0>
                    <p class="nothing">"Nothing waits for you"</p>
                </Show>
                <ol>
                    {list(move || ids().into_iter().map(row).collect())}
                </ol>
            </section>
        </Show>
    }
    .into_any()
}

/// Shows one group alone, or all again.
#[component]
fn Alone(
    /// The state of the group.
    state: AlertState,
    /// Where one is.
    address: Address,
) -> Node {
    let alone = Derived::new(move || address.filter.get().is_only(state));
    let href = move || address.filtered(address.filter.get().only(state));
    let words = move || if alone.get() { "Show all" } else { "Only these" };
    view! {
        <a class="alone" href=href data-noscroll="">
            {words}
            <span class="unseen">", " {title(state).to_ascii_lowercase()}</span>
        </a>
    }
}

#[component]
fn RowView(
    /// The alert.
    id: AlertId,
    /// Where one is.
    address: Address,
    /// The alert that is shown.
    shown: Derived<Option<AlertId>>,
    /// The day that times refer to.
    today: Derived<Timestamp>,
) -> Node {
    let live = Live::expect();
    let row = {
        let id = id.clone();
        Derived::after(move |before: Option<&Option<Row>>| {
            let today = today.get();
            let now = live.alerts(|snapshot| {
                snapshot.alerts.get(&id).map(|alert| Row::of(snapshot, alert, today))
            });
            now.or_else(|| before.cloned().flatten())
        })
    };
    let text = move |read: fn(&Row) -> String| {
        Derived::new(move || row.with(|row| row.as_ref().map(read).unwrap_or_default()))
    };
    let (name, fired) = (text(|row| row.title.clone()), text(|row| row.fired.clone()));
    let topic = text(|row| row.topic.to_owned());
    let tag = Derived::new(move || row.with(|row| row.as_ref().and_then(|row| row.tag)));
    let shape = move || row.with(|row| row.as_ref().map(|row| row.shape));
    let waits = Derived::new(move || row.with(|row| row.as_ref().is_some_and(|row| row.waits)));
    let here = {
        let id = id.clone();
        Derived::new(move || shown.with(|shown| shown.as_ref() == Some(&id)))
    };
    let current = move || {
        let page = address.asked.with(Option::is_some);
        here.get().then_some(if page { "page" } else { "true" })
    };
    let href = move || address.alert(id.as_str());
    view! {
        <li class:waits=move || waits.get() class:here=move || here.get()>
            {move || shape().map(|shape| view! { <NamedMark shape=Derived::from(shape)/> })}
            <a class="title ellipsis" href=href title=name aria-current=current>
                {name}
            </a>
            <time>{fired}</time>
            <p class="detail">
                <span>{topic}</span>
                " "
                {move || tag.get().map(|provenance| view! { <Tag provenance/> " " })}
                <span class="ellipsis">{move || follows(live, row)}</span>
            </p>
        </li>
    }
    .into_any()
}

/// What follows for a row: counts down where the clock runs, so only such a row ticks.
fn follows(live: Live, row: Derived<Option<Row>>) -> String {
    match row.with(|row| row.as_ref().map(|row| row.detail.clone())) {
        Some(Detail::Escalates(at)) => {
            format!("Escalates in {}", format::countdown(at.since(live.now())))
        }
        Some(Detail::Words(words)) => words,
        None => String::new(),
    }
}
