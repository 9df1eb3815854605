//! The inventory of a vendor as a page of Markdown, for people to read and to review.

use super::Failure;
use super::tools::Entry;
use serde_json::{Map, Value};
use std::fmt::Write as _;
use toolpress_core::{Mask, Tool, Vendor};

/// The page of one vendor, for the tools inside a mask.
pub(super) fn page(vendor: &Vendor, mask: &Mask) -> Result<String, Failure> {
    let mut body = String::new();
    let (mut count, mut bytes) = (0, 0);
    for (_, tool) in vendor.visible(mask) {
        let mut entry = String::new();
        tool.listing(mask, false, &mut entry);
        let entry: Entry<'_> = serde_json::from_str(&entry).map_err(Failure::failed)?;
        let schema = serde_json::from_str(entry.input_schema.get()).map_err(Failure::failed)?;
        section(tool, &entry, &schema, &mut body);
        count += 1;
        bytes += entry.bytes();
    }
    let plural = if count == 1 { "" } else { "s" };
    let mut page = format!("# {}: {count} tool{plural}\n\n", vendor.label);
    let _ = writeln!(page, "Written by `toolpress tools {} --markdown`; not edited by hand.\n", vendor.slug);
    head(vendor, mask, bytes, &mut page);
    page.push_str(&body);
    Ok(page.trim_end().to_owned())
}

/// Totals, tags and workflows.
fn head(vendor: &Vendor, mask: &Mask, bytes: usize, page: &mut String) {
    let effect =
        |effect: &str| vendor.visible(mask).filter(|(_, tool)| tool.effect.as_str() == effect).count();
    let _ = writeln!(
        page,
        "{} read, {} write, {} destructive. What a model is given of them (names, descriptions and input \
         schemas) takes {bytes} bytes, about {} tokens.\n",
        effect("read"),
        effect("write"),
        effect("destructive"),
        bytes / 4
    );
    if !vendor.tags.is_empty() {
        page.push_str("## Tags\n\n| tag | tools | |\n|---|--:|---|\n");
    }
    for tag in vendor.tags {
        let tools = vendor.visible(mask).filter(|(_, tool)| tool.tags.contains(&tag.name)).count();
        let also = match tag.aliases {
            [] => String::new(),
            aliases => format!(" Also `{}`.", aliases.join("`, `")),
        };
        let _ = writeln!(page, "| `{}` | {tools} | {}{also} |", tag.name, cell(tag.description));
    }
    let mut workflows = vendor.visible_workflows(mask).peekable();
    if workflows.peek().is_some() {
        page.push_str("\n## Workflows\n\n| name | | arguments | tools |\n|---|---|---|---|\n");
    }
    for workflow in workflows {
        let star = |required| if required { "*" } else { "" };
        let arguments = workflow.arguments.iter().map(|a| format!("`{}{}`", a.name, star(a.required)));
        let tools = workflow.needs.iter().map(|place| code(vendor.tools[usize::from(*place)].name));
        let _ = writeln!(
            page,
            "| `{}` | {}. {} | {} | {} |",
            workflow.name,
            cell(workflow.title),
            cell(workflow.description),
            arguments.collect::<Vec<_>>().join(", "),
            tools.collect::<Vec<_>>().join(", ")
        );
    }
    page.push_str("\n## Tools\n\n");
}

fn section(tool: &Tool, entry: &Entry<'_>, schema: &Value, page: &mut String) {
    let bytes = entry.bytes();
    let again = if tool.idempotent { "idempotent" } else { "not idempotent" };
    let tags: Vec<_> = tool.tags.iter().map(|tag| code(tag)).collect();
    let tags = if tags.is_empty() { "none".to_owned() } else { tags.join(", ") };
    let _ = writeln!(page, "### {}\n", tool.name);
    let _ = writeln!(page, "**{}** · `{} {}`\n", text(tool.title), tool.http, tool.path);
    let _ = writeln!(
        page,
        "{}, {again} · tags: {tags} · {bytes} bytes, about {} tokens\n\n{}\n",
        tool.effect.as_str(),
        bytes / 4,
        text(&entry.description)
    );
    let mut rows = String::new();
    fields("", schema, &mut rows);
    if rows.is_empty() {
        page.push_str("No parameters.\n\n");
        return;
    }
    page.push_str("| parameter | type | required | default | description |\n|---|---|---|---|---|\n");
    let _ = writeln!(page, "{rows}");
}

