//! Risk: expected loss, and who deals with it.

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

/// Risk: expected loss, and who deals with it.
#[component]
pub fn Risk() -> impl IntoView {
    let live = Live::expect();
    let number = Memo::new(move |_| {
        live.topic(Topic::Risk, |snapshot| {
            let headline = snapshot.headline(Topic::Risk);
            headline.map_or_else(Number::missing, |value| {
                Number::new(format::value(model::Figure::ExpectedLoss, value), "")
            })
        })
    });
    view! {
        <PageHead title="Risk"/>
        <Figure number/>
    }
}
