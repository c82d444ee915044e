//! Scenarios: drills, how far one is, and what it has raised.

mod run;

use leptos::{prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use model::scenario::{Name, Run, RunState};

pub use self::run::ScenarioRun;
use crate::{
    components::{button::Button, page::PageHead, tag::Tag, toast::Toasts},
    feed::{Host, Start},
    format,
    state::Live,
};

/// Speeds that are offered, in drill seconds a second.
const SPEEDS: [u32; 5] = [1, 4, 8, 20, 60];

/// What the next run is given.
#[derive(Clone, Copy)]
struct Next {
    seed: RwSignal<String>,
    speed: RwSignal<String>,
    count: RwSignal<String>,
    rate: RwSignal<String>,
}

impl Next {
    fn new() -> Self {
        let text = |text: &str| RwSignal::new(text.to_owned());
        Self { seed: text(""), speed: text("8"), count: text("50000"), rate: text("5000") }
    }

    /// What is posted; a field that is no number is left to the server's default.
    fn start(self, name: Name) -> Start {
        let burst = name == Name::Burst;
        let number = |text: RwSignal<String>| text.get_untracked().trim().parse().ok();
        Start {
            seed: number(self.seed),
            speed: (!burst).then(|| self.speed.get_untracked().parse().ok()).flatten(),
            count: burst.then(|| number(self.count)).flatten(),
            rate: burst.then(|| self.rate.get_untracked().trim().parse().ok()).flatten(),
        }
    }
}

/// The five drills.
#[component]
pub fn Scenarios() -> impl IntoView {
    let next = Next::new();
    view! {
        <PageHead title="Scenarios" detail="Same seed and speed, same events."/>
        <ul class="drills">
            {Name::ALL.map(|name| view! { <Drill name next/> }).collect_view()}
        </ul>
        <NextRun next/>
    }
    .into_any()
}

#[component]
fn Drill(
    /// The scenario.
    name: Name,
    /// What its next run is given.
    next: Next,
) -> impl IntoView {
    let live = Live::expect();
    let last = Memo::new(move |_| {
        live.status(|status| status.runs.iter().find(|run| run.name == name).cloned())
    });
    let line = move || last.with(|run| run.as_ref().map_or_else(never, told));
    let link = move || last.with(|run| run.as_ref().map_or_else(String::new, address));
    view! {
        <li>
            <div>
                <h2>{name.title()}</h2>
                <p>{name.promise()}</p>
                <p class="last">
                    {line} " "
                    <Show when=move || last.with(Option::is_some)>
                        <a href=link>"Open run"</a>
                    </Show>
                </p>
            </div>
            <RunButton name next/>
        </li>
    }
    .into_any()
}

#[component]
fn RunButton(
    /// The scenario.
    name: Name,
    /// What the run is given.
    next: Next,
) -> impl IntoView {
    let (host, toasts, navigate) = (Host::expect(), Toasts::expect(), use_navigate());
    let press = move || {
        let (answer, navigate) = (host.start(name, &next.start(name)), navigate.clone());
        spawn_local(async move {
            match answer.await {
                Ok(run) => {
                    toasts.done(format!("{} started.", name.title()));
                    navigate(&address(&run), NavigateOptions::default());
                }
                Err(fault) => toasts.failed(format!("Not started: {fault}")),
            }
        });
    };
    view! {
        <Button on_press=press>"Run" <span class="unseen">" " {name.title()}</span></Button>
    }
    .into_any()
}

#[component]
fn NextRun(
    /// What the next run is given.
    next: Next,
) -> impl IntoView {
    let field = |label: &'static str, value: RwSignal<String>, hint: &'static str| {
        view! {
            <label>
                <span>{label}</span>
                <input
                    inputmode="numeric"
                    placeholder=hint
                    prop:value=move || value.get()
                    on:input=move |event| value.set(event_target_value(&event))
                />
            </label>
        }
    };
    let speeds = SPEEDS.map(|speed| {
        view! { <option value=speed.to_string() selected=speed == 8>{speed} " x"</option> }
    });
    view! {
        <fieldset class="next-run">
            <legend>"Next run"</legend>
            {field("Seed", next.seed, "drawn")}
            <label>
                <span>"Speed"</span>
                <select on:change=move |event| next.speed.set(event_target_value(&event))>
                    {speeds.collect_view()}
                </select>
            </label>
            {field("Burst events", next.count, "50000")}
            {field("Burst events a second", next.rate, "5000")}
        </fieldset>
    }
    .into_any()
}

/// Where a run is shown, in its own book.
fn address(run: &Run) -> String {
    format!("/scenarios/{}?book={}", run.id, run.book())
}

fn never() -> String {
    "Not run since the start".to_owned()
}

/// How the last run went, in a line.
fn told(run: &Run) -> String {
    let state = match run.state {
        RunState::Running => format!("Running {}.", format::percent_whole(run.progress)),
        RunState::Paused => "Paused.".to_owned(),
        RunState::Finished => format!("Finished, started {}.", format::clock(run.started)),
        RunState::Stopped => format!("Stopped, started {}.", format::clock(run.started)),
        RunState::Interrupted => "Interrupted.".to_owned(),
    };
    match &run.burst {
        Some(burst) => format!(
            "{state} {} of {} events",
            format::count(burst.done),
            format::count(burst.count)
        ),
        None => format!("{state} {}", score(run)),
    }
}

/// Expected incidents that were raised, of all that are expected.
fn score(run: &Run) -> String {
    let raised = run.raised.iter().filter(|raised| raised.expected).count();
    format!("{} of {} raised", format::count(raised), format::count(run.expected.len()))
}

/// The tag of a drill.
#[component]
fn DrillTag() -> impl IntoView {
    view! { <Tag provenance=model::Provenance::Drill/> }
}
