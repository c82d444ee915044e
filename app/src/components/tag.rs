//! Tags: where a figure comes from, in capitals.

use leptos::prelude::*;
use markup::view;
use model::Provenance;

use crate::{erased, erased::Derived, node::Node};

/// The tag of a provenance: REAL, SIM, DRILL or REPLAY.
#[component]
pub fn Tag(
    /// Where the figure comes from.
    #[prop(into)]
    provenance: Derived<Provenance>,
) -> Node {
    view! { <span class=erased::text(move || class(provenance.get()))>{erased::text(move || text(provenance.get()))}</span> }
}

/// The capitals of a provenance.
pub fn text(provenance: Provenance) -> &'static str {
    match provenance {
        Provenance::Real => "REAL",
        Provenance::Simulated => "SIM",
        Provenance::Drill => "DRILL",
        Provenance::Replayed => "REPLAY",
    }
}

fn class(provenance: Provenance) -> &'static str {
    match provenance {
        Provenance::Real => "tag real",
        Provenance::Simulated => "tag sim",
        Provenance::Drill => "tag drill",
        Provenance::Replayed => "tag replay",
    }
}
