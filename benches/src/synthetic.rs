//! Documentation of made-up vendors with any number of tools.
//!
//! The same number gives the same files. Tools are as large as real ones: about eight parameters each,
//! with enums, nested objects and arrays, and a list entry of about one kilobyte. As in real documentation
//! what many tools share stands in `types.yaml`; of a resource's six tools nine parameters have types of
//! their own.

use std::fmt::Write as _;
use std::path::Path;
use std::{fs, io};

/// The label of every synthetic vendor.
pub const LABEL: &str = "Synth";
/// Its slug.
pub const SLUG: &str = "synth";
/// A tool that every synthetic vendor has: one GET without a body.
pub const GET_TOOL: &str = "get_single_synth_amber_account_by_id";

const ADJECTIVES: [&str; 25] = [
    "amber", "blue", "coral", "dusky", "emerald", "fair", "golden", "hazel", "indigo", "jade", "khaki",
    "lilac", "maroon", "navy", "olive", "pearl", "quartz", "ruby", "silver", "teal", "umber", "violet",
    "white", "xanthic", "yellow",
];
const NOUNS: [&str; 20] = [
    "account", "backup", "contract", "delivery", "event", "folder", "gateway", "host", "invoice", "job",
    "key", "ledger", "member", "network", "order", "payment", "quota", "report", "shipment", "ticket",
];

/// Methods of a resource, in the order in which they are added until there are enough tools.
const METHODS: [(&str, &str); 6] = [
    ("get", "GET /{id}"),
    ("list", "GET"),
    ("create", "POST"),
    ("update", "PATCH /{id}"),
    ("delete", "DELETE /{id}"),
    ("archive", "{ http: \"POST /{id}/archive\", effect: write }"),
];

struct Resource {
    name: String,
    singular: String,
    methods: &'static [(&'static str, &'static str)],
}

/// Writes the documentation of a vendor with this many tools: a folder of its own in `schemas`.
///
/// # Errors
/// If the files cannot be written.
pub fn write(tools: usize, schemas: &Path) -> io::Result<()> {
    let folder = schemas.join(SLUG);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    files(tools).into_iter().try_for_each(|(name, text)| fs::write(schemas.join(name), text))
}

/// The files of a vendor with this many tools: paths below the folder of schemas, and texts.
pub fn files(tools: usize) -> Vec<(String, String)> {
    let resources = resources(tools);
    let mut files = vec![
        (format!("{SLUG}/vendor.yaml"), vendor(&resources)),
        (format!("{SLUG}/types.yaml"), TYPES.to_owned()),
    ];
    files.extend(resources.iter().map(|one| (format!("{SLUG}/{}.yaml", one.name), records(one))));
    files
}

fn resources(tools: usize) -> Vec<Resource> {
    (0..tools.div_ceil(METHODS.len()))
        .map(|number| {
            let methods = &METHODS[..METHODS.len().min(tools - number * METHODS.len())];
            let block = number / (ADJECTIVES.len() * NOUNS.len());
            let adjective = ADJECTIVES[number / NOUNS.len() % ADJECTIVES.len()];
            let noun = NOUNS[number % NOUNS.len()];
            let block = if block == 0 { String::new() } else { format!("b{block}_") };
            let singular = format!("{block}{adjective}_{noun}");
            let name = match singular.strip_suffix("ry") {
                Some(stem) => format!("{stem}ries"),
                None => format!("{singular}s"),
            };
            Resource { name, singular, methods }
        })
        .collect()
}

fn vendor(resources: &[Resource]) -> String {
    let mut yaml = format!(
        "label: {LABEL}\nbase_url: https://api.synth.example/v1\nauth: {{ bearer: api_token }}\n\
         credentials:\n  api_token: {{ help: Settings → Tokens }}\n\
         headers: {{ accept: application/json }}\n\
         write_headers: {{ content-type: application/json }}\n\
         error_message: [error.message, message]\nrecords: data\n\
         tags:\n"
    );
    for noun in NOUNS {
        let _ = writeln!(yaml, "  {noun}: {{ description: \"Everything about each {noun}.\" }}");
    }
    yaml.push_str("resources:\n");
    for (number, Resource { name, singular, methods }) in resources.iter().enumerate() {
        let tag = NOUNS[number % NOUNS.len()];
        let _ = write!(yaml, "  {name}:\n    tags: [{tag}]\n    singular: {singular}\n");
        let _ = write!(yaml, "    path: /{name}\n    methods:\n");
        for (method, http) in *methods {
            let _ = writeln!(yaml, "      {method}: {http}");
        }
    }
    yaml
}

