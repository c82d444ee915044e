//! What a chart draws with: a handful of shapes in pixels, coloured by class. Every chart is a
//! pure function to a [`Drawing`], and this file alone turns one into SVG.

use leptos::prelude::*;
use markup::view;
use model::Severity;

use crate::{erased::Derived, node::Node};

/// Class of a bar: at rest, or with the severity of what somebody must look at.
pub fn beam(severity: Option<Severity>) -> String {
    severity.map_or_else(|| "beam".to_owned(), |severity| format!("beam {}", severity.name()))
}

/// Where a text stands on its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Anchor {
    /// It begins there.
    #[default]
    Start,
    /// Its middle is there.
    Middle,
    /// It ends there.
    End,
}

/// One shape; the class gives it colour, width and dashes.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// A path, by its data.
    Path {
        /// Path data.
        data: String,
        /// Class.
        class: String,
    },
    /// A rectangle.
    Rect {
        /// Left, top, width, height.
        frame: [f64; 4],
        /// Class.
        class: String,
    },
    /// A circle.
    Dot {
        /// Centre and radius.
        at: [f64; 3],
        /// Class.
        class: String,
    },
    /// A line of text.
    Text {
        /// Place of its baseline.
        at: (f64, f64),
        /// Which end of it stands there.
        anchor: Anchor,
        /// The words.
        words: String,
        /// More words on the same line, in ink: the value behind a name.
        tail: String,
        /// Class.
        class: String,
    },
}

/// Shapes on a ground of a certain size, in CSS pixels.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Drawing {
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
    /// The shapes, hindmost first.
    pub shapes: Vec<Shape>,
}

impl Drawing {
    /// An empty ground.
    pub fn new(width: f64, height: f64) -> Self {
        Self { width, height, shapes: Vec::new() }
    }

    /// Adds a path.
    pub fn path(&mut self, data: impl Into<String>, class: impl Into<String>) {
        self.shapes.push(Shape::Path { data: data.into(), class: class.into() });
    }

    /// Adds a straight line.
    pub fn rule(&mut self, from: (f64, f64), to: (f64, f64), class: impl Into<String>) {
        self.path(super::path::line(&[from, to], super::path::Curve::Straight), class);
    }

    /// Adds a rectangle of left, top, width, height; one of negative size becomes empty.
    pub fn rect(&mut self, [x, y, width, height]: [f64; 4], class: impl Into<String>) {
        let frame = [x, y, width.max(0.0), height.max(0.0)].map(tenth);
        self.shapes.push(Shape::Rect { frame, class: class.into() });
    }

    /// Adds a circle.
    pub fn dot(&mut self, at: (f64, f64), radius: f64, class: impl Into<String>) {
        let at = [at.0, at.1, radius].map(tenth);
        self.shapes.push(Shape::Dot { at, class: class.into() });
    }

    /// Adds a line of text.
    pub fn text(
        &mut self,
        at: (f64, f64),
        anchor: Anchor,
        words: impl Into<String>,
        class: impl Into<String>,
    ) {
        let at = (tenth(at.0), tenth(at.1));
        let (words, tail, class) = (words.into(), String::new(), class.into());
        self.shapes.push(Shape::Text { at, anchor, words, tail, class });
    }

    /// Adds a name in its colour with its value in ink.
    pub fn name(&mut self, at: (f64, f64), name: String, value: &str, class: String) {
        let at = (tenth(at.0), tenth(at.1));
        let tail = format!(" {value}");
        self.shapes.push(Shape::Text { at, anchor: Anchor::Start, words: name, tail, class });
    }

    /// Adds the mark of a severity, 12 px high, around its centre.
    pub fn mark(&mut self, at: (f64, f64), severity: Severity) {
        let class = format!("sign {}", severity.name());
        match severity {
            Severity::Info => self.dot(at, 4.5, class),
            Severity::Warning => self.path(triangle(at), class),
            Severity::Critical => self.path(diamond(at, 6.0), class),
            Severity::Emergency => {
                self.path(diamond(at, 6.5), format!("{class} outer"));
                self.path(diamond(at, 3.5), class);
            }
        }
    }
}

