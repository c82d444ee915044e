//! Alerts: the inbox, and one alert opened.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use model::{
    Alert, AlertId, AlertState, Origin,
    alert::{Step, StepKind},
};

use super::overview::band::take;
use crate::{
    components::{
        button::{Button, Weight},
        mark::{NamedMark, Shape},
        page::PageHead,
        toast::Toasts,
    },
    feed::Host,
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
    let alert = Memo::new(move |_| {
        let id = params.with(|params| params.get("id")).unwrap_or_default();
        live.alerts(|snapshot| {
            snapshot.alerts.values().find(|alert| alert.id.as_str() == id).cloned()
        })
    });
    view! {
        {move || match alert.get() {
            Some(alert) => view! { <Opened alert/> }.into_any(),
            None => view! {
                <PageHead title="Alert"/>
                <p class="lead">"This alert is no longer kept."</p>
            }
            .into_any(),
        }}
    }
    .into_any()
}

#[component]
fn Opened(
    /// The alert.
    alert: Alert,
) -> impl IntoView {
    let why = format!(
        "{} was {}, threshold {}. Recovers at {}.",
        alert.figure.title(),
        format::value(alert.figure, alert.value),
        format::value(alert.figure, alert.threshold),
        format::value(alert.figure, alert.recovers)
    );
    let rule = format!("Rule {}, version {}", alert.rule, alert.rule_version);
    let id = (alert.state == AlertState::Firing).then(|| alert.id.clone());
    let button = id.map(|id| view! { <TakeButton id/> });
    view! {
        <PageHead title=alert.title.clone() detail=alert.topic.title().to_owned()>
            {button}
        </PageHead>
        <section class="run" aria-label="Why">
            <p><NamedMark shape=Shape::of_alert(&alert)/> " " {alert.summary.clone()}</p>
            <h2>"Why"</h2>
            <p>{why}</p>
            <p class="age">{rule}</p>
        </section>
        <Behind alert=alert.clone()/>
        <Timeline alert/>
    }
    .into_any()
}

#[component]
fn TakeButton(
    /// The alert.
    id: AlertId,
) -> impl IntoView {
    let (host, toasts) = (Host::expect(), Toasts::expect());
    view! {
        <Button weight=Weight::Primary on_press=move || take(&host, toasts, &id)>"Acknowledge"</Button>
    }
}

/// The events behind an alert, each opening in the drawer of its domain.
#[component]
fn Behind(
    /// The alert.
    alert: Alert,
) -> impl IntoView {
    let (path, book) = (alert.topic.path(), alert.book.to_string());
    let row = move |origin: Origin| {
        let place = origin
            .position
            .map_or_else(|| "\u{2013}".to_owned(), |at| format!("{}, {}", at.partition, at.offset));
        let link = format!("{path}?book={book}&event={}", origin.event);
        view! {
            <tr>
                <th scope="row">{format::clock_millis(origin.time)}</th>
                <td class="number">{place}</td>
                <td><a href=link>{origin.event.to_string()}</a></td>
            </tr>
        }
    };
    view! {
        <div class="grid-frame" tabindex="0" role="region" aria-label="Events behind it">
            <table class="grid">
                <caption>"Events behind it"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Time"</th>
                        <th scope="col" class="number">"Partition, offset"</th>
                        <th scope="col">"Event"</th>
                    </tr>
                </thead>
                <tbody>{alert.events.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// What happened to an alert, newest first.
#[component]
fn Timeline(
    /// The alert.
    alert: Alert,
) -> impl IntoView {
    let row = |step: Step| {
        let what = match step.what {
            StepKind::Fired => "Fired",
            StepKind::Raised => "Raised",
            StepKind::Lowered => "Lowered",
            StepKind::Acknowledged => "Acknowledged",
            StepKind::Unacknowledged => "Given back",
            StepKind::Escalated => "Escalated",
            StepKind::Resolved => "Resolved",
        };
        view! {
            <li>
                <NamedMark shape=Shape::of(step.severity)/>
                " "
                <b>{what}</b>
                " "
                {format::clock_seconds(step.at)}
                " "
                {step.actor}
                " "
                {step.note}
            </li>
        }
    };
    view! {
        <section class="run" aria-label="Timeline">
            <h2>"Timeline"</h2>
            <ul class="plain">{alert.history.into_iter().map(row).collect_view()}</ul>
        </section>
    }
    .into_any()
}
