//! What a viewer can do to a drill from any page: start one, hold it, let it go on, end it. A
//! command that fails says so in a toast and leaves the page as it is.

use leptos::{prelude::*, task::spawn_local};
use markup::view;
use model::scenario::{Name, Run};

use super::{button::Button, toast::Toasts};
use crate::{
    erased::Derived,
    feed::{Host, Start},
    node::Node,
    place::Place,
    state::Live,
};

/// Where a run is shown: in its own book while it is live, else over the book of the viewer.
pub fn address(run: &Run) -> String {
    if run.state.is_live() { in_book(run) } else { format!("/scenarios/{}", run.id) }
}

/// Where a run is shown in its own book.
pub fn in_book(run: &Run) -> String {
    format!("/scenarios/{}?book={}", run.id, run.book())
}

/// What a live run can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Hold it.
    Pause,
    /// Let it go on.
    Resume,
    /// End it.
    Stop,
}

impl Order {
    fn verb(self) -> &'static str {
        match self {
            Order::Pause => "pause",
            Order::Resume => "resume",
            Order::Stop => "stop",
        }
    }

    fn button(self) -> &'static str {
        match self {
            Order::Pause => "Pause",
            Order::Resume => "Resume",
            Order::Stop => "Stop drill",
        }
    }

    fn done(self, title: &str) -> String {
        match self {
            Order::Pause => format!("{title} paused."),
            Order::Resume => format!("{title} resumed."),
            Order::Stop => format!("{title} stopped."),
        }
    }
}

/// The commands of a page. One is under way at a time.
#[derive(Clone)]
pub struct Commands {
    host: Host,
    toasts: Toasts,
    live: Live,
    place: Place,
    /// Whether a command waits for its answer.
    busy: StoredValue<bool>,
}

impl Commands {
    /// The commands of this page.
    ///
    /// # Panics
    /// Outside of `App`.
    pub fn expect() -> Self {
        Self {
            host: Host::expect(),
            toasts: Toasts::expect(),
            live: Live::expect(),
            place: Place::expect(),
            busy: StoredValue::new(false),
        }
    }

    /// Starts a run and takes the viewer into its book.
    pub fn start(&self, name: Name, start: &Start) {
        if self.busy.get_value() {
            return;
        }
        let (answer, page) = (self.host.start(name, start), self.clone());
        self.busy.set_value(true);
        spawn_local(async move {
            let answer = answer.await;
            page.busy.try_set_value(false);
            match answer {
                Ok(run) => {
                    page.toasts.done(format!("{} started.", name.title()));
                    page.place.go(&page.host, &in_book(&run));
                }
                Err(fault) => page.toasts.failed(format!("Not started: {fault}.")),
            }
        });
    }

    /// Says why a run was not even asked for.
    pub fn refuse(&self, reason: &str) {
        self.toasts.failed(format!("Not started: {reason}."));
    }

    /// Gives an order to a run. Who stops the drill that fills this page is led back to the
    /// figures that were there before.
    pub fn order(&self, run: &Run, order: Order) {
        if self.busy.get_value() {
            return;
        }
        let answer = self.host.control(&run.id, order.verb());
        let (page, title, book) = (self.clone(), run.name.title(), run.book());
        self.busy.set_value(true);
        spawn_local(async move {
            let answer = answer.await;
            page.busy.try_set_value(false);
            match answer {
                Ok(_) => {
                    page.toasts.done(order.done(title));
                    if order == Order::Stop && untrack(|| page.live.book()) == book {
                        let path = untrack(|| page.place.path(str::to_owned));
                        page.place.go(&page.host, &path);
                    }
                }
                Err(fault) => page.toasts.failed(format!("{title}: {fault}.")),
            }
        });
    }
}

/// A button that gives an order to a run.
#[component]
pub fn OrderButton(
    /// The run.
    #[prop(into)]
    run: Derived<Option<Run>>,
    /// What it is told.
    #[prop(into)]
    order: Derived<Order>,
) -> Node {
    let commands = Commands::expect();
    let title = move || run.with(|run| run.as_ref().map(|run| run.name.title()));
    let press = move || {
        if let Some(run) = run.get_untracked() {
            commands.order(&run, order.get_untracked());
        }
    };
    let glyph = Derived::new(move || match order.get() {
        Order::Pause => Glyphs::Pause,
        Order::Resume => Glyphs::Run,
        Order::Stop => Glyphs::Stop,
    });
    view! {
        <Button on_press=press>
            <Glyph shape=glyph/>
            <span>{move || order.get().button()} <span class="unseen">" " {title}</span></span>
        </Button>
    }
    .into_any()
}

/// Shapes before the word of a button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Glyphs {
    /// A triangle: starts, goes on.
    Run,
    /// Two bars: holds.
    Pause,
    /// A square: ends.
    Stop,
}

/// A shape before the word of a button.
#[component]
pub fn Glyph(
    /// The shape.
    #[prop(into)]
    shape: Derived<Glyphs>,
) -> Node {
    let data = move || match shape.get() {
        Glyphs::Run => "M1 .5 7 4 1 7.5Z",
        Glyphs::Pause => "M1 1H3V7H1ZM5 1H7V7H5Z",
        Glyphs::Stop => "M1 1H7V7H1Z",
    };
    view! {
        <svg class="glyph" viewBox="0 0 8 8" aria-hidden="true"><path d=data></path></svg>
    }
}

#[cfg(test)]
mod tests {
    use model::scenario::RunState;

    use super::*;
    use crate::fixture;

    #[test]
    fn a_live_run_is_shown_in_its_own_book() {
        let mut run = fixture::runs::market();
        assert_eq!(address(&run), format!("/scenarios/{}?book=drill:{}", run.id, run.id));
        run.state = RunState::Stopped;
        assert_eq!(address(&run), format!("/scenarios/{}", run.id));
        assert!(in_book(&run).ends_with(&format!("?book=drill:{}", run.id)));
    }
}
