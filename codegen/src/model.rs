//! The model of pressed documentation: plain data, no YAML, no tokens.
//!
//! Everything is decided here: names, defaults, injected parameters, what a filter dropped. Emitting
//! only writes it down.

use serde_json::Value as Json;

/// Everything that is pressed together.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    /// The vendors, sorted by slug.
    pub vendors: Vec<Vendor>,
}

/// One vendor.
#[derive(Debug, Clone)]
pub struct Vendor {
    /// Snake case of the label.
    pub slug: String,
    /// The name people know.
    pub label: String,
    /// Where its API is documented.
    pub docs: Option<String>,
    /// Base URL without trailing slash.
    pub base_url: Option<String>,
    /// How requests prove who sends them.
    pub auth: Auth,
    /// Secrets and settings of an account.
    pub credentials: Vec<Credential>,
    /// Where error bodies keep their message: paths of keys.
    pub error_message: Vec<Vec<String>>,
    /// Rate-limit headers.
    pub rate_limit: Option<RateLimit>,
    /// Advice on errors of any tool.
    pub errors: Vec<Advice>,
    /// What a model should know first.
    pub instructions: Vec<Prose>,
    /// Tags that at least one tool carries.
    pub tags: Vec<Tag>,
    /// The tools, sorted by name.
    pub tools: Vec<Tool>,
    /// Ways through several tools, sorted by name.
    pub workflows: Vec<Workflow>,
    /// Rust types that tools share or contain, sorted by name.
    pub types: Vec<TypeDef>,
    /// The files it was read from.
    pub files: Vec<String>,
}

/// How requests prove who sends them; fields name credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Auth {
    None,
    Bearer { credential: String },
    Header { name: String, credential: String },
    Basic { username: String, password: Option<String> },
}

/// A secret or setting of an account.
#[derive(Debug, Clone)]
pub struct Credential {
    /// Its name.
    pub name: String,
    /// Where a person finds it.
    pub help: String,
    /// Never shown.
    pub secret: bool,
}

/// Names and unit of rate-limit headers.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct RateLimit {
    pub limit: Option<String>,
    pub remaining: Option<String>,
    pub reset: Option<String>,
    /// A variant of `ResetUnit` in the core.
    pub unit: Option<&'static str>,
    pub used_slash_size: bool,
}

/// A tag and the places of the tools that carry it.
#[derive(Debug, Clone)]
pub struct Tag {
    /// The word.
    pub name: String,
    /// Other words for it.
    pub aliases: Vec<String>,
    /// One sentence.
    pub description: String,
}

/// Text that may mention tools.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Prose {
    /// The text with tool names filled in.
    pub text: String,
    /// Names of all tools it mentions.
    pub mentions: Vec<String>,
}

/// What to tell about an error.
#[derive(Debug, Clone)]
pub struct Advice {
    /// Only for this status.
    pub status: Option<u16>,
    /// Only when the body contains this.
    pub contains: String,
    /// The advice.
    pub say: Prose,
}

/// A way through several tools, served as a prompt.
#[derive(Debug, Clone)]
pub struct Workflow {
    /// Its name.
    pub name: String,
    /// The name a person reads.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// What it is started with.
    pub arguments: Vec<WorkflowArgument>,
    /// The text of the prompt.
    pub text: Vec<PromptPart>,
    /// The tools it calls; all must be visible.
    pub tools: Vec<String>,
}

/// What a workflow is started with.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct WorkflowArgument {
    pub name: String,
    pub description: String,
    pub required: bool,
}

/// A part of a prompt's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PromptPart {
    /// As it stands.
    Text(String),
    /// The value of an argument.
    Argument(String),
}

/// One tool.
#[derive(Debug, Clone)]
pub struct Tool {
    /// The name a model calls.
    pub name: String,
    /// The name a person reads.
    pub title: String,
    /// Name of its Rust struct.
    pub type_name: String,
    /// Name of its Rust function and, in capitals, of its tables.
    pub field_name: String,
    /// The resource.
    pub resource: String,
    /// The method.
    pub method: String,
    /// `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
    pub verb: String,
    /// Path template.
    pub path: String,
    /// Effect on the vendor's data.
    pub effect: Effect,
    /// A second equal call changes nothing more.
    pub idempotent: bool,
    /// Tags, sorted.
    pub tags: Vec<String>,
    /// Parameters in order: path, query, header, body, paging.
    pub params: Vec<Param>,
    /// Rules over several parameters.
    pub rules: Vec<Rule>,
    /// What it does.
    pub description: String,
    /// Closing sentences.
    pub notes: Vec<Prose>,
    /// The vendor's page.
    pub docs: Option<String>,
    /// Headers of the request.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Body,
    /// How arrays are written in the query string.
    pub query_arrays: ListStyle,
    /// What a successful answer holds.
    pub answer: Answer,
    /// Deadline in milliseconds.
    pub timeout_ms: Option<u64>,
    /// Long polling.
    pub wait: Option<Wait>,
    /// Advice on errors.
    pub errors: Vec<Advice>,
    /// Where a 2xx answer that is none tells what went wrong.
    pub failure: Option<Vec<String>>,
    /// Calls that may follow.
    pub next: Vec<Next>,
    /// Calls that must come first.
    pub requires: Vec<String>,
    /// JSON Schema of the result.
    pub output_schema: Option<Json>,
    /// Arguments that show its use.
    pub examples: Vec<Json>,
}

/// A call that may follow, and what is passed on to it.
#[derive(Debug, Clone)]
pub struct Next {
    /// Name of the tool.
    pub tool: String,
    /// Its parameters and what fills them.
    pub pass: Vec<(String, Source)>,
    /// A field of its answer and the values that end polling it; empty if it is called once.
    pub until: Option<(Vec<String>, Vec<Json>)>,
}

