//! The page of alerts, rendered as the server does.

use std::sync::Arc;

use leptos::prelude::*;
use model::{AlertState, Snapshot, alert::Step};

use crate::{App, feed::Initial, fixture, place::Place};

/// The page of an address: what stands in `main`, without the marks between texts.
fn render(address: &str, initial: Initial) -> String {
    let html = Owner::new().with(|| {
        provide_context(Arc::new(initial));
        provide_context(Place::new(address));
        App().to_html()
    });
    let main = html.split("<main").nth(1).and_then(|rest| rest.split("</main>").next());
    main.unwrap_or_default().replace("<!>", "")
}

/// The fixture with one alert changed.
fn with(id: &str, change: impl FnOnce(&mut model::Alert)) -> Initial {
    let mut initial = fixture::initial();
    let alerts = &mut initial.hello.snapshot.alerts;
    change(alerts.values_mut().find(|alert| alert.id.as_str() == id).unwrap());
    initial
}

/// What a page says, without its tags.
fn text(html: &str) -> String {
    let mut words = String::new();
    for part in html.split('<') {
        words.push(' ');
        words.push_str(part.split_once('>').map_or("", |(_, text)| text));
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn check(html: &str, parts: &[&str]) {
    for part in parts {
        assert!(html.contains(part), "{part:?} is missing in {html}");
    }
}

fn titles(html: &str) -> usize {
    html.matches("class=\"title ellipsis\"").count()
}

#[test]
fn groups_say_how_many_they_have() {
    let html = render("/alerts", fixture::initial());
    check(
        &text(&html),
        &[
            "Alerts 11 open",
            "3 critical, shown",
            "Not acknowledged 6",
            "Acknowledged 5",
            "Resolved 2",
            "Escalates in 06:42",
            "Owner P. Raman",
            "P. Raman, 14:04",
            "Resolved after 11 min",
        ],
    );
    assert_eq!(titles(&html), 13);
    assert!(!html.contains("shown</p>"), "nothing is hidden");
}

#[test]
fn filters_narrow_and_keep_the_book() {
    let html = render("/alerts?severity=critical&book=real", fixture::initial());
    check(&text(&html), &["2 of 6 shown", "1 of 5 shown", "0 of 2 shown", "6 warning, hidden"]);
    assert_eq!(titles(&html), 3);
    check(
        &html,
        &[
            "href=\"/alerts/a0?book=real&amp;severity=critical\"",
            "href=\"/alerts?book=real&amp;severity=critical,warning\"",
            "href=\"/alerts?book=real&amp;severity=critical&amp;state=firing\"",
        ],
    );
    let html = render("/alerts?state=resolved", fixture::initial());
    assert_eq!(titles(&html), 2);
    check(&text(&html), &["Resolved 2", "Show all , resolved"]);
    assert!(!text(&html).contains("Not acknowledged 6"));
}

#[test]
fn the_most_urgent_alert_stands_beside_the_list() {
    let html = render("/alerts", fixture::initial());
    check(&html, &["class=\"inbox real\"", "aria-current=\"true\"", "role=\"timer\""]);
    check(
        &text(&html),
        &[
            "Critical Firing for 6 min 12 s Budget REAL Retail Banking over 90 %",
            "Acknowledge A",
            "Used was 91.9 % , at or above 90 % . Recovers below 87 %.",
            "Rule budget.utilization, version 1",
            "Used 91.9 % USD 94.7 M / 103.0 M 90 %",
            "Events behind it newest 3",
            "14:36:06.412 streamboard.budget 3 184,220",
            "Escalates to level 2, CFO, in 06:42 L1 SVP Retail Banking 14:36 L2 CFO 14:49",
            "Acknowledging stops this clock.",
            "Timeline Escalates to the CFO 14:49",
            "Raised to critical 14:36:06",
            "Acknowledged, Marisol Etcheverry 16 Nov",
        ],
    );
    check(&html, &["/budget?book=real&amp;event=019ab1c4", "aria-label=\"Used, Retail Banking"]);
}

#[test]
fn the_address_opens_an_alert() {
    let html = render("/alerts/a1?book=real", fixture::initial());
    check(
        &html,
        &["class=\"inbox real with-one\"", "aria-current=\"page\"", "aria-label=\"Inbox\""],
    );
    check(&html, &["class=\"back\" href=\"/alerts?book=real\""]);
    check(&text(&html), &["BCRA A 7724 report due in 1 d", "07:42"]);
    assert!(!html.contains("class=\"watch\""), "the model keeps no series of an item");
}

#[test]
fn an_acknowledged_alert_has_no_countdown() {
    let html = render("/alerts/a4", fixture::initial());
    check(&text(&html), &["Acknowledged by Priya Raman 14:04:18, 4 min after firing"]);
    assert!(!html.contains("role=\"timer\"") && !html.contains("ladder crit"), "{html}");
    assert!(!html.contains("<button"), "nothing is left to take");
}

#[test]
fn below_critical_there_is_no_ladder() {
    let html = render("/alerts/a2", fixture::initial());
    check(&text(&html), &["Waiting for acknowledgement now", "Acknowledge A"]);
    assert!(!html.contains("class=\"ladder"), "{html}");
}

#[test]
fn the_last_level_has_no_clock() {
    let last = |alert: &mut model::Alert| {
        let level = alert.escalation.as_mut().unwrap();
        (level.level, level.next_at, level.next_to) = (3, None, None);
    };
    let html = render("/alerts/a0", with("a0", last));
    check(&text(&html), &["Level 3, the last, since 14:36", "Told: SVP Retail Banking."]);
    assert!(!html.contains("role=\"timer\""));
}

#[test]
fn a_resolved_alert_says_how_long_it_lasted() {
    let html = render("/alerts/a5", fixture::initial());
    check(&text(&html), &["Resolved After 11 min", "It fires at or above"]);
    assert!(!html.contains("class=\"ladder") && !html.contains("Waiting for"));
}

#[test]
fn an_unknown_alert_leads_back() {
    let html = render("/alerts/none?book=real", fixture::initial());
    check(&text(&html), &["This alert is no longer kept. Back to alerts", "Not acknowledged 6"]);
    check(&html, &["href=\"/alerts?book=real\""]);
}

#[test]
fn an_empty_list_is_plain() {
    let html = render("/alerts", Initial::default());
    check(&text(&html), &["Alerts 0 open", "Not acknowledged 0", "Nothing waits for you"]);
    assert!(!html.contains("role=\"timer\"") && !html.contains("class=\"part\""));
}

#[test]
fn headings_stand_in_order() {
    for address in ["/alerts", "/alerts/a0", "/alerts/a4", "/alerts/none"] {
        let html = render(address, fixture::initial());
        let levels: Vec<u8> = html
            .match_indices("<h")
            .filter_map(|(at, _)| html.as_bytes().get(at + 2))
            .filter(|byte| byte.is_ascii_digit())
            .map(|byte| byte - b'0')
            .collect();
        assert_eq!(levels.first(), Some(&1), "{address}");
        assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{address}: {levels:?}");
        assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1, "{address}");
    }
}

#[test]
fn other_books_carry_their_texture() {
    let html = render("/alerts?book=simulated", fixture::simulated());
    check(&html, &["class=\"inbox simulated\"", ">SIM<", "book=simulated&amp;event="]);
}

#[test]
fn an_event_that_did_not_come_from_kafka_has_no_offset() {
    let html = render(
        "/alerts/a0",
        with("a0", |alert| alert.events.iter_mut().for_each(|event| event.position = None)),
    );
    check(&text(&html), &["14:36:06.412 budget \u{2013} Event"]);
}

#[test]
fn the_newest_acknowledgement_counts() {
    let snapshot: Snapshot = fixture::initial().hello.snapshot;
    let alert = snapshot.alerts.values().find(|alert| alert.state == AlertState::Acknowledged);
    let mut alert = alert.unwrap().clone();
    let step: Step = alert.history[0].clone();
    let at = step.at.plus(60_000);
    alert.history.insert(0, Step { at, ..step });
    assert_eq!(super::inbox::taken(&alert), Some(("Priya Raman", at)));
}
