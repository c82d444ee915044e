//! Where it happens: a small drawing of a domain by its parts, 214 by 64. Only what offends is
//! coloured and labelled.

use leptos::prelude::*;
use markup::view;
use model::{
    Severity, Snapshot, Timestamp, Topic,
    event::transaction::Channel,
    order,
    view::{compliance, etl, risk, system, transaction},
};

use crate::{components::mark::Shape, erased::Derived, format, node::Node, state::Live};

/// Width of the drawing.
const WIDTH: f64 = 214.0;

/// A shape of a drawing.
#[derive(Debug, Clone, PartialEq)]
enum Ink {
    /// Class, left, top, width, height, and what it is.
    Bar(String, f64, f64, f64, f64, String),
    /// Class, x1, y1, x2, y2.
    Rule(&'static str, f64, f64, f64, f64),
    /// Class, anchor, x, baseline, text.
    Text(&'static str, Anchor, f64, f64, String),
    /// A dot at a place, and what it is.
    Dot(f64, f64, String),
    /// A severity's mark, centred at a place, and what it is.
    Mark(Shape, f64, f64, String),
}

/// Which end of a text stands at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Anchor {
    Start,
    Middle,
    End,
}

impl Anchor {
    fn name(self) -> &'static str {
        match self {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        }
    }
}

use Anchor::{End, Middle, Start};

/// A drawing, and what it says in words.
#[derive(Debug, Clone, PartialEq, Default)]
struct Picture {
    ink: Vec<Ink>,
    words: String,
}

/// The cell of a topic.
#[component]
pub fn WhereCell(
    /// The topic.
    topic: Topic,
) -> Node {
    let live = Live::expect();
    let minute = Derived::new(move || live.now().floor(Timestamp::MINUTE));
    let picture = Derived::new(move || {
        let now = minute.get();
        live.topic(topic, |snapshot| picture(snapshot, topic, now))
    });
    view! {
        <div class="where">
            <svg
                class="micrograph"
                viewBox="0 0 214 64"
                role="img"
                aria-label=move || picture.with(|picture| picture.words.clone())
            >
                {move || picture.with(|picture| picture.ink.iter().map(draw).collect_view())}
            </svg>
        </div>
    }
    .into_any()
}

fn draw(ink: &Ink) -> Node {
    let at = |value: f64| format::plain(value, 1);
    match ink.clone() {
        Ink::Bar(class, x, y, width, height, title) => view! {
            <rect class=class x=at(x) y=at(y) width=at(width) height=at(height)>
                <title>{title}</title>
            </rect>
        }
        .into_any(),
        Ink::Rule(class, x1, y1, x2, y2) => {
            view! { <line class=class x1=at(x1) y1=at(y1) x2=at(x2) y2=at(y2)></line> }.into_any()
        }
        Ink::Text(class, anchor, x, y, text) => view! {
            <text class=class text-anchor=anchor.name() x=at(x) y=at(y)>
                {text}
            </text>
        }
        .into_any(),
        Ink::Dot(x, y, title) => view! {
            <circle class="rest" cx=at(x) cy=at(y) r="3">
                <title>{title}</title>
            </circle>
        }
        .into_any(),
        Ink::Mark(shape, x, y, title) => view! {
            <g
                class=shape.class()
                transform=format!("translate({} {}) scale(.83)", at(x - 5.0), at(y - 5.0))
            >
                <title>{title}</title>
                <path class="fill" d=shape.filled()></path>
                <path class="draw" d=shape.drawn()></path>
            </g>
        }
        .into_any(),
    }
}

fn picture(snapshot: &Snapshot, topic: Topic, now: Timestamp) -> Picture {
    match topic {
        Topic::Budget => departments(snapshot),
        Topic::Projects => indices(snapshot),
        Topic::Compliance => ageing(snapshot, now),
        Topic::Transactions => channels(snapshot, now),
        Topic::Risk => heat(snapshot, now),
        Topic::System => error_budgets(snapshot),
        Topic::Etl => runs(snapshot),
    }
}

fn severity_class(severity: Option<Severity>) -> &'static str {
    match severity {
        Some(Severity::Critical | Severity::Emergency) => "crit",
        Some(Severity::Warning) => "warn",
        _ => "rest",
    }
}

/// A length in a drawing from a count.
#[expect(clippy::cast_precision_loss, reason = "a place in a drawing")]
fn length(count: usize) -> f64 {
    count as f64
}

