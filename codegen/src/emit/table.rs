//! Parameter tables and rules.

use super::constant::{Constant, call, list, option, plain, record, text, texts, word};
use super::request;
use crate::model::{Kind, Object, Param, Rule, Shape, Tool, Variant, Vendor};
use crate::name::constant_name;
use std::collections::HashMap;

/// Writes tables, in a module of their own where every name is the core's.
///
/// What is alike is written once, however many tools or types have it: it becomes a static, named after the
/// first of them.
pub(super) struct Tables<'v> {
    vendor: &'v Vendor,
    /// The statics, as they stand in the module.
    text: String,
    /// Names of the statics by their type and value.
    written: HashMap<String, String>,
    /// Names of the statics of types.
    types: HashMap<&'v str, String>,
    texts: usize,
    sendings: usize,
}

/// The statics of a tool.
pub(super) struct Names {
    /// None if it takes nothing.
    pub(super) params: Option<String>,
    pub(super) sending: String,
}

/// Indentation of what stands in the module.
const INDENT: usize = 8;
/// Columns of `static NAME: Type = ` where the value is short.
const DECLARATION: usize = 36;

impl<'v> Tables<'v> {
    pub(super) fn new(vendor: &'v Vendor) -> Self {
        Self {
            vendor,
            text: String::new(),
            written: HashMap::new(),
            types: HashMap::new(),
            texts: 0,
            sendings: 0,
        }
    }

    /// The statics that the tables refer to.
    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// The static of this value: one that is there already, or a new one of this name.
    fn shared(&mut self, name: String, visible: &str, ty: &str, value: &Constant) -> String {
        let mut item = format!(": {ty} = ");
        // Whatever its name, so that equal values have equal texts.
        value.write(&mut item, INDENT, INDENT + DECLARATION);
        if let Some(name) = self.written.get(&item) {
            return name.clone();
        }
        self.text.push_str(&format!("{:INDENT$}{visible}static {name}{item};\n", ""));
        self.written.insert(item, name.clone());
        name
    }

    /// The statics that tell what a tool takes and how it is sent.
    pub(super) fn names(&mut self, tool: &'v Tool) -> Names {
        let name = format!("SENDING_{}", self.sendings);
        let sending = self.shared(name.clone(), "pub(super) ", "Sending", &request::sending(tool));
        self.sendings += usize::from(sending == name);
        let params = tool.params.iter().any(|param| param.from.is_none()).then(|| {
            let name = format!("{}_PARAMS", constant_name(&tool.field_name));
            let params = self.params(&tool.params);
            self.shared(name, "pub(super) ", "&[Param]", &params)
        });
        Names { params, sending }
    }

    fn params(&mut self, params: &'v [Param]) -> Constant {
        let asked = params.iter().filter(|param| param.from.is_none());
        list(asked.map(|param| {
            record(
                "Param",
                [
                    ("name", text(&param.name)),
                    ("place", request::place(param.place)),
                    ("required", plain(param.required)),
                    ("nullable", plain(param.nullable)),
                    ("secret", plain(param.secret)),
                    ("kind", self.kind(&param.kind)),
                ],
            )
        }))
    }

