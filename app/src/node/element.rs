//! An element before it is written or drawn.

use leptos::{
    ev::EventDescriptor, html::ElementType, prelude::NodeRef,
    tachys::html::node_ref::NodeRefContainer, wasm_bindgen::JsCast,
};

use super::{IntoFlag, IntoNode, IntoValue, Node, Value};

/// What is told where an element is.
type Reference = Box<dyn FnOnce(&web_sys::Element) + Send>;

/// What is told of an event.
pub(super) type Listener = Box<dyn FnMut(web_sys::Event) + Send>;

/// An element of HTML or SVG with everything below it.
#[derive(Default)]
pub struct Element {
    pub(super) tag: &'static str,
    /// In the order in which they were given; `class` at most once.
    pub(super) attributes: Vec<(&'static str, Value)>,
    /// Further classes, each of which comes and goes by itself.
    classes: Vec<Value>,
    pub(super) properties: Vec<(&'static str, Value)>,
    pub(super) listeners: Vec<(&'static str, Listener)>,
    pub(super) reference: Option<Reference>,
    pub(super) children: Vec<Node>,
}

impl Element {
    /// An element without anything.
    pub fn new(tag: &'static str) -> Self {
        Self { tag, ..Self::default() }
    }

    /// Adds an attribute.
    pub fn attribute(&mut self, name: &'static str, value: impl IntoValue) {
        self.attributes.push((name, value.into_value()));
    }

    /// Adds a class that is there while `flag` holds.
    pub fn class(&mut self, class: &'static str, flag: impl IntoFlag) {
        self.classes.push(flag.into_flag(class));
    }

    /// Adds a property: what a field holds now, not what it began with.
    pub fn property(&mut self, name: &'static str, value: impl IntoValue) {
        self.properties.push((name, value.into_value()));
    }

    /// Listens to an event.
    pub fn on<E>(&mut self, event: E, mut listener: impl FnMut(E::EventType) + Send + 'static)
    where
        E: EventDescriptor,
        E::EventType: JsCast,
    {
        let name = match event.name() {
            std::borrow::Cow::Borrowed(name) => name,
            std::borrow::Cow::Owned(_) => return,
        };
        let listener: Listener = Box::new(move |event| listener(event.unchecked_into()));
        self.listeners.push((name, listener));
    }

    /// Tells where the element is, once it is there.
    pub fn refer<E>(&mut self, reference: NodeRef<E>)
    where
        E: ElementType + 'static,
        NodeRef<E>: NodeRefContainer<E>,
    {
        self.reference =
            Some(Box::new(move |element| NodeRefContainer::<E>::load(reference, element)));
    }

    /// Adds a child behind the others.
    pub fn child(&mut self, child: impl IntoNode) {
        self.children.push(child.into_node());
    }

    /// The attributes, with all classes in one of them.
    pub(super) fn take_attributes(&mut self) -> Vec<(&'static str, Value)> {
        let mut attributes = std::mem::take(&mut self.attributes);
        let mut classes = std::mem::take(&mut self.classes);
        if !classes.is_empty() {
            if let Some(at) = attributes.iter().position(|(name, _)| *name == "class") {
                classes.insert(0, attributes.remove(at).1);
            }
            attributes.push(("class", Value::joined(classes)));
        }
        attributes
    }
}
