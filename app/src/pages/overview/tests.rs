//! The overview as the server renders it, from the fixture.

use std::sync::Arc;

use leptos::prelude::*;

use crate::{App, feed::Initial, fixture, place::Place};

fn render(path: &str, initial: Initial) -> String {
    let owner = Owner::new_root(None);
    owner.with(|| {
        provide_context(Place::new(path));
        provide_context(Arc::new(initial));
        App().to_html()
    })
}

/// The text of a page: what lies between its tags, blanks joined, without markers.
fn text(html: &str) -> String {
    let mut out = String::new();
    let mut within = false;
    for letter in html.chars() {
        match letter {
            '<' => {
                within = true;
                out.push(' ');
            }
            '>' => within = false,
            letter if !within => out.push(letter),
            _ => {}
        }
    }
    out.split_whitespace().filter(|word| *word != "--").collect::<Vec<_>>().join(" ")
}

#[test]
fn four_questions_are_answered_without_a_script() {
    let page = text(&render("/", fixture::initial()));
    for answer in [
        "Three matters need action",
        "3 critical",
        "Yes. All real, all fresh",
        "Acknowledge Retail Banking",
        "Escalates to the CFO in 06:42",
        "What changed in the last hour",
    ] {
        assert!(page.contains(answer), "{answer:?} is missing from {page}");
    }
}

#[test]
fn every_domain_has_its_figure() {
    let page = text(&render("/", fixture::initial()));
    for figure in [
        "Budget 4 s 74.1 %",
        "USD 302.9 M of 408.5 M, Q4",
        "Compliance 21 s 4 overdue",
        "61 open, control pass rate 94.2 %",
        "Transactions 1 s 1,284 /min",
        "Risk 17 s USD 8.40 M",
        "Systems 1 s 184 ms p99",
        "Pipelines 9 s 8 of 9 fresh",
    ] {
        assert!(page.contains(figure), "{figure:?} is missing from {page}");
    }
}

#[test]
fn a_simulation_says_so_everywhere() {
    let html = render("/", fixture::simulated());
    let page = text(&html);
    assert!(page.contains("Kafka unreachable. Every figure below is simulated."), "{page}");
    let verdict = "Real data stopped 14:31 4 critical 9 warning 5 info real, as of 14:31";
    assert!(page.contains(verdict), "{page}");
    assert_eq!(html.matches("class=\"strip ").count(), 7);
    let tags = html.matches(">SIM<").count();
    assert!(tags >= 7, "{tags} tags");
    assert!(!render("/", fixture::initial()).contains(">SIM<"));
}

#[test]
fn a_mixed_view_marks_what_is_simulated_and_nothing_else() {
    let html = render("/", fixture::mixed());
    let page = text(&html);
    for words in [
        "Simulated: Pipelines. All other figures are real.",
        "Kafka live 1 of 7 simulated",
        "Not all. Pipelines is simulated",
    ] {
        assert!(page.contains(words), "{words:?} is missing from {page}");
    }
    let strips = html.split("<article").skip(1).filter_map(|rest| rest.split("</article>").next());
    let simulated: Vec<&str> = strips.filter(|strip| strip.contains(">SIM<")).collect();
    assert!(matches!(simulated.as_slice(), [one] if one.contains("href=\"/pipelines\"")), "{page}");
    for (path, simulated) in [("/pipelines", true), ("/budget", false), ("/risk", false)] {
        let html = render(path, fixture::mixed());
        assert_eq!(html.contains("class=\"domain simulated"), simulated, "{path}");
    }
}

#[test]
fn every_route_has_one_title_and_the_source() {
    let paths = [
        "/",
        "/budget",
        "/projects",
        "/compliance",
        "/transactions",
        "/risk",
        "/systems",
        "/pipelines",
        "/alerts",
        "/alerts/a0",
        "/scenarios",
        "/scenarios/x",
        "/operations",
        "/none",
    ];
    for path in paths {
        let html = render(path, fixture::initial());
        assert_eq!(html.matches("<h1").count(), 1, "{path}");
        assert!(html.contains("Kafka live"), "{path}");
    }
}

#[test]
fn links_keep_the_book() {
    let html = render("/?book=simulated", fixture::simulated());
    assert!(html.contains("href=\"/budget?book=simulated\""));
}
