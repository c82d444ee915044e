//! Values of attributes: fixed, absent, or changing.

use super::{Read, Text};
use crate::{erased::Derived, format};

/// The value of an attribute.
pub enum Value {
    /// As it is; without one the attribute is absent.
    Fixed(Option<Text>),
    /// Computed from what it reads.
    Changing(Read<Option<Text>>),
}

/// What an attribute can be given.
pub trait IntoValue {
    /// The value, now and later.
    fn into_value(self) -> Value;
}

/// What an attribute can be at one moment; none takes it away.
pub trait IntoText {
    /// The text at this moment.
    fn into_text(self) -> Option<Text>;
}

impl IntoText for &'static str {
    fn into_text(self) -> Option<Text> {
        Some(self.into())
    }
}

impl IntoText for String {
    fn into_text(self) -> Option<Text> {
        Some(self.into())
    }
}

/// A number of a drawing, to a hundredth of a pixel.
impl IntoText for f64 {
    fn into_text(self) -> Option<Text> {
        Some(format::plain(self, 2).into())
    }
}

/// An attribute without a value, which is there or not: `disabled`.
impl IntoText for bool {
    fn into_text(self) -> Option<Text> {
        self.then_some("".into())
    }
}

impl<T: IntoText> IntoText for Option<T> {
    fn into_text(self) -> Option<Text> {
        self.and_then(T::into_text)
    }
}

macro_rules! fixed {
    ($($kind:ty),*) => {$(
        impl IntoValue for $kind {
            fn into_value(self) -> Value {
                Value::Fixed(self.into_text())
            }
        }
    )*};
}

fixed!(&'static str, String, bool, f64, Option<&'static str>, Option<String>);

impl<F, T> IntoValue for F
where
    F: FnMut() -> T + Send + 'static,
    T: IntoText,
{
    fn into_value(mut self) -> Value {
        Value::Changing(Box::new(move || self().into_text()))
    }
}

impl<T> IntoValue for Derived<T>
where
    T: IntoText + Clone + PartialEq + Send + Sync + 'static,
{
    fn into_value(self) -> Value {
        Value::Changing(Box::new(move || self.get().into_text()))
    }
}

/// Whether a class is there.
pub trait IntoFlag {
    /// `class` while it is there.
    fn into_flag(self, class: &'static str) -> Value;
}

impl IntoFlag for bool {
    fn into_flag(self, class: &'static str) -> Value {
        Value::Fixed(self.then_some(class.into()))
    }
}

impl<F: FnMut() -> bool + Send + 'static> IntoFlag for F {
    fn into_flag(mut self, class: &'static str) -> Value {
        Value::Changing(Box::new(move || self().then_some(class.into())))
    }
}

impl Value {
    /// The value at this moment.
    pub(super) fn now(&mut self) -> Option<Text> {
        match self {
            Value::Fixed(text) => text.clone(),
            Value::Changing(read) => read(),
        }
    }

    /// All values that are there, with blanks between them: the classes of an element.
    pub(super) fn joined(mut values: Vec<Value>) -> Value {
        let fixed = values.iter().all(|value| matches!(value, Value::Fixed(_)));
        let mut read = move || {
            let there: Vec<Text> = values.iter_mut().filter_map(Value::now).collect();
            (!there.is_empty()).then(|| Text::from(there.join(" ")))
        };
        if fixed { Value::Fixed(read()) } else { Value::Changing(Box::new(read)) }
    }
}
