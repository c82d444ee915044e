//! Scenarios: drills at the left, and at the right how one is going and what it has raised.

mod incident;
mod list;
mod load;
mod next;
mod run;
mod table;
mod timeline;

#[cfg(all(test, feature = "ssr"))]
mod tests;

use leptos::prelude::*;
use markup::view;

use self::{
    list::Drills,
    load::{Found, Seen},
    next::{Next, NextRun},
    run::RunView,
};
use crate::{
    components::{
        button::Button,
        mark::{Mark, Shape},
    },
    erased::Derived,
    node::Node,
    place::Place,
    state::Live,
    title::Title,
};

/// The five drills, and the newest run beside them.
#[component]
pub fn Scenarios() -> Node {
    let live = Live::expect();
    let id = Derived::new(move || {
        live.status(|status| status.runs.first().map(|run| run.id.clone())).unwrap_or_default()
    });
    let found = Found::new(id);
    let shown = Derived::new(move || Some(id.get()));
    let newest = move || match found.run.get_untracked() {
        Some(first) if !id.get().is_empty() => {
            view! { <RunView found first main=false/> }.into_any()
        }
        _ => view! { <NoRun/> }.into_any(),
    };
    view! {
        <Title text="Scenarios"/>
        <div class="scenarios">
            <section class="scenario-list" aria-label="Scenarios">
                <header>
                    <h1>"Scenarios"</h1>
                    <p>"Same seed and speed, same events."</p>
                </header>
                <Choices shown/>
            </section>
            {newest}
        </div>
    }
    .into_any()
}

/// One run, and the drills beside it.
#[component]
pub fn ScenarioRun() -> Node {
    let place = Place::expect();
    let id = Derived::new(move || place.item().unwrap_or_default());
    let found = Found::new(id);
    let shown = Derived::new(move || Some(id.get()));
    let told = move || match (found.seen.get(), found.run.get_untracked()) {
        (Seen::Here(_), Some(first)) => {
            let title = first.name.title();
            view! { <Title text=title/> <RunView found first main=true/> }.into_any()
        }
        (Seen::Waiting, _) => view! { <Waiting/> }.into_any(),
        (Seen::Failed(reason), _) => view! { <NotLoaded found reason/> }.into_any(),
        (Seen::Unknown | Seen::Here(_), _) => view! { <Unknown/> }.into_any(),
    };
    view! {
        <div class="scenarios one-run">
            {told}
            <section class="scenario-list" aria-label="Scenarios">
                <header>
                    <h2>"Scenarios"</h2>
                    <p>"Same seed and speed, same events."</p>
                </header>
                <Choices shown/>
            </section>
        </div>
    }
    .into_any()
}

/// The rows, and what the next run is given.
#[component]
fn Choices(
    /// The run that is shown beside them.
    shown: Derived<Option<String>>,
) -> Node {
    let next = Next::new();
    view! {
        <Drills next shown/>
        <NextRun next/>
    }
}

/// What a drill is, where none was run.
#[component]
fn NoRun() -> Node {
    view! {
        <section class="run-view" aria-labelledby="run-title">
            <h2 id="run-title">"No drill yet"</h2>
            <p class="lead">
                "A drill plays a crisis in a book of its own, under the rules in force, and shows \
                 which of its alerts were raised and how fast. Real figures are untouched."
            </p>
        </section>
    }
    .into_any()
}

/// A run that was asked for: blocks where it will be.
#[component]
fn Waiting() -> Node {
    view! {
        <Title text="Drill"/>
        <section class="run-view" aria-labelledby="run-title" aria-busy="true">
            <h1 id="run-title" class="unseen">"Drill"</h1>
            <div class="block head"></div>
            <div class="block bar"></div>
            <div class="block chart"></div>
        </section>
    }
    .into_any()
}

#[component]
fn NotLoaded(
    /// The run that is looked for.
    found: Found,
    /// Why it is not there.
    reason: String,
) -> Node {
    view! {
        <Title text="Drill"/>
        <section class="run-view" aria-labelledby="run-title">
            <h1 id="run-title">"Drill"</h1>
            <p class="not-loaded" role="alert">
                <Mark shape=Shape::Missed/>
                <b>"Not loaded"</b>
                <span>"This run: " {reason} ". The scenarios and their last runs still hold."</span>
            </p>
            <p><Button on_press=move || found.ask()>"Try again"</Button></p>
        </section>
    }
    .into_any()
}

#[component]
fn Unknown() -> Node {
    view! {
        <Title text="Drill"/>
        <section class="run-view" aria-labelledby="run-title">
            <h1 id="run-title">"Drill"</h1>
            <p class="lead">"This run is not known. Runs are kept until the program ends."</p>
            <p class="lead"><a href="/scenarios">"All scenarios"</a></p>
        </section>
    }
    .into_any()
}
