//! One run: how far it is, what it says of itself, its timeline and its incidents.

use leptos::prelude::*;
use markup::view;
use model::{
    Timestamp,
    scenario::{Burst, Name, Run, RunState},
};

use super::{
    incident::{median_delay, score},
    load::Found,
    table::IncidentTable,
    timeline::TimelineChart,
};
use crate::{
    components::{
        button::Button,
        drill::{Commands, Order, OrderButton},
        tag::Tag,
    },
    erased::Derived,
    feed::Start,
    format,
    node::{Node, Show},
    state::Live,
};

/// A run that is there. Parts that do not change are made once, so that the focus stays where it
/// is while the run goes on.
#[component]
pub fn RunView(
    /// The run as it is found.
    found: Found,
    /// The run as it was first seen.
    first: Run,
    /// Whether it is what the page is about.
    main: bool,
) -> Node {
    let (title, burst) = (first.name.title(), first.burst.is_some());
    let run = Derived::new(move || found.run.get().unwrap_or_else(|| first.clone()));
    let heading = if main {
        view! { <h1 id="run-title">{title}</h1> }.into_any()
    } else {
        view! { <h2 id="run-title">{title}</h2> }.into_any()
    };
    view! {
        <section class="run-view" aria-labelledby="run-title">
            <header class="run-head">
                {heading}
                <Tag provenance=model::Provenance::Drill/>
                <About run/>
                <Controls run/>
                <Elapsed run/>
            </header>
            <Progress run/>
            <Facts run/>
            {(!burst).then(|| view! { <Incidents run/> })}
        </section>
    }
    .into_any()
}

#[component]
fn About(
    /// The run.
    run: Derived<Run>,
) -> Node {
    let live = Live::expect();
    let words = Derived::new(move || {
        let now = live.status(|status| status.now);
        run.with(|run| about(run, now))
    });
    view! { <p class="detail">{words}</p> }
}

/// State unless it runs, seed, speed and start.
fn about(run: &Run, now: Timestamp) -> String {
    let today = run.started.floor(Timestamp::DAY) == now.floor(Timestamp::DAY);
    let day = if today { String::new() } else { format!("{}, ", format::date(run.started, now)) };
    let started = format!("started {day}{}", format::clock_seconds(run.started));
    let seed = match run.state {
        RunState::Running => format!("Seed {}", run.seed),
        RunState::Paused => format!("Paused, seed {}", run.seed),
        RunState::Finished => format!("Finished, seed {}", run.seed),
        RunState::Stopped => format!("Stopped, seed {}", run.seed),
        RunState::Interrupted => format!("Interrupted, seed {}", run.seed),
    };
    match run.burst {
        Some(_) => format!("{seed}, {started}"),
        None => format!("{seed}, {} x, {started}", format::decimal(run.speed, 0)),
    }
}

/// Orders to a live run; an ended one can be run again.
#[component]
fn Controls(
    /// The run.
    run: Derived<Run>,
) -> Node {
    let some = Derived::new(move || Some(run.get()));
    let live = Derived::new(move || run.with(|run| run.state.is_live()));
    let held = Derived::new(move || {
        let paused = run.with(|run| run.state == RunState::Paused);
        if paused { Order::Resume } else { Order::Pause }
    });
    let scripted = run.with_untracked(|run| run.burst.is_none());
    let figures = move || run.with(|run| format!("/?book={}", run.book()));
    let title = run.with_untracked(|run| run.name.title());
    view! {
        <div class="controls">
            <Show when=move || live.get() fallback=move || view! { <AgainButton run/> }>
                {scripted.then(|| view! { <OrderButton run=some order=held/> })}
                <OrderButton run=some order=Order::Stop/>
            </Show>
            <a class="button quiet" href=figures>
                <span>"See its figures" <span class="unseen">" " {title}</span></span>
            </a>
        </div>
    }
    .into_any()
}

#[component]
fn AgainButton(
    /// The run.
    run: Derived<Run>,
) -> Node {
    let commands = Commands::expect();
    let title = run.with_untracked(|run| run.name.title());
    let press = move || {
        let (name, start) = run.with_untracked(|run| (run.name, again(run)));
        commands.start(name, &start);
    };
    view! {
        <Button on_press=press>
            <span>"Run again" <span class="unseen">" " {title}</span></span>
        </Button>
    }
    .into_any()
}

/// The same run once more: same seed and speed, same events.
fn again(run: &Run) -> Start {
    let burst = run.burst.as_ref();
    Start {
        seed: Some(run.seed),
        speed: burst.is_none().then_some(run.speed),
        count: burst.map(|burst| burst.count),
        rate: burst.map(|burst| burst.rate),
    }
}

#[component]
fn Elapsed(
    /// The run.
    run: Derived<Run>,
) -> Node {
    let elapsed = move || run.with(|run| format::countdown(run.elapsed_ms));
    let of = move || {
        let length = run.with(|run| run.length_ms);
        (length > 0).then(|| format!(" of {}", format::countdown(length)))
    };
    view! { <p class="elapsed"><b>{elapsed}</b>{of}</p> }
}