/// Two letters of a name: `Retail Banking` is RB.
fn initials(name: &str) -> String {
    let words = name.split_whitespace().filter(|word| word.starts_with(char::is_alphabetic));
    let letters: String = words.filter_map(|word| word.chars().next()).take(2).collect();
    if letters.chars().count() < 2 {
        name.chars().take(2).collect::<String>().to_ascii_uppercase()
    } else {
        letters.to_ascii_uppercase()
    }
}

/// Columns of the six departments that used most; lines at 75 and 90 %.
fn departments(snapshot: &Snapshot) -> Picture {
    const MOST: usize = 6;
    const FLOOR: f64 = 44.0;
    let mut rows: Vec<(String, f64)> = snapshot
        .budget
        .values()
        .filter_map(|row| {
            let id = row.budget.department.as_str();
            let name = row.budget.name.clone();
            Some((name.unwrap_or_else(|| model::person::readable(id)), row.utilization?))
        })
        .collect();
    order::sort(&mut rows, |a, b| b.1.total_cmp(&a.1));
    let top = rows.iter().map(|(_, used)| *used).fold(0.95, f64::max);
    let y = |share: f64| FLOOR * (1.0 - share / top);
    let mut ink = Vec::new();
    let mut words = String::from("Used by department:");
    let step = (WIDTH + 20.0) / length(MOST);
    for (index, (name, used)) in rows.iter().take(MOST).enumerate() {
        let severity = match used {
            0.90.. => Some(Severity::Critical),
            0.75.. => Some(Severity::Warning),
            _ => None,
        };
        let x = 6.0 + step * length(index);
        let title = format!("{name} {}", format::percent(*used));
        words.push_str(&format!(" {title},"));
        let class = severity_class(severity).to_owned();
        ink.push(Ink::Bar(class, x, y(*used), 18.0, FLOOR - y(*used), title));
        let short = initials(name);
        let (class, label) = match severity {
            Some(_) => ("label strong", format!("{short} {}", format::decimal(used * 100.0, 0))),
            None => ("label", short),
        };
        ink.push(Ink::Text(class, Middle, x + 9.0, 58.0, label));
    }
    ink.push(Ink::Rule("limit crit", 0.0, y(0.90), WIDTH, y(0.90)));
    ink.push(Ink::Rule("limit warn", 0.0, y(0.75), WIDTH, y(0.75)));
    Picture { ink, words }
}

/// Dots of the projects under way by CPI, from 0.80 to 1.10.
fn indices(snapshot: &Snapshot) -> Picture {
    const LOW: f64 = 0.80;
    const HIGH: f64 = 1.10;
    const FLOOR: f64 = 42.0;
    let x = |cpi: f64| WIDTH * (cpi.clamp(LOW, HIGH) - LOW) / (HIGH - LOW);
    let mut rows: Vec<(&str, f64)> = snapshot
        .projects
        .values()
        .filter(|row| row.project.status == model::event::project::ProjectStatus::Active)
        .filter_map(|row| Some((row.project.name.as_str(), row.cpi?)))
        .collect();
    order::sort(&mut rows, |a, b| a.1.total_cmp(&b.1));
    let band = |class: &str, from, to, title: &str| {
        Ink::Bar(class.to_owned(), x(from), 2.0, x(to) - x(from), FLOOR - 2.0, title.to_owned())
    };
    let mut ink = vec![
        band("band crit", LOW, 0.90, "Below 0.90"),
        band("band warn", 0.90, 0.95, "Below 0.95"),
        Ink::Rule("axis", x(1.0), 2.0, x(1.0), FLOOR),
        Ink::Rule("axis", 0.0, FLOOR, WIDTH, FLOOR),
    ];
    for tick in [0.85, 0.90, 0.95, 1.0, 1.05] {
        ink.push(Ink::Text("label", Middle, x(tick), 58.0, format::ratio(tick)));
    }
    let mut words = String::from("CPI by project:");
    let mut placed: Vec<(f64, f64)> = Vec::new();
    for (name, cpi) in rows {
        let title = format!("{name} {}", format::ratio(cpi));
        words.push_str(&format!(" {title},"));
        let place = (x(cpi), lane(&placed, x(cpi)));
        placed.push(place);
        ink.push(match cpi {
            ..0.90 => Ink::Mark(Shape::Critical, place.0, place.1, title),
            ..0.95 => Ink::Mark(Shape::Warning, place.0, place.1, title),
            _ => Ink::Dot(place.0, place.1, title),
        });
    }
    Picture { ink, words }
}

/// A height at which a dot covers none of those placed, from the middle outwards.
fn lane(placed: &[(f64, f64)], x: f64) -> f64 {
    let free = |y: &f64| placed.iter().all(|(px, py)| (px - x).hypot(py - y) >= 8.0);
    [22.0, 14.0, 30.0, 8.0, 36.0, 18.0, 26.0].into_iter().find(free).unwrap_or(22.0)
}

