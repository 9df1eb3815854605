//! Destinations of sinks: sixteen types, read leniently and checked strictly (rules 43, 46 and 48).
//!
//! Reading happens with the other keys of a sink's body, checking with the rest of the record. The trap lies
//! between the two: twelve types must know whether they are routed by a function, and learn it only from the
//! presence of the sink's `routing` key.

mod checks;
mod fields;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use self::fields::{Spec, spec};
use super::changeset::Errors;
use super::error::Fault;
use super::obfuscate::{all_shown, shown};
use super::state::Account;
use super::world::Outside;

/// Who decides where messages go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Routing {
    Static,
    Dynamic,
}

/// A destination as read from a body.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    spec: &'static Spec,
    given: Map<String, Value>,
    endpoint_id: Option<Uuid>,
}

/// A destination as stored.
#[derive(Clone, Debug)]
pub(crate) struct Destination {
    pub(crate) kind: &'static str,
    pub(crate) endpoint_id: Option<Uuid>,
    pub(crate) routing: Option<Routing>,
    fields: Map<String, Value>,
    /// Internal name of the connection; only rabbitmq shows it.
    connection_id: Uuid,
}

/// Reads the `destination` of a body.
pub(crate) fn read(account: &Account, value: &Value) -> Result<Draft, Fault> {
    let given = match value {
        Value::Null => return Err(Fault::rule("`sink` is required on sink consumers.")),
        Value::Object(given) => given.clone(),
        _ => return Err(Fault::Framework(500)),
    };
    let kind = given.get("type").and_then(Value::as_str).unwrap_or_default();
    // A type without a clause of its own is an exception, not a refusal.
    let spec = spec(kind).ok_or(Fault::Framework(500))?;
    let mut endpoint_id = None;
    match spec.kind {
        "webhook" => {
            let name = given.get("http_endpoint").and_then(Value::as_str);
            let found = account.endpoints.iter().find(|endpoint| Some(endpoint.name.as_str()) == name);
            endpoint_id = Some(found.ok_or(Fault::NotFound("http endpoint"))?.id);
        }
        "kafka" => {
            let mechanism = given.get("sasl_mechanism").unwrap_or(&Value::Null);
            let known = mechanism.as_str().is_some_and(|word| fields::MECHANISMS.contains(&word));
            if !known && !mechanism.is_null() {
                let word = mechanism.as_str().map_or_else(|| mechanism.to_string(), str::to_owned);
                return Err(Fault::rule(format!(
                    "[sasl_mechanism] Invalid SASL mechanism '{word}'. Must be one of: plain, scram_sha_256, scram_sha_512, aws_msk_iam"
                )));
            }
        }
        "elasticsearch" => {
            let auth = given.get("auth_type").unwrap_or(&Value::Null);
            if !auth.is_null() && !matches!(auth.as_str(), Some("api_key" | "basic" | "bearer")) {
                return Err(Fault::Framework(500));
            }
        }
        _ => {}
    }
    Ok(Draft { spec, given, endpoint_id })
}

/// Checks a destination. Without a routing of its own it keeps the one of an existing destination of its type.
pub(crate) fn check(
    draft: &Draft,
    routing: Option<Routing>,
    existing: Option<&Destination>,
    outside: &mut Outside,
) -> (Destination, Errors) {
    let same = existing.filter(|existing| existing.kind == draft.spec.kind);
    let routing = routing.or_else(|| same.and_then(|same| same.routing));
    let mut errors = Errors::default();
    let mut fields: Map<String, Value> = Map::new();
    for field in draft.spec.fields {
        fields.insert(field.name.to_owned(), field.cast(&draft.given, &mut errors));
    }
    checks::check(draft.spec, &mut fields, routing, outside.settings.self_hosted, &mut errors);
    let destination = Destination {
        kind: draft.spec.kind,
        endpoint_id: draft.endpoint_id,
        routing,
        fields,
        connection_id: same.map_or_else(|| outside.new_id(), |same| same.connection_id),
    };
    (destination, errors)
}

impl Destination {
    /// Whether a webhook takes one message at a time, which allows batches of one only (rule 46).
    pub(crate) fn takes_single_messages(&self) -> bool {
        self.fields.get("batch") == Some(&Value::Bool(false))
    }

    /// The destination as shown: secrets hidden, nothing null but in the fixed keys of a webhook.
    pub(crate) fn render(&self, account: &Account, sensitive: bool) -> Value {
        let of = |name: &str| self.fields.get(name).cloned().unwrap_or(Value::Null);
        if self.kind == "webhook" {
            let endpoint = account.endpoints.iter().find(|endpoint| Some(endpoint.id) == self.endpoint_id);
            return json!({
                "type": "webhook",
                "http_endpoint": endpoint.map(|endpoint| &endpoint.name),
                "http_endpoint_path": of("http_endpoint_path"),
                "batch": of("batch"),
            });
        }
        let mut destination = Map::new();
        destination.insert("type".to_owned(), json!(self.kind));
        let uses_role = of("use_task_role") == Value::Bool(true);
        let fields = spec(self.kind).map_or(&[] as &[_], |spec| spec.fields);
        for field in fields.iter().filter(|field| field.shown && !(uses_role && field.is_credential())) {
            let value = match of(field.name) {
                Value::Null => continue,
                Value::Object(credentials) => google_credentials(&credentials, sensitive),
                value if field.secret => shown(&value, sensitive),
                value => value,
            };
            destination.insert(field.name.to_owned(), value);
        }
        if self.kind == "rabbitmq" {
            destination.insert("connection_id".to_owned(), json!(self.connection_id.to_string()));
        }
        Value::Object(destination)
    }
}

/// A service account, of which the addresses are no secret.
fn google_credentials(credentials: &Map<String, Value>, sensitive: bool) -> Value {
    let (open, secret): (Map<_, _>, Map<_, _>) = credentials
        .clone()
        .into_iter()
        .filter(|(key, value)| !value.is_null() && fields::CREDENTIALS.contains(&key.as_str()))
        .partition(|(key, _)| fields::OPEN_CREDENTIALS.contains(&key.as_str()));
    let mut together = open;
    if let Value::Object(hidden) = all_shown(&secret, sensitive) {
        together.extend(hidden);
    }
    Value::Object(together)
}
