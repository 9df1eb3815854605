//! What may follow a call: a hint for programs beside the result, with the values that are passed on.

use super::Caller;
use serde_json::{Map, Value, json};
use toolpress_core::{Answer, Args, Kind, Next, Source, Tool};

/// The arguments that following calls take over, kept before the request consumes them.
pub(super) struct Kept(Vec<(&'static str, Value)>);

impl Kept {
    pub(super) fn of(tool: &Tool, args: &Args) -> Self {
        let sources = tool.next.iter().flat_map(|next| next.pass);
        let kept = sources.filter_map(|(_, source)| match source {
            Source::Argument(name) => Some((*name, args.get(name)?.clone())),
            Source::Field(_) => None,
        });
        Self(kept.collect())
    }

    /// The hint: for each tool that may follow and that the caller can see, its name, the arguments that
    /// are known by now, and when polling ends.
    pub(super) fn hint(&self, caller: &Caller<'_>, tool: &Tool, structured: &Value) -> Option<Value> {
        let visible = tool.next.iter().filter(|next| caller.mask.has(usize::from(next.tool)));
        let hints: Vec<_> = visible.filter_map(|next| self.one(caller, tool, next, structured)).collect();
        (!hints.is_empty()).then_some(Value::Array(hints))
    }

    fn one(&self, caller: &Caller<'_>, tool: &Tool, next: &Next, structured: &Value) -> Option<Value> {
        let following = caller.vendor.tools.get(usize::from(next.tool))?;
        let mut arguments = Map::new();
        for (param, source) in next.pass {
            let value = match source {
                // What is secret is not said again.
                Source::Argument(name) if tool.param(name).is_some_and(|param| param.secret) => None,
                Source::Argument(name) => {
                    self.0.iter().find(|(kept, _)| kept == name).map(|(_, value)| value.clone())
                }
                // Which record of a list is meant is for the model to say.
                Source::Field(_) if matches!(tool.answer, Answer::List { .. }) => None,
                Source::Field(path) => structured.get("result").and_then(|result| field(result, path)),
            };
            let takes_many =
                following.param(param).is_some_and(|param| matches!(param.kind, Kind::List { .. }));
            let fits = |value: &Value| !value.is_null() && (takes_many || !value.is_array());
            if let Some(value) = value.filter(fits) {
                arguments.insert((*param).to_owned(), value);
            }
        }
        let mut hint = json!({ "tool": following.name, "arguments": arguments });
        if let Some((field, values)) = next.until {
            let values: Vec<Value> =
                values.iter().filter_map(|value| serde_json::from_str(value).ok()).collect();
            hint["until"] = json!({ "field": field.join("."), "values": values });
        }
        Some(hint)
    }
}

/// Models read no `_meta`: for what was accepted but is not done, a sentence says what to poll and until when.
pub(super) fn to_poll(status: u16, hint: &Value) -> Option<String> {
    const ACCEPTED: u16 = 202;
    let next = hint.as_array()?.iter().find(|next| status == ACCEPTED && next["until"].is_object())?;
    let (tool, until) = (next["tool"].as_str()?, &next["until"]);
    let values = until["values"].as_array()?.iter().map(|value| match value {
        Value::String(word) => word.clone(),
        other => other.to_string(),
    });
    let values: Vec<_> = values.collect();
    Some(format!(
        "HTTP 202: accepted, not done yet. Call {tool} with {} until `{}` is {}.",
        next["arguments"],
        until["field"].as_str()?,
        values.join(" or ")
    ))
}

/// The value at a path of keys. A key with `[]` gathers from all items; one of them is not chosen here.
fn field(value: &Value, path: &[&str]) -> Option<Value> {
    let Some((key, rest)) = path.split_first() else { return Some(value.clone()) };
    match key.strip_suffix("[]") {
        None => field(value.get(key)?, rest),
        Some(key) => {
            let items = value.get(key)?.as_array()?;
            Some(Value::Array(items.iter().filter_map(|item| field(item, rest)).collect()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{field, to_poll};
    use serde_json::json;

    #[test]
    fn what_was_accepted_says_what_to_poll() {
        let until = json!({ "field": "state", "values": ["done", false] });
        let hint = json!([{ "tool": "a", "arguments": {} }, { "tool": "b", "arguments": { "id": 7 }, "until": until }]);
        let told = "HTTP 202: accepted, not done yet. Call b with {\"id\":7} until `state` is done or false.";
        assert_eq!(to_poll(202, &hint).as_deref(), Some(told));
        assert_eq!(to_poll(200, &hint), None, "whatever is done needs no polling");
        assert_eq!(to_poll(202, &json!([{ "tool": "a", "arguments": {} }])), None);
    }

    #[test]
    fn fields_are_taken_or_gathered() {
        let answer = json!({ "id": "p", "tables": [{ "uuid": "a" }, { "uuid": "b" }, {}] });
        assert_eq!(field(&answer, &["id"]), Some(json!("p")));
        assert_eq!(field(&answer, &["tables[]", "uuid"]), Some(json!(["a", "b"])));
        assert_eq!(field(&answer, &["absent", "uuid"]), None);
    }
}
