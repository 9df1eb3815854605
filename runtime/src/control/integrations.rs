//! The vendors that are compiled in, and their tools.

use super::Control;
use super::error::{ApiError, Detail};
use super::fields::clip;
use super::list::query;
use super::path::Path;
use crate::Account;
use axum::Json;
use axum::extract::{RawQuery, State};
use serde::Serialize;
use serde_json::Value;
use toolpress_core::{Filter, FilterError, FilterProblem, Mask, Tool, Vendor};
use utoipa::ToSchema;

/// A vendor.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Integration {
    /// Its name in requests.
    slug: &'static str,
    /// The name people know.
    label: &'static str,
    /// Where the vendor documents its API.
    docs: Option<&'static str>,
    /// Where the API is, unless an account says otherwise; `null` where every customer hosts it.
    base_url: Option<&'static str>,
    /// What an account is made of.
    credentials: Vec<CredentialKind>,
    /// Words for filters.
    tags: Vec<TagWord>,
    /// More words for filters: every method there is.
    methods: Vec<&'static str>,
    /// How many tools there are.
    tools: usize,
    /// The tool that a check of the connection calls.
    check: Option<&'static str>,
}

#[derive(Debug, Serialize, ToSchema)]
struct CredentialKind {
    name: &'static str,
    /// Where a person finds it.
    help: &'static str,
    /// Never shown again.
    secret: bool,
    /// Requests cannot do without.
    required: bool,
}

#[derive(Debug, Serialize, ToSchema)]
struct TagWord {
    name: &'static str,
    /// One sentence.
    description: &'static str,
    /// Other words that mean the same.
    aliases: &'static [&'static str],
}

/// All vendors.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Integrations {
    result: Vec<Integration>,
    /// Always `null`: there is one part.
    next_cursor: Option<String>,
}

/// A tool as the inventory shows it.
#[derive(Debug, Serialize, ToSchema)]
struct ToolEntry {
    name: &'static str,
    title: &'static str,
    description: String,
    /// The resource of the documentation it belongs to.
    resource: &'static str,
    /// `list`, `get`, `create`, `update`, `delete`, or the name of a custom method.
    method: &'static str,
    /// `read`, `write` or `destructive`.
    effect: &'static str,
    /// A second equal call changes nothing more.
    idempotent: bool,
    tags: &'static [&'static str],
    /// JSON Schema of the arguments.
    input_schema: Value,
    /// JSON Schema of a result.
    output_schema: Option<Value>,
    /// What a model is given of it: name, description and input schema, in bytes.
    bytes: usize,
}

/// The tools of a vendor inside a filter.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Inventory {
    result: Vec<ToolEntry>,
    /// Always `null`: there is one part.
    next_cursor: Option<String>,
    total: Total,
}

#[derive(Debug, Serialize, ToSchema)]
struct Total {
    tools: usize,
    /// What a model is given in every conversation, in bytes.
    bytes: usize,
    /// The same in tokens, four bytes each.
    estimated_tokens: usize,
}

/// The vendors that are compiled in.
#[utoipa::path(get, path = "/integration", tag = "integration", responses((status = 200, body = Integrations)))]
pub(super) async fn list(
    State(control): State<Control>,
    RawQuery(raw): RawQuery,
) -> Result<Json<Integrations>, ApiError> {
    query(raw.as_deref(), &[])?;
    let result = control.catalog().vendors.iter().map(|vendor| integration(vendor)).collect();
    Ok(Json(Integrations { result, next_cursor: None }))
}

/// One vendor.
#[utoipa::path(get, path = "/integration/{slug}", tag = "integration", params(("slug" = String, Path,
    description = "Its snake-case name.")), responses((status = 200, body = Integration)))]
pub(super) async fn show(
    State(control): State<Control>,
    Path(slug): Path<String>,
) -> Result<Json<Integration>, ApiError> {
    Ok(Json(integration(vendor(&control, &slug)?)))
}

/// The tools of a vendor, as a server with this filter would show them. Lists are separated by commas.
#[utoipa::path(get, path = "/integration/{slug}/tools", tag = "integration", params(
    ("slug" = String, Path, description = "Its snake-case name."),
    ("methods" = Option<String>, Query, description = "Groups or names of methods."),
    ("tags" = Option<String>, Query, description = "Tags."),
    ("effects" = Option<String>, Query, description = "`read`, `write`, `destructive`.")),
    responses((status = 200, body = Inventory)))]
