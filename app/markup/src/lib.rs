//! `view!`: tags, as Leptos writes them, read into the nodes of `app::node`. Where Leptos makes a
//! type of each view and compiles the work of drawing anew for it, all views here are of one type.
//!
//! Elements take attributes (`title=text`, `aria-label=move || name.get()`), classes that come and
//! go (`class:stale=move || stale.get()`), properties (`prop:value=...`), listeners
//! (`on:click=move |event| ...`) and references (`node_ref=node`). What begins with a capital is a
//! component of Leptos, with its properties and, where it has any, its children.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use rstml::node::{
    Infallible, KeyedAttribute, Node, NodeAttribute, NodeBlock, NodeElement, NodeName,
};
use syn::{Block, Error, Ident, Stmt, spanned::Spanned};

/// Reads tags into one `app::node::Node`.
#[proc_macro]
pub fn view(tokens: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let nodes = rstml::parse2(tokens.into());
    let written = nodes.and_then(|nodes| fragment(&nodes));
    written.unwrap_or_else(Error::into_compile_error).into()
}

/// One node as itself, several as a group.
fn fragment(nodes: &[Node<Infallible>]) -> syn::Result<TokenStream> {
    let written = nodes.iter().map(node).collect::<syn::Result<Vec<_>>>()?;
    Ok(match written.as_slice() {
        [only] => quote!(crate::node::Node::from(#only)),
        several => quote!(crate::node::Node::group([#(crate::node::Node::from(#several)),*])),
    })
}

fn node(node: &Node<Infallible>) -> syn::Result<TokenStream> {
    match node {
        Node::Element(tag) if is_component(tag.name()) => component(tag),
        Node::Element(tag) => element(tag),
        Node::Text(text) => Ok(text.value.to_token_stream()),
        Node::Block(block) => Ok(bare(block)),
        Node::Fragment(within) => fragment(&within.children),
        other => Err(Error::new(other.span(), "neither a tag, a text nor a block")),
    }
}

/// What stands between braces, without them where it is one expression.
fn bare(block: &NodeBlock) -> TokenStream {
    match block {
        NodeBlock::ValidBlock(Block { stmts, .. }) => match stmts.as_slice() {
            [Stmt::Expr(only, None)] => only.to_token_stream(),
            _ => block.to_token_stream(),
        },
        NodeBlock::Invalid(_) => block.to_token_stream(),
    }
}

fn is_component(name: &NodeName) -> bool {
    let text = name.to_string();
    let last = text.rsplit("::").next().unwrap_or_default();
    last.starts_with(|letter: char| letter.is_ascii_uppercase())
}

fn element(tag: &NodeElement<Infallible>) -> syn::Result<TokenStream> {
    let name = tag.name().to_string();
    let parts = tag.attributes().iter().map(|attribute| match attribute {
        NodeAttribute::Attribute(attribute) => part(attribute),
        NodeAttribute::Block(block) => Err(Error::new(block.span(), "an attribute has a name")),
    });
    let parts = parts.collect::<syn::Result<Vec<_>>>()?;
    let children = tag.children.iter().map(node).collect::<syn::Result<Vec<_>>>()?;
    // A name that nothing in the view can mean.
    let element = Ident::new("element", Span::mixed_site());
    Ok(quote! {{
        let mut #element = crate::node::Element::new(#name);
        #(#element.#parts;)*
        #(#element.child(#children);)*
        #element
    }})
}

/// What an attribute asks of its element.
fn part(attribute: &KeyedAttribute) -> syn::Result<TokenStream> {
    let key = attribute.key.to_string();
    let key = key.strip_prefix("r#").unwrap_or(&key);
    let value = value(attribute)?;
    Ok(match key.split_once(':') {
        Some(("on", event)) => {
            let event = format_ident!("{event}", span = attribute.key.span());
            quote!(on(::leptos::ev::#event, #value))
        }
        Some(("class", class)) => quote!(class(#class, #value)),
        Some(("prop", property)) => quote!(property(#property, #value)),
        Some(_) => return Err(Error::new(attribute.key.span(), "on, class or prop")),
        None if key == "node_ref" => quote!(refer(#value)),
        None => quote!(attribute(#key, #value)),
    })
}

fn value(attribute: &KeyedAttribute) -> syn::Result<TokenStream> {
    let value = attribute.value().map(ToTokens::to_token_stream);
    value.ok_or_else(|| Error::new(attribute.key.span(), "an attribute has a value"))
}

fn component(tag: &NodeElement<Infallible>) -> syn::Result<TokenStream> {
    let name = tag.name();
    let properties = tag.attributes().iter().map(|attribute| match attribute {
        NodeAttribute::Attribute(attribute) => {
            let key = property(&attribute.key)?;
            let value = attribute.value().map_or(quote!(#key), ToTokens::to_token_stream);
            Ok(quote!(.#key(#value)))
        }
        NodeAttribute::Block(block) => Err(Error::new(block.span(), "a property has a name")),
    });
    let properties = properties.collect::<syn::Result<Vec<_>>>()?;
    let children = match tag.children.as_slice() {
        [] => None,
        children => {
            let written = fragment(children)?;
            Some(quote!(.children(::std::boxed::Box::new(move || #written))))
        }
    };
    Ok(quote! {
        ::leptos::component::component_view(
            #name,
            ::leptos::component::component_props_builder(&#name) #(#properties)* #children .build(),
        )
    })
}

fn property(key: &NodeName) -> syn::Result<Ident> {
    match key {
        NodeName::Path(path) => path.path.require_ident().cloned(),
        _ => Err(Error::new(key.span(), "a property's name is one word")),
    }
}
