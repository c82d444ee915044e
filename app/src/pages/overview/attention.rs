//! What needs attention in a domain: its worst open alert, what happens to it next, and how many
//! others there are.

use leptos::prelude::*;
use markup::view;
use model::{Alert, AlertState, Snapshot, Timestamp, Topic, order};

use super::verdict::standing;
use crate::{
    components::{
        bar::link,
        mark::{Mark, Shape},
    },
    erased::Derived,
    format,
    node::Node,
    state::Live,
};

/// The words of the cell.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Attention {
    Open { id: String, shape: Shape, title: String, detail: String, others: usize, taken: bool },
    Nothing { last: Option<String> },
}

impl Attention {
    fn of(snapshot: &Snapshot, topic: Topic, now: Timestamp) -> Attention {
        let of_topic = || snapshot.alerts.values().filter(|alert| alert.topic == topic);
        let mut open: Vec<&Alert> = of_topic().filter(|alert| alert.state.is_open()).collect();
        order::sort(&mut open, |a, b| Alert::by_urgency(a, b));
        match open.first() {
            Some(worst) => Attention::Open {
                id: worst.id.to_string(),
                shape: Shape::of(worst.severity),
                title: worst.title.clone(),
                detail: detail(worst, now),
                others: open.len() - 1,
                taken: worst.state == AlertState::Acknowledged,
            },
            None => {
                let last = of_topic().max_by_key(|alert| alert.changed_at);
                let say = |alert: &Alert| {
                    format!("Last: {}, {}", alert.title, format::moment(alert.changed_at, now))
                };
                Attention::Nothing { last: last.map(say) }
            }
        }
    }
}

/// The value that fired, and what happens next.
fn detail(alert: &Alert, now: Timestamp) -> String {
    let figure = alert.figure;
    let standing = standing(alert, now);
    match figure.unit() {
        model::figure::Unit::Count => standing,
        _ => format!("{} {}. {standing}", figure.title(), format::value(figure, alert.value)),
    }
}

/// The cell of a topic.
#[component]
pub fn AttentionCell(
    /// The topic.
    topic: Topic,
) -> Node {
    let live = Live::expect();
    let attention = Derived::new(move || {
        let now = live.now();
        live.alerts(|snapshot| Attention::of(snapshot, topic, now))
    });
    view! {
        <div class="attention">
            {move || match attention.get() {
                Attention::Open { id, shape, title, detail, others, taken } => {
                    let href = link(&format!("/alerts/{id}"));
                    view! {
                        <Mark shape/>
                        <p class="title" class:taken=taken>
                            <a class="ellipsis" title=title.clone() href=move || href.get()>
                                {title.clone()}
                            </a>
                            {(others > 0).then(|| view! { <span class="others">"+" {others.to_string()}</span> })}
                        </p>
                        <p class="detail ellipsis">{detail}</p>
                    }
                        .into_any()
                }
                Attention::Nothing { last } => {
                    view! {
                        <p class="title nothing">"Nothing open"</p>
                        <p class="detail ellipsis">{last}</p>
                    }
                        .into_any()
                }
            }}
            <svg class="chevron" viewBox="0 0 8 12" aria-hidden="true">
                <path d="M1.5 1.5 6 6 1.5 10.5"></path>
            </svg>
        </div>
    }
    .into_any()
}
