//! Nodes as HTML. A comment `<!>` stands where a browser would else see no border: for an empty
//! node, between two texts, and behind a group.

use super::{Element, Node, Value};

/// Elements that have no end tag (HTML, section 13.1.2).
const VOID: [&str; 13] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr",
];

/// Writes nodes one after the other.
#[derive(Default)]
pub(super) struct Writer {
    pub(super) html: String,
    /// Whether the last thing written was a text.
    after_text: bool,
}

impl Writer {
    /// Writes one node.
    pub(super) fn node(&mut self, node: Node) {
        match node {
            Node::Empty => self.border(),
            Node::Text(text) if text.is_empty() => self.border(),
            Node::Text(text) => {
                if self.after_text {
                    self.border();
                }
                escape(&mut self.html, &text, false);
                self.after_text = true;
            }
            Node::Element(element) => self.element(*element),
            Node::Group(nodes) => {
                nodes.into_iter().for_each(|node| self.node(node));
                self.border();
            }
            Node::Changing(mut read) => self.node(read()),
            Node::List(mut rows) => {
                rows.now().into_iter().for_each(|row| self.node((row.view)()));
                self.border();
            }
        }
    }

    fn border(&mut self) {
        self.html.push_str("<!>");
        self.after_text = false;
    }

    fn element(&mut self, mut element: Element) {
        self.html.push('<');
        self.html.push_str(element.tag);
        for (name, value) in element.take_attributes() {
            self.attribute(name, value);
        }
        for (name, value) in std::mem::take(&mut element.properties) {
            self.attribute(name, value);
        }
        self.html.push('>');
        self.after_text = false;
        if VOID.contains(&element.tag) {
            return;
        }
        element.children.into_iter().for_each(|child| self.node(child));
        self.html.push_str("</");
        self.html.push_str(element.tag);
        self.html.push('>');
        self.after_text = false;
    }

    fn attribute(&mut self, name: &str, mut value: Value) {
        let Some(text) = value.now() else { return };
        self.html.push(' ');
        self.html.push_str(name);
        if !text.is_empty() {
            self.html.push_str("=\"");
            escape(&mut self.html, &text, true);
            self.html.push('"');
        }
    }
}

/// Writes a text, or the value of an attribute between double quotes.
fn escape(html: &mut String, text: &str, quoted: bool) {
    for letter in text.chars() {
        match letter {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' if !quoted => html.push_str("&gt;"),
            '"' if quoted => html.push_str("&quot;"),
            letter => html.push(letter),
        }
    }
}
