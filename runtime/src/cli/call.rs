//! `call`: one call, its result on standard output.

use super::{Failure, account, output};
use crate::Limits;
use crate::call::{self, Caller, EgressPolicy, Upstream};
use serde_json::{Map, Value};
use std::io::Read as _;
use toolpress_core::{Catalog, Mask, nearest, strict};

const EXAMPLES: &str = "\
Values after = are texts, mended to what the tool wants; values after := are JSON.
Credentials come from the environment: <VENDOR>_<CREDENTIAL>, such as ACME_API_TOKEN.

Examples:
  toolpress call list_all_acme_items limit=20
  toolpress call create_a_acme_item name=lamp 'tags:=[\"new\",\"red\"]'
  toolpress call create_a_acme_item --json @item.json
  echo '{\"id\":7}' | toolpress call get_single_acme_item_by_id --json -

Exits with 0 when the call went well, 1 when its result is an error, 2 when it was asked wrongly.";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Name of the tool; `toolpress tools` shows them all
    tool: String,

    /// Arguments
    #[arg(value_name = "KEY=VALUE|KEY:=JSON")]
    arguments: Vec<String>,

    /// Arguments as one JSON object, @FILE, or - for standard input
    #[arg(long, value_name = "JSON")]
    json: Option<String>,

    /// Where the API is, instead of the documented address
    #[arg(long, env = "TOOLPRESS_BASE_URL", value_name = "URL")]
    base_url: Option<String>,
}

pub(super) async fn run(args: Args, catalog: &'static Catalog) -> Result<(), Failure> {
    let Some((vendor, tool)) = catalog.tool(&args.tool) else {
        let names = catalog.vendors.iter().flat_map(|vendor| vendor.tools).map(|tool| tool.name);
        let meant = account::suggestion(nearest(&args.tool, names));
        let message = format!("there is no tool `{}`{meant} `toolpress tools` shows them all", args.tool);
        return Err(Failure::Usage(message));
    };
    let arguments = arguments(args.json.as_deref(), &args.arguments).map_err(Failure::Usage)?;
    let account = account::account(vendor, args.base_url.as_deref())?;
    // Whoever types the command chooses where it goes.
    let upstream = Upstream::new(Limits::default(), EgressPolicy::trusted()).map_err(Failure::failed)?;
    let mask = Mask::all(vendor);
    let caller = Caller { vendor, mask: &mask, account: &account };
    let outcome = call::call(&upstream, caller, tool, arguments).await;

    let result = if output::for_people() {
        serde_json::to_string_pretty(outcome.structured.value()).map_err(Failure::failed)?
    } else {
        outcome.structured.to_string()
    };
    output::print(&result)?;
    outcome.notes.iter().for_each(|note| output::complain(note));
    if outcome.is_error {
        output::complain(&outcome.text);
        return Err(Failure::Told);
    }
    Ok(())
}

fn arguments(json: Option<&str>, pairs: &[String]) -> Result<Map<String, Value>, String> {
    let mut arguments = match json {
        Some(source) => strict::parse_object(&text(source)?).map_err(|error| format!("--json: {error}"))?,
        None => Map::new(),
    };
    for pair in pairs {
        let (key, value) = argument(pair)?;
        if arguments.insert(key.to_owned(), value).is_some() {
            return Err(format!("`{key}` is given twice"));
        }
    }
    Ok(arguments)
}

fn text(source: &str) -> Result<String, String> {
    if source == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map_err(|error| format!("standard input: {error}"))?;
        return Ok(text);
    }
    match source.strip_prefix('@') {
        Some(path) => std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}")),
        None => Ok(source.to_owned()),
    }
}

fn argument(pair: &str) -> Result<(&str, Value), String> {
    let wrong = || format!("`{pair}` is no argument; write key=text or key:=json");
    let (key, value) = pair.split_once('=').ok_or_else(wrong)?;
    let (key, value) = match key.strip_suffix(':') {
        Some(key) => (key, strict::parse(value).map_err(|error| format!("`{key}` is no JSON: {error}"))?),
        None => (key, Value::String(value.to_owned())),
    };
    if key.is_empty() { Err(wrong()) } else { Ok((key, value)) }
}

#[cfg(test)]
mod tests {
    use super::arguments;
    use serde_json::{Value, json};

    fn read(json: Option<&str>, pairs: &[&str]) -> Result<Value, String> {
        let pairs: Vec<String> = pairs.iter().map(|pair| (*pair).to_owned()).collect();
        arguments(json, &pairs).map(Value::Object)
    }

    #[test]
    fn texts_and_json_are_told_apart_by_the_sign() {
        let pairs = ["a=1", "b:=1", "c=x:=y=z", "d:={\"e\":[true]}", "f="];
        let expected = json!({"a": "1", "b": 1, "c": "x:=y=z", "d": {"e": [true]}, "f": ""});
        assert_eq!(read(None, &pairs), Ok(expected));
        assert_eq!(read(Some("{\"a\":1}"), &["b=2"]), Ok(json!({"a": 1, "b": "2"})));
    }

    #[test]
    fn what_is_ambiguous_is_refused() {
        for pairs in
            [&["a=1", "a:=1"][..], &["a"], &["=1"], &[":=1"], &["a:=nope"], &["a:={\"b\":1,\"b\":2}"]]
        {
            assert!(read(None, pairs).is_err(), "{pairs:?}");
        }
        assert!(read(Some("{\"a\":1}"), &["a=2"]).is_err());
        assert!(read(Some("[]"), &[]).is_err());
        assert!(read(Some("@/nowhere/at/all"), &[]).is_err());
    }
}
