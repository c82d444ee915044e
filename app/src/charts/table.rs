//! The table behind a chart: the same figures in words, always there for assistive technology.

use crate::{erased::Derived, node::Node};
use leptos::prelude::*;
use markup::view;

/// Heads and rows of text; the first cell of a row names it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Behind {
    /// What the table shows.
    pub caption: String,
    /// Heads of the columns.
    pub heads: Vec<String>,
    /// Rows, as long as the heads.
    pub rows: Vec<Vec<String>>,
}

impl Behind {
    /// A table of names and values.
    pub fn pairs(
        caption: &str,
        heads: [&str; 2],
        rows: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        Self {
            caption: caption.to_owned(),
            heads: heads.map(str::to_owned).into(),
            rows: rows.into_iter().map(|(name, value)| vec![name, value]).collect(),
        }
    }
}

/// The table behind a chart.
#[component]
pub fn BehindTable(
    /// Its words.
    #[prop(into)]
    behind: Derived<Behind>,
) -> Node {
    let head = |head: String| view! { <th scope="col">{head}</th> };
    let row = |row: Vec<String>| {
        let mut cells = row.into_iter();
        let name = cells.next().unwrap_or_default();
        let cells = cells.map(|cell| view! { <td>{cell}</td> }).collect::<Vec<_>>();
        view! { <tr><th scope="row">{name}</th>{cells}</tr> }
    };
    view! {
        <table class="behind">
            <caption>{move || behind.with(|behind| behind.caption.clone())}</caption>
            <thead>
                <tr>
                    {move || {
                        behind.with(|behind| behind.heads.iter().cloned().map(head).collect::<Vec<_>>())
                    }}
                </tr>
            </thead>
            <tbody>
                {move || {
                    behind.with(|behind| behind.rows.iter().cloned().map(row).collect::<Vec<_>>())
                }}
            </tbody>
        </table>
    }
}
