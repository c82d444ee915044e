//! The five scenarios as rows: what each must raise, how its last run went, and the button that
//! runs it.

use leptos::prelude::*;
use markup::view;
use model::{
    Timestamp,
    scenario::{Name, Run, RunState},
};

use super::{incident::score, next::Next};
use crate::{
    components::{
        button::Button,
        drill::{Commands, Glyph, Glyphs, address},
    },
    erased::Derived,
    format,
    node::IntoNode,
    node::{Node, Show},
    state::Live,
};

/// The rows.
#[component]
pub fn Drills(
    /// What the next run is given.
    next: Next,
    /// The run that is shown beside the rows.
    #[prop(into)]
    shown: Derived<Option<String>>,
) -> Node {
    let rows = Name::ALL.map(|name| view! { <Row name next shown/> });
    view! { <ul class="drills">{rows.collect_view()}</ul> }.into_any()
}

/// The run that speaks for a scenario: a live one, else the newest.
fn last(runs: &[Run], name: Name) -> Option<&Run> {
    let of = || runs.iter().filter(move |run| run.name == name);
    of().find(|run| run.state.is_live()).or_else(|| of().next())
}

#[component]
fn Row(
    /// The scenario.
    name: Name,
    /// What its next run is given.
    next: Next,
    /// The run that is shown beside the rows.
    shown: Derived<Option<String>>,
) -> Node {
    let live = Live::expect();
    let run = Derived::new(move || live.status(|status| last(&status.runs, name).cloned()));
    let now = move || live.status(|status| status.now);
    let under_way =
        Derived::new(move || run.with(|run| run.as_ref().is_some_and(|run| run.state.is_live())));
    let selected = move || {
        run.with(|run| {
            run.as_ref().is_some_and(|run| shown.with(|id| id.as_ref() == Some(&run.id)))
        })
    };
    let state = move || run.with(|run| run.as_ref().map(state));
    let line = Derived::new(move || {
        run.with(|run| run.as_ref().map(|run| (address(run), told(run, now()))))
    });
    view! {
        <li class:running=move || under_way.get() class:selected=selected>
            <p class="name">{name.title()}</p>
            <p class="promise">{name.promise()}</p>
            <p class="last">
                {move || match line.get() {
                    Some((link, words)) => view! {
                        <a href=link>{words} <span class="unseen">", " {name.title()}</span></a>
                    }
                    .into_any(),
                    None => "Not run since the start".into_node(),
                }}
            </p>
            <Show
                when=move || under_way.get()
                fallback=move || view! { <RunButton name next/> }
            >
                <p class="state">{state}</p>
            </Show>
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
) -> Node {
    let commands = Commands::expect();
    let press = move || match next.start(name) {
        Ok(start) => commands.start(name, &start),
        Err(wrong) => commands.refuse(wrong),
    };
    view! {
        <Button on_press=press>
            <Glyph shape=Glyphs::Run/>
            <span>"Run" <span class="unseen">" " {name.title()}</span></span>
        </Button>
    }
    .into_any()
}

/// How far a live run is.
fn state(run: &Run) -> String {
    let word = if run.state == RunState::Paused { "Paused" } else { "Running" };
    format!("{word} {}", format::percent_whole(run.progress))
}

/// How a run went, in a line.
fn told(run: &Run, now: Timestamp) -> String {
    let started = format::moment(run.started, now);
    let word = match run.state {
        RunState::Running | RunState::Paused => {
            return format!("Started {}", format::clock_seconds(run.started));
        }
        RunState::Finished => "Finished",
        RunState::Stopped => "Stopped",
        RunState::Interrupted => "Interrupted",
    };
    let result = match &run.burst {
        Some(burst) => format!("{}/s reached", format::decimal(burst.achieved, 0)),
        None => format!("{} raised", score(run)),
    };
    format!("{word}, started {started}. {result}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{self, runs};

    #[test]
    fn a_line_tells_how_a_run_went() {
        let check = |run: Run, line: &str| assert_eq!(told(&run, fixture::now()), line);
        check(runs::market(), "Started 14:40:54");
        check(runs::budget(), "Finished, started 14:21. 4 of 5 raised");
        check(runs::projects(), "Stopped, started 21 Nov. 0 of 1 raised");
        check(runs::burst(), "Finished, started 11:22. 4,998/s reached");
        assert_eq!(state(&runs::market()), "Running 56 %");
    }

    #[test]
    fn a_live_run_speaks_for_its_scenario() {
        let mut newer = runs::market();
        newer.id = "newer".into();
        newer.state = RunState::Finished;
        let runs = [newer, runs::budget(), runs::market()];
        assert_eq!(last(&runs, Name::MarketVolatility), Some(&runs[2]));
        assert_eq!(last(&runs[..2], Name::MarketVolatility), Some(&runs[0]));
        assert_eq!(last(&runs, Name::Burst), None);
    }
}
