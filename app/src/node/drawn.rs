//! Nodes as they stand in a document, and how they follow what they show. What changes is compared
//! with what stands there, place by place, so that an element keeps its focus, its scroll and its
//! animation while its text becomes another.

use std::{cell::RefCell, rc::Rc};

use leptos::{
    prelude::document,
    reactive::effect::RenderEffect,
    wasm_bindgen::{JsCast, JsValue, closure::Closure},
};

use super::{
    Element, Node, Read, Text, Value,
    element::Listener,
    hydrate::Walk,
    list::{Row, Rows},
};

const SVG: &str = "http://www.w3.org/2000/svg";

/// A node as it stands in a document. It always has at least one node there.
pub enum Drawn {
    /// Nothing: a comment that keeps its place.
    Mark(web_sys::Node),
    /// A text.
    Text(web_sys::Text, Text),
    /// An element.
    Element(Box<Standing>),
    /// Several, and the comment behind them.
    Group(Vec<Drawn>, web_sys::Node),
    /// One that changes.
    Changing(RenderEffect<Drawn>),
    /// Rows, and the comment behind them.
    List(RenderEffect<Vec<Row>>, web_sys::Node),
}

/// Where the first drawing of a changing node comes from.
pub(super) enum Start {
    /// It is made.
    New,
    /// It is found where the server wrote it.
    Served(Walk),
    /// It takes over what stands there.
    Standing(Option<Drawn>),
}

/// Draws a node, which is not yet in the document. `svg` tells whether it is within a drawing.
pub(super) fn draw(node: Node, svg: bool) -> Drawn {
    match node {
        Node::Empty => Drawn::Mark(mark()),
        Node::Text(text) => Drawn::Text(document().create_text_node(&text), text),
        Node::Element(element) => Drawn::Element(Box::new(Standing::new(*element, svg))),
        Node::Group(nodes) => {
            Drawn::Group(nodes.into_iter().map(|node| draw(node, svg)).collect(), mark())
        }
        Node::Changing(read) => Drawn::Changing(changing(read, Start::New, svg)),
        Node::List(rows) => {
            let end = mark();
            Drawn::List(listing(rows, end.clone(), None, svg), end)
        }
    }
}

/// A comment that keeps a place.
pub(super) fn mark() -> web_sys::Node {
    document().create_comment("").into()
}

/// Draws what is read, now and whenever it changes.
pub(super) fn changing(mut read: Read<Node>, start: Start, svg: bool) -> RenderEffect<Drawn> {
    let mut start = Some(start);
    RenderEffect::new(move |before: Option<Drawn>| {
        let node = read();
        let standing = match (before, start.take()) {
            (None, Some(Start::Served(walk))) => return walk.find(node),
            (None, Some(Start::Standing(standing))) => standing,
            (before, _) => before,
        };
        match standing {
            Some(mut drawn) => {
                drawn.become_(node, svg);
                drawn
            }
            None => draw(node, svg),
        }
    })
}

/// Draws the rows of a list before its `end`, now and whenever they change.
pub(super) fn listing(
    mut rows: Rows,
    end: web_sys::Node,
    mut served: Option<Walk>,
    svg: bool,
) -> RenderEffect<Vec<Row>> {
    RenderEffect::new(move |before: Option<Vec<Row>>| {
        let walk = served.take();
        let next = rows.next(before.unwrap_or_default(), svg, &mut |node| match &walk {
            Some(walk) => walk.find(node),
            None => draw(node, svg),
        });
        if walk.is_none()
            && let Some(parent) = end.parent_node()
        {
            arrange(&next, &parent, &end);
        }
        next
    })
}

