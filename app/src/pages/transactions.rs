//! Transactions: what moves, and how it scores.

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

/// Transactions: what moves, and how it scores.
#[component]
pub fn Transactions() -> impl IntoView {
    let live = Live::expect();
    let number = Memo::new(move |_| {
        live.topic(Topic::Transactions, |snapshot| {
            let headline = snapshot.headline(Topic::Transactions);
            headline.map_or_else(Number::missing, |value| {
                Number::new(format::decimal(value, 0), "/min")
            })
        })
    });
    view! {
        <PageHead title="Transactions"/>
        <Figure number/>
    }
}
