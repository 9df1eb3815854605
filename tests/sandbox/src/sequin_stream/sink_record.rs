//! From a read body to a sink record: defaults, field checks, and the limits of the vendor's tables
//! (rules 43, 46, 47, 49 and 51).

use serde_json::{Value, json};

use super::changeset::Errors;
use super::destinations::{self, Routing};
use super::error::Fault;
use super::health::Health;
use super::sink_body::{Draft, SourceDraft};
use super::state::{Account, Sink, Source, SourceTable};
use super::store::Store;
use super::world::Outside;

const ACTIONS: [&str; 3] = ["insert", "update", "delete"];

/// A new sink, or a changed one. An update is partial, and does not move the sink to another database.
pub(crate) fn build(
    account: &Account,
    outside: &mut Outside,
    draft: Draft,
    existing: Option<&Sink>,
) -> Result<Sink, Errors> {
    let mut errors = Errors::default();
    let name = match (&draft.name, existing) {
        (Some(name), _) => errors.text("name", Some(name)),
        (None, Some(sink)) => json!(sink.name),
        (None, None) => Value::Null,
    };
    let destination = checked_destination(outside, &draft, existing, &mut errors);
    let source = match &draft.source {
        None => existing.map(|sink| sink.source.clone()).unwrap_or_default(),
        Some(Some(source)) => checked_source(source, &mut errors),
        Some(None) => {
            errors.add("source", "can't be blank");
            Source::default()
        }
    };
    let status = errors.one_of("status", draft.status.as_ref(), &["active", "disabled", "paused"]);
    let timestamp_format =
        errors.one_of("timestamp_format", draft.timestamp_format.as_ref(), &["iso8601", "unix_microsecond"]);
    let annotations = errors.object("annotations", draft.annotations.as_ref());
    let actions = checked_actions(draft.actions.as_ref(), &mut errors);
    let tables = draft.tables.or_else(|| existing.map(|sink| sink.tables.clone())).unwrap_or_default();
    let message_grouping =
        draft.message_grouping.or_else(|| existing.map(|sink| sink.message_grouping)).unwrap_or(true);
    if !message_grouping {
        refuse_groups(account, &tables, &mut errors);
    }
    let enrichment = chosen(draft.enrichment, existing, |sink| &sink.enrichment);
    let single = source.include_tables.as_ref().is_some_and(|tables| tables.len() == 1);
    if enrichment.is_some() && !single {
        errors.add("enrichment_id", "Enrichment is not supported for multiple tables. To use enrichment, please specify a single included table in the source.");
    }
    errors.present("name", &name);
    let slot_id = existing.map(|sink| sink.slot_id).or(draft.slot_id);
    if slot_id.is_none() {
        errors.add("replication_slot_id", "can't be blank");
    }
    errors.above("max_retry_count", &json!(draft.max_retry_count), 0);
    errors.name(&name);
    let (Some(destination), Some(slot_id), true) = (destination, slot_id, errors.is_empty()) else {
        return Err(errors);
    };
    let old = existing.cloned();
    let keep = |value: Value, old: Option<&String>, default: &str| {
        value.as_str().or(old.map(String::as_str)).unwrap_or(default).to_owned()
    };
    let sink = Sink {
        id: old.as_ref().map_or_else(|| outside.new_id(), |sink| sink.id),
        name: name.as_str().unwrap_or_default().to_owned(),
        slot_id,
        // An explicit null is the default, not "as it was".
        status: match draft.status {
            Some(Value::Null) => "active".to_owned(),
            _ => keep(status, old.as_ref().map(|sink| &sink.status), "active"),
        },
        actions: actions
            .or_else(|| old.as_ref().map(|sink| sink.actions.clone()))
            .unwrap_or_else(every_action),
        source,
        tables,
        destination,
        batch_size: draft.batch_size.or_else(|| old.as_ref().map(|sink| sink.batch_size)).unwrap_or(1),
        filter: chosen(draft.filter, existing, |sink| &sink.filter),
        transform: chosen(draft.transform, existing, |sink| &sink.transform),
        routing: chosen(draft.routing, existing, |sink| &sink.routing),
        enrichment,
        timestamp_format: keep(timestamp_format, old.as_ref().map(|sink| &sink.timestamp_format), "iso8601"),
        max_retry_count: draft.max_retry_count.or_else(|| old.as_ref().and_then(|sink| sink.max_retry_count)),
        load_shedding_policy: draft
            .load_shedding_policy
            .or_else(|| old.as_ref().map(|sink| sink.load_shedding_policy.clone()))
            .unwrap_or_else(|| "pause_on_full".to_owned()),
        message_grouping,
        annotations: match annotations {
            Value::Null => old.as_ref().map_or_else(|| json!({}), |sink| sink.annotations.clone()),
            annotations => annotations,
        },
        inserted_at: old.as_ref().map_or_else(|| outside.now(), |sink| sink.inserted_at),
        health: old.as_ref().map_or_else(Health::default, |sink| sink.health.clone()),
        store: old.as_ref().map_or_else(Store::default, |sink| sink.store.clone()),
        store_running: old.and_then(|sink| sink.store_running),
    };
    limits(account, &sink)?;
    Ok(sink)
}