/// Puts rows in their order before `end`; those that stand right are not touched. A browser takes
/// the focus from what is moved, so it is given back.
fn arrange(rows: &[Row], parent: &web_sys::Node, end: &web_sys::Node) {
    let focused = document().active_element().filter(|focused| parent.contains(Some(focused)));
    let mut behind = end.clone();
    for row in rows.iter().rev() {
        if row.drawn.last().next_sibling().as_ref() != Some(&behind) {
            row.drawn.place(parent, Some(&behind));
        }
        behind = row.drawn.first();
    }
    let lost = focused.filter(|focused| document().active_element().as_ref() != Some(focused));
    if let Some(lost) = lost.and_then(|lost| lost.dyn_into::<web_sys::HtmlElement>().ok()) {
        let options = web_sys::FocusOptions::new();
        options.set_prevent_scroll(true);
        drop(lost.focus_with_options(&options));
    }
}

impl Drawn {
    /// Puts it into a parent, before another node or behind all.
    pub(super) fn place(&self, parent: &web_sys::Node, before: Option<&web_sys::Node>) {
        self.each(&mut |node| drop(parent.insert_before(node, before)));
    }

    /// Takes it out of the document.
    pub(super) fn remove(&self) {
        self.each(&mut |node| {
            if let Some(parent) = node.parent_node() {
                drop(parent.remove_child(node));
            }
        });
    }

    /// Its nodes at the top, in order.
    fn each(&self, visit: &mut dyn FnMut(&web_sys::Node)) {
        match self {
            Drawn::Mark(node) => visit(node),
            Drawn::Text(node, _) => visit(node),
            Drawn::Element(standing) => visit(&standing.node),
            Drawn::Group(items, end) => {
                items.iter().for_each(|item| item.each(visit));
                visit(end);
            }
            Drawn::Changing(effect) => drop(effect.with_value_mut(|drawn| drawn.each(visit))),
            Drawn::List(effect, end) => {
                effect.with_value_mut(|rows| rows.iter().for_each(|row| row.drawn.each(visit)));
                visit(end);
            }
        }
    }

    /// Its first node.
    pub(super) fn first(&self) -> web_sys::Node {
        let mut first = None;
        self.each(&mut |node| {
            first.get_or_insert_with(|| node.clone());
        });
        first.unwrap_or_else(mark)
    }

    /// Its last node.
    pub(super) fn last(&self) -> web_sys::Node {
        let mut last = None;
        self.each(&mut |node| last = Some(node.clone()));
        last.unwrap_or_else(mark)
    }

    /// Becomes another node, with as little change as can be.
    pub(super) fn become_(&mut self, node: Node, svg: bool) {
        match (&mut *self, node) {
            (Drawn::Mark(_), Node::Empty) => {}
            (Drawn::Text(standing, before), Node::Text(text)) => {
                if *before != text {
                    standing.set_data(&text);
                    *before = text;
                }
            }
            (Drawn::Element(standing), Node::Element(element)) if standing.tag == element.tag => {
                standing.become_(*element, svg);
            }
            (Drawn::Group(items, end), Node::Group(nodes)) => regroup(items, nodes, end, svg),
            (Drawn::Changing(effect), Node::Changing(read)) => {
                let standing = effect.take_value();
                *effect = changing(read, Start::Standing(standing), svg);
            }
            (_, node) => self.give_way(node, svg),
        }
    }

    /// Is replaced where it stands.
    fn give_way(&mut self, node: Node, svg: bool) {
        let new = draw(node, svg);
        let first = self.first();
        if let Some(parent) = first.parent_node() {
            new.place(&parent, Some(&first));
        }
        self.remove();
        *self = new;
    }
}

/// Makes the children of an element or a group others, place by place.
fn regroup(items: &mut Vec<Drawn>, nodes: Vec<Node>, end: &web_sys::Node, svg: bool) {
    items.drain(nodes.len().min(items.len())..).for_each(|item| item.remove());
    for (index, node) in nodes.into_iter().enumerate() {
        if let Some(item) = items.get_mut(index) {
            item.become_(node, svg);
        } else {
            let new = draw(node, svg);
            if let Some(parent) = end.parent_node() {
                new.place(&parent, Some(end));
            }
            items.push(new);
        }
    }
}

