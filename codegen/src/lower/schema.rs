//! Schemas → kinds and Rust types.

use super::union;
use crate::model::{Kind, Object, Param, Place, Rule, Shape, TypeDef, Variant};
use crate::name;
use crate::source::Spanned;
use crate::source::records::{self, Map, Named, Schema};
use crate::source::resolve::{resolve, type_of};
use std::collections::BTreeMap;

/// The Rust types that lowering has come across.
pub(super) struct Types<'d> {
    shared: &'d Named<Schema>,
    made: BTreeMap<String, TypeDef>,
}

impl<'d> Types<'d> {
    pub(super) fn new(shared: &'d Named<Schema>) -> Self {
        Self { shared, made: BTreeMap::new() }
    }

    pub(super) fn into_sorted(mut self) -> Vec<TypeDef> {
        for (name, _) in self.shared {
            if let Some(def) = self.made.get_mut(&name::type_name(name.as_str())) {
                def.shared = true;
            }
        }
        self.made.into_values().collect()
    }

    pub(super) fn shared(&self) -> &'d Named<Schema> {
        self.shared
    }

    /// The fields of a mapping of names to schemas. `owner` is the name of the type they belong to.
    pub(super) fn fields(
        &mut self,
        owner: &str,
        place: Place,
        properties: &Named<Schema>,
        required_names: &[Spanned<String>],
    ) -> Vec<Param> {
        properties
            .iter()
            .map(|(name, schema)| {
                let required = required_names.iter().any(|required| required.value == name.value);
                self.field(owner, place, name.as_str(), schema, required)
            })
            .collect()
    }

    /// One field. Path parameters are always required.
    pub(super) fn field(
        &mut self,
        owner: &str,
        place: Place,
        name: &str,
        schema: &Schema,
        required: bool,
    ) -> Param {
        let resolved = resolve(schema, self.shared);
        let documented = resolved.required.as_ref().is_some_and(|required| required.value);
        let text = |text: &Option<Spanned<String>>| text.as_ref().map(|text| text.value.clone());
        let mut description = text(&resolved.description).unwrap_or_default();
        if resolved.deprecated {
            description.insert_str(0, if description.is_empty() { "Deprecated." } else { "Deprecated. " });
        }
        Param {
            name: name.to_owned(),
            wire_name: text(&resolved.wire_name).unwrap_or_else(|| name.to_owned()),
            field_name: name::field_name(name),
            place,
            required: required || documented || place == Place::Path,
            nullable: resolved.nullable,
            secret: resolved.secret,
            brief: resolved.brief,
            as_text: resolved.wire.is_some(),
            from: resolved.from.as_ref().map(|from| name::field_name(from.as_str())),
            kind: self.kind(&format!("{owner}{}", name::type_name(name)), schema),
            description,
            default: resolved.default.as_ref().map(|default| default.value.clone()),
            format: text(&resolved.format),
        }
    }

    /// What values a schema takes. `inline` names the type that it makes unless it is a shared one.
    pub(super) fn kind(&mut self, inline: &str, schema: &Schema) -> Kind {
        let shared = schema.reference.as_ref().and_then(|reference| type_of(reference.as_str()));
        let type_name = shared.map_or_else(|| inline.to_owned(), name::type_name);
        let resolved = resolve(schema, self.shared);
        if let Some(words) = &resolved.words {
            let words: Vec<_> = words.value.iter().map(|word| word.value.clone()).collect();
            self.make(&type_name, &resolved, |_| Shape::Enum(words.clone()));
            return Kind::Enum { ty: type_name, words };
        }
        match resolved.ty.as_ref().map(|ty| ty.as_str()) {
            Some("string") => Kind::Text {
                min: size(&resolved.min_length).unwrap_or(0),
                max: size(&resolved.max_length),
                pattern: resolved.pattern.as_ref().map(|pattern| pattern.value.clone()),
            },
            Some("integer") => Kind::Integer {
                min: resolved.min.as_ref().and_then(|min| min.value.as_i64()).unwrap_or(i64::MIN),
                max: resolved.max.as_ref().and_then(|max| max.value.as_i64()).unwrap_or(i64::MAX),
            },
            Some("number") => Kind::Number {
                min: resolved.min.as_ref().and_then(|min| min.value.as_f64()),
                max: resolved.max.as_ref().and_then(|max| max.value.as_f64()),
            },
            Some("boolean") => Kind::Boolean,
            Some("array") => {
                let any = Schema::default();
                let items = resolved.items.as_deref().unwrap_or(&any);
                let items = Box::new(self.kind(&format!("{type_name}Item"), items));
                Kind::List {
                    items,
                    min: size(&resolved.min_items).unwrap_or(0),
                    max: size(&resolved.max_items),
                }
            }
            Some("object") => self.object_kind(type_name, &resolved),
            _ => Kind::Any,
        }
    }

    fn object_kind(&mut self, type_name: String, schema: &Schema) -> Kind {
        let tag = schema.tag.as_ref().or(schema.tag_from.as_ref());
        if let (Some(tag), Some(variants)) = (tag, &schema.variants) {
            self.make(&type_name, schema, |types| {
                let variants: Vec<_> =
                    variants.iter().map(|(word, schema)| types.variant(&type_name, word, schema)).collect();
                Shape::Union {
                    tag: tag.value.clone(),
                    adjacent: schema.tag.is_none(),
                    keys: union::keys(&variants),
                    variants,
                }
            });
            return Kind::Union { ty: type_name };
        }
        match (&schema.map, &schema.properties) {
            (Some(Map::Of(values)), _) => {
                Kind::Map { values: Box::new(self.kind(&format!("{type_name}Value"), values)) }
            }
            (Some(Map::Any), _) | (None, None) => Kind::Map { values: Box::new(Kind::Any) },
            (None, Some(_)) => {
                self.make(&type_name, schema, |types| Shape::Object(types.object(&type_name, schema)));
                Kind::Object { ty: type_name }
            }
        }
    }

    fn variant(&mut self, union: &str, word: &Spanned<String>, schema: &Schema) -> Variant {
        let schema = resolve(schema, self.shared);
        let type_name = name::type_name(word.as_str());
        let fields_type = format!("{union}{}", type_name.trim_end_matches('_'));
        Variant {
            word: word.value.clone(),
            description: schema.description.as_ref().map(|text| text.value.clone()).unwrap_or_default(),
            object: self.object(&fields_type, &schema),
            type_name,
            fields_type,
        }
    }

    fn object(&mut self, owner: &str, schema: &Schema) -> Object {
        let none = Vec::new();
        let properties = schema.properties.as_ref().unwrap_or(&none);
        Object {
            fields: self.fields(owner, Place::Body, properties, &schema.required_names),
            rules: rules(&schema.rules),
            open: schema.open,
        }
    }

    /// Makes a type once, however often it is referred to.
    fn make(&mut self, name: &str, schema: &Schema, shape: impl FnOnce(&mut Self) -> Shape) {
        if self.made.contains_key(name) {
            return;
        }
        let shape = shape(self);
        let description = schema.description.as_ref().map(|text| text.value.clone()).unwrap_or_default();
        let def = TypeDef { name: name.to_owned(), shared: false, description, shape };
        self.made.insert(name.to_owned(), def);
    }
}

