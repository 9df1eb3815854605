//! Types that say the same: written once, under the name that the documentation gives one of them or else the
//! shortest, and found under all.
//!
//! Documentation repeats itself: a direction of sorting stands in every list. Each place has a type of its
//! own name, and the compiler takes as long for each as for the first, unless the others are names of it.

use super::{docs, pretty, types::identifier};
use crate::model::{Kind, Param, Shape, TypeDef};
use quote::quote;
use std::collections::BTreeMap;

/// Which types of a vendor are the same.
pub(super) struct Alike<'m> {
    types: BTreeMap<&'m str, &'m TypeDef>,
    /// The class of a type. Members of a class would be the same text but for their names.
    classes: BTreeMap<&'m str, usize>,
    /// The text of a class, with classes in the place of names.
    texts: BTreeMap<String, usize>,
    /// The name of a class.
    names: Vec<&'m str>,
}

impl<'m> Alike<'m> {
    pub(super) fn new(types: &'m [TypeDef]) -> Self {
        let mut alike = Self {
            types: types.iter().map(|def| (def.name.as_str(), def)).collect(),
            classes: BTreeMap::new(),
            texts: BTreeMap::new(),
            names: Vec::new(),
        };
        for def in types {
            let Some(class) = alike.class(&def.name) else { continue };
            let rank = |def: &'m TypeDef| (!def.shared, def.name.len(), def.name.as_str());
            if rank(def) < rank(alike.types[alike.names[class]]) {
                alike.names[class] = &def.name;
            }
        }
        alike
    }

    /// The item that makes a type another name of one that says the same, unless it is that one.
    pub(super) fn alias(&self, def: &TypeDef) -> Option<String> {
        let first = self.classes.get(def.name.as_str()).map(|class| self.names[*class])?;
        if first == def.name {
            return None;
        }
        let mut about = docs::escape(&def.description);
        if !about.is_empty() {
            about.push_str("\n\n");
        }
        let doc = docs::attribute(&format!("{about}Another name of [`{first}`], which says the same."));
        let (name, first) = (identifier(&def.name), identifier(first));
        Some(pretty(quote! { #doc pub type #name = #first; }))
    }

    /// The class of a type that can be alike others.
    fn class(&mut self, name: &str) -> Option<usize> {
        let (&name, &def) = self.types.get_key_value(name)?;
        if let Some(class) = self.classes.get(name) {
            return Some(*class);
        }
        let text = match &def.shape {
            Shape::Enum(words) => format!("enum {words:?}"),
            Shape::Object(object) => {
                let fields = object.fields.iter().filter(|field| field.from.is_none());
                let fields: String = fields.map(|field| self.field(field)).collect();
                format!("struct {} {fields}", object.open)
            }
            // Its variants have types of their own.
            Shape::Union { .. } => return None,
        };
        let class = *self.texts.entry(text).or_insert(self.names.len());
        if class == self.names.len() {
            self.names.push(name);
        }
        self.classes.insert(name, class);
        Some(class)
    }

    /// All that Rust sees of a field.
    fn field(&mut self, field: &Param) -> String {
        let kind = self.kind(&field.kind);
        format!(
            "{:?} {:?} {kind} {} {} {} {:?};",
            field.name,
            field.field_name,
            field.required,
            field.nullable,
            field.secret,
            docs::param(field),
        )
    }

    /// The Rust type of a kind, which knows no bounds.
    fn kind(&mut self, kind: &Kind) -> String {
        match kind {
            Kind::Text { .. } => "text".to_owned(),
            Kind::Integer { .. } => "integer".to_owned(),
            Kind::Number { .. } => "number".to_owned(),
            Kind::Boolean => "boolean".to_owned(),
            Kind::List { items, .. } => format!("list of {}", self.kind(items)),
            Kind::Enum { ty, .. } | Kind::Object { ty } | Kind::Union { ty } => match self.class(ty) {
                Some(class) => format!("class {class}"),
                None => format!("type {ty}"),
            },
            Kind::Map { values } => format!("map of {}", self.kind(values)),
            Kind::Any => "any".to_owned(),
        }
    }
}
