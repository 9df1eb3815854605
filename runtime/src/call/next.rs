//! What may follow a call: a hint for programs beside the result, with the values that are passed on.

use super::Caller;
use serde_json::{Map, Value, json};
use toolpress_core::{Answer, Args, Next, Source, Tool};

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
                Source::Argument(name) => {
                    self.0.iter().find(|(kept, _)| kept == name).map(|(_, value)| value)
                }
                // Which record of a list is meant is for the model to say.
                Source::Field(_) if matches!(tool.answer, Answer::List { .. }) => None,
                Source::Field(path) => {
                    path.iter().try_fold(structured.get("result")?, |value, key| value.get(key))
                }
            };
            if let Some(value) = value.filter(|value| !value.is_null()) {
                arguments.insert((*param).to_owned(), value.clone());
            }
        }
        let mut hint = json!({ "tool": following.name, "arguments": arguments });
        if let Some((field, values)) = next.until {
            hint["until"] = json!({ "field": field.join("."), "values": values });
        }
        Some(hint)
    }
}
