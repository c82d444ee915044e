//! The overview: four questions, seven strips on one clock, the stream of alerts.

use leptos::prelude::*;

use crate::components::page::PageHead;

/// The overview.
#[component]
pub fn Overview() -> impl IntoView {
    view! { <PageHead title="Overview"/> }
}
