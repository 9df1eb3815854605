//! `/destinations/http_endpoints` (rules 33–36).

use serde_json::{Map, Value, json};

use super::changeset::Errors;
use super::error::{Fault, Outcome, Reply};
use super::obfuscate::all_shown;
use super::request::Call;
use super::state::{Account, HttpEndpoint};
use super::time::seconds;
use super::uri::Uri;
use super::world::Outside;

/// The first port set aside for endpoints behind a tunnel.
const FIRST_TUNNEL_PORT: i64 = 23_001;

#[expect(clippy::unnecessary_wraps, reason = "all routes have one type")]
pub(crate) fn list(call: &mut Call<'_>) -> Outcome {
    let shown: Vec<_> = call.account.endpoints.iter().map(|endpoint| render(endpoint, false)).collect();
    Ok(Reply::ok(json!({"data": shown})))
}

pub(crate) fn show(call: &mut Call<'_>) -> Outcome {
    Ok(Reply::ok(render(call.account.endpoint(call.target())?, false)))
}

pub(crate) fn create(call: &mut Call<'_>) -> Outcome {
    let endpoint = build(call.account, call.outside, &call.params, None)?;
    let shown = render(&endpoint, false);
    call.account.endpoints.push(endpoint);
    Ok(Reply::ok(shown))
}

pub(crate) fn update(call: &mut Call<'_>) -> Outcome {
    let existing = call.account.endpoint(call.target())?.clone();
    let mut params = call.params.clone();
    params.remove("id_or_name");
    let endpoint = build(call.account, call.outside, &params, Some(existing))?;
    let shown = render(&endpoint, false);
    replace(call.account, &endpoint);
    Ok(Reply::ok(shown))
}

pub(crate) fn delete(call: &mut Call<'_>) -> Outcome {
    let endpoint = call.account.endpoint(call.target())?.clone();
    let uses =
        call.account.sinks.iter().filter(|sink| sink.destination.endpoint_id == Some(endpoint.id)).count();
    if uses > 0 {
        return Err(Fault::bad_request(format!(
            "Cannot delete HTTP endpoint {} ({}), as it is in use by {uses} sink consumer(s)",
            endpoint.name, endpoint.id
        )));
    }
    call.account.endpoints.retain(|other| other.id != endpoint.id);
    Ok(Reply::ok(json!({"id": endpoint.id.to_string(), "deleted": true})))
}

pub(crate) fn replace(account: &mut Account, endpoint: &HttpEndpoint) {
    account.endpoints.iter_mut().filter(|old| old.id == endpoint.id).for_each(|old| *old = endpoint.clone());
}

/// A new or changed endpoint from a request's keys, which are read in alphabetical order.
pub(crate) fn build(
    account: &Account,
    outside: &mut Outside,
    params: &Map<String, Value>,
    existing: Option<HttpEndpoint>,
) -> Result<HttpEndpoint, Fault> {
    let now = outside.now();
    let mut endpoint = existing.unwrap_or_else(|| HttpEndpoint {
        id: outside.new_id(),
        name: String::new(),
        uri: Uri::default(),
        use_local_tunnel: false,
        headers: Map::new(),
        encrypted_headers: Map::new(),
        inserted_at: now,
        updated_at: now,
    });
    endpoint.updated_at = now;
    let mut errors = Errors::default();
    let mut keys: Vec<&String> = params.keys().collect();
    keys.sort_unstable();
    for key in keys {
        let value = params.get(key).unwrap_or(&Value::Null);
        read(&mut endpoint, outside, params, (key, value), &mut errors)?;
    }
    check(&endpoint, &mut errors);
    errors.changeset()?;
    let taken = |other: &HttpEndpoint| other.name == endpoint.name && other.id != endpoint.id;
    if account.endpoints.iter().any(taken) {
        return Err(Fault::field("name", "has already been taken"));
    }
    if endpoint.use_local_tunnel && endpoint.uri.port.is_none() {
        let used =
            account.endpoints.iter().filter_map(|other| other.uri.port.filter(|_| other.use_local_tunnel));
        endpoint.uri.port = Some(used.max().map_or(FIRST_TUNNEL_PORT, |port| port + 1));
    }
    Ok(endpoint)
}

