//! A node as a view of Leptos: what renders on the server and mounts in a browser takes one.

use leptos::{
    attr::any_attribute::AnyAttribute,
    tachys::{
        hydration::Cursor,
        no_attrs,
        view::{Mountable, Position, PositionState, Render, RenderHtml},
    },
};

use super::{Drawn, Node, drawn::draw, hydrate::Walk, write::Writer};

no_attrs!(Node);

impl Render for Node {
    type State = Drawn;

    fn build(self) -> Drawn {
        draw(self, false)
    }

    fn rebuild(self, state: &mut Drawn) {
        state.become_(self, false);
    }
}

impl RenderHtml for Node {
    type AsyncOutput = Self;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Self {
        self
    }

    fn to_html_with_buf(
        self,
        buf: &mut String,
        position: &mut Position,
        _escape: bool,
        _mark_branches: bool,
        _extra_attrs: Vec<AnyAttribute>,
    ) {
        let mut writer = Writer::default();
        writer.node(self);
        buf.push_str(&writer.html);
        *position = Position::NextChild;
    }

    fn hydrate<const FROM_SERVER: bool>(self, cursor: &Cursor, position: &PositionState) -> Drawn {
        let at = cursor.current();
        let (parent, next) = if position.get() == Position::FirstChild {
            (Some(at.clone()), at.first_child())
        } else {
            (at.parent_node(), at.next_sibling())
        };
        let drawn = Walk::new(&parent.unwrap_or(at), next, false).find(self);
        cursor.set(drawn.last());
        position.set(Position::NextChild);
        drawn
    }

    fn into_owned(self) -> Self {
        self
    }
}

impl Mountable for Drawn {
    fn unmount(&mut self) {
        self.remove();
    }

    fn mount(&mut self, parent: &web_sys::Element, marker: Option<&web_sys::Node>) {
        self.place(parent, marker);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        let first = self.first();
        let parent = first.parent_element();
        if let Some(parent) = &parent {
            child.mount(parent, Some(&first));
        }
        parent.is_some()
    }

    fn elements(&self) -> Vec<web_sys::Element> {
        Vec::new()
    }
}
