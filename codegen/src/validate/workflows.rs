//! Workflows: each step calls a tool, and hands over what a later step takes.

use super::guidance::{Check, Passed};
use crate::Code;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::lower::Documented;
use crate::source::Spanned;
use crate::source::guidance::argument;
use crate::source::records::{Step, Vendor, Workflow};

pub(super) fn check(vendor: &Vendor, found: &mut Diagnostics) {
    let mut check = Check::new(vendor, found);
    for (name, workflow) in &vendor.workflows {
        let fits = name.value.starts_with(|c: char| c.is_ascii_lowercase())
            && name.value.len() <= 64
            && name.value.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if !fits {
            let message = format!("`{}` cannot name a workflow", name.value);
            let help = "lower-case letters, digits and `_`, 64 at most";
            check.found.add(Diagnostic::new(Code::Name, name.span, message).help(help));
        }
        steps(workflow, &mut check);
        unused(workflow, check.found);
    }
}

fn steps<'d>(workflow: &'d Workflow, check: &mut Check<'d, '_>) {
    let mut earlier: Vec<(&'d Spanned<String>, Documented<'d>)> = Vec::new();
    for step in &workflow.steps {
        let Some(tool) = check.tool(&step.tool) else { continue };
        for (param, source) in &step.with {
            let Some(to) = check.param(&tool, param) else { continue };
            let from = match argument(source) {
                Some(name) => given(workflow, name, source, check.found),
                None => handed(&earlier, source, check),
            };
            if let Some(from) = from {
                check.fits(&from, &to, param);
            }
        }
        if let Some(name) = &step.name {
            if let Some((first, _)) = earlier.iter().find(|(there, _)| there.value == name.value) {
                let message = format!("two steps are called `{}`", name.value);
                check.found.add(
                    Diagnostic::new(Code::StepClash, name.span, message).related(first.span, "first here"),
                );
            }
            earlier.push((name, tool));
        }
    }
}

/// An argument of the workflow is text, which fits what is written as text.
fn given(
    workflow: &Workflow,
    name: &str,
    source: &Spanned<String>,
    found: &mut Diagnostics,
) -> Option<Passed> {
    if workflow.arguments.iter().any(|(argument, _)| argument.value == name) {
        // Text fits every scalar: the argument check reads numbers and words out of it.
        return None;
    }
    let message = format!("the workflow takes no argument `{name}`");
    let names = workflow.arguments.iter().map(|(name, _)| name.as_str());
    found.add(Diagnostic::new(Code::DeadArgument, source.span, message).did_you_mean(name, names));
    None
}

/// `step.field` of an earlier step; `step[].field` gathers a field of all records of a list.
fn handed<'d>(
    earlier: &[(&'d Spanned<String>, Documented<'d>)],
    source: &Spanned<String>,
    check: &mut Check<'d, '_>,
) -> Option<Passed> {
    let (step, field) = source.value.split_once('.').unwrap_or((&source.value, ""));
    let (step, all) = step.strip_suffix("[]").map_or((step, false), |step| (step, true));
    let Some((_, tool)) = earlier.iter().find(|(name, _)| name.value == step) else {
        let message = format!("no earlier step is called `{step}`");
        let diagnostic = Diagnostic::new(Code::DeadStep, source.span, message)
            .label("expected `$argument` or `step.field`")
            .did_you_mean(step, earlier.iter().map(|(name, _)| name.as_str()));
        check.found.add(diagnostic);
        return None;
    };
    let skip = source.value.len() - field.len();
    let place = Spanned::new(field.to_owned(), source.span.part(skip, field.len()));
    let passed = check.field(tool, &place)?;
    if all && !tool.is_list() {
        let message = format!("`{step}` is one answer, not a list");
        check.found.add(
            Diagnostic::new(Code::LinkType, source.span, message).help(format!("write `{step}.{field}`")),
        );
    }
    Some(passed)
}

fn unused(workflow: &Workflow, found: &mut Diagnostics) {
    let texts = |step: &Step| {
        let said = step.say.iter().chain(&step.when).map(|text| text.value.clone());
        said.chain(step.with.iter().map(|(_, source)| source.value.clone())).collect::<Vec<_>>()
    };
    let mut all: Vec<String> = workflow.steps.iter().flat_map(texts).collect();
    all.extend([&workflow.description].into_iter().chain(&workflow.finally).map(|text| text.value.clone()));
    for (name, _) in &workflow.arguments {
        let used = format!("${}", name.value);
        // `$sink` is not used by `$sinks`.
        let ends = |rest: &str| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        let uses = |text: &String| text.match_indices(&used).any(|(at, _)| ends(&text[at + used.len()..]));
        if !all.iter().any(uses) {
            let message = format!("the argument `{}` is never used", name.value);
            found.add(
                Diagnostic::new(Code::UnusedArgument, name.span, message)
                    .help(format!("say `{used}` in a step")),
            );
        }
    }
}
