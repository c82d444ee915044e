//! Pipelines: jobs, and how fresh their data is.

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

/// Pipelines: jobs, and how fresh their data is.
#[component]
pub fn Pipelines() -> impl IntoView {
    let live = Live::expect();
    let number = Memo::new(move |_| {
        live.topic(Topic::Etl, |snapshot| {
            let headline = snapshot.headline(Topic::Etl);
            headline.map_or_else(Number::missing, |value| {
                Number::new(format::decimal(value, 0), "min oldest")
            })
        })
    });
    view! {
        <PageHead title="Pipelines"/>
        <Figure number/>
    }
}