    fn kind(&mut self, kind: &'v Kind) -> Constant {
        match kind {
            Kind::Text { min: 0, max: None, pattern: None } => word("Kind::Text(&ANY_TEXT)"),
            Kind::Text { min, max, pattern } => {
                // Patterns are compiled when first used, so these cannot be constants.
                let pattern = pattern.as_ref().map(|pattern| call("Pattern::new", [text(pattern)]));
                let fields =
                    [("min", plain(min)), ("max", option(max.map(plain))), ("pattern", option(pattern))];
                let name = format!("TEXT_{}", self.texts);
                let there = self.shared(name.clone(), "", "Text", &record("Text", fields));
                self.texts += usize::from(there == name);
                call("Kind::Text", [word(there).by_reference()])
            }
            Kind::Enum { words, .. } => call("Kind::Enum", [texts(words)]),
            Kind::Integer { min, max } => {
                let bound = |value: i64| match value {
                    i64::MIN => word("i64::MIN"),
                    i64::MAX => word("i64::MAX"),
                    value => plain(value),
                };
                record("Kind::Integer", [("min", bound(*min)), ("max", bound(*max))])
            }
            Kind::Number { min, max } => {
                let bound = |value: &Option<f64>| option(value.map(|value| word(format!("{value:?}"))));
                record("Kind::Number", [("min", bound(min)), ("max", bound(max))])
            }
            Kind::Boolean => word("Kind::Boolean"),
            Kind::List { items, min, max } => {
                let items = self.kind(items).by_reference();
                let (min, max) = (plain(min), option(max.map(plain)));
                record("Kind::List", [("items", items), ("min", min), ("max", max)])
            }
            Kind::Object { ty } | Kind::Union { ty } => self.of_type(ty),
            Kind::Map { values } => call("Kind::Map", [self.kind(values).by_reference()]),
            Kind::Any => word("Kind::Any"),
        }
    }

    /// The kind of an object or union; its table is written when it is first met.
    fn of_type(&mut self, ty: &'v str) -> Constant {
        let shape = self.vendor.ty(ty).map(|def| &def.shape);
        let name = self.types.get(ty).cloned();
        match shape {
            Some(Shape::Union { tag, adjacent, variants, .. }) => {
                let name = name.unwrap_or_else(|| self.variants(ty, variants));
                let path = if *adjacent { "Kind::Adjacent" } else { "Kind::Union" };
                record(path, [("tag", text(tag)), ("variants", word(name))])
            }
            Some(Shape::Object(object)) => {
                let name = name.unwrap_or_else(|| self.object_static(ty, object));
                call("Kind::Object", [word(name).by_reference()])
            }
            // Lowering has made sure that every named type exists.
            Some(Shape::Enum(_)) | None => word("Kind::Any"),
        }
    }

    fn object_static(&mut self, ty: &'v str, object: &'v Object) -> String {
        let name = format!("{}_TABLE", constant_name(ty));
        // A type that holds itself refers to the table that is being written.
        self.types.insert(ty, name.clone());
        let value = self.object(object);
        let name = self.shared(name, "", "Object", &value);
        self.types.insert(ty, name.clone());
        name
    }

    fn variants(&mut self, ty: &'v str, variants: &'v [Variant]) -> String {
        let name = format!("{}_VARIANTS", constant_name(ty));
        self.types.insert(ty, name.clone());
        let variants = list(variants.iter().map(|variant| {
            record("Variant", [("tag", text(&variant.word)), ("object", self.object(&variant.object))])
        }));
        let name = self.shared(name, "", "&[Variant]", &variants);
        self.types.insert(ty, name.clone());
        name
    }

    fn object(&mut self, object: &'v Object) -> Constant {
        record(
            "Object",
            [
                ("fields", self.params(&object.fields)),
                ("rules", rules(&object.rules)),
                ("open", plain(object.open)),
                ("sent", request::sent(&object.fields, |param| param.wire_name.clone())),
            ],
        )
    }
}

pub(super) fn rules(rules: &[Rule]) -> Constant {
    let conditional = |path: &str, field: &str, values: &[String], fields: &[String], say: &str| {
        let when = record("Condition", [("field", text(field)), ("values", texts(values))]);
        record(path, [("when", when), ("fields", texts(fields)), ("say", text(say))])
    };
    list(rules.iter().map(|rule| match rule {
        Rule::ExactlyOneOf(fields) => call("Rule::ExactlyOneOf", [texts(fields)]),
        Rule::AtLeastOneOf(fields) => call("Rule::AtLeastOneOf", [texts(fields)]),
        Rule::AtMostOneOf(fields) => call("Rule::AtMostOneOf", [texts(fields)]),
        Rule::Requires { field, values, fields, say } => {
            conditional("Rule::Requires", field, values, fields, say)
        }
        Rule::Forbids { field, values, fields, say } => {
            conditional("Rule::Forbids", field, values, fields, say)
        }
    }))
}
