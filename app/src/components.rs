//! Widgets that know their props, not the topics. Frame parts (bar, banners, toasts) read the
//! live state themselves.

pub mod banner;
pub mod bar;
pub mod button;
pub mod drill;
pub mod figure;
pub mod grid;
pub mod keys;
pub mod mark;
pub mod page;
pub mod tag;
pub mod toast;