/// How far it is, as a hatched bar. The hatch lies under the whole bar; what is to come covers it.
#[component]
fn Progress(
    /// The run.
    run: Derived<Run>,
) -> Node {
    let share = Derived::new(move || run.with(|run| run.progress.clamp(0.0, 1.0) * 100.0));
    let title = run.with_untracked(|run| run.name.title());
    let told = move || {
        run.with(|run| match &run.burst {
            Some(burst) => stored(burst),
            None => format!("{}, {} raised", format::percent_whole(run.progress), score(run)),
        })
    };
    let percent = move |share: f64| format!("{}%", format::plain(share, 1));
    view! {
        <div
            class="run-progress"
            role="progressbar"
            aria-label=format!("Progress of {title}")
            aria-valuemin="0"
            aria-valuemax="100"
            aria-valuenow=move || format::plain(share.get(), 0)
            aria-valuetext=told
        >
            <svg aria-hidden="true">
                <rect
                    class="rest"
                    x=move || percent(share.get())
                    width=move || percent(100.0 - share.get())
                    height="6"
                ></rect>
            </svg>
        </div>
    }
    .into_any()
}

fn stored(burst: &Burst) -> String {
    format!("{} of {} events", format::count(burst.done), format::count(burst.count))
}

/// One fact: what it is, its value, and the unit behind.
type Fact = (&'static str, String, &'static str);

#[component]
fn Facts(
    /// The run.
    run: Derived<Run>,
) -> Node {
    let facts = Derived::new(move || run.with(facts));
    let remark = move || {
        run.with(|run| match (&run.burst, run.expected.len()) {
            (None, most @ 1..) => format!("Incidents raised, 0 to {}", format::count(most)),
            _ => String::new(),
        })
    };
    let fact = |(label, value, unit): Fact| {
        view! { <div><dt>{label} " "</dt><dd><b>{value}</b> {unit}</dd></div> }
    };
    view! {
        <div class="run-facts">
            <dl>{move || facts.get().into_iter().map(fact).collect_view()}</dl>
            <p class="remark">{remark}</p>
        </div>
    }
    .into_any()
}

fn facts(run: &Run) -> Vec<Fact> {
    match &run.burst {
        Some(burst) => vec![
            ("Stored", stored(burst), ""),
            ("Asked for", format::count(burst.rate), "/s"),
            ("Reached", format::decimal(burst.achieved, 0), "/s"),
            ("p99 from intended send", format::decimal(burst.p99_ms, 1), " ms"),
        ],
        None => {
            let median = median_delay(run);
            let mut facts = vec![
                ("Raised", score(run), " incidents"),
                (
                    "Median time to detect",
                    median.map_or_else(|| format::MISSING.to_owned(), format::seconds),
                    "",
                ),
                ("Rate", rate(run), "/s"),
                ("Events", format::count(run.events), ""),
            ];
            if run.name == Name::MarketVolatility || run.scored_transactions > 0 {
                let scored = format::count(run.scored_transactions);
                facts.insert(1, ("Transactions scored 80 or more", scored, ""));
            }
            facts
        }
    }
}

/// Events in a second of the wall clock, over the whole run so far.
#[expect(clippy::cast_precision_loss, reason = "a rate on a screen")]
fn rate(run: &Run) -> String {
    let seconds = run.elapsed_ms as f64 / 1_000.0 / run.speed;
    format::decimal(run.events as f64 / seconds, 0)
}

/// Timeline and table, once the plan of the run is known.
#[component]
fn Incidents(
    /// The run.
    run: Derived<Run>,
) -> Node {
    let planned = Derived::new(move || run.with(|run| !run.expected.is_empty()));
    let none = || {
        view! {
            <p class="run-empty">
                <b>{format::MISSING}</b>
                " The plan of this run has not arrived yet."
            </p>
        }
    };
    view! {
        <Show when=move || planned.get() fallback=none>
            <TimelineChart run/>
            <IncidentTable run/>
        </Show>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{self, runs};

    #[test]
    fn a_run_says_its_seed_speed_and_start() {
        let check = |run: Run, words: &str| assert_eq!(about(&run, fixture::now()), words);
        check(runs::market(), "Seed 4127, 8 x, started 14:40:54");
        check(runs::budget(), "Finished, seed 88, 4 x, started 14:21:18");
        check(runs::projects(), "Stopped, seed 12, 20 x, started 21 Nov, 12:42:18");
        check(runs::burst(), "Finished, seed 7, started 11:22:18");
    }

    #[test]
    fn running_again_keeps_what_made_the_events() {
        let start = again(&runs::market());
        assert_eq!((start.seed, start.speed, start.count), (Some(4_127), Some(8.0), None));
        let start = again(&runs::burst());
        assert_eq!((start.speed, start.count, start.rate), (None, Some(50_000), Some(5_000)));
    }

    #[test]
    fn a_rate_is_of_the_wall_clock_and_missing_before_the_first_second() {
        let mut run = runs::market();
        assert_eq!(rate(&run), "150");
        (run.elapsed_ms, run.events) = (0, 0);
        assert_eq!(rate(&run), format::MISSING);
    }
}
