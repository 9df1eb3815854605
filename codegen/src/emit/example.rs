//! An example in a tool's documentation: fills its struct from the documented arguments.

use super::Style;
use crate::model::{Kind, Param, Place, Shape, Tool, Variant, Vendor};
use crate::name::{field_name, type_name};
use serde_json::{Map, Value as Json};

/// The example as Markdown, if the documentation has arguments for one and tells where the code will be.
pub(super) fn markdown(vendor: &Vendor, tool: &Tool, style: &Style) -> Option<String> {
    let path = style.example_path.as_ref()?;
    let Json::Object(arguments) = tool.examples.first()? else { return None };
    let module = field_name(&vendor.slug);
    let params: Vec<_> =
        tool.params.iter().filter(|param| param.place != Place::Paging && param.from.is_none()).collect();
    let literal = structure(vendor, &tool.type_name, &params, arguments)?;
    let core = style.core_path();
    let core = core.trim_start_matches("::");
    let import = |used: &str, path: &str| {
        if literal.contains(used) { format!("use {core}::{path};\n") } else { String::new() }
    };
    let imports = import("Secret::", "Secret") + &import("parse_object(", "strict::parse_object");
    let statement = pretty(&format!("let request = {literal}.into_request();"))?;
    Some(format!(
        "\n# Example\n```\nuse {path}::{module}::*;\n{imports}\n\
         # fn main() -> Result<(), Box<dyn std::error::Error>> {{\n\
         {statement}\
         assert_eq!(request.method.as_str(), \"{verb}\");\n\
         let target = request.target()?; // path and query, to follow the base URL\n\
         # assert!(target.starts_with('/'));\n# Ok(())\n# }}\n```",
        verb = tool.verb
    ))
}

/// A statement, formatted like all pressed code.
fn pretty(statement: &str) -> Option<String> {
    let file = syn::parse_file(&format!("fn main() {{ {statement} }}")).ok()?;
    let text = prettyplease::unparse(&file);
    let inner = text.trim_end().strip_prefix("fn main() {\n")?.strip_suffix('}')?;
    Some(inner.lines().map(|line| format!("{}\n", line.strip_prefix("    ").unwrap_or(line))).collect())
}

fn structure(vendor: &Vendor, name: &str, params: &[&Param], given: &Map<String, Json>) -> Option<String> {
    if params.is_empty() {
        return Some(name.to_owned());
    }
    let required: Vec<_> = params.iter().filter(|param| param.required).collect();
    let arguments = required
        .iter()
        .map(|param| argument(vendor, param, given.get(&param.name)?))
        .collect::<Option<Vec<_>>>()?
        .join(", ");
    let new = format!("{name}::new({arguments})");
    let optional = params.iter().filter(|param| !param.required && given.contains_key(&param.name));
    let sets = optional
        .map(|param| {
            Some(format!("{}: Some({})", param.field_name, field(vendor, param, &given[&param.name])?))
        })
        .collect::<Option<Vec<_>>>()?;
    Some(if sets.is_empty() { new } else { format!("{name} {{ {}, ..{new} }}", sets.join(", ")) })
}

/// An argument of `new`, which converts texts, secrets and nullable values itself.
fn argument(vendor: &Vendor, param: &Param, given: &Json) -> Option<String> {
    match (&param.kind, given) {
        (_, Json::Null) => None,
        (Kind::Text { .. }, Json::String(text)) if param.nullable => Some(nullable_text(param, text)),
        (Kind::Text { .. }, Json::String(text)) => Some(format!("{text:?}")),
        (kind, given) => value(vendor, kind, given),
    }
}

/// The value of an optional field.
fn field(vendor: &Vendor, param: &Param, given: &Json) -> Option<String> {
    let plain = match (&param.kind, given) {
        (_, Json::Null) => return None,
        (Kind::Text { .. }, Json::String(text)) if param.nullable => nullable_text(param, text),
        (kind, given) => value(vendor, kind, given)?,
    };
    let text = matches!(param.kind, Kind::Text { .. });
    Some(if param.nullable || (param.secret && !text) { format!("{plain}.into()") } else { plain })
}

/// What `Nullable` is made from.
fn nullable_text(param: &Param, text: &str) -> String {
    if param.secret { format!("Secret::<String>::from({text:?})") } else { format!("{text:?}.to_owned()") }
}

fn value(vendor: &Vendor, kind: &Kind, given: &Json) -> Option<String> {
    Some(match kind {
        Kind::Text { .. } => format!("{:?}.into()", given.as_str()?),
        Kind::Enum { ty, .. } => format!("{ty}::{}", type_name(given.as_str()?)),
        Kind::Integer { .. } => given.as_i64()?.to_string(),
        Kind::Number { .. } => format!("{:?}.parse()?", given.to_string()),
        Kind::Boolean => given.as_bool()?.to_string(),
        Kind::List { items, .. } => {
            let items = given
                .as_array()?
                .iter()
                .map(|item| value(vendor, items, item))
                .collect::<Option<Vec<_>>>()?;
            format!("vec![{}]", items.join(", "))
        }
        Kind::Object { ty } => match &vendor.ty(ty)?.shape {
            Shape::Object(object) => structure(vendor, ty, &asked(&object.fields), given.as_object()?)?,
            _ => return None,
        },
        Kind::Union { ty } => match &vendor.ty(ty)?.shape {
            Shape::Union { adjacent: true, keys, .. } => {
                structure(vendor, ty, &asked(keys), given.as_object()?)?
            }
            Shape::Union { tag, variants, .. } => {
                let word = given.get(tag)?.as_str()?;
                union(vendor, ty, variants.iter().find(|variant| variant.word == word)?, given.as_object()?)?
            }
            _ => return None,
        },
        Kind::Map { values } if **values == Kind::Any => format!("parse_object({:?})?", given.to_string()),
        Kind::Map { values } => {
            let entry = |(key, given): (&String, &Json)| {
                Some(format!("({key:?}.into(), {})", value(vendor, values, given)?))
            };
            let entries = given.as_object()?.iter().map(entry).collect::<Option<Vec<_>>>()?;
            format!("[{}].into_iter().collect::<std::collections::BTreeMap<_, _>>()", entries.join(", "))
        }
        Kind::Any => format!("{:?}.parse()?", given.to_string()),
    })
}

fn union(vendor: &Vendor, ty: &str, variant: &Variant, given: &Map<String, Json>) -> Option<String> {
    let name = format!("{ty}::{}", variant.type_name);
    if !super::types::has_fields(variant) {
        return Some(name);
    }
    let fields = structure(vendor, &variant.fields_type, &asked(&variant.object.fields), given)?;
    Some(format!("{name}({fields})"))
}

fn asked(params: &[Param]) -> Vec<&Param> {
    params.iter().filter(|param| param.from.is_none()).collect()
}
