//! `/ingestion-api-keys`: neither list nor get; the secret is shown once (rule 116).

use serde_json::{Value, json};

use super::reply::{Fault, Outcome, Reply};
use super::request::Call;
use super::shape::{Kind, id, need, read, text};
use super::state::{Account, IngestionKey, Stamps, find, find_mut};
use super::time::seconds;

/// For readers whose connector takes data by API.
pub(crate) fn create(call: &mut Call<'_>) -> Outcome {
    let body = read(&[("name", Kind::Text), ("sourceReaderUUID", Kind::Id)], call.object()?, "")?;
    need(&body, "sourceReaderUUID")?;
    let reader = id(&body, "sourceReaderUUID").and_then(|uuid| call.account.reader(uuid));
    let reader = reader.ok_or_else(|| Fault::bad("sourceReaderUUID names no source reader"))?;
    let connector = call.account.connector(reader.connector);
    if connector.is_none_or(|connector| connector.kind != "api") {
        return Err(Fault::bad("the source reader does not take data by API"));
    }
    let reader = reader.uuid;
    let secret = call.outside.new_secret();
    let last4 = secret.get(secret.len().saturating_sub(4)..).unwrap_or_default().to_owned();
    let key = IngestionKey {
        uuid: call.outside.new_id(),
        reader,
        name: text(&body, "name").to_owned(),
        last4,
        expires_at: None,
        stamps: Stamps::at(call.outside.now()),
    };
    let shown = json!({"ingestionAPIKey": render(call.account, &key), "secret": secret});
    call.account.ingestion_keys.push(key);
    Ok(Reply::ok(shown))
}

/// Changes what is sent; an `expiresAt` of null lifts the end.
pub(crate) fn update(call: &mut Call<'_>) -> Outcome {
    find(&call.account.ingestion_keys, &call.target)?;
    let object = call.object()?;
    let lifts = object.get("expiresAt").is_some_and(Value::is_null);
    let body = read(&[("name", Kind::Text), ("expiresAt", Kind::Instant)], object, "")?;
    let now = call.outside.now();
    let key = find_mut(&mut call.account.ingestion_keys, &call.target)?;
    if let Some(name) = body.get("name").and_then(Value::as_str) {
        name.clone_into(&mut key.name);
    }
    match body.get("expiresAt").and_then(Value::as_str) {
        Some(instant) => key.expires_at = Some(instant.to_owned()),
        None if lifts => key.expires_at = None,
        None => {}
    }
    key.stamps.updated = now;
    let key = key.clone();
    Ok(Reply::ok(render(call.account, &key)))
}

pub(crate) fn delete(call: &mut Call<'_>) -> Outcome {
    let uuid = find(&call.account.ingestion_keys, &call.target)?.uuid;
    call.account.ingestion_keys.retain(|key| key.uuid != uuid);
    Ok(Reply::empty())
}

fn render(account: &Account, key: &IngestionKey) -> Value {
    json!({
        "uuid": key.uuid.to_string(),
        "companyUUID": account.company.to_string(),
        "sourceReaderUUID": key.reader.to_string(),
        "name": key.name,
        "last4": key.last4,
        "expiresAt": key.expires_at,
        "createdAt": seconds(key.stamps.created),
        "updatedAt": seconds(key.stamps.updated),
    })
}
