//! The foot line: how the product itself does, and the keys that work here.

use leptos::prelude::*;
use markup::view;
use model::Book;

use crate::{
    components::button::Key,
    erased::{Derived, shown, text},
    format,
    node::Node,
    state::Live,
};

/// The foot of the overview.
#[component]
pub fn Foot() -> Node {
    let live = Live::expect();
    let rate = move || live.status(|status| format::decimal(status.events_per_second, 0));
    let kind = move || match live.book() {
        Book::Real => " real events/s",
        Book::Simulated => " simulated events/s",
        Book::Mixed | Book::Drill(_) | Book::Replay(_) => " events/s",
    };
    let lag = Derived::new(move || {
        live.status(|status| {
            let lags = status.topics.iter().filter_map(|topic| topic.lag_seconds);
            lags.reduce(f64::max).map(|lag| format::decimal(lag, 1))
        })
    });
    let latency = move || live.status(|status| format::decimal(status.latency_p99_ms, 1));
    let viewers = move || live.status(|status| status.viewers);
    let sequence = move || {
        live.status(|_| ());
        format::count(live.peek(|snapshot| snapshot.sequence))
    };
    view! {
        <footer class="foot">
            <span><b>{text(rate)}</b> {text(kind)}</span>
            {shown(
                move || lag.with(Option::is_some),
                move || view! {
                    <span><b>{move || lag.get().unwrap_or_default()} " s"</b> " lag"</span>
                }
                .into_any(),
            )}
            <span><b>{text(latency)} " ms"</b> " p99 to screen"</span>
            <span>"sequence " <b>{text(sequence)}</b></span>
            <span>{move || format::plural(viewers() as usize, "viewer")}</span>
            <span class="keys">
                <span><Key name="G"/> " go to"</span>
                <span><Key name="J"/> " " <Key name="K"/> " move"</span>
                <span><Key name="A"/> " acknowledge"</span>
                <span><Key name="Space"/> " pause"</span>
                <span><Key name="?"/> " keys"</span>
            </span>
        </footer>
    }
    .into_any()
}
