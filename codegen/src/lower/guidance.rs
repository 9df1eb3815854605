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
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// The closing sentences of a description, each with the one tool it mentions.
pub(super) fn sentences(record: &Record, links: &Links) -> Vec<Prose> {
    let guidance = &record.guidance;
    // What it costs is about this tool, so it comes before others are mentioned.
    let danger =
        guidance.danger.iter().map(|danger| Prose { text: danger.value.clone(), mentions: Vec::new() });
    let mut sentences: Vec<_> = danger.collect();
    let mut tell = |tool: &Spanned<String>, sentence: &dyn Fn(&str) -> String| {
        if let Some(tool) = links.tool(tool) {
            sentences.push(Prose { text: sentence(tool), mentions: vec![tool.to_owned()] });
        }
    };
    for requires in guidance.requires.iter().filter(|requires| requires.tell) {
        tell(&requires.tool, &|tool| match (&requires.param, &requires.field) {
            (Some(param), Some(field)) if param.value != field.value => {
                format!("`{}` is `{}` of {tool}.", param.value, field.value)
            }
            (Some(param), _) => format!("`{}` comes from {tool}.", param.value),
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
    if let Some(undo) = &guidance.undo {
        tell(undo, &|tool| format!("Undo with {tool}."));
    }
    sentences
}

fn polling(poll: &Poll, tool: &str) -> String {
    let plain = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let values: Vec<_> = poll.values.iter().map(|value| plain(&value.value)).collect();
    let until = match values.split_last() {
        Some((last, [])) => last.clone(),
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
    let mut tools: Vec<_> = record
        .guidance
        .requires
        .iter()
        .filter_map(|requires| links.tool(&requires.tool))
        .map(str::to_owned)
        .collect();
    tools.dedup();
    tools
}

/// The order of calls where it takes three or more: what one tool requires, its own description tells.
pub(super) fn order(methods: &[Documented<'_>], links: &Links) -> Vec<Prose> {
    let mut firsts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for method in methods {
        let this =
            Spanned::new(format!("{}.{}", method.resource, method.method), method.record.description.span);
        if let Some(tool) = links.tool(&this) {
            firsts.insert(tool.to_owned(), requires(method.record, links));
        }
    }
    let required: Vec<&String> = firsts.values().flatten().collect();
    let ends = firsts.keys().filter(|tool| !required.contains(tool));
    let mut chains: Vec<Vec<&str>> =
        ends.map(|end| longest(&firsts, end)).filter(|chain| chain.len() > 2).collect();
    chains.sort_by_key(|chain| std::cmp::Reverse(chain.len()));
    chains.truncate(MOST_CHAINS);
    chains
        .into_iter()
        .map(|chain| Prose {
            text: format!("Order: {}.", chain.join(" → ")),
            mentions: chain.iter().map(|tool| (*tool).to_owned()).collect(),
        })
        .collect()
}

/// Instructions are read in every conversation, and some clients cut them at 2 kB.
const MOST_CHAINS: usize = 4;

/// The longest way of required calls that ends with a tool. There are no cycles: the checks refuse them.
fn longest<'f>(firsts: &'f BTreeMap<String, Vec<String>>, tool: &'f str) -> Vec<&'f str> {
    let before = firsts.get(tool).into_iter().flatten().map(|first| longest(firsts, first));
    let mut chain = before.max_by_key(Vec::len).unwrap_or_default();
    chain.push(tool);
    chain
}
