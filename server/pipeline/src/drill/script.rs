//! A scripted drill: paces its events by its own clock and follows what they raise.

use std::{collections::BTreeMap, time::Duration};

use model::{
    Severity, Snapshot, Timestamp, Topic,
    scenario::{Raised, Run, RunState},
};
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::{Drills, Live};
use crate::{
    edge::own,
    flow::{FlowClosed, Request},
    simulate::Drill,
};

/// How often the clock of a drill moves.
const BEAT: Duration = Duration::from_millis(100);

/// Most drill time between two ticks, in milliseconds: rules see time pass at any speed.
const STEP: i64 = Timestamp::SECOND;

/// Time for the last frame to reach the hub.
const SETTLE: Duration = Duration::from_millis(150);

/// Runs a script to its end, or until it is stopped.
pub async fn run(drills: &Drills, live: &Live) -> Result<(), FlowClosed> {
    let (mut drill, start) = {
        let mut run = live.lock();
        let drill = Drill::new(run.name, run.seed, &run.id, run.started);
        run.expected = drill.expected();
        run.length_ms = drill.length_ms();
        (drill, run.started)
    };
    let mut beat = interval(BEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut last = Instant::now();
    let mut elapsed = 0;
    step(drills, live, &mut drill, start, 0).await?;
    loop {
        tokio::select! {
            _ = beat.tick() => {}
            () = live.stop.cancelled() => break,
        }
        let passed = last.elapsed();
        last = Instant::now();
        if live.state() == RunState::Paused {
            continue;
        }
        let target = (elapsed + drill_millis(passed, live.lock().speed)).min(drill.length_ms());
        while elapsed < target {
            elapsed = (elapsed + STEP).min(target);
            step(drills, live, &mut drill, start, elapsed).await?;
        }
        follow(drills, live);
        if elapsed >= drill.length_ms() {
            break;
        }
    }
    tokio::time::sleep(SETTLE).await;
    follow(drills, live);
    Ok(())
}

#[expect(clippy::cast_possible_truncation, reason = "milliseconds of a beat at most 1,000 times")]
fn drill_millis(passed: Duration, speed: f64) -> i64 {
    (passed.as_secs_f64() * speed * 1_000.0) as i64
}

async fn step(
    drills: &Drills,
    live: &Live,
    drill: &mut Drill,
    start: Timestamp,
    elapsed: i64,
) -> Result<(), FlowClosed> {
    let book = live.lock().book();
    let events = drill.advance(elapsed);
    if !events.is_empty() {
        let arrived = own(&events, (drills.clock)());
        live.lock().events += arrived.events.len() as u64;
        drills.input.send(Request::Arrived(arrived)).await?;
    }
    drills.input.send(Request::Tick { book, now: start.plus(elapsed.max(1)) }).await?;
    let mut run = live.lock();
    run.elapsed_ms = elapsed;
    run.progress = progress(elapsed, run.length_ms);
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a share of minutes in milliseconds")]
fn progress(elapsed: i64, length: i64) -> f64 {
    if length > 0 { elapsed as f64 / length as f64 } else { 0.0 }
}

/// Reads what the drill has raised from what its viewers see.
fn follow(drills: &Drills, live: &Live) {
    let book = live.lock().book();
    let Some(hub) = drills.hub.book(&book) else { return };
    let snapshot = hub.snapshot();
    let mut run = live.lock();
    run.raised = raised(&run, &snapshot);
    let scored = snapshot.minutes.values().map(|minute| minute.review).sum();
    run.scored_transactions = scored;
}

/// The incidents of a drill: one for each entity of the topics that it is about, once an alert
/// reaches the least severity that is expected there. Further rules that fire for the entity join
/// its incident.
fn raised(run: &Run, snapshot: &Snapshot) -> Vec<Raised> {
    let mut least = BTreeMap::<Topic, Severity>::new();
    for expected in &run.expected {
        let severity = least.entry(expected.topic).or_insert(expected.severity);
        *severity = (*severity).min(expected.severity);
    }
    let mut incidents = BTreeMap::<(Topic, &str), Raised>::new();
    for alert in snapshot.alerts.values() {
        let Some(&general) = least.get(&alert.topic) else { continue };
        let expected = run
            .expected
            .iter()
            .find(|expected| expected.topic == alert.topic && expected.entity == alert.entity);
        let worst = alert.history.iter().map(|step| step.severity).max().unwrap_or(alert.severity);
        let needed = expected.map_or(general, |expected| expected.severity);
        if worst < needed {
            continue;
        }
        let reached = alert.history.iter().filter(|step| step.severity >= needed);
        let at = reached.map(|step| step.at).min().unwrap_or(alert.fired_at);
        let raised = Raised {
            alert: alert.id.clone(),
            topic: alert.topic,
            entity: alert.entity.clone(),
            title: alert.title.clone(),
            severity: worst,
            at_ms: at.since(run.started).max(0),
            expected: expected.is_some(),
        };
        incidents
            .entry((alert.topic, &alert.entity))
            .and_modify(|first| join(first, &raised))
            .or_insert(raised);
    }
    let mut raised: Vec<_> = incidents.into_values().collect();
    raised.sort_by(|a, b| a.at_ms.cmp(&b.at_ms).then_with(|| a.entity.cmp(&b.entity)));
    raised
}

/// Joins another alert of an entity to its incident: the earliest counts, the worst shows.
fn join(incident: &mut Raised, other: &Raised) {
    let severity = incident.severity.max(other.severity);
    let earlier = (other.at_ms, &other.alert) < (incident.at_ms, &incident.alert);
    if earlier {
        *incident = other.clone();
    }
    incident.severity = severity;
}
