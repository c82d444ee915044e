//! Pages of the domains, rendered as the server does.

use std::sync::Arc;

use leptos::prelude::*;
use model::{Topic, view::budget::summary};

use crate::{App, feed::Initial, fixture, place::Place};

/// The page of an address.
fn render(address: &str, initial: Initial) -> String {
    Owner::new().with(|| {
        provide_context(Arc::new(initial));
        provide_context(Place::new(address));
        App().to_html()
    })
}

fn check(html: &str, parts: &[&str]) {
    let main = html.split("<main").nth(1).unwrap_or_default();
    for part in parts {
        assert!(main.contains(part), "{part:?} is missing in {main}");
    }
}

#[test]
fn every_domain_shows_figures_charts_and_entities_without_script() {
    let cases: [(Topic, &[&str]); 7] = [
        (Topic::Budget, &["Warning 75 %", "Retail Banking", "Total, USD M", "day 54 of 92"]),
        (Topic::Projects, &["Instant Payments", "Critical 0.90", "cost 3, schedule 3", "+14"]),
        (Topic::Compliance, &["C-200", "Due ladder", "A 7724"]),
        (Topic::Transactions, &["ac-4000", "By channel", "at 1,050.00", "amount, new device"]),
        (Topic::Risk, &["RSK-400", "Likelihood and impact", "Reputational", "Open, USD M"]),
        (Topic::System, &["notify", "Error budget left", "Warning 250 ms", "Up"]),
        (Topic::Etl, &["fx_rates", "Fresh for 30 min", "Last 14 runs", "3 of 3"]),
    ];
    for (topic, parts) in cases {
        let html = render(topic.path(), fixture::initial());
        check(&html, parts);
        let always = ["Updated ", "role=\"img\"", "<caption", "scope=\"row\"", "?event=019ab1c4"];
        check(&html, &always);
        assert!(!html.contains("NaN"), "{topic}");
    }
}

#[test]
fn an_empty_book_says_so_and_shows_no_zero() {
    for topic in Topic::ALL {
        let html = render(topic.path(), Initial::default());
        check(&html, &["\u{2013}", "opens this page"]);
    }
}

#[test]
fn the_address_opens_the_drawer_with_what_the_row_knows() {
    let id = "019ab1c4-7e2d-7c11-9a40-000000000001";
    let html = render(&format!("/budget?event={id}"), fixture::initial());
    let parts = [
        "with-drawer",
        "Where it came from",
        "3, 184,220",
        id,
        "REAL",
        "Retail Banking over 90 %",
        "/alerts/a0",
    ];
    check(&html, &parts);
    assert!(!render("/budget", fixture::initial()).contains("Where it came from"));
}

#[test]
fn other_books_carry_their_texture() {
    let html = render("/systems", fixture::simulated());
    check(&html, &["domain simulated", ">SIM<"]);
}

#[test]
fn old_figures_are_stale() {
    let mut initial = fixture::initial();
    initial.status.topics[Topic::Budget.index()].stale_after_ms = 3_000;
    let html = render("/budget", initial);
    check(&html, &["Stale 4 s, as of 14:42:14"]);
}

#[test]
fn the_total_is_the_summary_of_the_model() {
    let initial = fixture::initial();
    let summary = summary(initial.hello.snapshot.budget.values()).unwrap();
    let full = crate::format::money_full(summary.approved);
    check(&render("/budget", initial), &[&full]);
}