fn tenth(pixels: f64) -> f64 {
    if pixels.is_finite() { (pixels * 10.0).round() / 10.0 + 0.0 } else { 0.0 }
}

fn diamond((x, y): (f64, f64), radius: f64) -> String {
    let corners = [(x, y - radius), (x + radius, y), (x, y + radius), (x - radius, y)];
    closed(&corners)
}

fn triangle((x, y): (f64, f64)) -> String {
    closed(&[(x, y - 5.5), (x + 6.0, y + 5.0), (x - 6.0, y + 5.0)])
}

fn closed(corners: &[(f64, f64)]) -> String {
    let mut data = super::path::line(corners, super::path::Curve::Straight);
    data.push('Z');
    data
}

/// About how wide a text is at 12 px, for room and truncation where nothing can be measured.
#[expect(clippy::cast_precision_loss, reason = "a count of letters")]
pub fn text_width(text: &str) -> f64 {
    text.chars().count() as f64 * 6.4
}

/// A text cut to a width, with an ellipsis where something is missing.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of letters")]
pub fn fitted(text: &str, width: f64) -> String {
    if text_width(text) <= width {
        return text.to_owned();
    }
    let room = (width / 6.4).max(1.0) as usize;
    let mut cut: String = text.chars().take(room.saturating_sub(1)).collect();
    cut.truncate(cut.trim_end().len());
    cut.push('\u{2026}');
    cut
}

/// A drawing as SVG, hidden from assistive technology: its frame names it and a table says the
/// same in figures.
#[component]
pub fn Canvas(
    /// What is drawn.
    #[prop(into)]
    drawing: Derived<Drawing>,
) -> Node {
    let size = Derived::new(move || drawing.with(|drawing| (drawing.width, drawing.height)));
    let view_box = move || {
        let (width, height) = size.get();
        format!("0 0 {width} {height}")
    };
    view! {
        <svg
            class="drawing"
            viewBox=view_box
            height=move || size.get().1
            preserveAspectRatio="xMinYMin meet"
            aria-hidden="true"
            focusable="false"
        >
            {move || drawing.get().shapes.into_iter().map(element).collect::<Vec<_>>()}
        </svg>
    }
}

fn element(shape: Shape) -> Node {
    match shape {
        Shape::Path { data, class } => view! { <path d=data class=class></path> }.into_any(),
        Shape::Rect { frame: [x, y, width, height], class } => {
            view! { <rect x=x y=y width=width height=height class=class></rect> }.into_any()
        }
        Shape::Dot { at: [x, y, radius], class } => {
            view! { <circle cx=x cy=y r=radius class=class></circle> }.into_any()
        }
        Shape::Text { at: (x, y), anchor, words, tail, class } => {
            let anchor = match anchor {
                Anchor::Start => "start",
                Anchor::Middle => "middle",
                Anchor::End => "end",
            };
            let tail = (!tail.is_empty()).then(|| view! { <tspan class="tail">{tail}</tspan> });
            view! { <text x=x y=y text-anchor=anchor class=class>{words}{tail}</text> }.into_any()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_are_none_draw_nothing_far_away() {
        let mut drawing = Drawing::new(10.0, 10.0);
        drawing.rect([f64::NAN, 1.04, -3.0, 2.0], "bar");
        let frame = [0.0, 1.0, 0.0, 2.0];
        assert_eq!(drawing.shapes, [Shape::Rect { frame, class: "bar".into() }]);
    }

    #[test]
    fn long_names_end_in_an_ellipsis() {
        let check = |text: &str, width, expected: &str| assert_eq!(fitted(text, width), expected);
        check("Retail Banking", 200.0, "Retail Banking");
        check("Retail Banking", 52.0, "Retail\u{2026}");
        check("Señales", 26.0, "Señ\u{2026}");
        check("Retail", 0.0, "\u{2026}");
    }
}