pub(super) async fn tools(
    State(control): State<Control>,
    Path(slug): Path<String>,
    RawQuery(raw): RawQuery,
) -> Result<Json<Inventory>, ApiError> {
    let vendor = vendor(&control, &slug)?;
    let mut filter = Filter::default();
    for (name, value) in query(raw.as_deref(), &["methods", "tags", "effects"])? {
        let words = value.split(',').map(str::trim).filter(|word| !word.is_empty());
        let words = Some(words.map(str::to_owned).collect());
        match name.as_str() {
            "methods" => filter.methods = words,
            "tags" => filter.tags = words,
            _ => filter.effects = words,
        }
    }
    let mask = vendor.select(&filter).map_err(|error| unusable(&error, ""))?;
    let entries = vendor.visible(&mask).map(|(_, tool)| entry(tool, &mask));
    let result = entries.collect::<Result<Vec<_>, _>>().map_err(|error| ApiError::internal(&error))?;
    let bytes = result.iter().map(|entry| entry.bytes).sum();
    let total = Total { tools: result.len(), bytes, estimated_tokens: bytes / 4 };
    Ok(Json(Inventory { result, next_cursor: None, total }))
}

/// The vendor with this slug.
pub(super) fn vendor(control: &Control, slug: &str) -> Result<&'static Vendor, ApiError> {
    control.catalog().vendor(slug).ok_or_else(|| ApiError::not_found("integration"))
}

/// The refusal of a filter, below a path such as `config.`.
pub(super) fn unusable(error: &FilterError, path: &str) -> ApiError {
    let nothing = error.0.contains(&FilterProblem::NoTool);
    ApiError::refused(if nothing { "no_tools" } else { "invalid_request" }, details(error, path))
}

/// What is wrong with a filter, below a path.
pub(super) fn details(error: &FilterError, path: &str) -> Vec<Detail> {
    let owned = |valid: &[&str]| valid.iter().map(|&word| word.to_owned()).collect();
    let details = error.0.iter().map(|problem| match problem {
        FilterProblem::Empty { field, valid } => Detail {
            valid: owned(valid),
            ..Detail::new(format!("{path}{field}"), "is empty; leave it out to allow all")
        },
        FilterProblem::Unknown { field, value, nearest, valid } => Detail {
            valid: owned(valid),
            did_you_mean: nearest.map(str::to_owned),
            ..Detail::new(format!("{path}{field}"), format!("has no value `{}`", clip(value)))
        },
        FilterProblem::NoTool => {
            let problem = "leaves no tool: methods, tags and effects must all agree on one at least";
            Detail::new(path.trim_end_matches('.'), problem)
        }
    });
    details.collect()
}

fn integration(vendor: &'static Vendor) -> Integration {
    let credentials = vendor.credentials.iter().map(|credential| CredentialKind {
        name: credential.name,
        help: credential.help,
        secret: credential.secret,
        required: Account::needs(vendor, credential.name),
    });
    let tags = vendor.tags.iter();
    Integration {
        slug: vendor.slug,
        label: vendor.label,
        docs: vendor.docs,
        base_url: vendor.base_url,
        credentials: credentials.collect(),
        tags: tags
            .map(|tag| TagWord { name: tag.name, description: tag.description, aliases: tag.aliases })
            .collect(),
        methods: vendor.methods.iter().map(|(name, _)| *name).collect(),
        tools: vendor.tools.len(),
        check: super::tools::harmless(vendor).map(|tool| tool.name),
    }
}

fn entry(tool: &'static Tool, mask: &Mask) -> Result<ToolEntry, serde_json::Error> {
    let mut text = String::new();
    tool.listing(mask, true, &mut text);
    let mut listed: Value = serde_json::from_str(&text)?;
    let mut take = |name: &str| listed.get_mut(name).map(Value::take);
    let description =
        take("description").and_then(|text| text.as_str().map(str::to_owned)).unwrap_or_default();
    let input_schema = take("inputSchema").unwrap_or_default();
    Ok(ToolEntry {
        name: tool.name,
        title: tool.title,
        bytes: tool.name.len() + description.len() + input_schema.to_string().len(),
        description,
        resource: tool.resource,
        method: tool.method,
        effect: tool.effect.as_str(),
        idempotent: tool.idempotent,
        tags: tool.tags,
        input_schema,
        output_schema: take("outputSchema"),
    })
}
