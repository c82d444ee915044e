//! Operations: the source, the topics, and how the product itself does.

use leptos::prelude::*;

use crate::{components::page::PageHead, format, state::Live};

/// Source and health.
#[component]
pub fn Operations() -> impl IntoView {
    let live = Live::expect();
    let rate = move || live.status(|status| format::decimal(status.events_per_second, 1));
    view! {
        <PageHead title="Operations"/>
        <p class="lead">{rate} " events/s"</p>
    }
}
