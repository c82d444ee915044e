//! Reactive values without the types of their closures. Leptos compiles a memo or a changing
//! part of a view anew for each type that it meets, kilobytes each time, which a browser then has
//! to load. What is made here has few types, at the price of a box for each.

use std::{
    any::Any,
    marker::PhantomData,
    sync::{Arc, Mutex},
};

use leptos::{prelude::*, tachys::reactive_graph::SharedReactiveFunction};

/// A part of a view or an attribute that changes; the type that `view!` gives its own closures.
pub type Changing<T> = SharedReactiveFunction<T>;

/// A changing text, for a part of a view or an attribute.
pub fn text<T: Into<String>>(mut read: impl FnMut() -> T + Send + 'static) -> Changing<String> {
    Arc::new(Mutex::new(move || read().into()))
}

/// A view that stands only while `when` holds.
pub fn shown(
    when: impl Fn() -> bool + Send + Sync + 'static,
    mut view: impl FnMut() -> AnyView + Send + 'static,
) -> Changing<AnyView> {
    let when = Derived::new(when);
    Arc::new(Mutex::new(move || if when.get() { view() } else { ().into_any() }))
}

/// One row of a list that changes.
pub struct Listed {
    /// What tells it from the others; a row with the same key stays as it was drawn.
    pub key: String,
    /// Draws it.
    pub view: Box<dyn FnOnce() -> AnyView + Send>,
}

/// A list that changes: rows are drawn when they come and stay until they go.
pub fn list(rows: impl Fn() -> Vec<Listed> + Send + 'static) -> AnyView {
    let rows: Box<dyn Fn() -> Vec<Listed> + Send> = Box::new(rows);
    view! { <For each=rows key=|row| row.key.clone() children=|row| (row.view)()/> }.into_any()
}

/// A memo: computed from what it reads, and who reads it hears only of another value.
pub struct Derived<T> {
    memo: Memo<Held>,
    value: PhantomData<fn() -> T>,
}

impl<T> Clone for Derived<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Derived<T> {}

impl<T: PartialEq + Send + Sync + 'static> Derived<T> {
    /// Computes with a function of what it reads.
    pub fn new(compute: impl Fn() -> T + Send + Sync + 'static) -> Self {
        Self { memo: memo(Box::new(move || Held(Arc::new(compute())))), value: PhantomData }
    }

    /// Reads the value and follows it.
    pub fn with<U>(self, read: impl FnOnce(&T) -> U) -> U {
        read(self.memo.get().of())
    }

    /// Reads the value without following it.
    pub fn with_untracked<U>(self, read: impl FnOnce(&T) -> U) -> U {
        read(self.memo.get_untracked().of())
    }

    /// The value, followed.
    pub fn get(self) -> T
    where
        T: Clone,
    {
        self.memo.get().of::<T>().clone()
    }

    /// The value, not followed.
    pub fn get_untracked(self) -> T
    where
        T: Clone,
    {
        self.memo.get_untracked().of::<T>().clone()
    }
}

impl<T: PartialEq + Clone + Send + Sync + 'static> From<Derived<T>> for Signal<T> {
    fn from(derived: Derived<T>) -> Self {
        Signal::derive(move || derived.get())
    }
}

/// The one memo that is compiled.
fn memo(compute: Box<dyn Fn() -> Held + Send + Sync>) -> Memo<Held> {
    Memo::new(move |_| compute())
}

/// A value of some type.
#[derive(Clone)]
struct Held(Arc<dyn Value>);

impl Held {
    fn of<T: 'static>(&self) -> &T {
        let value: &dyn Any = &*self.0;
        value.downcast_ref().expect("the memo holds what its function made")
    }
}

impl PartialEq for Held {
    fn eq(&self, other: &Self) -> bool {
        self.0.same(&*other.0)
    }
}

/// What a memo can hold.
trait Value: Any + Send + Sync {
    fn same(&self, other: &dyn Any) -> bool;
}

impl<T: PartialEq + Send + Sync + 'static> Value for T {
    fn same(&self, other: &dyn Any) -> bool {
        other.downcast_ref::<T>() == Some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_derived_value_tells_only_of_another_one() {
        Owner::new_root(None).with(|| {
            let source = RwSignal::new(1);
            let half = Derived::new(move || source.get() / 2);
            let runs = StoredValue::new(0);
            let after = Derived::new(move || {
                runs.update_value(|runs| *runs += 1);
                half.get().to_string()
            });
            let check = |set: i32, expected: &str, times: i32| {
                source.set(set);
                assert_eq!(untrack(|| after.get()), expected);
                assert_eq!(runs.get_value(), times);
            };
            check(1, "0", 1);
            check(4, "2", 2);
            check(5, "2", 2);
            check(6, "3", 3);
        });
    }
}
