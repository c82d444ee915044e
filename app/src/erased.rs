//! Reactive values without the types of their closures. Leptos compiles a memo anew for each type
//! that it meets, kilobytes each time, which a browser then has to load. What is made here has few
//! types, at the price of a box for each.

use std::{any::Any, marker::PhantomData, sync::Arc};

use leptos::prelude::*;

use crate::node::{Node, Text};

/// A changing text, for a part of a view or an attribute.
pub fn text<T: Into<Text>>(
    mut read: impl FnMut() -> T + Send + 'static,
) -> impl FnMut() -> String + Send + 'static {
    move || read().into().into_owned()
}

/// A view that stands only while `when` holds.
pub fn shown(
    when: impl Fn() -> bool + Send + Sync + 'static,
    mut view: impl FnMut() -> Node + Send + 'static,
) -> Node {
    let when = Derived::new(when);
    Node::Changing(Box::new(move || if when.get() { view() } else { Node::Empty }))
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
        Self { memo: memo(Box::new(move |_| Held(Arc::new(compute())))), value: PhantomData }
    }

    /// The same with a function that also gets the value before.
    pub fn after(compute: impl Fn(Option<&T>) -> T + Send + Sync + 'static) -> Self {
        let compute = move |before: Option<&Held>| Held(Arc::new(compute(before.map(Held::of))));
        Self { memo: memo(Box::new(compute)), value: PhantomData }
    }

    /// Reads the value and follows it.
    pub fn with<U>(self, read: impl FnOnce(&T) -> U) -> U {
        read(self.memo.get().of())
    }

    /// Reads the value without following it.
    pub fn with_untracked<U>(self, read: impl FnOnce(&T) -> U) -> U {
        read(self.memo.get_untracked().of())
    }

    /// The value, not followed; none once its owner is gone.
    pub fn try_get_untracked(self) -> Option<T>
    where
        T: Clone,
    {
        self.memo.try_get_untracked().map(|held| held.of::<T>().clone())
    }

    /// Follows the value without reading it.
    pub fn track(self) {
        self.memo.track();
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

/// A value that stays as it is.
impl<T: PartialEq + Clone + Send + Sync + 'static> From<T> for Derived<T> {
    fn from(value: T) -> Self {
        Self::new(move || value.clone())
    }
}

impl From<&'static str> for Derived<String> {
    fn from(text: &'static str) -> Self {
        Self::new(move || text.to_owned())
    }
}

impl<T: PartialEq + Clone + Send + Sync + 'static> From<RwSignal<T>> for Derived<T> {
    fn from(signal: RwSignal<T>) -> Self {
        Self::new(move || signal.get())
    }
}

impl<T: Default + PartialEq + Send + Sync + 'static> Default for Derived<T> {
    fn default() -> Self {
        Self::new(T::default)
    }
}

/// The one memo that is compiled.
fn memo(compute: Compute) -> Memo<Held> {
    Memo::new(compute)
}

/// Computes what a memo holds, from what it reads and what it held before.
type Compute = Box<dyn Fn(Option<&Held>) -> Held + Send + Sync>;

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
