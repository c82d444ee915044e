//! The band: four questions that five seconds must answer.

use leptos::{prelude::*, task::spawn_local};
use markup::view;
use model::{AlertId, Severity, Timestamp, Topic};

use super::verdict::{self, Doubts, Freshness, Meter, News, Next};
use crate::{
    components::{
        bar::link,
        button::{Button, Weight},
        mark::{Mark, Shape},
        toast::Toasts,
    },
    erased::{Derived, shown, text},
    feed::Host,
    format,
    node::Node,
    state::Live,
};

/// Who acts, until people sign in.
pub const ACTOR: &str = "operator";

/// The four columns.
#[component]
pub fn Band() -> Node {
    view! {
        <section class="band" aria-label="At a glance">
            <Verdict/>
            <Changed/>
            <Trust/>
            <NextAction/>
        </section>
    }
}

#[component]
fn Verdict() -> Node {
    let live = Live::expect();
    let answer = Derived::new(move || {
        live.status(|status| live.alerts(|snapshot| verdict::verdict(snapshot, status)))
    });
    let counts = Derived::new(move || {
        live.status(|status| live.alerts(|snapshot| verdict::counts(snapshot, status)))
    });
    let fallback = Derived::new(move || {
        let book = live.book();
        live.status(|status| verdict::stopped(status, &book).is_some())
    });
    let taken = Derived::new(move || {
        live.status(|status| live.alerts(|snapshot| verdict::footnote(snapshot, status)))
    });
    let count = move |of: fn([usize; 4]) -> usize| text(move || format::count(of(counts.get())));
    view! {
        <div class="question wrong">
            <p class="ask">"Is anything wrong"</p>
            <h1>{move || answer.get()}</h1>
            <ul class="counts">
                <li>
                    <Mark shape=Shape::Critical/>
                    <b>{count(|[_, _, critical, emergency]| critical + emergency)}</b>
                    " critical"
                </li>
                <li>
                    <Mark shape=Shape::Warning/>
                    <b>{count(|counts| counts[Severity::Warning.index()])}</b>
                    " warning"
                </li>
                <li>
                    <Mark shape=Shape::Info/>
                    <b>{count(|counts| counts[Severity::Info.index()])}</b>
                    " info"
                </li>
                <li class="taken" class:fallback=move || fallback.get()>{move || taken.get()}</li>
            </ul>
        </div>
    }
    .into_any()
}

/// An absence longer than this ends a visit.
const ABSENCE: i64 = 30 * Timestamp::MINUTE;

/// When the visitor was here last, as the browser kept it; nothing on the server.
fn last_visit(live: Live) -> RwSignal<Option<Timestamp>> {
    let visit = RwSignal::new(None);
    let host = Host::expect();
    let read = {
        let host = host.clone();
        move |key: &str| {
            let millis = host.recall(key).and_then(|text| text.parse().ok());
            millis.map(Timestamp::from_millis)
        }
    };
    let minute = Derived::new(move || live.wall().floor(Timestamp::MINUTE));
    Effect::new(move |begun: Option<()>| {
        let now = minute.get();
        if begun.is_none() {
            let seen = read("seen");
            let away = seen.filter(|seen| now.since(*seen) > ABSENCE);
            visit.set(away.or_else(|| read("visit")));
            if let Some(away) = away {
                host.keep("visit", &away.millis().to_string());
            }
        }
        host.keep("seen", &now.millis().to_string());
    });
    visit
}

#[component]
fn Changed() -> Node {
    let live = Live::expect();
    let visit = last_visit(live);
    let since = Derived::new(move || {
        let hour_ago = live.now().floor(Timestamp::MINUTE).plus(-Timestamp::HOUR);
        visit.get().unwrap_or(hour_ago)
    });
    let ask = move || match visit.get() {
        Some(at) => {
            format!("What changed since your visit at {}", format::moment(at, live.now()))
        }
        None => "What changed in the last hour".to_owned(),
    };
    let news = Derived::new(move || {
        let since = since.get();
        live.status(|status| live.alerts(|snapshot| verdict::changed(snapshot, status, since)))
    });
    let row = move |news: News| {
        let text = match news.alert {
            Some(id) => {
                let href = link(&format!("/alerts/{id}"));
                view! { <a href=move || href.get()>{news.text.clone()}</a> }.into_any()
            }
            None => view! { <span>{news.text.clone()}</span> }.into_any(),
        };
        view! {
            <li>
                <Mark shape=news.shape/>
                <span class="ellipsis" title=news.text>{text}</span>
                <time>{format::clock(news.at)}</time>
            </li>
        }
    };
    view! {
        <div class="question changed">
            <p class="ask">{text(ask)}</p>
            <ul>{move || news.get().into_iter().map(row).collect_view()}</ul>
            {shown(
                move || news.with(Vec::is_empty),
                || view! { <p class="none">"Nothing changed"</p> }.into_any(),
            )}
        </div>
    }
    .into_any()
}

