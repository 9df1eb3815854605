//! From a path in an input schema back to the documentation that it was made of.

use super::extent::ITEMS;
use crate::lower::Documented;
use crate::source::Span;
use crate::source::records::{Schema, Vendor};
use crate::source::resolve::resolve;

/// Where the node that a path leads to is documented, or as near as that is known: the last step that was
/// found, or the record.
pub(crate) fn of(path: &[&str], vendor: &Vendor, method: &Documented<'_>) -> Span {
    let record = method.record;
    let body = record.body.as_ref().map(|body| &body.schema);
    let params = record.path.iter().chain(&record.query).chain(&record.header);
    let params = params.chain(body.iter().flat_map(|schema| schema.properties.iter().flatten()));
    let Some((first, rest)) = path.split_first() else { return method.record_place };
    let named = params.clone().find(|(name, _)| name.value == *first).map(|(_, schema)| schema);
    // A body that is an array is the parameter `body`.
    match named.or(body.filter(|schema| schema.is_array())) {
        Some(schema) => inside(schema, rest, vendor),
        None => method.record_place,
    }
}

fn inside(schema: &Schema, path: &[&str], vendor: &Vendor) -> Span {
    let Some((step, rest)) = path.split_first() else { return schema.span };
    let schema = resolve(schema, &vendor.types);
    let variants = schema.variants.iter().flatten().map(|(_, variant)| variant);
    // A variant may be a shared type; its fields are then found by following it.
    let variants: Vec<_> = variants.map(|variant| resolve(variant, &vendor.types)).collect();
    let owners = [&schema].into_iter().chain(&variants);
    let mut properties = owners.flat_map(|owner| owner.properties.iter().flatten());
    let next = match *step {
        ITEMS => schema.items.as_deref(),
        name => properties.find(|(there, _)| there.value == name).map(|(_, property)| property),
    };
    next.map_or(schema.span, |next| inside(next, rest, vendor))
}
