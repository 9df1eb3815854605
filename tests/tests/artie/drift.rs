//! The vendor's own `OpenAPI` document beside ours: what it has and we lack, what we have and it lacks.
//!
//! The document is the vendor's, so it is not part of this project. Where `../shared/vendors` has it, it is
//! compared; elsewhere the test says that it compared nothing.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use toolpress_codegen::Config;
use toolpress_codegen::model::{Kind, Param, Place, Shape, Tool, Vendor};
use toolpress_tests::program::root;
use toolpress_tests::skip;

/// What we have from the vendor's pages or from other places of its document than the operation, which lacks it or
/// tells it otherwise.
const SAID_ELSEWHERE: [&str; 15] = [
    "isView",
    "schemaName",
    "tableName",
    "specificDestCfg.dataset",
    "specificCfg.dataset",
    "backfillFromDatabases",
    "backfillFromSchemas",
    "historyTableBackfillFromSchemas",
    "bigQueryPartitionSettings",
    "bigQueryPartitionSettings.partitionBy",
    "bigQueryPartitionSettings.partitionField",
    "bigQueryPartitionSettings.partitionType",
    "startingPrimaryKey",
    "endingPrimaryKey",
    // The words `gzip` and the empty one, which is no word for Rust; we have a pattern.
    "messageCompression",
];

/// Objects whose keys the document requires because it describes them as they are answered. An unsaved one has no
/// uuid yet; a saved one goes back as it came, which its description asks for.
const AS_ANSWERED: &str = "body sourceReader.";

const REQUIRED: &str = ", required";

/// What is told of an input: where it is (`body pipeline.tables[].name`), its type, and whether it is required.
type Inputs = BTreeMap<String, String>;

fn told(kind: &str, required: bool) -> String {
    format!("{kind}{}", if required { REQUIRED } else { "" })
}

/// The inputs of a schema of the document.
fn described(document: &Value, place: &str, schema: &Value, inputs: &mut Inputs) {
    let schema = resolved(document, schema);
    let required: BTreeSet<_> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let property = resolved(document, property);
        let place = format!("{place}{name}");
        inputs.insert(place.clone(), told(&type_of(property), required.contains(name.as_str())));
        let (below, property) = match &property["items"] {
            Value::Null => (".", property),
            items => ("[].", items),
        };
        described(document, &format!("{place}{below}"), property, inputs);
    }
}

fn type_of(schema: &Value) -> String {
    match &schema["enum"] {
        Value::Array(words) => {
            let mut words: Vec<_> =
                words.iter().filter_map(Value::as_str).filter(|word| !word.is_empty()).collect();
            words.sort_unstable();
            words.join("|")
        }
        _ => match &schema["type"] {
            Value::Array(types) => types.iter().filter_map(Value::as_str).find(|name| *name != "null"),
            name => name.as_str(),
        }
        // An object without properties may hold anything.
        .filter(|name| *name != "object" || schema["properties"].is_object())
        .unwrap_or("any")
        .to_owned(),
    }
}

fn resolved<'d>(document: &'d Value, mut schema: &'d Value) -> &'d Value {
    while let Some(reference) = schema["$ref"].as_str() {
        schema = document.pointer(reference.trim_start_matches('#')).expect("a schema");
    }
    schema
}

/// The inputs of a tool.
fn documented(vendor: &Vendor, place: &str, params: &[Param], inputs: &mut Inputs) {
    for param in params {
        let place = format!("{place}{}", param.wire_name);
        inputs.insert(place.clone(), told(&kind_of(&param.kind), param.required || param.from.is_some()));
        let (mut kind, mut place) = (&param.kind, place);
        while let Kind::List { items, .. } = kind {
            (kind, place) = (items, format!("{place}[]"));
        }
        let (Kind::Object { ty } | Kind::Union { ty }) = kind else { continue };
        let place = format!("{place}.");
        match &vendor.ty(ty).expect("a type").shape {
            Shape::Object(object) => documented(vendor, &place, &object.fields, inputs),
            Shape::Union { variants, .. } => {
                for variant in variants {
                    documented(vendor, &place, &variant.object.fields, inputs);
                }
            }
            Shape::Enum(_) => {}
        }
    }
}

fn kind_of(kind: &Kind) -> String {
    match kind {
        Kind::Text { .. } => "string".to_owned(),
        Kind::Enum { words, .. } => {
            let mut words = words.clone();
            words.sort_unstable();
            words.join("|")
        }
        Kind::Integer { .. } => "integer".to_owned(),
        Kind::Number { .. } => "number".to_owned(),
        Kind::Boolean => "boolean".to_owned(),
        Kind::List { .. } => "array".to_owned(),
        Kind::Object { .. } | Kind::Union { .. } | Kind::Map { .. } => "object".to_owned(),
        Kind::Any => "any".to_owned(),
    }
}

