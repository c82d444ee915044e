//! Scenarios: drills, how far one is, and how the last ones went.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use model::scenario::Name;

use crate::{components::page::PageHead, state::Live};

/// The five drills.
#[component]
pub fn Scenarios() -> impl IntoView {
    let row = |name: Name| view! { <li><b>{name.title()}</b> " " {name.promise()}</li> };
    view! {
        <PageHead title="Scenarios" detail="Same seed and speed, same events."/>
        <ul class="plain">{Name::ALL.map(row).collect_view()}</ul>
    }
}

/// One run.
#[component]
pub fn ScenarioRun() -> impl IntoView {
    let live = Live::expect();
    let params = use_params_map();
    let title = move || {
        let id = params.with(|params| params.get("run")).unwrap_or_default();
        live.status(|status| {
            let run = status.runs.iter().find(|run| run.id == id);
            run.map_or_else(
                || "This run is not known.".to_owned(),
                |run| run.name.title().to_owned(),
            )
        })
    };
    view! {
        <PageHead title="Drill"/>
        <p class="lead">{title}</p>
    }
}