/// Open items by age.
fn ageing(snapshot: &Snapshot, now: Timestamp) -> Picture {
    const FLOOR: f64 = 46.0;
    let counts = compliance::summary(snapshot.compliance.values(), now).ageing;
    let most = length(counts.into_iter().max().unwrap_or(0).max(1));
    let (mut ink, mut words) = (Vec::new(), String::from("Open by age in days:"));
    for (index, (count, name)) in counts.into_iter().zip(compliance::AGEING).enumerate() {
        let x = 55.0 * length(index);
        let height = if count == 0 { 1.0 } else { (length(count) / most * 27.0).max(3.0) };
        let late = index + 1 == counts.len() && count > 0;
        let class = if late { "warn" } else { "rest" };
        words.push_str(&format!(" {name} {count},"));
        let title = format!("{name} days: {count}");
        ink.push(Ink::Bar(class.to_owned(), x, FLOOR - height, 50.0, height, title));
        ink.push(Ink::Text("label ink", Middle, x + 25.0, FLOOR - height - 5.0, count.to_string()));
        ink.push(Ink::Text("label", Middle, x + 25.0, 60.0, name.to_owned()));
    }
    Picture { ink, words }
}

/// Transactions of the hour by channel.
fn channels(snapshot: &Snapshot, now: Timestamp) -> Picture {
    let hour = transaction::summary(snapshot.minutes.iter(), &snapshot.rates, now).hour;
    let total = f64::from(hour.count.max(1));
    let most = f64::from(hour.by_channel.into_iter().max().unwrap_or(0).max(1));
    let (mut ink, mut words) = (Vec::new(), String::from("By channel:"));
    for (index, channel) in Channel::ALL.into_iter().enumerate() {
        let count = f64::from(hour.by_channel[channel.index()]);
        let share = format::percent_whole(count / total);
        let y = 2.0 + 12.0 * length(index);
        let title = format!("{} {share}", channel.title());
        words.push_str(&format!(" {title},"));
        ink.push(Ink::Text("label", Start, 0.0, y + 9.0, channel.title().to_owned()));
        ink.push(Ink::Bar("rest".into(), 42.0, y + 2.0, 141.0 * count / most, 6.0, title));
        ink.push(Ink::Text("label ink", End, WIDTH, y + 9.0, share));
    }
    Picture { ink, words }
}

/// The matrix of impact and likelihood.
fn heat(snapshot: &Snapshot, now: Timestamp) -> Picture {
    let summary = risk::summary(snapshot.risk.values(), now);
    let mut ink = Vec::new();
    for (row, cells) in summary.heat.into_iter().enumerate() {
        for (column, count) in cells.into_iter().enumerate() {
            let (x, y) = (21.0 * length(column), 2.0 + 12.0 * length(row));
            let class = format!("cell {}", weight(row, column, count));
            let title = format!("Impact {}, likelihood {}: {count}", 5 - row, column + 1);
            ink.push(Ink::Bar(class, x, y, 19.0, 10.5, title));
            if count > 0 {
                ink.push(Ink::Text("count", Middle, x + 9.5, y + 8.8, count.to_string()));
            }
        }
    }
    let open = format!("{} open", format::count(summary.open));
    ink.push(Ink::Text("label", Start, 116.0, 23.0, "Impact by".to_owned()));
    ink.push(Ink::Text("label", Start, 116.0, 36.0, "likelihood".to_owned()));
    ink.push(Ink::Text("label ink", Start, 116.0, 49.0, open.clone()));
    Picture { ink, words: format!("Impact by likelihood, {open}") }
}

/// The weight of a cell: what it means, and whether anything lies in it.
fn weight(row: usize, column: usize, count: u16) -> &'static str {
    use model::event::compliance::Rating;
    let side = |index: usize| u8::try_from(index + 1).unwrap_or(1);
    match (risk::rating(side(column), side(4 - row)), count) {
        (Rating::Critical | Rating::High, 0) => "crit empty",
        (Rating::Critical | Rating::High, _) => "crit",
        (Rating::Medium, 0) => "warn empty",
        (Rating::Medium, _) => "warn",
        (Rating::Low, 0) => "low empty",
        (Rating::Low, _) => "low",
    }
}

