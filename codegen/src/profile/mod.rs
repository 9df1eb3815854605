//! Model → diagnostics: would every client take these tools, and what do they cost a model?
//!
//! Looks at the very text that is going to be served, for the selection that is going to be pressed.
//! That the root is a closed object, that nodes have one type and arrays have items, and that nothing is
//! combined or referred to needs no check here: the press writes schemas in no other form. Names and keys
//! are checked while validating, where each has its own place.
//!
//! The model knows no places, so that it stays plain data; problems are put where the records behind a
//! tool stand.

mod extent;
mod place;

use crate::Code;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::emit::{entry, schema};
use crate::lower::{Documented, documented};
use crate::model::{Catalog, Tool, Vendor};
use crate::name;
use crate::source::records;
use extent::Extent;
use serde_json::Value as Json;

pub(crate) use extent::ITEMS;
pub(crate) use place::of as place;

// Azure API Management imports no longer description.
const LONGEST_DESCRIPTION: usize = 1000;
// Levels of an input schema that OpenAI takes, older models and newer.
const COMFORTABLE_DEPTH: usize = 5;
const DEEPEST: usize = 10;
// Words of one enum. Gemini counts states, and gives up somewhere above.
const MOST_WORDS: usize = 100;
// Properties of one tool. What OpenAI's older models take.
const MOST_PROPERTIES: usize = 100;
// Bytes of one entry, and of all names, descriptions and schemas of a vendor (four to a token).
const COMFORTABLE_ENTRY: usize = 4096;
const COMFORTABLE_LIST: usize = 40_000;

/// Checks all tools of a catalogue against the documentation it was made of.
pub(crate) fn check(catalog: &Catalog, vendors: &[records::Vendor], found: &mut Diagnostics) {
    for vendor in &catalog.vendors {
        let Some(records) = vendors.iter().find(|records| name::slug(records.label.as_str()) == vendor.slug)
        else {
            continue;
        };
        let mut sizes = Vec::new();
        for method in documented(records) {
            let name = method.tool(&vendor.slug);
            if let Some(tool) = vendor.tool(&name) {
                let schema = schema::input(vendor, tool);
                description(tool, &method, found);
                input(tool, &schema, records, &method, found);
                sizes.push((size(tool, &schema, &method, found), tool.name.as_str()));
            }
        }
        list(vendor, sizes, records, found);
    }
}

/// What a client reads as the description, with every name filled in.
fn told(tool: &Tool) -> String {
    let notes = tool.notes.iter().map(|note| note.text.as_str());
    [tool.description.as_str()].into_iter().chain(notes).collect::<Vec<_>>().join(" ")
}

fn description(tool: &Tool, method: &Documented<'_>, found: &mut Diagnostics) {
    let length = told(tool).chars().count();
    if length > LONGEST_DESCRIPTION {
        let message = format!(
            "description and notes have {length} characters; Azure API Management takes {LONGEST_DESCRIPTION}"
        );
        let help = "say less here: parameters have descriptions too, and `guidance` speaks when it is needed";
        let span = method.record.description.span;
        found.add(Diagnostic::new(Code::DescriptionLength, span, message).help(help));
    }
}

fn input(
    tool: &Tool,
    schema: &Json,
    records: &records::Vendor,
    method: &Documented<'_>,
    found: &mut Diagnostics,
) {
    let extent = Extent::of(schema);
    let at = |path: &[&str]| place::of(path, records, method);
    let depth = extent.deepest.len();
    if depth > COMFORTABLE_DEPTH {
        let (code, client) = if depth > DEEPEST {
            (Code::DepthLimit, format!("OpenAI takes {DEEPEST}"))
        } else {
            (Code::Depth, format!("older models of OpenAI take {COMFORTABLE_DEPTH}"))
        };
        let message = format!("`{}` goes {depth} levels deep; {client}", extent::dotted(&extent.deepest));
        let help = "flatten it, or describe the inner object with `map: true`";
        found.add(Diagnostic::new(code, at(&extent.deepest), message).help(help));
    }
    for (path, words) in extent.enums.iter().filter(|(_, words)| *words > MOST_WORDS) {
        let message = format!(
            "`{}` lists {words} words; Gemini fails on large enums, {MOST_WORDS} are safe",
            extent::dotted(path)
        );
        let help = "make it a plain string and say in `description` where the words are found";
        found.add(Diagnostic::new(Code::EnumSize, at(path), message).help(help));
    }
    if extent.properties > MOST_PROPERTIES {
        let message = format!(
            "`{}` has {} properties; OpenAI's older models take {MOST_PROPERTIES}",
            tool.name, extent.properties
        );
        let help = "describe rarely used objects with `map: true`";
        found.add(Diagnostic::new(Code::PropertyCount, method.record_place, message).help(help));
    }
}

/// Bytes of what a model must know of a tool: name, description and schema.
fn size(tool: &Tool, schema: &Json, method: &Documented<'_>, found: &mut Diagnostics) -> usize {
    let schema = schema.to_string();
    let bytes = entry::whole(tool, &schema).len();
    if bytes > COMFORTABLE_ENTRY {
        let message = format!(
            "`{}` takes {bytes} bytes, more than {COMFORTABLE_ENTRY}; Cursor and other clients that defer no \
             tools send them with every request",
            tool.name
        );
        let help = "mark what is rarely needed `brief: true`, and shorten descriptions";
        found.add(Diagnostic::new(Code::ToolSize, method.record_place, message).help(help));
    }
    tool.name.len() + told(tool).len() + schema.len()
}

/// What all tools of a vendor cost together, where no filter narrows them at run time.
fn list(vendor: &Vendor, mut sizes: Vec<(usize, &str)>, records: &records::Vendor, found: &mut Diagnostics) {
    let all: usize = sizes.iter().map(|(bytes, _)| bytes).sum();
    if all <= COMFORTABLE_LIST {
        return;
    }
    sizes.sort_by(|a, b| b.cmp(a));
    let largest: Vec<_> = sizes.iter().take(3).map(|(b, name)| format!("`{name}` ({})", b / 4)).collect();
    let message = format!(
        "the {} tools of {} take about {} tokens, more than {}; Claude Code defers such lists, Cursor and \
         VS Code send them with every request",
        vendor.tools.len(),
        vendor.label,
        all / 4,
        COMFORTABLE_LIST / 4
    );
    let help = format!("the largest are {}", largest.join(", "));
    found.add(Diagnostic::new(Code::ListSize, records.label.span, message).help(help));
}