/// What the vendor's database refuses once the record itself is fine; one refusal at a time.
fn limits(account: &Account, sink: &Sink) -> Result<(), Errors> {
    let mut errors = Errors::default();
    errors.annotations(&sink.annotations);
    if errors.is_empty() && sink.batch_size > 1 && sink.destination.takes_single_messages() {
        errors.add("batch_size", "batch_size must be 1 when batch is false for webhook sinks");
    }
    let taken = |other: &Sink| other.name == sink.name && other.id != sink.id;
    if errors.is_empty() && account.sinks.iter().any(taken) {
        errors.add("name", "has already been taken");
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// Where messages go. Routing is known only when the body has the `routing` key (rule 43).
fn checked_destination(
    outside: &mut Outside,
    draft: &Draft,
    existing: Option<&Sink>,
    errors: &mut Errors,
) -> Option<destinations::Destination> {
    let routing = draft.routing.as_ref().map(|function| match function {
        Some(_) => Routing::Dynamic,
        None => Routing::Static,
    });
    match &draft.destination {
        Some(given) => {
            let old = existing.map(|sink| &sink.destination);
            let (destination, inner) = destinations::check(given, routing, old, outside);
            errors.nest("sink", inner);
            Some(destination)
        }
        None => {
            let old = existing.map(|sink| sink.destination.clone());
            if old.is_none() {
                errors.add("sink", "can't be blank");
            }
            old
        }
    }
}

fn checked_source(draft: &SourceDraft, errors: &mut Errors) -> Source {
    let mut inner = Errors::default();
    let mut schemas = |field: &str, value: Option<&Value>| match value {
        None | Some(Value::Null) => None,
        Some(Value::Array(items)) if items.iter().all(Value::is_string) => {
            Some(items.iter().filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>())
        }
        Some(_) => {
            inner.add(field, "is invalid");
            None
        }
    };
    let source = Source {
        include_schemas: schemas("include_schemas", draft.include_schemas.as_ref()),
        exclude_schemas: schemas("exclude_schemas", draft.exclude_schemas.as_ref()),
        ..draft.tables.clone()
    };
    // The vendor knows tables by their object ids, and says so.
    for (field, list) in [
        ("include_schemas", &source.include_schemas),
        ("exclude_schemas", &source.exclude_schemas),
        ("include_table_oids", &source.include_tables),
        ("exclude_table_oids", &source.exclude_tables),
    ] {
        if list.as_ref().is_some_and(Vec::is_empty) {
            inner.add(field, "should have at least 1 item(s)");
        }
    }
    if source.include_schemas.is_some() && source.exclude_schemas.is_some() {
        inner.add("exclude_schemas", "cannot be set when include_schemas is set");
    }
    if source.include_tables.is_some() && source.exclude_tables.is_some() {
        inner.add("exclude_table_oids", "cannot be set when include_table_oids is set");
    }
    errors.nest("source", inner);
    source
}

fn checked_actions(value: Option<&Value>, errors: &mut Errors) -> Option<Vec<String>> {
    let items = match value {
        None | Some(Value::Null) => return None,
        Some(Value::Array(items)) => items.as_slice(),
        Some(_) => &[Value::Null],
    };
    let words: Option<Vec<String>> = items
        .iter()
        .map(|item| item.as_str().filter(|word| ACTIONS.contains(word)).map(str::to_owned))
        .collect();
    if words.is_none() {
        errors.add("actions", "is invalid");
    }
    words
}

fn every_action() -> Vec<String> {
    ACTIONS.iter().map(|action| (*action).to_owned()).collect()
}

/// Without grouping no table may name group columns.
fn refuse_groups(account: &Account, tables: &[SourceTable], errors: &mut Errors) {
    let oid = |table: &SourceTable| {
        let known = account.databases.iter().find_map(|database| database.table(&table.table));
        format!("[oid: {}]", known.map_or(0, |table| table.oid))
    };
    let grouped: Vec<String> =
        tables.iter().filter(|table| !table.group_columns.is_empty()).map(oid).collect();
    if !grouped.is_empty() {
        errors.add(
            "message_grouping",
            format!(
                "Cannot specify group columns when message_grouping is disabled. Found group columns on: {}. For more information, see: https://sequinstream.com/docs/reference/sequin-yaml#message-grouping",
                grouped.join(", ")
            ),
        );
    }
}

/// A function as the body says, or as it was (rule 51).
#[allow(clippy::option_option, reason = "absent, detached and attached are three things")]
fn chosen(
    draft: Option<Option<String>>,
    existing: Option<&Sink>,
    old: fn(&Sink) -> &Option<String>,
) -> Option<String> {
    draft.unwrap_or_else(|| existing.and_then(|sink| old(sink).clone()))
}

/// The refusal of a sink route: a changeset without a code (rule 10).
pub(crate) fn refusal(errors: Errors) -> Fault {
    Fault::Changeset(errors.into_fields())
}
