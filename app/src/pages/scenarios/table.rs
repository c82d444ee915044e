//! The table of incidents: when each was caused and raised, and its delay drawn to scale.

use leptos::prelude::*;
use markup::view;
use model::scenario::Run;

use super::incident::{Incident, Standing, incidents};
use crate::{
    charts::{
        drawing::{Canvas, Drawing},
        path::{self, Curve},
        scale::Linear,
    },
    components::mark::NamedMark,
    erased::Derived,
    format,
    node::Node,
};

/// Width of a drawn delay, in pixels.
const WIDTH: f64 = 320.0;

/// The expected incidents of a run, and those that nobody expected.
#[component]
pub fn IncidentTable(
    /// The run.
    #[prop(into)]
    run: Derived<Run>,
) -> Node {
    let incidents = Derived::new(move || run.with(incidents));
    let length = Derived::new(move || run.with(|run| run.length_ms));
    let book = run.with_untracked(Run::book).to_string();
    let scale = move || format!("{} to {}", format::countdown(0), format::countdown(length.get()));
    let rows = move || {
        let rows = incidents.get().into_iter();
        rows.map(|incident| row(&incident, length.get(), &book)).collect_view()
    };
    view! {
        <div class="grid-frame" tabindex="0" role="region" aria-label="Expected alerts">
            <table class="grid incidents">
                <caption class="unseen">"Expected and raised alerts, by the clock of the drill"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Expected alert"</th>
                        <th scope="col" class="number">"Injected"</th>
                        <th scope="col" class="number">"Raised"</th>
                        <th scope="col" class="number">"Delay"</th>
                        <th scope="col" class="scale">{scale}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(incident: &Incident, length: i64, book: &str) -> Node {
    let dash = || format::MISSING.to_owned();
    let due = incident.due.map_or_else(dash, format::countdown);
    let raised = incident.raised.map_or_else(dash, format::lap);
    let shape = Derived::from(incident.shape());
    let drawing = Derived::from(delay(incident, length));
    view! {
        <tr class=class(incident.standing)>
            <th scope="row"><NamedMark shape/> " " {name(incident, book)}</th>
            <td class="number time">{due}</td>
            <td class="number time">{raised}</td>
            <td class="number verdict">{incident.verdict()}</td>
            <td class="scale"><Canvas drawing/></td>
        </tr>
    }
}

/// The name, leading to its alert in the drill's book once there is one.
fn name(incident: &Incident, book: &str) -> Node {
    let words = incident.title.clone().unwrap_or_else(|| incident.name.clone());
    match &incident.alert {
        Some(alert) => {
            let link = format!("/alerts/{}?book={book}", crate::feed::escape(alert.as_str()));
            view! { <a href=link>{words}</a> }.into_any()
        }
        None => Node::from(words),
    }
}

fn class(standing: Standing) -> &'static str {
    match standing {
        Standing::Raised => "raised",
        Standing::ToCome | Standing::Awaited => "open",
        Standing::Missed => "missed",
        Standing::Unexpected => "stray",
    }
}

/// From its cause, a tick, to its alert, a bar, on the whole length of the run. A miss is hatched
/// to the end; what nobody expected is an open circle.
#[expect(clippy::cast_precision_loss, reason = "milliseconds on a screen")]
fn delay(incident: &Incident, length: i64) -> Drawing {
    let mut drawing = Drawing::new(WIDTH, 14.0);
    let scale = Linear::new((0.0, length.max(1) as f64), (0.0, WIDTH));
    drawing.rule((0.0, 7.5), (WIDTH, 7.5), "grid");
    let place = |at: i64| scale.within(at as f64);
    if let (Some(due), Some(raised)) = (incident.due, incident.raised) {
        let (from, to) = (place(due.min(raised)), place(due.max(raised)));
        drawing.rect([from, 4.5, (to - from).max(2.0), 6.0], "wait");
    } else if let (None, Some(raised)) = (incident.due, incident.raised) {
        drawing.dot((place(raised), 7.5), 4.0, "stray");
    }
    if let Some(due) = incident.due {
        let x = place(due).floor() + 0.5;
        if incident.standing == Standing::Missed {
            drawing.path(hatch(x, WIDTH), "lost");
        }
        let class = if incident.raised.is_none() { "cause open" } else { "cause" };
        drawing.rule((x, 1.0), (x, 14.0), class);
    }
    drawing
}

/// Strokes of a hatched bar between two places.
fn hatch(from: f64, to: f64) -> String {
    let mut data = String::new();
    let mut x = from + 2.0;
    while x + 6.0 <= to {
        data.push_str(&path::line(&[(x, 10.5), (x + 6.0, 4.5)], Curve::Straight));
        x += 6.0;
    }
    data
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{charts::drawing::Shape, fixture::runs};

    #[test]
    fn delays_are_to_scale() {
        let incidents = incidents(&runs::budget());
        let shapes = |index: usize| delay(&incidents[index], 150_000).shapes;
        let bar = |index: usize| match &shapes(index)[1] {
            Shape::Rect { frame, .. } => *frame,
            other => panic!("{other:?} is no bar"),
        };
        // 320 pixels for 150 s.
        assert_eq!(bar(0), [25.6, 4.5, 2.3, 6.0]);
        assert_eq!(bar(3), [93.9, 4.5, 6.6, 6.0]);
        let class = |shape: &Shape| match shape {
            Shape::Path { class, .. } | Shape::Dot { class, .. } => class.clone(),
            _ => String::new(),
        };
        let classes = |index: usize| shapes(index).iter().map(class).collect::<Vec<_>>();
        assert_eq!(classes(4), ["grid", "lost", "cause open"]);
        assert_eq!(classes(5), ["grid", "stray"]);
    }

    #[test]
    fn a_hatch_stays_between_its_ends() {
        assert_eq!(hatch(0.0, 14.0), "M2 10.5L8 4.5M8 10.5L14 4.5");
        assert_eq!(hatch(318.0, 320.0), "");
    }
}
