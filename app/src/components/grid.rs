//! Tables of entities: sortable heads, numbers at the right, a bar beside its number, a total
//! row. The first cell of a row is a link to the event behind it.

mod sort;

use leptos::prelude::*;
use markup::view;
use model::{Origin, Severity};
use wasm_bindgen::JsCast;

pub use self::sort::{Key, Order};
use super::mark::{Mark, NamedMark, Shape};
use crate::{
    charts::{bullet::Bullet, drawing::Canvas},
    erased::Derived,
    feed::escape,
    format,
    node::{Listed, Node, redrawn},
    place::Place,
};

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Head.
    pub head: &'static str,
    /// How it is computed, as the title of its head.
    pub formula: &'static str,
    /// Whether it holds numbers, which stand at the right.
    pub numeric: bool,
}

impl Column {
    /// A column of words.
    pub const fn words(head: &'static str) -> Self {
        Self { head, formula: "", numeric: false }
    }

    /// A column of numbers.
    pub const fn number(head: &'static str) -> Self {
        Self { head, formula: "", numeric: true }
    }

    /// The same column with a title that says how it is computed.
    pub const fn of(self, formula: &'static str) -> Self {
        Self { formula, ..self }
    }
}

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// The words.
    pub words: String,
    /// The value in full, as a title.
    pub full: Option<String>,
    /// What it is sorted by; missing values stand last.
    pub key: Key,
    /// Bar before the words.
    pub bullet: Option<Bullet>,
    /// Mark before the words.
    pub mark: Option<Severity>,
}

impl Cell {
    /// Words, sorted as such.
    pub fn words(words: impl Into<String>) -> Self {
        let words = words.into();
        let key = Key::Words(words.to_ascii_lowercase());
        Self { words, full: None, key, bullet: None, mark: None }
    }

    /// A number as it is written, and what it is sorted by.
    pub fn number(words: impl Into<String>, key: f64) -> Self {
        Self { words: words.into(), full: None, key: Key::Number(key), bullet: None, mark: None }
    }

    /// A number that may be missing.
    pub fn optional(value: Option<f64>, write: impl FnOnce(f64) -> String) -> Self {
        value.map_or_else(Self::missing, |value| Self::number(write(value), value))
    }

    /// An amount in millions, in full as its title.
    pub fn millions(amount: model::Money) -> Self {
        let number = Self::number(format::millions(amount), amount.approximate_major());
        number.full(format::money_full(amount))
    }

    /// Open alerts of an entity.
    pub fn alerts(alerts: Option<(Severity, usize)>) -> Self {
        let (severity, count) = alerts.unzip();
        let count = count.unwrap_or(0);
        #[expect(clippy::cast_precision_loss, reason = "a count of alerts")]
        let rank = severity.map_or(0.0, |severity| 1e6 * (severity.index() + 1) as f64);
        #[expect(clippy::cast_precision_loss, reason = "a count of alerts")]
        Self::number(format::count(count), rank + count as f64).marked(severity)
    }

    /// No value: an en dash.
    pub fn missing() -> Self {
        let words = format::MISSING.to_owned();
        Self { words, full: None, key: Key::Missing, bullet: None, mark: None }
    }

    /// Nothing at all, in a total row.
    pub fn blank() -> Self {
        Self { words: String::new(), full: None, key: Key::Missing, bullet: None, mark: None }
    }

    /// With the value in full as its title.
    pub fn full(self, full: impl Into<String>) -> Self {
        Self { full: Some(full.into()), ..self }
    }

    /// With a bar before it.
    pub fn bullet(self, bullet: Bullet) -> Self {
        Self { bullet: Some(bullet), ..self }
    }

    /// With a mark before it.
    pub fn marked(self, mark: Option<Severity>) -> Self {
        Self { mark, ..self }
    }
}

/// One entity.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its key.
    pub entity: String,
    /// The event behind the row.
    pub origin: Origin,
    /// Cells, as many as columns; the first names the row.
    pub cells: Vec<Cell>,
}

/// A table.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// What it lists.
    pub caption: &'static str,
    /// Columns.
    pub columns: Vec<Column>,
    /// Whether a row is one event, not an entity that has many.
    pub of_events: bool,
    /// Rows, in no particular order.
    pub entries: Vec<Entry>,
    /// The row below.
    pub total: Option<Vec<Cell>>,
    /// How it is sorted at first.
    pub order: Order,
}

