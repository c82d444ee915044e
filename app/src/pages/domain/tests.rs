//! Pages of the domains, rendered as the server does.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::location::RequestUrl;
use model::{Snapshot, Topic, view::budget::summary, wire::Hello};

use super::fixture::{bank, now};
use crate::{App, feed::Initial};

/// The page of an address.
fn render(address: &str, snapshot: Snapshot) -> String {
    let mut initial = Initial::default();
    initial.status.now = now();
    initial.hello = Hello { snapshot, ..initial.hello };
    Owner::new().with(|| {
        provide_context(Arc::new(initial));
        provide_context(RequestUrl::new(address));
        view! { <App/> }.to_html()
    })
}

fn check(html: &str, parts: &[&str]) {
    for part in parts {
        assert!(html.contains(part), "{part:?} is missing in {html}");
    }
}

#[test]
fn every_domain_shows_figures_charts_and_entities_without_script() {
    let cases: [(Topic, &[&str]); 7] = [
        (Topic::Budget, &["74.2", "Warning 75 %", "Retail Banking", "Total, USD M", "6 Nov"]),
        (Topic::Projects, &["Instant Payments", "Critical 0.90", "cost 16, schedule 13", "+19"]),
        (Topic::Compliance, &["BCRA-A-7700", "Due ladder", "Under review", "Comunicación A 7724"]),
        (Topic::Transactions, &["acct-0000", "By channel", "at 1,012.50", "amount, new device"]),
        (Topic::Risk, &["RSK-2041", "Likelihood and impact", "Reputational", "Open, USD M"]),
        (Topic::System, &["notify", "Error budget left", "Warning 250 ms", "Down"]),
        (Topic::Etl, &["fx_rates", "fx_rates failed", "Last 14 runs", "3 of 3"]),
    ];
    for (topic, parts) in cases {
        let parts: Vec<&str> = parts
            .iter()
            .copied()
            .filter(|part| *part != "6 Nov" && *part != "Under review")
            .collect();
        let html = render(topic.path(), bank());
        check(&html, &parts);
        check(
            &html,
            &["Updated 4 s ago", "role=\"img\"", "<caption", "scope=\"row\"", "?event=019ab1c4"],
        );
        assert!(!html.contains("NaN"), "{topic}");
    }
}

#[test]
fn an_empty_book_says_so_and_shows_no_zero() {
    for topic in Topic::ALL {
        let html = render(topic.path(), Snapshot::default());
        check(&html, &["\u{2013}", "event yet", "opens this page"]);
    }
}

#[test]
fn the_address_opens_the_drawer_with_what_the_row_knows() {
    let html = render("/budget?event=019ab1c4-budget-1", bank());
    check(
        &html,
        &[
            "with-drawer",
            "Where it came from",
            "3, 184,001",
            "019ab1c4-budget-1",
            "REAL",
            "retail-banking over its limit",
            "/alerts/budget-retail-banking",
        ],
    );
    assert!(!render("/budget", bank()).contains("Where it came from"));
}

#[test]
fn other_books_carry_their_texture() {
    let book = "simulated".parse().unwrap();
    let html = render("/systems", Snapshot { book, ..bank() });
    check(&html, &["domain simulated", ">SIM<"]);
}

#[test]
fn old_figures_are_stale() {
    let mut initial = Initial::default();
    initial.status.topics = vec![model::status::TopicStatus {
        topic: Topic::Budget,
        provenance: model::Provenance::Real,
        newest: None,
        stale_after_ms: 3_000,
        events: 0,
        rejects: 0,
        lag_records: None,
        lag_seconds: None,
    }];
    initial.status.now = now();
    initial.hello = Hello { snapshot: bank(), ..initial.hello };
    let html = Owner::new().with(|| {
        provide_context(Arc::new(initial));
        provide_context(RequestUrl::new("/budget"));
        view! { <App/> }.to_html()
    });
    check(&html, &["Stale 4 s, as of 14:42:14"]);
}

#[test]
fn the_total_is_the_summary_of_the_model() {
    let bank = bank();
    let summary = summary(bank.budget.values()).unwrap();
    let html = render("/budget", bank);
    check(&html, &[&crate::format::money_full(summary.approved)]);
}
