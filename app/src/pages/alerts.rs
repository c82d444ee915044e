//! Alerts: the list, and beside it the alert that the address names or the most urgent one. On a
//! narrow screen the address decides which of the two is there; the style sheet hides the other.

mod chart;
mod filter;
mod inbox;
mod inputs;
mod ladder;
mod list;
mod opened;
#[cfg(all(test, feature = "ssr"))]
mod tests;
mod timeline;
mod why;

use leptos::prelude::*;
use markup::view;
use model::{Alert, AlertId, Timestamp};

use self::{
    filter::{Address, Filter},
    list::List,
    opened::{Back, Opened},
};
use crate::{components::keys::Subject, erased::Derived, node::Node, state::Live, title::Title};

/// The alert that is opened; none where it is not kept.
pub(crate) type Shown = Derived<Option<Alert>>;

/// A part of the alert that is opened, which tells only when it changes.
fn part<T>(alert: Shown, read: impl Fn(&Alert) -> T + Send + Sync + 'static) -> Derived<T>
where
    T: Default + PartialEq + Send + Sync + 'static,
{
    Derived::new(move || alert.with(|alert| alert.as_ref().map(&read).unwrap_or_default()))
}

/// The inbox, with one alert opened.
#[component]
pub fn Alerts() -> Node {
    let live = Live::expect();
    let address = Address::here();
    let today = Derived::new(move || live.now().floor(Timestamp::DAY));
    let shown = shown(live, address);
    let alert: Shown = Derived::new(move || {
        let id = shown.get()?;
        live.alerts(|snapshot| snapshot.alerts.get(&id).cloned())
    });
    offer(alert);
    let kept = Derived::new(move || alert.with(Option::is_some));
    let asked = Derived::new(move || address.asked.with(Option::is_some));
    let provenance = Derived::new(move || live.book().provenance());
    view! {
        <div class=move || format!("inbox {}", provenance.get().name()) class:with-one=move || asked.get()>
            <List address shown today/>
            {move || match (kept.get(), asked.get()) {
                (true, _) => view! { <Opened alert address today/> }.into_any(),
                (false, true) => view! { <Gone address/> }.into_any(),
                (false, false) => view! { <Nothing/> }.into_any(),
            }}
        </div>
    }
    .into_any()
}

/// The alert that is shown: the one asked for, else the first of the list. That one stays while it
/// is kept, even when another becomes more urgent, so that nothing moves under the reader.
fn shown(live: Live, address: Address) -> Derived<Option<AlertId>> {
    let chosen = Derived::after(move |before: Option<&(Filter, Option<AlertId>)>| {
        let filter = address.filter.get();
        let id = address.asked.with(|asked| match asked {
            Some(asked) => AlertId::new(asked.as_str()).ok(),
            None => live.alerts(|snapshot| {
                let held = before.filter(|(held, _)| *held == filter);
                let held = held.and_then(|(_, id)| id.clone());
                let held = held.filter(|id| snapshot.alerts.contains_key(id));
                held.or_else(|| inbox::first(snapshot, filter))
            }),
        });
        (filter, id)
    });
    Derived::new(move || chosen.with(|(_, id)| id.clone()))
}

/// Lets the key `A` take the alert that is opened, as long as the page is there.
fn offer(alert: Shown) {
    let subject = Subject::expect();
    Effect::new(move |_| subject.set(alert.with(|alert| alert.as_ref().map(|a| a.id.clone()))));
    on_cleanup(move || subject.set(None));
}

/// Instead of an alert that is not kept.
#[component]
fn Gone(
    /// Where one is.
    address: Address,
) -> Node {
    view! {
        <Title text="Alert"/>
        <div class="opened gone">
            <p class="lead">"This alert is no longer kept."</p>
            <Back address/>
        </div>
    }
}

/// Instead of an alert where there is none.
#[component]
fn Nothing() -> Node {
    view! {
        <Title text="Alerts"/>
        <div class="opened gone">
            <p class="lead">"No alert is open here."</p>
        </div>
    }
}