fn read(
    endpoint: &mut HttpEndpoint,
    outside: &mut Outside,
    params: &Map<String, Value>,
    (key, value): (&str, &Value),
    errors: &mut Errors,
) -> Result<(), Fault> {
    match key {
        "name" => {
            errors.text("name", Some(value)).as_str().unwrap_or_default().clone_into(&mut endpoint.name);
        }
        "headers" => endpoint.headers = headers(value)?,
        "encrypted_headers" => endpoint.encrypted_headers = headers(value)?,
        "webhook.site" if *value == json!(true) || *value == json!("true") => {
            endpoint.uri.scheme = Some("https".to_owned());
            endpoint.uri.host = Some("webhook.site".to_owned());
            endpoint.uri.path = Some(format!("/{}", outside.new_id()));
        }
        // Only the text counts, not the boolean (rule 35).
        "local" if *value == json!("true") => {
            endpoint.use_local_tunnel = true;
            endpoint.uri.path = errors.text("path", params.get("path")).as_str().map(str::to_owned);
        }
        // Rebuilt from its parts, so a user and password in it are lost.
        "url" => {
            let url = value.as_str().ok_or(Fault::Framework(500))?;
            endpoint.uri = Uri { userinfo: None, ..Uri::parse(url) };
        }
        "path" => endpoint.uri.path = errors.text("path", Some(value)).as_str().map(str::to_owned),
        "webhook.site" | "local" | "id" | "inserted_at" | "updated_at" | "account_id" => {}
        unknown => return Err(Fault::rule(format!("Unknown field: {unknown}"))),
    }
    Ok(())
}

fn check(endpoint: &HttpEndpoint, errors: &mut Errors) {
    errors.present("name", &json!(endpoint.name));
    let text = |part: &Option<String>| part.as_ref().map_or(Value::Null, |part| json!(part));
    let (scheme, host) = (text(&endpoint.uri.scheme), text(&endpoint.uri.host));
    if scheme.as_str().is_some_and(|scheme| !matches!(scheme, "http" | "https")) {
        errors.add("scheme", "is invalid");
    }
    errors.format("host", &host, r"^[a-zA-Z0-9.-]+$", "must be a valid hostname");
    errors.port("port", &endpoint.uri.port.map_or(Value::Null, |port| json!(port)));
    if errors.is_empty() && !endpoint.use_local_tunnel {
        errors.present("scheme", &scheme);
        errors.present("host", &host);
    }
    let address_given = endpoint.uri.host.is_some() && endpoint.uri.port.is_some();
    if errors.is_empty() && endpoint.use_local_tunnel && address_given {
        errors.add("port", "must not be set if local tunnel is enabled");
    }
    if !endpoint.name.is_empty() {
        errors.name(&json!(endpoint.name));
    }
}

/// Headers as an object, or as a list of keys and values.
fn headers(value: &Value) -> Result<Map<String, Value>, Fault> {
    match value {
        Value::Null => Ok(Map::new()),
        Value::Object(headers) => Ok(headers.clone()),
        Value::Array(items) => items
            .iter()
            .map(|item| {
                let key = item.get("key").and_then(Value::as_str)?;
                Some((key.to_owned(), item.get("value")?.clone()))
            })
            .collect::<Option<_>>()
            .ok_or(Fault::Framework(500)),
        Value::String(text)
            if super::changeset::matches(r"\(\d+ encrypted header\(s\)\) - sha256sum: [a-f0-9]+", text) =>
        {
            Err(Fault::rule(
                "Headers appear to be encrypted. Please provide decrypted headers as a list of key-value pairs.",
            ))
        }
        Value::String(_) => {
            Err(Fault::rule("Invalid headers configuration. Must be a list of key-value pairs."))
        }
        _ => Err(Fault::Framework(500)),
    }
}

/// An endpoint as these routes and the exported config show it.
pub(crate) fn render(endpoint: &HttpEndpoint, sensitive: bool) -> Value {
    let encrypted = all_shown(&endpoint.encrypted_headers, sensitive);
    let (id, name) = (endpoint.id.to_string(), &endpoint.name);
    if endpoint.use_local_tunnel {
        return json!({
            "id": id,
            "name": name,
            "local": true,
            "path": endpoint.uri.path,
            "headers": endpoint.headers,
            "encrypted_headers": encrypted,
        });
    }
    json!({
        "id": id,
        "name": name,
        "url": endpoint.uri.to_string(),
        "headers": endpoint.headers,
        "encrypted_headers": encrypted,
    })
}

/// An endpoint as config/apply answers with it: the record as stored.
pub(crate) fn raw(account: &Account, endpoint: &HttpEndpoint) -> Value {
    json!({
        "id": endpoint.id.to_string(),
        "name": endpoint.name,
        "scheme": endpoint.uri.scheme,
        "userinfo": endpoint.uri.userinfo,
        "host": endpoint.uri.host,
        "port": endpoint.uri.port,
        "path": endpoint.uri.path,
        "query": endpoint.uri.query,
        "fragment": endpoint.uri.fragment,
        "headers": endpoint.headers,
        "account_id": account.id.to_string(),
        "use_local_tunnel": endpoint.use_local_tunnel,
        "inserted_at": seconds(endpoint.inserted_at),
        "updated_at": seconds(endpoint.updated_at),
    })
}
