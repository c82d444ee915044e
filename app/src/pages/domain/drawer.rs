//! The event behind a row: what it changed, where it came from, its payload. The address holds
//! it. What the row already knows is there at once, also without script; the rest is asked for.

mod fields;
mod load;

use leptos::{html, prelude::*};
use markup::view;
use model::{AlertId, Origin, Recorded, Topic, book::Provenance};
use wasm_bindgen::JsCast;

use self::{
    fields::{Field, changes, fields},
    load::{Found, load},
};
use super::Content;
use crate::{
    components::{
        button::{Button, Key, Weight},
        mark::{Mark, Shape},
        tag::Tag,
        toast::Toasts,
    },
    erased::Derived,
    feed::Host,
    feed::escape,
    format,
    node::Node,
    place::Place,
    state::Live,
};

/// The row that an event stands behind.
#[derive(Debug, Clone, PartialEq)]
struct Known {
    name: String,
    entity: String,
    origin: Origin,
}

/// The drawer with one event.
#[component]
pub fn Drawer(
    /// Topic of the page.
    topic: Topic,
    /// The event.
    id: String,
    /// What the page shows: the row with this event is in it.
    content: Derived<Content>,
) -> Node {
    let known = known(&content.get_untracked(), &id);
    let found = load(&id);
    let node = NodeRef::<html::Aside>::new();
    take_focus(node);
    let close = closer();
    let name = known.as_ref().map_or_else(|| topic.entity().to_owned(), |known| known.name.clone());
    let title = move || found.with(|found| found.event().map(headline).unwrap_or_default());
    let asked = id.clone();
    let escape = close.clone();
    view! {
        <aside
            class="drawer"
            node_ref=node
            tabindex="-1"
            aria-label="Event"
            on:keydown=move |event| if event.key() == "Escape" { escape() }
        >
            <header>
                <p class="trail">{topic.title()} " \u{203a} " {name.clone()} " \u{203a} " <span>"event"</span></p>
                <Key name="Esc"/>
                <button type="button" class="close" aria-label="Close" on:click=move |_| close()>
                    <Mark shape=Derived::from(Shape::Missed)/>
                </button>
            </header>
            <h2>{name}</h2>
            <p class="small">{title}</p>
            <Changed found id=id.clone()/>
            <Origins topic known found id/>
            {move || found.with(|found| body(found, &asked))}
            <footer><Actions found/></footer>
        </aside>
    }
}

fn known(content: &Content, id: &str) -> Option<Known> {
    let entries = &content.grid.entries;
    entries.iter().find(|entry| entry.origin.event.as_str() == id).map(|entry| Known {
        name: entry.cells.first().map_or_else(|| entry.entity.clone(), |cell| cell.words.clone()),
        entity: entry.entity.clone(),
        origin: entry.origin.clone(),
    })
}

fn headline(event: &Recorded) -> String {
    format!("{}, {}", event.envelope.kind, format::moment_full(event.envelope.time))
}

/// What differs from the event before, and the alerts that it raised.
#[component]
fn Changed(found: RwSignal<Found>, id: String) -> Node {
    let live = Live::expect();
    let raised = Derived::new(move || {
        live.alerts(|snapshot| {
            let of = |alert: &&model::Alert| {
                alert.events.iter().any(|origin| origin.event.as_str() == id)
            };
            let alerts = snapshot.alerts.values().filter(of);
            alerts
                .map(|alert| (alert.id.clone(), alert.title.clone(), Shape::of_alert(alert)))
                .collect::<Vec<_>>()
        })
    });
    let rows = move || {
        found.with(|found| match found {
        Found::Here { event, before: Some(before) } => {
            let rows = changes(&before.data, &event.data);
            if rows.is_empty() {
                return view! { <p class="small">"Repeats the event before it."</p> }.into_any();
            }
            let row = |(field, before, after): (String, String, String)| view! {
                <tr><th scope="row">{field}</th><td>{before}</td><td><b>{after}</b></td></tr>
            };
            view! {
                <table class="changes">
                    <caption class="unseen">"Fields that differ from the event before"</caption>
                    <thead class="unseen"><tr><th scope="col">"Field"</th><th scope="col">"Before"</th><th scope="col">"After"</th></tr></thead>
                    <tbody>{rows.into_iter().map(row).collect::<Vec<_>>()}</tbody>
                </table>
            }.into_any()
        }
        Found::Here { before: None, .. } => view! { <p class="small">"The first event of this entity that is kept."</p> }.into_any(),
        Found::Asked => view! { <p class="block" aria-hidden="true"></p> }.into_any(),
        Found::Failed(_) => view! { <p class="small">{format::MISSING}</p> }.into_any(),
    })
    };
    let alert = |(id, title, shape): (AlertId, String, Shape)| {
        let href = format!("/alerts/{}", escape(id.as_str()));
        view! {
            <p class="raised">
                <Mark shape=Derived::from(shape)/> <b>"Raised: " {title}</b> <a href=href>"Open alert"</a>
            </p>
        }
    };
    view! {
        <section>
            <h3>"What it changed"</h3>
            {rows}
            {move || raised.get().into_iter().map(alert).collect::<Vec<_>>()}
        </section>
    }
}

