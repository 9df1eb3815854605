//! `tools`: the inventory.

use super::filter::FilterArgs;
use super::{Failure, account, markdown, output};
use crate::server::listing;
use clap::builder::FalseyValueParser;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::fmt::Write as _;
use toolpress_core::{Catalog, Mask, Vendor};

const EXAMPLES: &str = "\
Examples:
  toolpress tools acme
  toolpress tools acme --methods read --tags items,orders
  toolpress tools --effects read --json | jq '.tools[].name'
  toolpress tools acme --markdown > acme.md";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Only this vendor, by its name in snake case
    vendor: Option<String>,

    #[command(flatten)]
    filter: FilterArgs,

    /// Prints `{"tools":[…]}` as an MCP client gets it
    #[arg(long)]
    json: bool,

    /// Prints a page of Markdown: every tool with its request, its parameters and what it costs
    #[arg(long, conflicts_with = "json")]
    markdown: bool,

    /// Includes each tool's outputSchema
    #[arg(long, env = "TOOLPRESS_OUTPUT_SCHEMAS", value_parser = FalseyValueParser::new())]
    output_schemas: bool,
}

pub(super) fn run(args: &Args, catalog: &'static Catalog) -> Result<(), Failure> {
    let vendors = match &args.vendor {
        Some(slug) => {
            let vendor = account::vendor(catalog, slug)?;
            vec![(vendor, args.filter.select(vendor)?)]
        }
        None => args.filter.select_all(catalog)?,
    };
    if args.markdown {
        let pages = vendors.iter().map(|(vendor, mask)| markdown::page(vendor, mask));
        return output::print(&pages.collect::<Result<Vec<_>, _>>()?.join("\n\n"));
    }
    let lists = vendors.iter().map(|(vendor, mask)| listing(vendor, mask, args.output_schemas));
    let lists: Vec<String> = lists.collect();
    if args.json {
        let entries: Vec<&str> =
            lists.iter().map(|list| &list[1..list.len() - 1]).filter(|list| !list.is_empty()).collect();
        return output::print(&format!(r#"{{"tools":[{}]}}"#, entries.join(",")));
    }
    let mut text = String::new();
    let (mut count, mut bytes) = (0, 0);
    for ((vendor, mask), list) in vendors.iter().zip(&lists) {
        let entries: Vec<Entry<'_>> = serde_json::from_str(list).map_err(Failure::failed)?;
        count += entries.len();
        bytes += entries.iter().map(Entry::bytes).sum::<usize>();
        table(vendor, mask, &entries, &mut text);
    }
    let _ = write!(text, "{count} tools, about {} tokens in every conversation that lists them", bytes / 4);
    output::print(&text)
}

/// What a model is given of a tool.
#[derive(Deserialize)]
pub(super) struct Entry<'j> {
    name: String,
    #[serde(default)]
    pub(super) description: String,
    #[serde(borrow, rename = "inputSchema")]
    pub(super) input_schema: &'j RawValue,
}

impl Entry<'_> {
    pub(super) fn bytes(&self) -> usize {
        self.name.len() + self.description.len() + self.input_schema.get().len()
    }
}

fn table(vendor: &Vendor, mask: &Mask, entries: &[Entry<'_>], text: &mut String) {
    let tools: Vec<_> = vendor.visible(mask).map(|(_, tool)| tool).collect();
    let requests: Vec<String> = tools.iter().map(|tool| format!("{} {}", tool.http, tool.path)).collect();
    let width = |texts: &mut dyn Iterator<Item = &str>| texts.map(|text| text.chars().count()).max();
    let names = width(&mut tools.iter().map(|tool| tool.name)).unwrap_or_default();
    let paths = width(&mut requests.iter().map(String::as_str)).unwrap_or_default();
    let _ = writeln!(text, "{} ({})", vendor.label, vendor.slug);
    for ((tool, request), entry) in tools.iter().zip(&requests).zip(entries) {
        let (name, effect, first) = (tool.name, tool.effect.as_str(), sentence(&entry.description));
        let _ = writeln!(text, "  {name:names$}  {effect:11}  {request:paths$}  {first}");
    }
    text.push('\n');
}

/// The first sentence, on one line.
fn sentence(text: &str) -> &str {
    let line = text.lines().next().unwrap_or_default();
    line.split_once(". ").map_or(line, |(first, _)| first).trim_end_matches('.')
}
