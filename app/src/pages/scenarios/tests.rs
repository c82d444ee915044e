//! The scenarios and one run, rendered as the server does.

use std::sync::Arc;

use leptos::prelude::*;
use model::scenario::RunState;

use crate::{App, feed::Initial, fixture, place::Place};

/// The page of an address, without the comments that mark where text may be replaced.
fn render(address: &str, initial: Initial) -> String {
    let html = Owner::new().with(|| {
        provide_context(Arc::new(initial));
        provide_context(Place::new(address));
        App().to_html()
    });
    html.replace("<!>", "")
}

fn check(html: &str, parts: &[&str]) {
    for part in parts {
        assert!(html.contains(part), "{part:?} is missing in {html}");
    }
    assert_eq!(html.matches("<h1").count(), 1, "one main heading in {html}");
    assert!(!html.contains("NaN"));
}

#[test]
fn the_scenarios_stand_beside_the_newest_run() {
    let html = render("/scenarios", fixture::drill());
    let parts = [
        "<h1>Scenarios</h1>",
        "Run<span class=\"unseen\"> Burst</span>",
        "Running 56 %",
        "Finished, started 14:21. 4 of 5 raised",
        "Not run since the start",
        "<h2 id=\"run-title\">Market volatility</h2>",
        "Seed 4127, 8 x, started 14:40:54",
        "<b>01:24</b> of 02:30",
        "aria-valuenow=\"56\"",
        "aria-valuetext=\"56 %, 4 of 6 raised\"",
        "<dt>Rate </dt><dd><b>150</b>/s</dd>",
        "Pause<span class=\"unseen\"> Market volatility</span>",
        "Stop drill<span class=\"unseen\"> Market volatility</span>",
    ];
    check(&html, &parts);
    assert!(!html.contains("Run<span class=\"unseen\"> Market volatility</span>"), "it runs");
}

#[test]
fn an_ended_run_has_its_table_and_can_be_run_again() {
    let html = render("/scenarios/budget-crisis-0f31", fixture::initial());
    let parts = [
        "<h1 id=\"run-title\">Budget crisis</h1>",
        "<h2>Scenarios</h2>",
        "Finished, seed 88, 4 x, started 14:21:18",
        "Run again<span class=\"unseen\"> Budget crisis</span>",
        "<caption",
        "<a href=\"/alerts/b-markets?book=drill:budget-crisis-0f31\">",
        "00:47.1",
        "3.1 s",
        "missed",
        "not expected",
        "Timeline: 4 of 5 raised.",
    ];
    check(&html, &parts);
    assert!(!html.contains("Stop drill"), "it has ended");
}

#[test]
fn a_burst_measures_and_raises_nothing() {
    let html = render("/scenarios/burst-9d04", fixture::initial());
    check(&html, &["50,000 of 50,000 events", "Reached", "4,998", "3.4"]);
    assert!(!html.contains("<table"));
}

#[test]
fn without_a_run_the_page_says_what_a_drill_is() {
    let html = render("/scenarios", Initial::default());
    check(&html, &["No drill yet", "Real figures are untouched.", "Not run since the start"]);
    check(&render("/scenarios/gone", fixture::initial()), &["This run is not known."]);
}

#[test]
fn a_paused_run_can_go_on() {
    let mut initial = fixture::drill();
    initial.status.runs[0].state = RunState::Paused;
    let html = render("/scenarios", initial);
    check(&html, &["Resume<span", "Paused 56 %", "paused, 01:24", "is paused in its own book"]);
}

#[test]
fn who_looks_at_a_drill_can_stop_it_and_others_are_told_of_it() {
    let html = render("/budget", fixture::drill());
    check(&html, &["Market volatility is running in its own book.", "Stop drill<span"]);
    let mut initial = fixture::drill();
    initial.hello.snapshot.book = model::Book::Real;
    let link = "href=\"/scenarios/market-volatility-1a2b?book=drill:market-volatility-1a2b\"";
    let html = render("/budget", initial.clone());
    check(&html, &["Market volatility is under way in a book of its own.", link]);
    assert!(!html.contains("Stop drill"), "only its viewers stop it from the banner");
    assert!(!render("/scenarios", initial).contains("is under way in a book"));
}
