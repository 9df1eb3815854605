//! What documentation says, record by record, each value with its place. No meaning is attached yet.

use super::files::{Span, Spanned};
use serde_json::Value as Json;

/// A name and what it stands for, in the order of the document.
pub(crate) type Named<T> = Vec<(Spanned<String>, T)>;

/// One vendor's folder.
#[derive(Debug)]
pub(crate) struct Vendor {
    pub(crate) label: Spanned<String>,
    pub(crate) docs: Option<Spanned<String>>,
    pub(crate) base_url: Option<Spanned<String>>,
    pub(crate) auth: Auth,
    pub(crate) credentials: Named<Credential>,
    pub(crate) headers: Named<Spanned<String>>,
    pub(crate) write_headers: Named<Spanned<String>>,
    pub(crate) error_message: Vec<Spanned<String>>,
    pub(crate) records: Option<Spanned<String>>,
    pub(crate) record: Option<Spanned<String>>,
    /// Where a 2xx answer that is none tells what went wrong.
    pub(crate) failure: Option<Spanned<String>>,
    pub(crate) paging: Option<Paging>,
    pub(crate) query_arrays: Option<Spanned<String>>,
    pub(crate) rate_limit: Option<RateLimit>,
    pub(crate) tags: Named<Tag>,
    pub(crate) instructions: Vec<Spanned<String>>,
    pub(crate) errors: Vec<Advice>,
    pub(crate) resources: Named<Resource>,
    pub(crate) types: Named<Schema>,
    pub(crate) workflows: Named<Workflow>,
    /// One per resource file: the resource's name and the records of its methods.
    pub(crate) records_of: Vec<ResourceFile>,
    /// The files, in the order they were read, for the first line of pressed code.
    pub(crate) files: Vec<usize>,
}

#[derive(Debug)]
pub(crate) enum Auth {
    None,
    Bearer(Spanned<String>),
    Header { name: Spanned<String>, credential: Spanned<String> },
    Basic { username: Spanned<String>, password: Option<Spanned<String>> },
}

#[derive(Debug)]
pub(crate) struct Credential {
    pub(crate) help: Option<Spanned<String>>,
    pub(crate) secret: bool,
}

#[derive(Debug, Clone)]
pub(crate) enum Paging {
    Whole,
    Sliced,
    Cursor { param: String, limit: Option<String>, next: String },
    Page { param: String, limit: String, first: u64 },
    Offset { param: String, limit: String },
}

#[derive(Debug)]
pub(crate) struct RateLimit {
    pub(crate) limit: Option<Spanned<String>>,
    pub(crate) remaining: Option<Spanned<String>>,
    pub(crate) reset: Option<Spanned<String>>,
    pub(crate) unit: Option<Spanned<String>>,
    pub(crate) used_slash_size: bool,
}

#[derive(Debug)]
pub(crate) struct Tag {
    pub(crate) description: Option<Spanned<String>>,
    pub(crate) aliases: Vec<Spanned<String>>,
}

#[derive(Debug)]
pub(crate) struct Resource {
    pub(crate) tags: Vec<Spanned<String>>,
    pub(crate) singular: Option<Spanned<String>>,
    pub(crate) path: Spanned<String>,
    pub(crate) methods: Named<Method>,
}

#[derive(Debug)]
pub(crate) struct Method {
    pub(crate) verb: Spanned<String>,
    /// What is appended to the resource's path.
    pub(crate) path: Spanned<String>,
    pub(crate) effect: Option<Spanned<String>>,
    pub(crate) idempotent: Option<Spanned<bool>>,
    pub(crate) tags: Vec<Spanned<String>>,
    pub(crate) records: Option<Spanned<String>>,
    pub(crate) record: Option<Spanned<String>>,
    pub(crate) failure: Option<Spanned<String>>,
    pub(crate) paging: Option<Paging>,
    pub(crate) timeout: Option<Spanned<u64>>,
    pub(crate) wait: Option<Wait>,
}

#[derive(Debug)]
pub(crate) struct Wait {
    pub(crate) param: Spanned<String>,
    pub(crate) unit_ms: u64,
    pub(crate) max_ms: u64,
}

#[derive(Debug)]
pub(crate) struct ResourceFile {
    pub(crate) resource: String,
    pub(crate) file: usize,
    pub(crate) records: Named<Record>,
}

/// What a method does: the documentation record behind a tool.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) description: Spanned<String>,
    pub(crate) notes: Vec<Spanned<String>>,
    pub(crate) docs: Option<Spanned<String>>,
    pub(crate) deprecated: Option<Spanned<String>>,
    pub(crate) path: Named<Schema>,
    pub(crate) query: Named<Schema>,
    pub(crate) header: Named<Schema>,
    pub(crate) body: Option<Body>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) returns: Option<Schema>,
    pub(crate) errors: Vec<Advice>,
    pub(crate) guidance: Guidance,
    pub(crate) examples: Vec<Spanned<Json>>,
}

/// Links from one tool to others. Tools are named `resource.method`.
#[derive(Debug, Default)]
pub(crate) struct Guidance {
    pub(crate) requires: Vec<Requires>,
    pub(crate) next: Vec<Next>,
    pub(crate) poll: Option<Poll>,
    pub(crate) instead: Vec<Instead>,
    pub(crate) undo: Option<Spanned<String>>,
    pub(crate) danger: Option<Spanned<String>>,
}

