//! Projects: earned value of the portfolio.

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

/// Projects: earned value of the portfolio.
#[component]
pub fn Projects() -> impl IntoView {
    let live = Live::expect();
    let number = Memo::new(move |_| {
        live.topic(Topic::Projects, |snapshot| {
            let headline = snapshot.headline(Topic::Projects);
            headline.map_or_else(Number::missing, |value| Number::new(format::ratio(value), "CPI"))
        })
    });
    view! {
        <PageHead title="Projects"/>
        <Figure number/>
    }
}
