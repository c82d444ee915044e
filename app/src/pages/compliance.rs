//! Compliance: what is open, late and tested.

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

/// Compliance: what is open, late and tested.
#[component]
pub fn Compliance() -> impl IntoView {
    let live = Live::expect();
    let number = Memo::new(move |_| {
        live.topic(Topic::Compliance, |snapshot| {
            let headline = snapshot.headline(Topic::Compliance);
            headline.map_or_else(Number::missing, |value| {
                Number::new(format::decimal(value, 0), "overdue")
            })
        })
    });
    view! {
        <PageHead title="Compliance"/>
        <Figure number/>
    }
}