/// `/a/{id}/b` → `/a/{}/b`
fn shape(path: &str) -> String {
    let parts: Vec<_> = path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part }).collect();
    parts.join("/")
}

fn of_tool(vendor: &Vendor, tool: &Tool) -> Inputs {
    let mut inputs = Inputs::new();
    for (place, name) in [(Place::Query, "query "), (Place::Body, "body ")] {
        let params: Vec<_> = tool.params.iter().filter(|param| param.place == place).cloned().collect();
        documented(vendor, name, &params, &mut inputs);
    }
    inputs
}

fn of_operation(document: &Value, operation: &Value) -> Inputs {
    let mut inputs = Inputs::new();
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        if parameter["in"] != "path" {
            let place =
                format!("{} {}", parameter["in"].as_str().unwrap(), parameter["name"].as_str().unwrap());
            inputs.insert(
                place,
                told(&type_of(resolved(document, &parameter["schema"])), parameter["required"] == true),
            );
        }
    }
    described(
        document,
        "body ",
        &operation["requestBody"]["content"]["application/json"]["schema"],
        &mut inputs,
    );
    inputs
}

/// Whether ours says the same or more: a type where the document has none, words where it has a text, that a value
/// is required where it lets that open.
fn refines(place: &str, theirs: &str, ours: &str) -> bool {
    let [kind, our_kind] = [theirs, ours].map(|told| told.trim_end_matches(REQUIRED));
    let kind_holds = kind == our_kind || kind == "any" || (kind == "string" && our_kind.contains('|'));
    kind_holds && (ours.ends_with(REQUIRED) || !theirs.ends_with(REQUIRED) || place.starts_with(AS_ANSWERED))
}

/// One place of one operation, in their words and in ours.
struct Difference {
    operation: String,
    place: String,
    theirs: Option<String>,
    ours: Option<String>,
}

fn differences(
    document: &Value,
    vendor: &Vendor,
    operation: &str,
    theirs: &Value,
    tool: &Tool,
) -> Vec<Difference> {
    let (theirs, ours) = (of_operation(document, theirs), of_tool(vendor, tool));
    let is_open = |place: &str| theirs.get(place).is_some_and(|told| told.starts_with("any"));
    let places: BTreeSet<_> = theirs.keys().chain(ours.keys()).collect();
    // What is below an object that the document leaves open cannot be compared.
    let places =
        places.into_iter().filter(|place| !place.match_indices('.').any(|(at, _)| is_open(&place[..at])));
    let told = places.map(|place| Difference {
        operation: operation.to_owned(),
        place: place.clone(),
        theirs: theirs.get(place).cloned(),
        ours: ours.get(place).cloned(),
    });
    told.filter(|told| match (&told.theirs, &told.ours) {
        (Some(theirs), Some(ours)) => !refines(&told.place, theirs, ours),
        _ => true,
    })
    .collect()
}

#[test]
fn row_161_nothing_of_the_vendors_own_document_is_lost() {
    let path = root().join("../shared/vendors/artie-openapi.yml");
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => return skip("artie-openapi.yml", &error.to_string()),
    };
    let document: Value = serde_yaml::from_str(&text).expect("YAML");
    let loaded = Config::new(root().join("schemas")).load().expect("sound documentation");
    let vendor = loaded.catalog.vendors.iter().find(|vendor| vendor.slug == "artie").expect("the vendor");
    let tools = vendor.tools.iter().map(|tool| (format!("{} {}", tool.verb, shape(&tool.path)), tool));
    let tools: BTreeMap<_, _> = tools.collect();
    let paths = document["paths"].as_object().expect("paths");
    let operations = paths.iter().flat_map(|(path, verbs)| {
        let verbs = verbs.as_object().expect("operations");
        verbs
            .iter()
            .map(move |(verb, operation)| (format!("{} {}", verb.to_uppercase(), shape(path)), operation))
    });
    let operations: BTreeMap<_, _> = operations.collect();
    assert_eq!(tools.keys().collect::<Vec<_>>(), operations.keys().collect::<Vec<_>>());

    let mut unsaid: BTreeSet<_> = SAID_ELSEWHERE.into_iter().collect();
    for (name, operation) in &operations {
        for told in differences(&document, vendor, name, operation, tools[name]) {
            let Difference { operation, place, theirs, ours } = told;
            let known = SAID_ELSEWHERE.into_iter().find(|known| place.ends_with(known));
            assert!(known.is_some() && ours.is_some(), "{operation}: {place}: {theirs:?} became {ours:?}");
            unsaid.remove(known.unwrap_or_default());
        }
    }
    assert!(unsaid.is_empty(), "the document has come to say this itself: {unsaid:?}");
}
