//! Reading the body of a database: connection details, a URL instead of them, and its slot (rules 15–18, 24
//! and 25).

use serde_json::{Map, Value, json};

use super::error::Fault;
use super::uri::Uri;

const CONNECTION_KEYS: [&str; 5] = ["database", "hostname", "port", "username", "password"];
const KEYS: [&str; 11] = [
    "database",
    "hostname",
    "name",
    "port",
    "username",
    "password",
    "ssl",
    "use_local_tunnel",
    "ipv6",
    "annotations",
    "primary",
];

/// Names of a slot that is to be made.
#[derive(Clone, Debug)]
pub(crate) struct SlotNames {
    pub(crate) slot_name: String,
    pub(crate) publication_name: String,
}

/// The allowed parameters, with a `url` taken apart. A missing port becomes 5432, on updates too (rule 24).
pub(crate) fn connection_params(params: &Map<String, Value>) -> Result<Map<String, Value>, Fault> {
    let mut params = params.clone();
    if let Some(url) = params.get("url") {
        let url = url.as_str().ok_or(Fault::Framework(500))?;
        let from_url = url_params(url, &params)?;
        params.remove("url");
        params.extend(from_url);
    }
    let mut allowed: Map<String, Value> =
        params.into_iter().filter(|(key, _)| KEYS.contains(&key.as_str())).collect();
    allowed.entry("port").or_insert_with(|| json!(5432));
    if let Some(primary) = allowed.get_mut("primary") {
        *primary = match primary {
            Value::Object(fields) => Value::Object(connection_params(fields)?),
            _ => Value::Null,
        };
    }
    Ok(allowed)
}

fn url_params(url: &str, params: &Map<String, Value>) -> Result<Map<String, Value>, Fault> {
    let uri = Uri::parse(url);
    let path = uri.path.as_deref().map(|path| path.strip_prefix('/').unwrap_or(path));
    let mut found = vec![
        ("database", path.map(|path| json!(path))),
        ("hostname", uri.host.map(|host| json!(host))),
        ("port", uri.port.map(|port| json!(port))),
    ];
    if let Some((username, password)) = uri.userinfo.as_deref().and_then(|userinfo| userinfo.split_once(':'))
    {
        found.push(("username", Some(json!(username))));
        found.push(("password", Some(json!(password))));
    }
    let given =
        |key: &&str| params.get(*key).is_some_and(|value| *value != Value::Null && *value != json!(false));
    if CONNECTION_KEYS.iter().any(given) {
        return Err(Fault::rule(
            "Bad connection details. If `url` is specified, no other connection params are allowed",
        ));
    }
    let missing: Vec<_> = found.iter().filter(|(_, value)| value.is_none()).map(|(key, _)| *key).collect();
    if !missing.is_empty() {
        return Err(Fault::rule(format!(
            "Parameters missing from `url`: {}. It should look like: postgresql://user:password@localhost:5432/mydb",
            missing.join(", ")
        )));
    }
    if uri.query.is_some() {
        return Err(Fault::rule("Query parameters not allowed in `url` - specify e.g. ssl with `ssl` key"));
    }
    Ok(found.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect())
}

/// Exactly one slot is needed to create (rule 15).
pub(crate) fn new_slot_params(params: &Map<String, Value>) -> Result<SlotNames, Fault> {
    match params.get("replication_slots").and_then(Value::as_array).map(Vec::as_slice) {
        Some([Value::Object(slot)]) => {
            let name = |key| slot.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
            Ok(SlotNames { slot_name: name("slot_name"), publication_name: name("publication_name") })
        }
        _ => Err(Fault::rule("A `replication_slots` field with exactly one slot is required")),
    }
}

/// At most one slot may be changed, and it must carry an id (rule 25).
pub(crate) fn changed_slot_params(params: &Map<String, Value>) -> Result<Option<Map<String, Value>>, Fault> {
    match params.get("replication_slots").and_then(Value::as_array).map(Vec::as_slice) {
        None | Some([]) => Ok(None),
        Some([Value::Object(slot)]) if slot.contains_key("id") => Ok(Some(slot.clone())),
        Some([Value::Object(_)]) => Err(Fault::rule(
            "Slot in `replication_slots` must have an `id` field for updates. Alternatively, if you don't want to change the slot, you can omit the `replication_slots` key on the request body.",
        )),
        Some(_) => Err(Fault::rule(
            "For updates, you can omit the `replication_slots` field or provide a list with exactly one slot",
        )),
    }
}