/// An element as it stands in a document.
pub struct Standing {
    node: web_sys::Element,
    tag: &'static str,
    attributes: Vec<Held>,
    properties: Vec<Held>,
    listeners: Vec<Heard>,
    children: Vec<Drawn>,
}

impl Standing {
    fn new(mut element: Element, svg: bool) -> Self {
        let svg = svg || element.tag == "svg";
        let made = if svg {
            document().create_element_ns(Some(SVG), element.tag)
        } else {
            document().create_element(element.tag)
        };
        let node = made.expect("a view names its elements as HTML and SVG do");
        let children = std::mem::take(&mut element.children);
        let children = children.into_iter().map(|child| draw(child, svg)).collect::<Vec<_>>();
        children.iter().for_each(|child| child.place(&node, None));
        Self::adopt(node, element, children, false)
    }

    /// Takes over an element with its children; what the server wrote is not written again.
    pub(super) fn adopt(
        node: web_sys::Element,
        mut element: Element,
        children: Vec<Drawn>,
        served: bool,
    ) -> Self {
        let hold = |name: &'static str, value: Value, kind: Kind| {
            Held::new(Target { node: node.clone(), name, kind }, value, served)
        };
        let attributes = element.take_attributes();
        let attributes =
            attributes.into_iter().map(|(name, value)| hold(name, value, Kind::Attribute));
        let properties =
            element.properties.into_iter().map(|(name, value)| hold(name, value, Kind::Property));
        let (attributes, properties) = (attributes.collect(), properties.collect());
        let listen = |(name, listener)| Heard::new(&node, name, listener);
        let listeners = element.listeners.into_iter().map(listen).collect();
        if let Some(refer) = element.reference {
            refer(&node);
        }
        Self { node, tag: element.tag, attributes, properties, listeners, children }
    }

    /// Becomes another element of the same tag.
    fn become_(&mut self, mut element: Element, svg: bool) {
        let svg = svg || self.tag == "svg";
        let attributes = element.take_attributes();
        Held::renew(&mut self.attributes, attributes, &self.node, Kind::Attribute);
        let children = std::mem::take(&mut element.children);
        if children.len() == self.children.len() {
            for (child, node) in self.children.iter_mut().zip(children) {
                child.become_(node, svg);
            }
        } else {
            self.children.drain(..).for_each(|child| child.remove());
            self.children = children.into_iter().map(|child| draw(child, svg)).collect();
            self.children.iter().for_each(|child| child.place(&self.node, None));
        }
        Held::renew(&mut self.properties, element.properties, &self.node, Kind::Property);
        let mut before = std::mem::take(&mut self.listeners);
        for (name, listener) in element.listeners {
            let heard = match before.iter().position(|heard| heard.name == name) {
                Some(at) => before.remove(at).tell(listener),
                None => Heard::new(&self.node, name, listener),
            };
            self.listeners.push(heard);
        }
        before.into_iter().for_each(|heard| heard.leave(&self.node));
        if let Some(refer) = element.reference {
            refer(&self.node);
        }
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Attribute,
    Property,
}

/// An attribute or a property of an element.
struct Target {
    node: web_sys::Element,
    name: &'static str,
    kind: Kind,
}

impl Target {
    /// Writes it. A property other than `value` is there or not.
    fn set(&self, text: Option<&str>) {
        let (node, name) = (&self.node, self.name);
        let done = match (self.kind, text) {
            (Kind::Attribute, Some(text)) => node.set_attribute(name, text),
            (Kind::Attribute, None) => node.remove_attribute(name),
            (Kind::Property, text) => {
                let value = match name {
                    "value" => JsValue::from_str(text.unwrap_or_default()),
                    _ => JsValue::from_bool(text.is_some()),
                };
                js_sys::Reflect::set(node, &JsValue::from_str(name), &value).map(drop)
            }
        };
        // A name that no element can have is a slip in a view; the rest of the page stands.
        drop(done);
    }
}

