//! Budget: what departments may spend and have spent.

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

/// Budget: what departments may spend and have spent.
#[component]
pub fn Budget() -> impl IntoView {
    let live = Live::expect();
    let number = Memo::new(move |_| {
        live.topic(Topic::Budget, |snapshot| {
            let headline = snapshot.headline(Topic::Budget);
            headline.map_or_else(Number::missing, |value| {
                Number::new(format::percent_number(value), "%")
            })
        })
    });
    view! {
        <PageHead title="Budget"/>
        <Figure number/>
    }
}
