//! Marks: the shapes that say severity and state without colour. Each has its word beside it, or
//! carries it as its accessible name.

use leptos::prelude::*;
use markup::view;
use model::{Alert, AlertState, Severity};

use crate::{erased::Derived, erased::text, node::Node};

/// Shapes, 12 by 12.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shape {
    /// Diamond in a diamond.
    Emergency,
    /// Filled diamond.
    Critical,
    /// Filled triangle.
    Warning,
    /// Open circle.
    Info,
    /// Check.
    Resolved,
    /// Clock.
    Stale,
    /// Small dot.
    Live,
    /// Cross.
    Missed,
    /// Dashed circle.
    Simulated,
    /// Two bars.
    Paused,
}

impl Shape {
    /// The shape of a severity.
    pub fn of(severity: Severity) -> Shape {
        match severity {
            Severity::Info => Shape::Info,
            Severity::Warning => Shape::Warning,
            Severity::Critical => Shape::Critical,
            Severity::Emergency => Shape::Emergency,
        }
    }

    /// The shape of an alert: a check once it is resolved.
    pub fn of_alert(alert: &Alert) -> Shape {
        match alert.state {
            AlertState::Resolved => Shape::Resolved,
            AlertState::Firing | AlertState::Acknowledged => Shape::of(alert.severity),
        }
    }

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Shape::Emergency => "Emergency",
            Shape::Critical => "Critical",
            Shape::Warning => "Warning",
            Shape::Info => "Info",
            Shape::Resolved => "Resolved",
            Shape::Stale => "Stale",
            Shape::Live => "Live",
            Shape::Missed => "No answer",
            Shape::Simulated => "Simulated",
            Shape::Paused => "Paused",
        }
    }

    /// Class that colours it.
    pub fn class(self) -> &'static str {
        match self {
            Shape::Emergency | Shape::Critical => "mark crit",
            Shape::Warning => "mark warn",
            Shape::Info => "mark info",
            Shape::Resolved | Shape::Live => "mark ok",
            Shape::Stale => "mark stale",
            Shape::Missed => "mark missed",
            Shape::Simulated => "mark sim",
            Shape::Paused => "mark paused",
        }
    }

    /// What is filled, in the box of 12 by 12.
    pub fn filled(self) -> &'static str {
        match self {
            Shape::Emergency => "M6 3.2 8.8 6 6 8.8 3.2 6Z",
            Shape::Critical => "M6 .4 11.6 6 6 11.6 .4 6Z",
            Shape::Warning => "M6 .8 11.8 11.2H.2Z",
            Shape::Live => "M6 3a3 3 0 1 1 0 6a3 3 0 1 1 0-6Z",
            Shape::Paused => "M2.5 1.5h2v9h-2ZM7.5 1.5h2v9h-2Z",
            _ => "",
        }
    }

    /// What is drawn as a line of 1.75.
    pub fn drawn(self) -> &'static str {
        match self {
            Shape::Emergency => "M6 .9 11.1 6 6 11.1 .9 6Z",
            Shape::Info | Shape::Simulated => "M6 1.4a4.6 4.6 0 1 1 0 9.2a4.6 4.6 0 1 1 0-9.2Z",
            Shape::Resolved => "M1.4 6.6 4.4 9.6 10.6 2.6",
            Shape::Stale => "M6 1a5 5 0 1 1 0 10a5 5 0 1 1 0-10ZM6 3.2V6.2L8 7.4",
            Shape::Missed => "M2 2 10 10M10 2 2 10",
            _ => "",
        }
    }
}

/// A mark beside its word: hidden from assistive technology.
#[component]
pub fn Mark(
    /// The shape.
    #[prop(into)]
    shape: Derived<Shape>,
) -> Node {
    view! {
        <svg class=text(move || shape.get().class()) viewBox="0 0 12 12" aria-hidden="true">
            <path class="fill" d=text(move || shape.get().filled())></path>
            <path class="draw" d=text(move || shape.get().drawn())></path>
        </svg>
    }
}

/// A mark that stands alone: read aloud as its word.
#[component]
pub fn NamedMark(
    /// The shape.
    #[prop(into)]
    shape: Derived<Shape>,
) -> Node {
    view! {
        <Mark shape/>
        <span class="unseen">{text(move || shape.get().word())}</span>
    }
}