/// Where a passed value comes from.
#[derive(Debug, Clone)]
pub enum Source {
    /// A field of this answer: a path of keys.
    Field(Vec<String>),
    /// An argument of this call.
    Argument(String),
}

/// Effect on the vendor's data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Effect {
    Read,
    Write,
    Destructive,
}

impl Effect {
    /// The word of documentation and filters.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Destructive => "destructive",
        }
    }
}

/// What a request carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    /// Nothing.
    None,
    /// A JSON object of the body parameters.
    Json,
    /// The body parameters, form-encoded.
    Form,
    /// The value of the one parameter `body`, as JSON.
    Whole,
}

/// How arrays are written in a query string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum ListStyle {
    Repeat,
    Comma,
    Brackets,
}

/// What a successful answer holds; paths are keys from the body's root.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub enum Answer {
    One { at: Vec<String> },
    List { records: Vec<String>, paging: Paging },
}

/// How pages of a list are made.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Paging {
    Whole,
    Sliced,
    Cursor { param: String, limit: Option<String>, next: Vec<String> },
    Page { param: String, limit: String, first: u64 },
    Offset { param: String, limit: String },
}

/// Long polling.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Wait {
    pub param: String,
    pub unit_ms: u64,
    pub max_ms: u64,
}

/// Where an argument goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Place {
    Path,
    Query,
    Header,
    Body,
    Paging,
}

/// A parameter of a tool or a field of an object.
#[derive(Debug, Clone)]
pub struct Param {
    /// The name a model uses.
    pub name: String,
    /// The name the vendor uses.
    pub wire_name: String,
    /// The name of the Rust field.
    pub field_name: String,
    /// Where it goes.
    pub place: Place,
    /// Must be given.
    pub required: bool,
    /// `null` is a value of its own.
    pub nullable: bool,
    /// Never shown.
    pub secret: bool,
    /// A model is told its type and description only.
    pub brief: bool,
    /// Sent as text.
    pub as_text: bool,
    /// Not asked for: filled from another parameter (its Rust field).
    pub from: Option<String>,
    /// What values it takes.
    pub kind: Kind,
    /// What it means.
    pub description: String,
    /// What the vendor takes when it is not given.
    pub default: Option<Json>,
    /// Told, not checked.
    pub format: Option<String>,
}

/// What values a parameter takes.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub enum Kind {
    Text {
        min: u64,
        max: Option<u64>,
        pattern: Option<String>,
    },
    /// One of an enum's words; the name of its type.
    Enum {
        ty: String,
        words: Vec<String>,
    },
    Integer {
        min: i64,
        max: i64,
    },
    Number {
        min: Option<f64>,
        max: Option<f64>,
    },
    Boolean,
    List {
        items: Box<Kind>,
        min: u64,
        max: Option<u64>,
    },
    /// The name of a struct type.
    Object {
        ty: String,
    },
    /// The name of a union type.
    Union {
        ty: String,
    },
    Map {
        values: Box<Kind>,
    },
    Any,
}

/// A Rust type beside the tools' structs.
#[derive(Debug, Clone)]
pub struct TypeDef {
    /// Its name.
    pub name: String,
    /// Whether the documentation names it, under `types:`. Others are named after where they stand.
    pub shared: bool,
    /// What it is.
    pub description: String,
    /// Its shape.
    pub shape: Shape,
}

/// The shape of a type.
#[derive(Debug, Clone)]
pub enum Shape {
    /// A struct.
    Object(Object),
    /// An enum without fields: its words.
    Enum(Vec<String>),
    /// A tagged union.
    Union {
        /// Name of the tag: a field of the object on the wire, or one beside it as a model names it.
        tag: String,
        /// Whether the tag stands beside the object.
        adjacent: bool,
        /// The variants.
        variants: Vec<Variant>,
        /// The fields of all variants, each once; their descriptions tell which variants take them.
        keys: Vec<Param>,
    },
}

/// An object with documented fields.
#[derive(Debug, Clone, Default)]
pub struct Object {
    /// The fields.
    pub fields: Vec<Param>,
    /// Rules over several fields.
    pub rules: Vec<Rule>,
    /// Undocumented fields pass.
    pub open: bool,
}

/// A variant of a union.
#[derive(Debug, Clone)]
pub struct Variant {
    /// The value of the tag.
    pub word: String,
    /// Name of the Rust variant.
    pub type_name: String,
    /// Name of the struct with its fields.
    pub fields_type: String,
    /// What it is.
    pub description: String,
    /// Its fields.
    pub object: Object,
}

/// A rule over several fields, named by dotted paths of model names.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub enum Rule {
    ExactlyOneOf(Vec<String>),
    AtLeastOneOf(Vec<String>),
    AtMostOneOf(Vec<String>),
    Requires { field: String, values: Vec<String>, fields: Vec<String>, say: String },
    Forbids { field: String, values: Vec<String>, fields: Vec<String>, say: String },
}

impl Vendor {
    /// The type of this name. Lowering has made sure that every named type exists.
    pub fn ty(&self, name: &str) -> Option<&TypeDef> {
        let place = self.types.binary_search_by(|ty| ty.name.as_str().cmp(name)).ok()?;
        self.types.get(place)
    }

    /// The tool of this name.
    pub fn tool(&self, name: &str) -> Option<&Tool> {
        let place = self.tools.binary_search_by(|tool| tool.name.as_str().cmp(name)).ok()?;
        self.tools.get(place)
    }
}