/// A table of entities.
#[component]
pub fn GridTable(
    /// The table.
    #[prop(into)]
    grid: Derived<Grid>,
) -> Node {
    let chosen = RwSignal::new(None::<Order>);
    let order = Derived::new(move || chosen.get().unwrap_or_else(|| grid.with(|grid| grid.order)));
    let columns = Derived::new(move || grid.with(|grid| grid.columns.clone()));
    let place = Place::expect();
    let base = Derived::new(move || {
        place
            .query("book")
            .map_or_else(|| "?event=".to_owned(), |book| format!("?book={}&event=", escape(&book)))
    });
    let open = place.following("event");
    let head = move |(index, column): (usize, Column)| {
        head(index, column, order, move |order| chosen.set(Some(order)))
    };
    let body = move || {
        let (base, open) = (base.get(), open.get());
        let columns = columns.get();
        grid.with(|grid| {
            let listed = |entry: &Entry| {
                let key = if grid.of_events { entry.origin.event.as_str() } else { &entry.entity };
                let row = row(entry, &columns, &base, open.as_deref());
                Listed { key: key.to_owned(), view: Box::new(move || row) }
            };
            order.get().sorted(&grid.entries).into_iter().map(listed).collect()
        })
    };
    let total = move || {
        let columns = columns.get();
        grid.with(|grid| grid.total.as_ref().map(|cells| total(cells, &columns)))
    };
    view! {
        <div class="grid-frame">
            <table class="grid" on:click=open_row>
                <caption class="unseen">{move || grid.with(|grid| grid.caption)}</caption>
                <thead>
                    <tr>{move || columns.get().into_iter().enumerate().map(head).collect::<Vec<_>>()}</tr>
                </thead>
                <tbody>{redrawn(body)}</tbody>
                <tfoot>{total}</tfoot>
            </table>
        </div>
    }
}

fn head(
    index: usize,
    column: Column,
    order: Derived<Order>,
    choose: impl Fn(Order) + Send + Sync + 'static,
) -> Node {
    let sorted = move || order.with(|order| (order.column == index).then_some(order.descending));
    let aria = move || sorted().map(|down| if down { "descending" } else { "ascending" });
    let arrow = move || {
        let data = match sorted() {
            Some(true) => "M1 2.5 4 5.5 7 2.5",
            Some(false) => "M1 5.5 4 2.5 7 5.5",
            None => "",
        };
        view! { <svg class="arrow" viewBox="0 0 8 8" aria-hidden="true"><path d=data></path></svg> }
    };
    let press = move |_| choose(order.get_untracked().press(index, column.numeric));
    view! {
        <th scope="col" class:number=column.numeric aria-sort=aria title=column.formula>
            <button type="button" on:click=press>{column.head} {arrow}</button>
        </th>
    }
}

fn row(entry: &Entry, columns: &[Column], base: &str, open: Option<&str>) -> Node {
    let id = entry.origin.event.as_str();
    let selected = open == Some(id);
    let href = format!("{base}{}", escape(id));
    let mut cells = entry.cells.iter().zip(columns);
    let name = cells.next().map(|(cell, _)| {
        let words = cell.words.clone();
        let title = cell.full.clone();
        let mark = cell.mark.map(named);
        view! { <th scope="row" title=title>{mark}<a href=href data-noscroll="">{words}</a></th> }
    });
    let cells: Vec<_> = cells.map(|(cell, column)| data(cell, *column)).collect();
    view! { <tr class:selected=selected data-entity=entry.entity.clone()>{name}{cells}</tr> }
}

fn total(cells: &[Cell], columns: &[Column]) -> Node {
    let mut cells = cells.iter().zip(columns);
    let name = cells.next().map(|(cell, _)| {
        let words = cell.words.clone();
        view! { <th scope="row">{words}</th> }
    });
    let cells: Vec<_> = cells.map(|(cell, column)| data(cell, *column)).collect();
    view! { <tr>{name}{cells}</tr> }
}

fn data(cell: &Cell, column: Column) -> Node {
    let bullet = cell.bullet.as_ref().map(|bullet| {
        view! { <Canvas drawing=Derived::from(bullet.draw())/> }
    });
    let mark = cell.mark.map(|severity| {
        // The words of a column of states are the word of the mark; a count needs it spoken.
        if column.numeric { named(severity).into_any() } else { plain(severity).into_any() }
    });
    let missing = cell.key == Key::Missing;
    let (words, title) = (cell.words.clone(), cell.full.clone());
    view! {
        <td class:number=column.numeric class:missing=missing title=title>
            {bullet} {mark} <span>{words}</span>
        </td>
    }
}

fn named(severity: Severity) -> Node {
    view! { <NamedMark shape=Derived::from(Shape::of(severity))/> }
}

fn plain(severity: Severity) -> Node {
    view! { <Mark shape=Derived::from(Shape::of(severity))/> }
}

/// A click anywhere in a row is a click on its link.
fn open_row(event: leptos::ev::MouseEvent) {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let Some(target) = target else { return };
    let within = |selector| target.closest(selector).ok().flatten();
    if within("a, button").is_some() {
        return;
    }
    let link = within("tbody tr").and_then(|row| row.query_selector("th a").ok().flatten());
    if let Some(link) = link.and_then(|link| link.dyn_into::<web_sys::HtmlElement>().ok()) {
        link.click();
    }
}