/// Call that tool first; `param` of this one takes `field` of its answer.
#[derive(Debug)]
pub(crate) struct Requires {
    pub(crate) tool: Spanned<String>,
    pub(crate) field: Option<Spanned<String>>,
    pub(crate) param: Option<Spanned<String>>,
    pub(crate) tell: bool,
}

/// Call that tool afterwards; its parameters take fields of this answer, or `$parameters` of this call.
#[derive(Debug)]
pub(crate) struct Next {
    pub(crate) tool: Spanned<String>,
    pub(crate) pass: Named<Spanned<String>>,
    pub(crate) tell: bool,
}

/// Call that tool again and again until a field of its answer has one of these values.
#[derive(Debug)]
pub(crate) struct Poll {
    pub(crate) next: Next,
    pub(crate) field: Spanned<String>,
    pub(crate) values: Vec<Spanned<Json>>,
    pub(crate) progress: Vec<Spanned<String>>,
}

/// For another purpose, use that tool.
#[derive(Debug)]
pub(crate) struct Instead {
    pub(crate) purpose: Spanned<String>,
    pub(crate) tool: Spanned<String>,
}

/// A documented way through several tools.
#[derive(Debug)]
pub(crate) struct Workflow {
    pub(crate) title: Option<Spanned<String>>,
    pub(crate) description: Spanned<String>,
    pub(crate) arguments: Named<Argument>,
    pub(crate) steps: Vec<Step>,
    /// What to report at the end.
    pub(crate) finally: Option<Spanned<String>>,
}

/// What a workflow is started with. Always text, as prompts have it.
#[derive(Debug)]
pub(crate) struct Argument {
    pub(crate) description: Option<Spanned<String>>,
    pub(crate) required: bool,
}

/// One call of a workflow. Values are `$argument` or `step.field`.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) tool: Spanned<String>,
    pub(crate) name: Option<Spanned<String>>,
    pub(crate) when: Option<Spanned<String>>,
    pub(crate) say: Option<Spanned<String>>,
    pub(crate) with: Named<Spanned<String>>,
}

#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) form: bool,
    pub(crate) schema: Schema,
}

#[derive(Debug)]
pub(crate) struct Advice {
    pub(crate) status: Option<Spanned<u64>>,
    pub(crate) contains: Option<Spanned<String>>,
    pub(crate) say: Spanned<String>,
}

/// A schema as documented; `$ref` not yet followed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Schema {
    pub(crate) span: Span,
    pub(crate) reference: Option<Spanned<String>>,
    pub(crate) ty: Option<Spanned<String>>,
    pub(crate) description: Option<Spanned<String>>,
    pub(crate) required: Option<Spanned<bool>>,
    pub(crate) required_names: Vec<Spanned<String>>,
    pub(crate) nullable: bool,
    pub(crate) secret: bool,
    pub(crate) brief: bool,
    pub(crate) deprecated: bool,
    pub(crate) default: Option<Spanned<Json>>,
    pub(crate) example: Option<Spanned<Json>>,
    pub(crate) words: Option<Spanned<Vec<Spanned<String>>>>,
    pub(crate) min: Option<Spanned<serde_json::Number>>,
    pub(crate) max: Option<Spanned<serde_json::Number>>,
    pub(crate) min_length: Option<Spanned<u64>>,
    pub(crate) max_length: Option<Spanned<u64>>,
    pub(crate) min_items: Option<Spanned<u64>>,
    pub(crate) max_items: Option<Spanned<u64>>,
    pub(crate) pattern: Option<Spanned<String>>,
    pub(crate) format: Option<Spanned<String>>,
    pub(crate) items: Option<Box<Schema>>,
    pub(crate) properties: Option<Named<Schema>>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) open: bool,
    pub(crate) map: Option<Map>,
    pub(crate) tag: Option<Spanned<String>>,
    /// The tag where it stands beside the object, not in it.
    pub(crate) tag_from: Option<Spanned<String>>,
    pub(crate) variants: Option<Named<Schema>>,
    pub(crate) wire_name: Option<Spanned<String>>,
    pub(crate) wire: Option<Spanned<String>>,
    pub(crate) from: Option<Spanned<String>>,
}

impl Schema {
    /// Whether it is an array by its own `type`.
    pub(crate) fn is_array(&self) -> bool {
        self.ty.as_ref().is_some_and(|ty| ty.value == "array")
    }
}

#[derive(Debug, Clone)]
pub(crate) enum Map {
    Any,
    Of(Box<Schema>),
}

/// A rule over several fields.
#[derive(Debug, Clone)]
pub(crate) enum Rule {
    ExactlyOneOf(Vec<Spanned<String>>),
    AtLeastOneOf(Vec<Spanned<String>>),
    AtMostOneOf(Vec<Spanned<String>>),
    Requires { when: Condition, fields: Vec<Spanned<String>>, say: Option<Spanned<String>> },
    Forbids { when: Condition, fields: Vec<Spanned<String>>, say: Option<Spanned<String>> },
}

#[derive(Debug, Clone)]
pub(crate) struct Condition {
    pub(crate) field: Spanned<String>,
    pub(crate) values: Vec<Spanned<String>>,
}