/// Book, place in Kafka and identity: from the row at once, in full from the event.
#[component]
fn Origins(topic: Topic, known: Option<Known>, found: RwSignal<Found>, id: String) -> Node {
    let live = Live::expect();
    let provenance = Derived::new(move || {
        let stored = found.with(|found| found.event().map(|event| event.book.provenance()));
        stored.unwrap_or_else(|| live.book_of(topic).provenance())
    });
    let run = move || {
        let book = found.with(|found| found.event().map(|event| event.book.clone()));
        let book = book.unwrap_or_else(|| live.book());
        let named = matches!(book.provenance(), Provenance::Drill | Provenance::Replayed);
        named.then(|| book.to_string())
    };
    let rows = move || {
        let rows = found.with(|found| places(topic, known.as_ref(), found.event(), &id));
        let row = |Field { name, words }: Field| view! { <dt>{name}</dt> <dd>{words}</dd> };
        rows.into_iter().map(row).collect::<Vec<_>>()
    };
    view! {
        <section>
            <h3>"Where it came from"</h3>
            <dl class="places">
                <dt>"Book"</dt>
                <dd><Tag provenance/> " " {run}</dd>
                {rows}
            </dl>
        </section>
    }
}

fn places(topic: Topic, known: Option<&Known>, event: Option<&Recorded>, id: &str) -> Vec<Field> {
    let position = event
        .and_then(|event| event.position)
        .or_else(|| known.and_then(|known| known.origin.position));
    let position = position.map_or_else(
        || "did not come through Kafka".to_owned(),
        |at| format!("{}, {}", at.partition, format::count(at.offset)),
    );
    let key = event.map(|event| event.envelope.subject.clone());
    let key = key.or_else(|| known.map(|known| known.entity.clone()));
    let sequence = event.map(|event| event.log_sequence);
    let sequence = sequence.or_else(|| known.map(|known| known.origin.sequence));
    let time = event.map(|event| event.envelope.time);
    let time = time.or_else(|| known.map(|known| known.origin.time));
    let missing = || format::MISSING.to_owned();
    let mut rows = vec![
        Field::new("Topic", topic.name()),
        Field::new("Partition, offset", position),
        Field::new("Key", key.unwrap_or_else(missing)),
        Field::new("Event id", id),
        Field::new("Sequence", sequence.map_or_else(missing, format::count)),
        Field::new("Event time", time.map_or_else(missing, format::clock_millis)),
    ];
    if let Some(event) = event {
        let envelope = &event.envelope;
        let latency = event.received.since(envelope.time);
        let schema = envelope.dataschema.clone().unwrap_or_else(|| envelope.kind.clone());
        rows.push(Field::new("Received", format!("+{} ms", format::count(latency.max(0)))));
        rows.push(Field::new("Source", envelope.source.clone()));
        rows.push(Field::new("Schema", schema));
        let correlation = envelope.correlation.clone();
        rows.extend(correlation.map(|correlation| Field::new("Correlation", correlation)));
    }
    rows
}

/// The payload, or why it is not there.
fn body(found: &Found, id: &str) -> Node {
    match found {
        Found::Asked => view! {
            <section aria-busy="true"><h3>"Payload"</h3><p class="block tall"></p></section>
        }
        .into_any(),
        Found::Failed(reason) => {
            let (reason, id) = (reason.clone(), id.to_owned());
            let again = use_context::<load::Retry>();
            view! {
                <section class="failed">
                    <p><Mark shape=Derived::from(Shape::Missed)/> <b>"Not loaded"</b></p>
                    <p class="small">"The payload was asked for and " {reason} ". The figures on the page are unaffected."</p>
                    <Button on_press=move || if let Some(again) = &again { again.run(&id) }>"Try again"</Button>
                </section>
            }
            .into_any()
        }
        Found::Here { event, .. } => {
            let row = |Field { name, words }: Field| {
                view! { <tr><th scope="row">{name}</th><td>{words}</td></tr> }
            };
            let rows: Vec<_> = fields(&event.data).into_iter().map(row).collect();
            view! {
                <section>
                    <h3>"Payload"</h3>
                    <table class="payload">
                        <caption class="unseen">"Fields of the payload"</caption>
                        <tbody>{rows}</tbody>
                    </table>
                    <p class="small quiet">"Money is in minor units on the wire."</p>
                </section>
            }
            .into_any()
        }
    }
}

/// The event before, and the address of this one.
#[component]
fn Actions(found: RwSignal<Found>) -> Node {
    let toasts = Toasts::expect();
    let place = Place::expect();
    let before = move || {
        let before = found.with(|found| found.before().map(|before| before.envelope.id.clone()))?;
        let book = place.query("book");
        let book = book.map(|book| format!("book={}&", escape(&book))).unwrap_or_default();
        let href = format!("?{book}event={}", escape(before.as_str()));
        Some(view! { <a class="button" href=href data-noscroll="">"Previous event"</a> })
    };
    let copy = move || {
        let copied = web_sys::window().map(|window| {
            let href = window.location().href().unwrap_or_default();
            // The promise is not awaited: where the clipboard is refused, the address bar has it.
            drop(window.navigator().clipboard().write_text(&href));
        });
        if copied.is_some() {
            toasts.done("Link copied");
        }
    };
    view! { {before} <Button weight=Weight::Quiet on_press=copy>"Copy link"</Button> }
}

/// Closes the drawer by taking the event out of the address; everything else in it stays.
fn closer() -> impl Fn() + Clone + 'static {
    let (place, host) = (Place::expect(), Host::expect());
    move || {
        let book = untrack(|| place.query("book"));
        let target = book.map_or_else(|| "?".to_owned(), |book| format!("?book={}", escape(&book)));
        place.go(&host, &target);
    }
}

/// Moves the focus into the drawer, and back to where it was once the drawer is closed.
fn take_focus(node: NodeRef<html::Aside>) {
    let before = StoredValue::new_local(None::<web_sys::HtmlElement>);
    Effect::new(move |_| {
        let Some(node) = node.get() else { return };
        let active = document().active_element();
        before.set_value(active.and_then(|active| active.dyn_into().ok()));
        node.focus().ok();
    });
    on_cleanup(move || {
        if let Some(before) = before.try_get_value().flatten() {
            before.focus().ok();
        }
    });
}
