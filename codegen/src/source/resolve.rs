//! Follows `$ref`.

use super::records::{Named, Schema};
use std::borrow::Cow;

/// The name of a shared type in `#/types/Name`.
pub(crate) fn type_of(reference: &str) -> Option<&str> {
    reference.strip_prefix("#/types/").filter(|name| !name.is_empty())
}

/// The schema itself, or the shared type it refers to with the keys beside `$ref` laid over it.
/// A dead reference gives the schema as it stands; the checks have reported it.
pub(crate) fn resolve<'s>(schema: &'s Schema, types: &'s Named<Schema>) -> Cow<'s, Schema> {
    let shared = schema.reference.as_ref().and_then(|reference| {
        let name = type_of(reference.as_str())?;
        types.iter().find(|(ty, _)| ty.value == name).map(|(_, shared)| shared)
    });
    let Some(shared) = shared else { return Cow::Borrowed(schema) };
    let mut merged = resolve(shared, types).into_owned();
    merged.reference.clone_from(&schema.reference);
    merged.span = schema.span;
    merged.nullable |= schema.nullable;
    merged.secret |= schema.secret;
    merged.brief |= schema.brief;
    merged.deprecated |= schema.deprecated;
    over(&mut merged.description, &schema.description);
    over(&mut merged.required, &schema.required);
    over(&mut merged.default, &schema.default);
    over(&mut merged.example, &schema.example);
    over(&mut merged.wire_name, &schema.wire_name);
    over(&mut merged.from, &schema.from);
    Cow::Owned(merged)
}

fn over<T: Clone>(below: &mut Option<T>, above: &Option<T>) {
    if above.is_some() {
        below.clone_from(above);
    }
}