#[component]
fn Trust() -> Node {
    let live = Live::expect();
    let meter = move |topic: Topic| {
        Derived::new(move || {
            let now = live.now();
            live.status(|status| {
                live.topic(topic, |snapshot| verdict::meter(snapshot, status, topic, now))
            })
        })
    };
    let meters = Topic::ALL.map(meter);
    let catching_up = Derived::new(move || live.status(|status| status.catching_up.is_some()));
    let missed = Derived::new(move || live.alerts(verdict::missed));
    let answer = Derived::new(move || {
        let meters = meters.map(|meter| meter.get());
        let doubts = Doubts { catching_up: catching_up.get(), missed: missed.get() };
        verdict::trust(&live.book(), doubts, &meters)
    });
    let footing =
        move || live.status(|status| live.rates(|snapshot| verdict::footing(snapshot, status)));
    let simulated = move || meters[0].with(|meter| meter.state == Freshness::Simulated);
    view! {
        <div class="question trust">
            <p class="ask">"Can I trust these figures"</p>
            <p class="answer" class:sim=simulated>
                {move || answer.get()}
            </p>
            <dl class="meters">{meters.map(|meter| view! { <MeterView meter/> }).collect_view()}</dl>
            <p class="footing">{text(footing)}</p>
        </div>
    }
    .into_any()
}

#[component]
fn MeterView(
    /// What it shows.
    meter: Derived<Meter>,
) -> Node {
    let topic = meter.with_untracked(|meter| meter.topic);
    let class = move || match meter.with(|meter| meter.state) {
        Freshness::Fresh => "meter",
        Freshness::Stale | Freshness::Absent => "meter stale",
        Freshness::Simulated => "meter sim",
        Freshness::Missing => "meter missing",
    };
    let width = move || format!("{}%", format::plain(meter.with(|meter| meter.share) * 100.0, 1));
    view! {
        <div class=text(class)>
            <svg aria-hidden="true">
                <rect class="track" width="100%" height="100%"></rect>
                <rect class="level" width=text(width) height="100%"></rect>
            </svg>
            <dt title=topic.title()>{topic.abbreviation()}</dt>
            <dd>{move || meter.with(|meter| meter.text.clone())}</dd>
        </div>
    }
}

#[component]
fn NextAction() -> Node {
    let live = Live::expect();
    let next = Derived::new(move || {
        live.status(|status| live.alerts(|snapshot| verdict::next(snapshot, status)))
    });
    let class = move || match next.get() {
        Next::LastReal(_) => "question next sim",
        Next::Acknowledge { .. } => "question next crit",
        Next::Nothing => "question next",
    };
    let body = move || match next.get() {
        Next::LastReal(at) => last_real(at).into_any(),
        Next::Acknowledge { id, entity, title, escalation } => {
            view! { <Take id entity title escalation/> }.into_any()
        }
        Next::Nothing => view! {
            <p class="what">"Nothing waits for you"</p>
            <p class="why">"No critical alert is without an owner."</p>
        }
        .into_any(),
    };
    view! {
        <div class=text(class)>
            <p class="ask">"What to do next"</p>
            {body}
        </div>
    }
    .into_any()
}

fn last_real(at: Timestamp) -> Node {
    view! {
        <p class="what">"Use the last real figures"</p>
        <p class="why">"Nothing is lost. Reading resumes where it stopped."</p>
        <p class="actions">
            <a class="button primary" href="/?book=real">
                "Show " {format::clock_seconds(at)}
            </a>
            <a class="button quiet" href="/operations">"Connection"</a>
        </p>
    }
}

/// Takes an alert for the visitor, and says so.
pub fn take(host: &Host, toasts: Toasts, id: &AlertId) {
    let answer = host.acknowledge(id, ACTOR);
    spawn_local(async move {
        match answer.await {
            Ok(()) => toasts.done("Acknowledged. Escalation stopped."),
            Err(fault) => toasts.failed(format!("Not acknowledged: {fault}")),
        }
    });
}

#[component]
fn Take(
    /// The alert.
    id: AlertId,
    /// What it is about.
    entity: String,
    /// What it says.
    title: String,
    /// Who is told next, and when.
    escalation: Option<(String, Timestamp)>,
) -> Node {
    let live = Live::expect();
    let toasts = Toasts::expect();
    let host = Host::expect();
    let why = link(&format!("/alerts/{id}"));
    let deadline = escalation.map(|(to, at)| {
        let left = move || format::countdown(at.since(live.now()));
        view! { "Escalates to " {to} " in " <b class="countdown" role="timer">{text(left)}</b> }
    });
    view! {
        <p class="what">"Acknowledge " {entity}</p>
        <p class="why">
            <span class="title">{title} ". "</span>
            {deadline}
        </p>
        <p class="actions">
            <Button weight=Weight::Primary on_press=move || take(&host, toasts, &id)>
                "Acknowledge"
            </Button>
            <a class="button quiet" href=move || why.get()>"Why"</a>
        </p>
    }
}