fn records(resource: &Resource) -> String {
    let mut yaml = String::new();
    for (method, _) in resource.methods {
        let text = match *method {
            "get" => GET,
            "list" => LIST,
            "create" => CREATE,
            "update" => UPDATE,
            "delete" => DELETE,
            _ => ARCHIVE,
        };
        yaml.push_str(&text.replace("THINGS", &resource.name).replace("THING", &resource.singular));
        yaml.push('\n');
    }
    yaml
}

const TYPES: &str = "\
Locale: { type: string, enum: [en, de, fr, ja], description: Language of labels. }
Units: { type: string, enum: [metric, imperial], description: System of units of all measures. }
Status: { type: string, enum: [draft, active, paused, closed], description: State of the record. }
Address:
  type: object
  description: Where it is.
  required: [street, city]
  properties:
    street: { type: string, description: Street and number. }
    city: { type: string }
    postcode: { type: string, pattern: \"^[0-9A-Z -]{3,10}$\" }
    country: { type: string, enum: [DE, FR, JP, US], default: US }
Contact:
  type: object
  required: [email]
  properties:
    email: { type: string }
    role: { type: string, enum: [owner, viewer] }
Record:
  type: object
  properties:
    id: { type: string }
    name: { type: string }
    status: { $ref: \"#/types/Status\" }
    price: { type: number }
";

const GET: &str = "\
get:
  description: Gets one THING by its id, with its status and its place in the hierarchy.
  path: { id: { type: string, description: Id of the THING., example: th_1 } }
  query:
    expand: { type: array, items: { type: string, enum: [owner, parent, children, history] }, description: Related records to include whole. }
    fields: { type: array, items: { type: string }, max_items: 20, description: Only these fields of the record. }
    locale: { $ref: \"#/types/Locale\", default: en }
    as_of: { type: string, format: date-time, description: The record as it was at this time. }
    include_deleted: { type: boolean, default: false, description: Also when it was deleted. }
    depth: { type: integer, min: 0, max: 5, default: 1, description: How many levels of children to include. }
    units: { $ref: \"#/types/Units\" }
  returns: { $ref: \"#/types/Record\" }
  guidance:
    errors:
      - { status: 404, say: \"There is no THING with this id.\" }
  examples:
    - { id: th_1 }
";

const LIST: &str = "\
list:
  description: Lists each THING that the account can see, newest first. Filters are joined by AND.
  notes: [\"One alone is shown by {THINGS.get}.\"]
  query:
    status: { $ref: \"#/types/Status\", description: Only records in this state. }
    sort: { type: string, enum: [created, updated, name], default: created, description: Order of the list. }
    created_after: { type: string, format: date-time, description: Only records made after this time. }
    created_before: { type: string, format: date-time, description: Only records made before this time. }
    labels: { type: array, items: { type: string }, max_items: 10, description: Only records with all these labels. }
    include_archived: { type: boolean, default: false, description: Also records that were archived. }
  returns: { $ref: \"#/types/Record\" }
  examples:
    - { status: active }
";

const CREATE: &str = "\
create:
  description: Makes a THING. Its name must be unique in the account; the answer holds the new id.
  body:
    properties:
      name: { type: string, required: true, min_length: 1, max_length: 80, description: Unique name., example: First }
      status: { $ref: \"#/types/Status\", default: draft, description: State to begin in. }
      quantity: { type: integer, min: 1, max: 10000, description: How many there are. }
      price: { type: number, min: 0, description: Price of one in the account's currency. }
      notify: { type: boolean, default: true, description: Tells the owner by mail. }
      labels: { type: array, items: { type: string }, max_items: 10, description: Words to find it by. }
      address: { $ref: \"#/types/Address\" }
      contacts:
        type: array
        max_items: 5
        description: People to tell about changes.
        items: { $ref: \"#/types/Contact\" }
  returns: { $ref: \"#/types/Record\" }
  examples:
    - { name: First }
";

const UPDATE: &str = "\
update:
  description: Changes a THING. Only what is given changes; lists are replaced whole.
  path: { id: { type: string, description: Id of the THING., example: th_1 } }
  body:
    properties:
      name: { type: string, min_length: 1, max_length: 80, description: Unique name. }
      status: { $ref: \"#/types/Status\", description: New state. }
      quantity: { type: integer, min: 1, max: 10000, description: How many there are. }
      price: { type: number, min: 0, description: Price of one in the account's currency. }
      labels: { type: array, items: { type: string }, max_items: 10, description: Words to find it by. }
      comment: { type: string, nullable: true, max_length: 500, description: Shown in the history; null removes it. }
      limits:
        type: object
        description: Bounds of use.
        properties:
          daily: { type: integer, min: 0 }
          monthly: { type: integer, min: 0 }
          on_excess: { type: string, enum: [refuse, warn, bill] }
  returns: { $ref: \"#/types/Record\" }
  examples:
    - { id: th_1, name: Second }
";

const DELETE: &str = "\
delete:
  description: Deletes a THING for good, with everything below it.
  notes: [\"{THINGS.archive} keeps it.\"]
  path: { id: { type: string, description: Id of the THING., example: th_1 } }
  query:
    force: { type: boolean, default: false, description: Even when it is in use. }
    reason: { type: string, max_length: 200, description: Shown in the audit log. }
    mode: { type: string, enum: [now, nightly], default: now, description: When it happens. }
    cascade: { type: array, items: { type: string, enum: [children, history, files] }, description: What else is deleted. }
    expected_version: { type: integer, min: 1, description: Refused when the record has another version. }
    notify: { type: boolean, default: true, description: Tells the owner by mail. }
    trace: { type: string, description: Shown in the vendor's log. }
  examples:
    - { id: th_1 }
";

const ARCHIVE: &str = "\
archive:
  description: Puts a THING away. It no longer counts towards limits and can be brought back.
  path: { id: { type: string, description: Id of the THING., example: th_1 } }
  body:
    properties:
      reason: { type: string, enum: [unused, duplicate, finished], description: Why., required: true, example: unused }
      until: { type: string, format: date-time, description: When it comes back by itself. }
      keep_days: { type: integer, min: 1, max: 3650, default: 365, description: Days until it is deleted. }
      move_to: { type: string, description: Folder to move it to. }
      notify: { type: boolean, default: true, description: Tells the owner by mail. }
      watchers: { type: array, items: { type: string }, max_items: 20, description: Who else is told. }
      retention:
        type: object
        description: What is kept.
        properties:
          files: { type: boolean }
          history: { type: boolean }
          tier: { type: string, enum: [hot, cold] }
  examples:
    - { id: th_1, reason: unused }
";

#[cfg(test)]
mod tests {
    use super::write;
    use std::env;

    #[test]
    fn any_number_of_tools_can_be_had_and_pressed() {
        let folder = env::temp_dir().join(format!("toolpress-synthetic-{}", std::process::id()));
        for tools in [1, 7, 36, 3_100] {
            write(tools, &folder).unwrap();
            // A vendor of few tools does not need all that the generator knows.
            let mut config = toolpress_codegen::Config::new(&folder);
            let loaded = config.allow(["unused-tag", "unused-type"]).load().unwrap();
            assert_eq!(loaded.catalog.vendors[0].tools.len(), tools);
            let warnings = loaded.warnings.iter().map(|warning| &warning.message);
            let unexpected: Vec<_> = warnings.filter(|text| !text.contains("tokens")).collect();
            assert!(unexpected.is_empty(), "{unexpected:?}");
        }
        std::fs::remove_dir_all(folder).unwrap();
    }
}
