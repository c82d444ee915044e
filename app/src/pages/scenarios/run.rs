//! One run: its progress, and each incident that it must raise beside what it has raised.

use leptos::{prelude::*, task::spawn_local};
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use model::{
    Severity,
    scenario::{Raised, Run},
};

use super::{DrillTag, score};
use crate::{
    components::{
        button::Button,
        mark::{NamedMark, Shape},
        toast::Toasts,
    },
    feed::Host,
    format,
    state::Live,
};

/// One run.
#[component]
pub fn ScenarioRun() -> impl IntoView {
    let live = Live::expect();
    let params = use_params_map();
    let run = Memo::new(move |_| {
        let id = params.with(|params| params.get("run")).unwrap_or_default();
        live.status(|status| status.runs.iter().find(|run| run.id == id).cloned())
    });
    view! {
        {move || match run.get() {
            Some(run) => view! { <Told run/> }.into_any(),
            None => view! { <Unknown/> }.into_any(),
        }}
    }
    .into_any()
}

#[component]
fn Unknown() -> impl IntoView {
    view! {
        <Title text="Drill"/>
        <header class="page-head">
            <h1>"Drill"</h1>
        </header>
        <p class="lead">"This run is not known. Runs are kept until the program ends."</p>
        <p class="lead"><a href="/scenarios">"All scenarios"</a></p>
    }
}

#[component]
fn Told(
    /// The run.
    run: Run,
) -> impl IntoView {
    let title = run.name.title();
    let facts = format!(
        "Seed {}, {} x, started {}",
        run.seed,
        format::decimal(run.speed, 0),
        format::clock_seconds(run.started)
    );
    let time =
        format!("{} of {}", format::countdown(run.elapsed_ms), format::countdown(run.length_ms));
    let percent = format::percent_whole(run.progress);
    view! {
        <Title text=title/>
        <header class="page-head">
            <h1>{title}</h1>
            <DrillTag/>
            <p class="detail">{facts}</p>
            <div class="controls"><Controls run=run.clone()/></div>
        </header>
        <section class="run" aria-label="Progress">
            <progress max="1" value=run.progress.to_string() aria-label="Progress">{percent}</progress>
            <dl class="key-figures">{figures(&run, time)}</dl>
        </section>
        {(run.burst.is_none()).then(|| view! { <Incidents run/> })}
    }
    .into_any()
}

fn figures(run: &Run, time: String) -> Vec<AnyView> {
    let pairs = match &run.burst {
        Some(burst) => vec![
            ("State", format!("{:?}", run.state)),
            ("Stored", format!("{} of {}", format::count(burst.done), format::count(burst.count))),
            ("Asked for", format!("{}/s", format::count(burst.rate))),
            ("Reached", format!("{}/s", format::decimal(burst.achieved, 0))),
            ("p99 from intended send", format!("{} ms", format::decimal(burst.p99_ms, 1))),
        ],
        None => vec![
            ("State", format!("{:?}", run.state)),
            ("Time", time),
            ("Incidents", score(run)),
            ("Transactions scored 80 or more", format::count(run.scored_transactions)),
            ("Events", format::count(run.events)),
        ],
    };
    let figure = |(label, value): (&'static str, String)| {
        view! { <div class="key-figure"><dt>{label}</dt><dd>{value}</dd></div> }.into_any()
    };
    pairs.into_iter().map(figure).collect()
}

#[component]
fn Controls(
    /// The run.
    run: Run,
) -> impl IntoView {
    let (host, toasts) = (Host::expect(), Toasts::expect());
    let (live, burst, id) = (run.state.is_live(), run.burst.is_some(), run.id);
    let paused = run.state == model::scenario::RunState::Paused;
    let press = move |verb: &'static str, done: &'static str| {
        let answer = host.control(&id, verb);
        spawn_local(async move {
            match answer.await {
                Ok(_) => toasts.done(done),
                Err(fault) => toasts.failed(format!("Not done: {fault}")),
            }
        });
    };
    let (hold, go, stop) = (press.clone(), press.clone(), press);
    view! {
        {(live && !burst && !paused)
            .then(|| view! { <Button on_press=move || hold("pause", "Paused.")>"Pause"</Button> })}
        {(live && paused)
            .then(|| view! { <Button on_press=move || go("resume", "Resumed.")>"Resume"</Button> })}
        {live.then(|| view! { <Button on_press=move || stop("stop", "Drill stopped.")>"Stop drill"</Button> })}
        <a class="button" href="/scenarios">"All scenarios"</a>
    }
    .into_any()
}

/// A line of the table: what was expected or raised, and when.
struct Line {
    severity: Severity,
    name: String,
    cause: String,
    raised: Option<(String, String)>,
    verdict: &'static str,
}

fn lines(run: &Run) -> Vec<Line> {
    let found = |entity: &str| run.raised.iter().find(|raised| raised.entity == entity);
    let time = |raised: &Raised| (format::countdown(raised.at_ms), raised.title.clone());
    let expected = run.expected.iter().map(|expected| {
        let raised = found(&expected.entity);
        Line {
            severity: raised.map_or(expected.severity, |raised| raised.severity),
            name: expected.name.clone(),
            cause: format::countdown(expected.at_ms),
            raised: raised.map(time),
            verdict: match raised {
                Some(_) => "raised",
                None if run.state.is_live() => "to come",
                None => "missed",
            },
        }
    });
    let unexpected = run.raised.iter().filter(|raised| !raised.expected).map(|raised| Line {
        severity: raised.severity,
        name: raised.entity.clone(),
        cause: "\u{2013}".to_owned(),
        raised: Some(time(raised)),
        verdict: "not expected",
    });
    expected.chain(unexpected).collect()
}

#[component]
fn Incidents(
    /// The run.
    run: Run,
) -> impl IntoView {
    let row = |line: Line| {
        let dash = || ("\u{2013}".to_owned(), "\u{2013}".to_owned());
        let (at, title) = line.raised.unwrap_or_else(dash);
        view! {
            <tr>
                <th scope="row"><NamedMark shape=Shape::of(line.severity)/> " " {line.name}</th>
                <td>{title}</td>
                <td class="number">{line.cause}</td>
                <td class="number">{at}</td>
                <td>{line.verdict}</td>
            </tr>
        }
    };
    view! {
        <div class="grid-frame" tabindex="0" role="region" aria-label="Incidents">
            <table class="grid">
                <caption class="unseen">"Expected and raised incidents"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Expected"</th>
                        <th scope="col">"Alert"</th>
                        <th scope="col" class="number">"Caused"</th>
                        <th scope="col" class="number">"Raised"</th>
                        <th scope="col">"Verdict"</th>
                    </tr>
                </thead>
                <tbody>{lines(&run).into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}