fn size(documented: &Option<Spanned<u64>>) -> Option<u64> {
    documented.as_ref().map(|size| size.value)
}

/// Rules, without places.
pub(super) fn rules(documented: &[records::Rule]) -> Vec<Rule> {
    let texts = |texts: &[Spanned<String>]| texts.iter().map(|text| text.value.clone()).collect();
    let say = |say: &Option<Spanned<String>>| say.as_ref().map(|say| say.value.clone()).unwrap_or_default();
    let rule = |documented: &records::Rule| match documented {
        records::Rule::ExactlyOneOf(fields) => Rule::ExactlyOneOf(texts(fields)),
        records::Rule::AtLeastOneOf(fields) => Rule::AtLeastOneOf(texts(fields)),
        records::Rule::AtMostOneOf(fields) => Rule::AtMostOneOf(texts(fields)),
        records::Rule::Requires { when, fields, say: hint } => Rule::Requires {
            field: when.field.value.clone(),
            values: texts(&when.values),
            fields: texts(fields),
            say: say(hint),
        },
        records::Rule::Forbids { when, fields, say: hint } => Rule::Forbids {
            field: when.field.value.clone(),
            values: texts(&when.values),
            fields: texts(fields),
            say: say(hint),
        },
    };
    documented.iter().map(rule).collect()
}
