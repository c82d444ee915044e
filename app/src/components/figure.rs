//! Figures: a number in its parts, which flashes when it changes, at most once a second.

use leptos::{html, prelude::*};
use markup::view;

use crate::{erased::Derived, erased::text, node::Node, state::Live};

/// A number in the parts that are set apart: code before, unit behind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Number {
    /// Currency code before the number.
    pub code: Option<&'static str>,
    /// The number; an en dash where it is missing.
    pub number: String,
    /// Unit behind the number.
    pub unit: String,
    /// The value in full, for the title.
    pub full: Option<String>,
}

impl Number {
    /// A number and its unit.
    pub fn new(number: impl Into<String>, unit: impl Into<String>) -> Self {
        Self { number: number.into(), unit: unit.into(), ..Self::default() }
    }

    /// An amount, compact, with the full value as its title.
    pub fn money(amount: model::Money) -> Self {
        let compact = crate::format::compact(amount);
        Self {
            code: Some(compact.code),
            number: compact.number,
            unit: compact.unit.to_owned(),
            full: Some(crate::format::money_full(amount)),
        }
    }

    /// No value.
    pub fn missing() -> Self {
        Self::new(crate::format::MISSING, "")
    }

    /// Whether there is no value.
    pub fn is_missing(&self) -> bool {
        self.number == crate::format::MISSING
    }
}

/// A figure.
#[component]
pub fn Figure(
    /// Its parts.
    #[prop(into)]
    number: Derived<Number>,
) -> Node {
    let node = NodeRef::<html::Span>::new();
    flash(number, node);
    let part = move |of: fn(&Number) -> String| text(move || number.with(of));
    view! {
        <span
            class="figure"
            class:coded=move || number.with(|number| number.code.is_some())
            class:missing=move || number.with(Number::is_missing)
            title=move || number.with(|number| number.full.clone())
            node_ref=node
        >
            <span class="code">{part(|number| number.code.unwrap_or_default().to_owned())}</span>
            <span class="number">{part(|number| number.number.clone())}</span>
            <span class="unit">{part(|number| number.unit.clone())}</span>
        </span>
    }
}

/// Restarts the flash when the value changes: two animations of one look take turns, so that
/// the class alone starts it anew.
fn flash(number: Derived<Number>, node: NodeRef<html::Span>) {
    let live = use_context::<Live>();
    let second = move || live.map(|live| untrack(|| live.wall()));
    let flashed = StoredValue::new(None);
    Effect::new(move |before: Option<(Number, bool)>| {
        let now = number.get();
        let Some((before, turn)) = before else {
            return (now, false);
        };
        if before == now || flashed.get_value() == Some(second()) {
            return (now, turn);
        }
        flashed.set_value(Some(second()));
        if let Some(node) = node.get_untracked() {
            let (add, remove) = if turn { ("flash-a", "flash-b") } else { ("flash-b", "flash-a") };
            let list = node.class_list();
            list.remove_1(remove).ok();
            list.add_1(add).ok();
        }
        (now, !turn)
    });
}
