//! Links between tools → sentences for a model, hints for a result, and the order of calls.
//!
//! A link to a tool that is not pressed gives nothing.

use super::filter::Documented;
use super::keys;
use super::prose::Links;
use crate::model::{Next, Prose, Source};
use crate::source::Spanned;
use crate::source::guidance::argument;
use crate::source::records::{self, Poll, Record};

/// The closing sentences of a description, each with the one tool it mentions.
pub(super) fn sentences(record: &Record, links: &Links) -> Vec<Prose> {
    let guidance = &record.guidance;
    let mut sentences = Vec::new();
    let mut tell = |tool: &Spanned<String>, sentence: &dyn Fn(&str) -> String| {
        if let Some(tool) = links.tool(tool) {
            sentences.push(Prose { text: sentence(tool), mentions: vec![tool.to_owned()] });
        }
    };
    for requires in guidance.requires.iter().filter(|requires| requires.tell) {
        tell(&requires.tool, &|tool| match (&requires.param, &requires.field) {
            (Some(param), Some(field)) if param.value == field.value => {
                format!("`{}` comes from {tool}.", param.value)
            }
            (Some(param), Some(field)) => format!("`{}` is `{}` of {tool}.", param.value, field.value),
            (Some(param), None) => format!("`{}` comes from {tool}.", param.value),
            (None, _) => format!("First call {tool}."),
        });
    }
    if let Some(poll) = guidance.poll.as_ref().filter(|poll| poll.next.tell) {
        tell(&poll.next.tool, &|tool| polling(poll, tool));
    }
    for next in guidance.next.iter().filter(|next| next.tell) {
        tell(&next.tool, &|tool| format!("Then {tool}."));
    }
    for instead in &guidance.instead {
        tell(&instead.tool, &|tool| format!("{}, use {tool}.", instead.purpose.value));
    }
    if let Some(undo) = guidance.undo.as_ref().filter(|undo| undo.tell) {
        tell(&undo.tool, &|tool| format!("Undo with {tool}."));
    }
    if let Some(danger) = &guidance.danger {
        sentences.push(Prose { text: danger.value.clone(), mentions: Vec::new() });
    }
    sentences
}

fn polling(poll: &Poll, tool: &str) -> String {
    let values: Vec<_> = poll.values.iter().map(|value| value.as_str()).collect();
    let until = match values.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    };
    let progress = match poll.progress.as_slice() {
        [] => String::new(),
        [one] => format!("; progress: {}", one.value),
        [done, all, ..] => format!("; progress: {} / {}", done.value, all.value),
    };
    format!("Poll {tool} until `{}` is {until}{progress}.", poll.field.value)
}

/// The calls that may follow, for hints beside a result: what to poll first, then the others.
pub(super) fn next(record: &Record, links: &Links) -> Vec<Next> {
    let guidance = &record.guidance;
    let poll = guidance.poll.iter().filter_map(|poll| {
        let until =
            (keys(poll.field.as_str()), poll.values.iter().map(|value| value.value.clone()).collect());
        Some(Next { until: Some(until), ..one(&poll.next, links)? })
    });
    poll.chain(guidance.next.iter().filter_map(|next| one(next, links))).collect()
}

fn one(next: &records::Next, links: &Links) -> Option<Next> {
    let pass = next.pass.iter().map(|(param, source)| {
        let source = match argument(source) {
            Some(argument) => Source::Argument(argument.to_owned()),
            None => Source::Field(keys(source.as_str())),
        };
        (param.value.clone(), source)
    });
    Some(Next { tool: links.tool(&next.tool)?.to_owned(), pass: pass.collect(), until: None })
}

/// The tools to call first.
pub(super) fn requires(record: &Record, links: &Links) -> Vec<String> {
    record
        .guidance
        .requires
        .iter()
        .filter_map(|requires| Some(links.tool(&requires.tool)?.to_owned()))
        .collect()
}

/// The order of calls over all tools, one line for each required call that is told nowhere shorter.
pub(super) fn order(methods: &[Documented<'_>], links: &Links) -> Vec<Prose> {
    let mut lines = Vec::new();
    for method in methods {
        let this =
            Spanned::new(format!("{}.{}", method.resource, method.method), method.record.description.span);
        let Some(tool) = links.tool(&this) else { continue };
        for first in requires(method.record, links) {
            let text = format!("{first} comes before {tool}.");
            lines.push(Prose { text, mentions: vec![first, tool.to_owned()] });
        }
    }
    lines
}
