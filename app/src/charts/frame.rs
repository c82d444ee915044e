//! A chart in its frame: heading, drawing at the measured width, crosshair that pointer and
//! arrow keys move, and the table behind.

use leptos::{html, prelude::*, wasm_bindgen::JsCast};
use markup::view;
use model::Timestamp;
use wasm_bindgen::closure::Closure;
use web_sys::ResizeObserver;

use super::{
    bars::{Columns, Rows},
    drawing::{Canvas, Drawing},
    heat::Heat,
    line::{LineChart, Probe, Reading},
    strip::{Dots, Runs, Slips},
    table::{Behind, BehindTable},
};
use crate::{erased::Derived, format, node::Node};

/// Width that a chart is drawn at until it has been measured, in pixels.
pub const WIDE: f64 = 940.0;

/// The same for a chart that shares its row with others.
pub const NARROW: f64 = 420.0;

/// A chart of any form.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "each variant is documented at its type")]
pub enum Chart {
    Line(LineChart),
    Columns(Columns),
    Rows(Rows),
    Heat(Heat),
    Dots(Dots),
    Runs(Runs),
    Slips(Slips),
}

impl Chart {
    /// The drawing at a width in pixels.
    pub fn draw(&self, width: f64) -> Drawing {
        match self {
            Chart::Line(chart) => chart.draw(width),
            Chart::Columns(chart) => chart.draw(width),
            Chart::Rows(chart) => chart.draw(width),
            Chart::Heat(chart) => chart.draw(width),
            Chart::Dots(chart) => chart.draw(width),
            Chart::Runs(chart) => chart.draw(width),
            Chart::Slips(chart) => chart.draw(width),
        }
    }

    /// The table behind it.
    pub fn behind(&self, caption: &str) -> Behind {
        match self {
            Chart::Line(chart) => chart.behind(caption),
            Chart::Columns(chart) => chart.behind(caption),
            Chart::Rows(chart) => chart.behind(caption),
            Chart::Heat(chart) => chart.behind(caption),
            Chart::Dots(chart) => chart.behind(caption),
            Chart::Runs(chart) => chart.behind(caption),
            Chart::Slips(chart) => chart.behind(caption),
        }
    }

    fn line(&self) -> Option<&LineChart> {
        match self {
            Chart::Line(chart) => Some(chart),
            _ => None,
        }
    }
}

/// A chart with its words.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// What it shows.
    pub title: &'static str,
    /// Unit and scope, behind the title.
    pub note: String,
    /// Formula or source, at the right.
    pub remark: String,
    /// The chart; the reason where there is nothing to draw.
    pub chart: Result<Chart, String>,
}

impl Panel {
    fn name(&self) -> String {
        match self.note.as_str() {
            "" => self.title.to_owned(),
            note => format!("{}, {note}", self.title),
        }
    }
}

/// A chart in its frame.
#[component]
pub fn ChartFrame(
    /// The chart and its words.
    #[prop(into)]
    panel: Derived<Panel>,
    /// Whether the table is shown in place of the drawing.
    #[prop(into)]
    as_table: Derived<bool>,
    /// Width before it is measured.
    first_width: f64,
    /// Whether it stands below a heading of the second level.
    #[prop(optional)]
    inner: bool,
) -> Node {
    let node = NodeRef::<html::Div>::new();
    let measured = measure(node);
    let width = Derived::new(move || measured.get().unwrap_or(first_width));
    let drawing = Derived::new(move || {
        let width = width.get();
        panel.with(|panel| {
            panel.chart.as_ref().map_or_else(|_| Drawing::default(), |chart| chart.draw(width))
        })
    });
    let behind = Derived::new(move || {
        panel.with(|panel| {
            let chart = panel.chart.as_ref();
            chart.map_or_else(|_| Behind::default(), |chart| chart.behind(&panel.name()))
        })
    });
    let cross = Cross { panel, width, at: RwSignal::new(None) };
    let probe = Derived::new(move || cross.probe());
    let has_line = Derived::new(move || cross.line(|_| ()).is_some());
    let reason = move || panel.with(|panel| panel.chart.as_ref().err().cloned());
    let words = move |of: fn(&Panel) -> String| move || panel.with(of);
    let title = words(|panel| panel.title.to_owned());
    let head = if inner {
        view! { <h3>{title}</h3> }.into_any()
    } else {
        view! { <h2>{title}</h2> }.into_any()
    };
    view! {
        <figure class="panel" class:as-table=move || as_table.get()>
            <figcaption>
                {head}
                <span class="note">{words(|panel| panel.note.clone())}</span>
                <span class="remark">{words(|panel| panel.remark.clone())}</span>
            </figcaption>
            {move || reason().map(|reason| view! { <p class="reason">{reason}</p> })}
            <div class="plot" class:unmeasured=move || measured.get().is_none()>
                <div
                    class="canvas"
                    node_ref=node
                    role="img"
                    aria-label=words(Panel::name)
                    tabindex=move || has_line.get().then_some("0")
                    on:pointermove=move |event| cross.point(event.offset_x().into())
                    on:pointerleave=move |_| cross.at.set(None)
                    on:blur=move |_| cross.at.set(None)
                    on:keydown=move |event| {
                        if cross.press(&event.key()) {
                            event.prevent_default();
                            event.stop_propagation();
                        }
                    }
                >
                    <Canvas drawing/>
                    {move || probe.get().map(|probe| view! { <Canvas drawing=probe.drawing/> })}
                </div>
                <div role="status">{move || probe.get().map(|probe| tip(probe, width.get()).into_any())}</div>
            </div>
            <div class="behind-frame" class:unseen=move || !as_table.get()>
                <BehindTable behind/>
            </div>
        </figure>
    }
}

