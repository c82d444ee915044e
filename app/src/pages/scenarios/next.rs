//! What the next run is given: seed, speed, and for a burst count and rate.

use leptos::prelude::*;
use markup::view;
use model::scenario::Name;

use crate::{feed::Start, node::Node};

/// Speeds that are offered, in drill seconds a second.
const SPEEDS: [u32; 5] = [1, 4, 8, 20, 60];

/// The fields, as they are typed.
#[derive(Clone, Copy)]
pub struct Next {
    seed: RwSignal<String>,
    speed: RwSignal<String>,
    count: RwSignal<String>,
    rate: RwSignal<String>,
}

impl Next {
    /// The fields at rest.
    pub fn new() -> Self {
        let text = |text: &str| RwSignal::new(text.to_owned());
        Self { seed: text(""), speed: text("8"), count: text("50000"), rate: text("5000") }
    }

    /// What is posted; an empty field is left to the server's default.
    ///
    /// # Errors
    /// When a field that the scenario reads is no number: what is wrong.
    pub fn start(self, name: Name) -> Result<Start, &'static str> {
        let seed = number(self.seed, "the seed is no whole number")?;
        if name == Name::Burst {
            let count = number(self.count, "the events of a burst are no whole number")?;
            let rate = number(self.rate, "the events a second are no whole number")?;
            return Ok(Start { seed, speed: None, count, rate });
        }
        let speed = number(self.speed, "the speed is no number")?;
        Ok(Start { seed, speed, ..Start::default() })
    }
}

fn number<T: std::str::FromStr>(
    field: RwSignal<String>,
    wrong: &'static str,
) -> Result<Option<T>, &'static str> {
    field.with_untracked(|text| match text.trim().replace(',', "") {
        text if text.is_empty() => Ok(None),
        text => text.parse().map(Some).map_err(|_| wrong),
    })
}

/// The fields of the next run.
#[component]
pub fn NextRun(
    /// What they hold.
    next: Next,
) -> Node {
    let field = |label: &'static str, value: RwSignal<String>, hint: &'static str| {
        view! {
            <label>
                <span>{label}</span>
                <input
                    inputmode="numeric"
                    autocomplete="off"
                    placeholder=hint
                    prop:value=move || value.get()
                    on:input=move |event| value.set(event_target_value(&event))
                />
            </label>
        }
    };
    let speeds = SPEEDS.map(|speed| {
        view! { <option value=speed.to_string() selected=speed == 8>{speed.to_string()} " x"</option> }
    });
    view! {
        <fieldset class="next-run">
            <legend>"Next run"</legend>
            {field("Seed", next.seed, "drawn")}
            <label>
                <span>"Speed"</span>
                <select on:change=move |event| next.speed.set(event_target_value(&event))>
                    {speeds.collect_view()}
                </select>
            </label>
            {field("Burst events", next.count, "50000")}
            {field("Burst events a second", next.rate, "5000")}
        </fieldset>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_become_a_start_or_say_what_is_wrong() {
        Owner::new().with(|| {
            let next = Next::new();
            let start = next.start(Name::BudgetCrisis);
            assert_eq!(start, Ok(Start { speed: Some(8.0), ..Start::default() }));
            next.seed.set(" 4127 ".into());
            next.count.set("50,000".into());
            let start = next.start(Name::Burst);
            let (seed, count, rate) = (Some(4_127), Some(50_000), Some(5_000));
            assert_eq!(start, Ok(Start { seed, speed: None, count, rate }));
            next.rate.set("many".into());
            assert_eq!(next.start(Name::Burst), Err("the events a second are no whole number"));
            assert!(next.start(Name::ProjectDeadlines).is_ok(), "reads no rate");
        });
    }
}