/// Columns of what is left of each service's error budget; the least is named.
fn error_budgets(snapshot: &Snapshot) -> Picture {
    const FLOOR: f64 = 46.0;
    let rows: Vec<(&str, &system::Row)> =
        snapshot.system.iter().map(|(name, row)| (name.as_str(), row)).collect();
    let least =
        rows.iter().min_by(|a, b| a.1.error_budget_left.total_cmp(&b.1.error_budget_left)).copied();
    let step = WIDTH / length(rows.len().max(1));
    let (mut ink, mut words) = (Vec::new(), String::from("Error budget left:"));
    for (index, (name, row)) in rows.iter().enumerate() {
        let left = row.error_budget_left;
        let title = format!("{name} {}", format::percent_whole(left));
        words.push_str(&format!(" {title},"));
        let height = (left * 44.0).max(1.5);
        let named = left < 0.8 && least.is_some_and(|(least, _)| least == *name);
        let class = match left {
            ..=0.0 => "crit",
            ..0.25 => "warn",
            _ if named => "named",
            _ => "rest",
        };
        let x = step * length(index);
        ink.push(Ink::Bar(
            class.to_owned(),
            x,
            FLOOR - height,
            (step - 2.0).max(1.0),
            height,
            title,
        ));
    }
    ink.push(Ink::Text("label", Start, 0.0, 60.0, "Error budget left".to_owned()));
    let worst = match least {
        Some((name, row)) if row.error_budget_left < 0.8 => {
            format!("{name} {}", format::percent_whole(row.error_budget_left))
        }
        Some(_) => "all over 80 %".to_owned(),
        None => String::new(),
    };
    ink.push(Ink::Text("label ink", End, WIDTH, 60.0, worst));
    Picture { ink, words }
}

/// The last attempts of the four jobs that failed most lately.
fn runs(snapshot: &Snapshot) -> Picture {
    const LATEST: usize = 12;
    let failures = |row: &etl::Row| {
        let failed = |outcome: &&etl::Outcome| **outcome == etl::Outcome::Failed;
        let latest = row.runs.iter().rev().take(LATEST);
        (row.has_failed(), latest.filter(failed).count())
    };
    let mut rows: Vec<(&str, &etl::Row)> =
        snapshot.etl.iter().map(|(name, row)| (name.as_str(), row)).collect();
    order::sort(&mut rows, |a, b| failures(b.1).cmp(&failures(a.1)).then(a.0.cmp(b.0)));
    let (mut ink, mut words) = (Vec::new(), String::from("Last attempts by job, failed:"));
    for (line, (name, row)) in rows.into_iter().take(4).enumerate() {
        let y = 4.0 + 15.0 * length(line);
        words.push_str(&format!(" {name} {},", failures(row).1));
        ink.push(Ink::Text("label", Start, 0.0, y + 9.0, shortened(name)));
        let skip = row.runs.len().saturating_sub(LATEST);
        let missing = LATEST - (row.runs.len() - skip);
        for (index, outcome) in row.runs.iter().skip(skip).enumerate() {
            let x = 70.0 + 12.0 * length(missing + index);
            ink.push(match outcome {
                etl::Outcome::Completed => {
                    Ink::Bar("rest".into(), x, y + 1.0, 10.0, 7.5, format!("{name} completed"))
                }
                etl::Outcome::Aborted => {
                    Ink::Bar("aborted".into(), x, y + 1.5, 9.0, 7.0, format!("{name} aborted"))
                }
                etl::Outcome::Failed => {
                    Ink::Mark(Shape::Warning, x + 5.0, y + 5.0, format!("{name} failed"))
                }
            });
        }
    }
    Picture { ink, words }
}

/// The name of a job in the room that it has: eleven letters.
fn shortened(name: &str) -> String {
    if name.chars().count() <= 11 {
        name.to_owned()
    } else {
        name.chars().take(10).chain(['\u{2026}']).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_initials() {
        let check = |name: &str, expected: &str| assert_eq!(initials(name), expected);
        check("Retail Banking", "RB");
        check("Technology & Operations", "TO");
        check("Treasury", "TR");
        check("", "");
    }

    #[test]
    fn dots_do_not_cover_each_other() {
        let mut placed = Vec::new();
        for _ in 0..3 {
            let y = lane(&placed, 100.0);
            assert!(placed.iter().all(|&(_, other): &(f64, f64)| (other - y).abs() >= 8.0));
            placed.push((100.0, y));
        }
    }

    #[test]
    fn every_topic_draws_nothing_without_rows() {
        for topic in Topic::ALL {
            let picture = picture(&Snapshot::default(), topic, Timestamp::default());
            assert!(!picture.words.is_empty(), "{topic}");
        }
    }

    #[test]
    fn a_cell_weighs_what_the_model_says() {
        assert_eq!(weight(0, 4, 1), "crit");
        assert_eq!(weight(4, 0, 0), "low empty");
        assert_eq!(weight(2, 2, 3), "warn");
    }
}