/// Where the crosshair of a chart stands.
#[derive(Clone, Copy)]
struct Cross {
    panel: Derived<Panel>,
    width: Derived<f64>,
    at: RwSignal<Option<Timestamp>>,
}

impl Cross {
    fn line<T>(self, read: impl FnOnce(&LineChart) -> T) -> Option<T> {
        self.panel.with(|panel| panel.chart.as_ref().ok().and_then(Chart::line).map(read))
    }

    fn probe(self) -> Option<Probe> {
        let at = self.at.get()?;
        let width = self.width.get();
        self.line(|chart| chart.probe(width, at))
    }

    fn point(self, x: f64) {
        let width = self.width.get_untracked();
        let at = untrack(|| self.line(|chart| chart.nearest(width, x))).flatten();
        if at != self.at.get_untracked() {
            self.at.set(at);
        }
    }

    /// Moves with the arrows; tells whether the key was one of its own.
    fn press(self, key: &str) -> bool {
        let by = match key {
            "ArrowLeft" => -1,
            "ArrowRight" => 1,
            "Home" => isize::MIN,
            "End" => isize::MAX,
            "Escape" if self.at.get_untracked().is_some() => {
                self.at.set(None);
                return true;
            }
            _ => return false,
        };
        let from = self.at.get_untracked();
        let at = untrack(|| self.line(|chart| chart.step(from, by))).flatten();
        self.at.set(at);
        at.is_some()
    }
}

/// The readings at the crosshair, on the side where there is room.
fn tip(probe: Probe, width: f64) -> Node {
    let left = probe.x <= width / 2.0;
    let from = if left { probe.x + 14.0 } else { width - probe.x + 14.0 };
    let (side, other) = if left { ("left", "right") } else { ("right", "left") };
    let style = format!("{side}: {from}px; {other}: auto");
    let row = |reading: Reading| {
        let value = reading.value.unwrap_or_else(|| format::MISSING.to_owned());
        view! {
            <p>
                <i class=format!("swatch {}", reading.tone.class())></i>
                <span>{reading.name}</span>
                <b>{value}</b>
            </p>
        }
    };
    view! {
        <div class="tip" data-beside=other style=style>
            <p class="when">{format::moment_full(probe.at)}</p>
            {probe.readings.into_iter().map(row).collect::<Vec<_>>()}
        </div>
    }
}

/// The width of an element, followed; none until it has been measured, so none on the server.
pub fn measure(node: NodeRef<html::Div>) -> RwSignal<Option<f64>> {
    let width = RwSignal::new(None);
    Effect::new(move |_| {
        let Some(element) = node.get() else { return };
        let watched = element.clone();
        let changed = Closure::<dyn FnMut()>::new(move || {
            let now = f64::from(element.client_width());
            if now > 0.0 && width.get_untracked() != Some(now) {
                width.set(Some(now));
            }
        });
        let Ok(observer) = ResizeObserver::new(changed.as_ref().unchecked_ref()) else { return };
        observer.observe(&watched);
        let held = StoredValue::new_local((observer, changed));
        on_cleanup(move || {
            held.try_with_value(|(observer, _)| observer.disconnect());
        });
    });
    width
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::charts::bars::Bar;

    fn panel(chart: Result<Chart, String>) -> Panel {
        Panel { title: "Open items", note: "by age".into(), remark: String::new(), chart }
    }

    fn render(panel: Panel) -> String {
        let owner = Owner::new();
        owner.with(|| {
            let panel = Derived::from(panel);
            // Marks where text may be replaced; they are no content.
            view! { <ChartFrame panel as_table=false first_width=NARROW/> }
                .to_html()
                .replace("<!>", "")
        })
    }

    #[test]
    fn rendered_without_script_with_the_table_behind() {
        let bar = Bar { name: "0-30".into(), value: 38.0, words: "38".into(), severity: None };
        let columns = Columns { bars: vec![bar], height: 120.0, heads: ["Age, days", "Items"] };
        let html = render(panel(Ok(Chart::Columns(columns))));
        for part in [
            "aria-label=\"Open items, by age\"",
            "role=\"img\"",
            "viewBox=\"0 0 420 120\"",
            "class=\"beam\"",
            "<caption>Open items, by age</caption>",
            "<th scope=\"row\">0-30</th>",
        ] {
            assert!(html.contains(part), "{part} in {html}");
        }
        assert!(!html.contains("tabindex"), "only a chart with a crosshair takes the focus");
    }

    #[test]
    fn nothing_to_draw_says_why() {
        let html = render(panel(Err("No item yet".into())));
        assert!(html.contains("<p class=\"reason\">No item yet</p>"), "{html}");
    }
}