/// A row per field, and below it those of the objects it holds.
fn fields(prefix: &str, schema: &Value, rows: &mut String) {
    let empty = Map::new();
    let required = schema["required"].as_array().map(Vec::as_slice).unwrap_or_default();
    for (name, field) in schema["properties"].as_object().unwrap_or(&empty) {
        let must = if required.iter().any(|required| required == name) { "yes" } else { "" };
        let default = field.get("default").map(|default| code(&default.to_string())).unwrap_or_default();
        let description = cell(field["description"].as_str().unwrap_or_default());
        let _ = writeln!(rows, "| `{prefix}{name}` | {} | {must} | {default} | {description} |", kind(field));
        let (mut inner, mut path) = (field, format!("{prefix}{name}"));
        while let Some(items) = inner.get("items") {
            inner = items;
            path.push_str("[]");
        }
        fields(&format!("{path}."), inner, rows);
    }
}

/// `array of string, 1 or more`: type and bounds of a node.
fn kind(schema: &Value) -> String {
    let mut kind = schema["type"].as_str().unwrap_or("any").to_owned();
    if let Some(words) = schema["enum"].as_array() {
        let words: Vec<_> = words.iter().filter_map(Value::as_str).map(code).collect();
        kind = words.join(", ");
    }
    if let Some(format) = schema["format"].as_str() {
        let _ = write!(kind, " ({})", text(format));
    }
    if let Some(items) = schema.get("items") {
        let _ = write!(kind, " of {}", self::kind(items));
    }
    for (key, word) in [
        ("minimum", "from"),
        ("maximum", "to"),
        ("minLength", "shortest"),
        ("maxLength", "longest"),
        ("minItems", "at least"),
        ("maxItems", "at most"),
    ] {
        if let Some(bound) = schema.get(key) {
            let _ = write!(kind, ", {word} {bound}");
        }
    }
    if let Some(pattern) = schema["pattern"].as_str() {
        let _ = write!(kind, ", like {}", code(pattern));
    }
    kind
}

/// A text as code, also inside of a table.
fn code(text: &str) -> String {
    let fence = if text.contains('`') { "`` " } else { "`" };
    let end: String = fence.chars().rev().collect();
    format!("{fence}{}{end}", text.replace('|', "\\|").replace('\n', " "))
}

/// A text inside of a table: on one line, its bars escaped.
fn cell(text: &str) -> String {
    self::text(text).replace('|', "\\|").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text whose angle brackets are no HTML, except between backticks, where they never are.
fn text(text: &str) -> String {
    let parts: Vec<_> = text.split('`').collect();
    let last = parts.len() - 1;
    let escape = |(place, part): (usize, &&str)| {
        // A backtick without its partner opens nothing.
        let is_code = place % 2 == 1 && place < last;
        if is_code { (*part).to_owned() } else { part.replace('<', "\\<") }
    };
    parts.iter().enumerate().map(escape).collect::<Vec<_>>().join("`")
}

#[cfg(test)]
mod tests {
    use super::{cell, code, fields};
    use serde_json::json;

    #[test]
    fn texts_stay_what_they_are() {
        assert_eq!(cell("a | b\n<id> `<id>|` and `"), "a \\| b \\<id> `<id>\\|` and `");
        assert_eq!(code("a|b"), "`a\\|b`");
        assert_eq!(code("a`b"), "`` a`b ``");
    }

    #[test]
    fn fields_of_objects_are_rows() {
        let mut rows = String::new();
        let item = json!({"type": "object", "properties": {"b": {"enum": ["x", "y"]}}, "required": ["b"]});
        let list = json!({"type": "array", "items": item, "minItems": 1});
        fields("", &json!({"properties": {"a": list, "c": {"type": "integer", "default": 1}}}), &mut rows);
        let expected = "| `a` | array of object, at least 1 |  |  |  |\n\
                        | `a[].b` | `x`, `y` | yes |  |  |\n\
                        | `c` | integer |  | `1` |  |\n";
        assert_eq!(rows, expected);
    }
}
