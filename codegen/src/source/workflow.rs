//! Reads `workflows.yaml`: steps over tools with typed hand-overs.

use super::fields::{Fields, list, text};
use super::files::Spanned;
use super::records::{Argument, Named, Step, Workflow};
use super::yaml::Node;
use crate::diagnostic::Diagnostics;

/// Reads all workflows of a vendor.
pub(super) fn workflows(node: &Node, found: &mut Diagnostics) -> Named<Workflow> {
    let entries = match Fields::of("a file of workflows", node, found) {
        Some(fields) => fields.rest(),
        None => Vec::new(),
    };
    entries
        .into_iter()
        .filter_map(|(name, node)| Some((name.clone(), workflow(name, node, found)?)))
        .collect()
}

fn workflow(name: &Spanned<String>, node: &Node, found: &mut Diagnostics) -> Option<Workflow> {
    let mut fields = Fields::of("a workflow", node, found)?;
    fields.span = name.span;
    let title = fields.text("title", found);
    let description = fields.required_text("description", found);
    let arguments = fields.take("arguments").and_then(|node| Fields::of("arguments", node, found));
    let arguments = arguments.map(Fields::rest).unwrap_or_default();
    let arguments =
        arguments.into_iter().filter_map(|(name, node)| Some((name.clone(), argument(node, found)?)));
    let arguments = arguments.collect();
    if !fields.has("steps") {
        fields.missing("steps", found);
    }
    let steps = fields.take("steps").map(|node| list(node, found)).unwrap_or_default();
    let steps = steps.iter().filter_map(|node| step(node, found)).collect();
    let finally = fields.text("finally", found);
    fields.end(found);
    Some(Workflow { title, description: description?, arguments, steps, finally })
}

fn argument(node: &Node, found: &mut Diagnostics) -> Option<Argument> {
    let mut fields = Fields::of("an argument", node, found)?;
    let description = fields.text("description", found);
    let required = fields.flag("required", found).is_some_and(|flag| flag.value);
    fields.end(found);
    Some(Argument { description, required })
}

fn step(node: &Node, found: &mut Diagnostics) -> Option<Step> {
    let mut fields = Fields::of("a step", node, found)?;
    let tool = fields.required_text("tool", found);
    let name = fields.text("name", found);
    let when = fields.text("when", found);
    let say = fields.text("say", found);
    let with = fields.take("with").and_then(|node| Fields::of("passed values", node, found));
    let with = with.map(Fields::rest).unwrap_or_default();
    let with = with.into_iter().filter_map(|(name, node)| Some((name.clone(), text(node, found)?))).collect();
    fields.end(found);
    Some(Step { tool: tool?, name, when, say, with })
}
