//! Taking over what the server wrote: the same nodes are found in the document, in order. Texts
//! are compared, so that no figure of the server outlives the state that the browser starts from;
//! where another node is found than should be there, the right one is drawn in its place.

use std::{cell::RefCell, rc::Rc};

use leptos::{prelude::document, wasm_bindgen::JsCast};

use super::{
    Drawn, Element, Node,
    drawn::{Standing, Start, changing, draw, listing, mark},
};

/// Takes over the children of an element.
pub fn hydrate(node: Node, root: &web_sys::Element) -> Drawn {
    Walk::new(root, root.first_child(), false).find(node)
}

/// Where the next node of a parent is looked for. A copy goes on at the same place.
#[derive(Clone)]
pub(super) struct Walk(Rc<Place>);

struct Place {
    parent: web_sys::Node,
    /// Whether the parent is a drawing, or within one.
    svg: bool,
    next: RefCell<Option<web_sys::Node>>,
    after_text: RefCell<bool>,
}

impl Walk {
    pub(super) fn new(parent: &web_sys::Node, next: Option<web_sys::Node>, svg: bool) -> Self {
        let parent = parent.clone();
        let (next, after_text) = (RefCell::new(next), RefCell::new(false));
        Self(Rc::new(Place { parent, svg, next, after_text }))
    }

    /// Finds a node with everything below it.
    pub(super) fn find(&self, node: Node) -> Drawn {
        let svg = self.0.svg;
        match node {
            Node::Empty => Drawn::Mark(self.border()),
            Node::Text(text) => self.text(text),
            Node::Element(element) => self.element(*element),
            Node::Group(nodes) => {
                let items = nodes.into_iter().map(|node| self.find(node)).collect();
                Drawn::Group(items, self.border())
            }
            Node::Changing(read) => {
                Drawn::Changing(changing(read, Start::Served(self.clone()), svg))
            }
            Node::List(rows) => {
                // The comment behind the rows is found after them.
                let end = mark();
                let effect = listing(rows, end.clone(), Some(self.clone()), svg);
                let border = self.border();
                drop(self.0.parent.replace_child(&end, &border));
                Drawn::List(effect, end)
            }
        }
    }

    fn text(&self, text: super::Text) -> Drawn {
        if text.is_empty() {
            let (node, border) = (document().create_text_node(""), self.border());
            drop(self.0.parent.replace_child(&node, &border));
            return Drawn::Text(node, text);
        }
        if self.0.after_text.replace(true) {
            self.take(|node| node.node_type() == web_sys::Node::COMMENT_NODE);
        }
        let found = self.take(|node| node.node_type() == web_sys::Node::TEXT_NODE);
        match found.and_then(|node| node.dyn_into::<web_sys::Text>().ok()) {
            Some(node) => {
                if node.data() != *text {
                    node.set_data(&text);
                }
                Drawn::Text(node, text)
            }
            None => self.missing(Node::Text(text)),
        }
    }

    fn element(&self, mut element: Element) -> Drawn {
        self.0.after_text.replace(false);
        let tag = element.tag;
        let same = |node: &web_sys::Node| node.node_name().eq_ignore_ascii_case(tag);
        let found = self.take(same).and_then(|node| node.dyn_into::<web_sys::Element>().ok());
        let Some(node) = found else {
            return self.missing(Node::Element(Box::new(element)));
        };
        let below = Walk::new(&node, node.first_child(), self.0.svg || tag == "svg");
        let children = std::mem::take(&mut element.children);
        let children = children.into_iter().map(|child| below.find(child)).collect();
        below.clear();
        Drawn::Element(Box::new(Standing::adopt(node, element, children, true)))
    }

    /// The comment that stands next.
    fn border(&self) -> web_sys::Node {
        self.0.after_text.replace(false);
        let found = self.take(|node| node.node_type() == web_sys::Node::COMMENT_NODE);
        found.unwrap_or_else(|| {
            let mark = mark();
            self.put(&mark);
            mark
        })
    }

    /// The next node, where it is the right one.
    fn take(&self, right: impl Fn(&web_sys::Node) -> bool) -> Option<web_sys::Node> {
        let mut next = self.0.next.borrow_mut();
        let found = next.take_if(|node| right(node));
        if let Some(found) = &found {
            *next = found.next_sibling();
        }
        found
    }

    /// Draws what is not there.
    fn missing(&self, node: Node) -> Drawn {
        let drawn = draw(node, self.0.svg);
        drawn.place(&self.0.parent, self.0.next.borrow().as_ref());
        drawn
    }

    fn put(&self, node: &web_sys::Node) {
        drop(self.0.parent.insert_before(node, self.0.next.borrow().as_ref()));
    }

    /// Removes what nobody took.
    fn clear(&self) {
        let mut next = self.0.next.take();
        while let Some(node) = next {
            next = node.next_sibling();
            drop(self.0.parent.remove_child(&node));
        }
    }
}
