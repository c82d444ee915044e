//! Systems: services, their latency and errors.

use leptos::prelude::*;
use model::Topic;

use crate::{
    components::{
        figure::{Figure, Number},
        page::PageHead,
    },
    format,
    state::Live,
};

/// Systems: services, their latency and errors.
#[component]
pub fn Systems() -> impl IntoView {
    let live = Live::expect();
    let number = Memo::new(move |_| {
        live.topic(Topic::System, |snapshot| {
            let headline = snapshot.headline(Topic::System);
            headline.map_or_else(Number::missing, |value| {
                Number::new(format::decimal(value, 0), "ms p99")
            })
        })
    });
    view! {
        <PageHead title="Systems"/>
        <Figure number/>
    }
}
