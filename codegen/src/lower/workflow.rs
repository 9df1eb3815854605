//! Workflows → prompts: numbered steps in words, arguments to be filled in.

use super::prose::Links;
use crate::model::{PromptPart, Workflow, WorkflowArgument};
use crate::name;
use crate::source::Spanned;
use crate::source::guidance::argument;
use crate::source::records::{self, Named, Step};

/// The workflows whose tools are all pressed, sorted by name.
pub(super) fn workflows(documented: &Named<records::Workflow>, links: &Links) -> Vec<Workflow> {
    let mut workflows: Vec<_> =
        documented.iter().filter_map(|(name, workflow)| one(name.as_str(), workflow, links)).collect();
    workflows.sort_by(|a, b| a.name.cmp(&b.name));
    workflows
}

fn one(name: &str, documented: &records::Workflow, links: &Links) -> Option<Workflow> {
    let mut tools = Vec::new();
    let mut text = format!("{}\n", documented.description.value);
    for (place, step) in documented.steps.iter().enumerate() {
        let tool = links.tool(&step.tool)?;
        tools.push(tool.to_owned());
        text.push_str(&format!("\n{}. {}", place + 1, sentence(documented, step, tool)));
    }
    if let Some(finally) = &documented.finally {
        text.push_str(&format!("\n\n{}", finally.value));
    }
    tools.sort();
    tools.dedup();
    let arguments: Vec<_> = documented
        .arguments
        .iter()
        .map(|(name, argument)| WorkflowArgument {
            name: name.value.clone(),
            description: argument.description.as_ref().map(|text| text.value.clone()).unwrap_or_default(),
            required: argument.required,
        })
        .collect();
    Some(Workflow {
        title: documented.title.as_ref().map_or_else(|| name::title(name), |title| title.value.clone()),
        text: parts(&text, &arguments),
        name: name.to_owned(),
        description: documented.description.value.clone(),
        arguments,
        tools,
    })
}

fn sentence(workflow: &records::Workflow, step: &Step, tool: &str) -> String {
    let mut sentence = match &step.when {
        Some(when) => format!("{}: call {tool}", when.value),
        None => format!("Call {tool}"),
    };
    let with: Vec<_> = step
        .with
        .iter()
        .map(|(param, source)| format!("`{}` = {}", param.value, value(workflow, source)))
        .collect();
    if !with.is_empty() {
        sentence.push_str(&format!(" with {}", with.join(", ")));
    }
    sentence.push('.');
    if let Some(say) = &step.say {
        sentence.push(' ');
        sentence.push_str(&say.value);
    }
    sentence
}

/// `$sink` stays, to be filled in; `backfill.id` becomes words.
fn value(workflow: &records::Workflow, source: &Spanned<String>) -> String {
    if argument(source).is_some() {
        return source.value.clone();
    }
    let (step, field) = source.value.split_once('.').unwrap_or((&source.value, ""));
    let (step, all) = step.strip_suffix("[]").map_or((step, false), |step| (step, true));
    let is = |other: &Step| other.name.as_ref().is_some_and(|name| name.value == step);
    let number = workflow.steps.iter().position(is).map_or(0, |place| place + 1);
    if all {
        format!("the `{field}` of the records of step {number} that this is about")
    } else {
        format!("the `{field}` of step {number}")
    }
}

/// Splits a text at `$name` of each argument.
fn parts(text: &str, arguments: &[WorkflowArgument]) -> Vec<PromptPart> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((at, argument)) = next_argument(rest, arguments) {
        parts.push(PromptPart::Text(rest[..at].to_owned()));
        parts.push(PromptPart::Argument(argument.to_owned()));
        rest = &rest[at + 1 + argument.len()..];
    }
    parts.push(PromptPart::Text(rest.to_owned()));
    parts.retain(|part| *part != PromptPart::Text(String::new()));
    parts
}

fn next_argument<'a>(text: &str, arguments: &'a [WorkflowArgument]) -> Option<(usize, &'a str)> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices('$').find_map(|(at, _)| {
        let name: String = text[at + 1..].chars().take_while(|c| word(*c)).collect();
        arguments.iter().find(|argument| argument.name == name).map(|argument| (at, argument.name.as_str()))
    })
}