/// What an attribute or a property holds.
struct Held {
    name: &'static str,
    value: Holding,
}

enum Holding {
    Fixed(Option<Text>),
    Changing(RenderEffect<Option<Text>>),
}

impl Held {
    fn new(target: Target, value: Value, served: bool) -> Self {
        let name = target.name;
        let value = match value {
            Value::Fixed(text) => {
                if !served && text.is_some() {
                    target.set(text.as_deref());
                }
                Holding::Fixed(text)
            }
            Value::Changing(read) if served => {
                Holding::Changing(follow(target, read, Known::Served))
            }
            Value::Changing(read) => Holding::Changing(follow(target, read, Known::Is(None))),
        };
        Self { name, value }
    }

    fn renew(
        held: &mut Vec<Held>,
        values: Vec<(&'static str, Value)>,
        node: &web_sys::Element,
        kind: Kind,
    ) {
        let mut before = std::mem::take(held);
        for (name, value) in values {
            let target = Target { node: node.clone(), name, kind };
            let Some(at) = before.iter().position(|held| held.name == name) else {
                held.push(Held::new(target, value, false));
                continue;
            };
            let known = before.swap_remove(at).now();
            let value = match value {
                Value::Fixed(text) => {
                    if text != known {
                        target.set(text.as_deref());
                    }
                    Holding::Fixed(text)
                }
                Value::Changing(read) => Holding::Changing(follow(target, read, Known::Is(known))),
            };
            held.push(Held { name, value });
        }
        for Held { name, .. } in before {
            Target { node: node.clone(), name, kind }.set(None);
        }
    }

    fn now(self) -> Option<Text> {
        match self.value {
            Holding::Fixed(text) => text,
            Holding::Changing(effect) => effect.take_value().flatten(),
        }
    }
}

/// What an attribute holds before it is first computed.
enum Known {
    /// This.
    Is(Option<Text>),
    /// What the server computed from the same state.
    Served,
}

/// Writes what is read, now and whenever it changes.
fn follow(
    target: Target,
    mut read: Read<Option<Text>>,
    known: Known,
) -> RenderEffect<Option<Text>> {
    let mut known = Some(known);
    RenderEffect::new(move |before: Option<Option<Text>>| {
        let text = read();
        let same = match (before, known.take()) {
            (None, Some(Known::Served)) => true,
            (None, Some(Known::Is(before))) | (Some(before), _) => before == text,
            (None, None) => false,
        };
        if !same {
            target.set(text.as_deref());
        }
        text
    })
}

/// A listener at its element.
struct Heard {
    name: &'static str,
    listener: Rc<RefCell<Listener>>,
    /// Ends with the element.
    callback: Closure<dyn FnMut(web_sys::Event)>,
}

impl Heard {
    fn new(node: &web_sys::Element, name: &'static str, listener: Listener) -> Self {
        let listener = Rc::new(RefCell::new(listener));
        let told = Rc::clone(&listener);
        let callback = Closure::<dyn FnMut(web_sys::Event)>::new(move |event| {
            // An event that a listener causes by itself is not told to it.
            if let Ok(mut listener) = told.try_borrow_mut() {
                listener(event);
            }
        });
        let function = callback.as_ref().unchecked_ref();
        drop(node.add_event_listener_with_callback(name, function));
        Self { name, listener, callback }
    }

    /// Tells another listener from now on.
    fn tell(self, listener: Listener) -> Self {
        drop(self.listener.replace(listener));
        self
    }

    /// Listens no more, at an element that stays.
    fn leave(self, node: &web_sys::Element) {
        let function = self.callback.as_ref().unchecked_ref();
        drop(node.remove_event_listener_with_callback(self.name, function));
    }
}
