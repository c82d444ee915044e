//! Alerts: the inbox, and one alert opened.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::{
    components::{
        mark::{NamedMark, Shape},
        page::PageHead,
    },
    format,
    state::Live,
};

/// The inbox.
#[component]
pub fn Alerts() -> impl IntoView {
    let live = Live::expect();
    let rows = move || {
        live.alerts(|snapshot| {
            let open = snapshot.open_alerts();
            open.iter()
                .map(|alert| (alert.id.clone(), Shape::of_alert(alert), alert.title.clone()))
                .collect::<Vec<_>>()
        })
    };
    let detail = Signal::derive(move || {
        format!("{} open", format::count(live.alerts(|snapshot| snapshot.open_alerts().len())))
    });
    view! {
        <PageHead title="Alerts" detail/>
        <ul class="plain">
            <For each=rows key=|row| row.clone() let((id, shape, title))>
                <li>
                    <NamedMark shape/>
                    " "
                    <a href=format!("/alerts/{id}")>{title}</a>
                </li>
            </For>
        </ul>
    }
}

/// One alert.
#[component]
pub fn AlertPage() -> impl IntoView {
    let live = Live::expect();
    let params = use_params_map();
    let summary = move || {
        let id = params.with(|params| params.get("id")).unwrap_or_default();
        live.alerts(|snapshot| {
            let alert = snapshot.alerts.values().find(|alert| alert.id.as_str() == id);
            alert.map_or_else(
                || "This alert is no longer kept.".to_owned(),
                |alert| alert.summary.clone(),
            )
        })
    };
    view! {
        <PageHead title="Alert"/>
        <p class="lead">{summary}</p>
    }
}
