//! Exchange rates: those in use, and how the real book gets its own. The simulation quotes for
//! itself.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use model::{Book, Currency, Timestamp, view::transaction};
use pipeline::{decode::MAX_AHEAD, flow::Request, store::Page};
use serde::{Deserialize, Serialize};

use super::{
    Shared,
    error::Problem,
    query::{Body, Named, Params},
    state::InBook,
};

/// Longest name of a source, in characters.
const LONGEST_SOURCE: usize = 100;

/// Most units of a currency that one dollar may buy.
const MOST: f64 = 1e9;

/// A rate of one currency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ExchangeRate")]
pub struct Rate {
    /// The currency, other than the dollar.
    pub currency: Currency,
    /// Major units of it that one US dollar buys: above 0, at most 10^9.
    #[schemars(range(min = 0, max = 1_000_000_000))]
    pub per_usd: f64,
    /// When it was quoted. After 24 h it is not used any more.
    pub as_of: Timestamp,
    /// Who quoted it.
    #[schemars(length(min = 1, max = 100))]
    pub source: String,
}

/// Rates to be used from now on. A currency that is absent keeps the rate that it has.
#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[schemars(rename = "NewRates")]
pub struct Quoted {
    #[schemars(length(min = 1))]
    items: Vec<Rate>,
}

/// The rates of a book.
pub async fn list(
    State(shared): State<Arc<Shared>>,
    Params(asked): Params<InBook>,
) -> Result<Json<Page<Rate>>, Problem> {
    let book = shared.book_or_followed(asked.book.map(Named::into_inner));
    let hub = shared.hub.book(&book).ok_or_else(|| Problem::not_found(format!("book: {book}")))?;
    Ok(Json(page(&hub.snapshot().rates)))
}

/// Takes rates for the real book; answers once they are stored.
pub async fn set(
    State(shared): State<Arc<Shared>>,
    Body(quoted): Body<Quoted>,
) -> Result<Json<Page<Rate>>, Problem> {
    let rates = checked(quoted.items, crate::clock::now())?;
    let answer = page(&rates);
    let stored = shared
        .input
        .ask(|done| Request::Rates { book: Book::Real, rates, done: Some(done) })
        .await?;
    stored?;
    for rate in &answer.items {
        let Rate { currency, per_usd, as_of, source } = rate;
        tracing::info!(currency = currency.code(), per_usd, %as_of, source, "exchange rate taken");
    }
    Ok(Json(answer))
}

fn page(rates: &transaction::Rates) -> Page<Rate> {
    let items = Currency::ALL.into_iter().zip(rates.clone()).filter_map(|(currency, rate)| {
        let transaction::Rate { per_usd, as_of, source } = rate?;
        Some(Rate { currency, per_usd, as_of, source })
    });
    Page { items: items.collect(), next: None }
}

/// The rates by currency, or what is wrong with one of them.
fn checked(items: Vec<Rate>, now: Timestamp) -> Result<transaction::Rates, Problem> {
    if items.is_empty() {
        return Err(refused("items", "holds at least one rate"));
    }
    let mut rates = transaction::Rates::default();
    for (index, Rate { currency, per_usd, as_of, source }) in items.into_iter().enumerate() {
        let wrong = |field: &str, why: &str| Err(refused(&format!("items[{index}].{field}"), why));
        if currency == Currency::Usd {
            return wrong("currency", "the dollar's own rate is 1");
        }
        if !(per_usd > 0.0 && per_usd <= MOST) {
            return wrong("per_usd", "lies above 0 and at most at 10^9");
        }
        if as_of > now.plus(MAX_AHEAD) {
            return wrong("as_of", "is more than 5 min ahead");
        }
        let source = source.trim().to_owned();
        if !(1..=LONGEST_SOURCE).contains(&source.chars().count()) {
            return wrong("source", "has 1 to 100 characters");
        }
        let rate = transaction::Rate { per_usd, as_of, source };
        if rates[currency.index()].replace(rate).is_some() {
            return wrong("currency", "stands here twice");
        }
    }
    Ok(rates)
}

fn refused(field: &str, why: &str) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, format!("{field}: {why}")).at(field)
}
