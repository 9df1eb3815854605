//! `/column-hashing-salts` (rule 116).

use serde_json::{Map, Value, json};

use super::reply::{Fault, Outcome, Reply};
use super::request::Call;
use super::sha256::{hex, hmac_sha256, sha256};
use super::shape::{Kind, need, need_keys, read, text};
use super::state::{Pipeline, Secret, Stamps, find, find_mut};
use super::time::seconds;

/// Without their values.
#[expect(clippy::unnecessary_wraps, reason = "all routes have one type")]
pub(crate) fn list(call: &mut Call<'_>) -> Outcome {
    Ok(Reply::ok(json!({"items": call.account.salts.iter().map(render).collect::<Vec<_>>()})))
}

/// In clear, for admins.
pub(crate) fn show(call: &mut Call<'_>) -> Outcome {
    call.account.needs_admin()?;
    let salt = named(find(&call.account.salts, &call.target))?;
    let mut shown = render(salt);
    shown["salt"] = json!(salt.value);
    Ok(Reply::ok(shown))
}

/// Makes a random salt unless one is given, be it empty.
pub(crate) fn create(call: &mut Call<'_>) -> Outcome {
    let fields = [("name", Kind::Text), ("description", Kind::Text), ("salt", Kind::Text)];
    let body = read(&fields, call.object()?, "")?;
    let name = need(&body, "name")?.to_owned();
    let given = body.get("salt").and_then(Value::as_str).map(str::to_owned);
    let salt = Secret {
        uuid: call.outside.new_id(),
        name,
        description: text(&body, "description").to_owned(),
        value: given.unwrap_or_else(|| call.outside.new_secret()),
        kms: None,
        stamps: Stamps::at(call.outside.now()),
    };
    let shown = json!({"columnHashingSalt": render(&salt), "salt": salt.value});
    call.account.salts.push(salt);
    Ok(Reply::ok(shown))
}

pub(crate) fn update(call: &mut Call<'_>) -> Outcome {
    named(find(&call.account.salts, &call.target))?;
    let body = described(call.object()?)?;
    let now = call.outside.now();
    let salt = named(find_mut(&mut call.account.salts, &call.target))?;
    salt.describe(&body);
    salt.stamps.updated = now;
    Ok(Reply::ok(render(salt)))
}

/// Refused while a pipeline hashes with it.
pub(crate) fn delete(call: &mut Call<'_>) -> Outcome {
    let uuid = named(find(&call.account.salts, &call.target))?.uuid;
    let uses = |pipeline: &&Pipeline| pipeline.refers("columnHashingSaltUUID", uuid);
    if let Some(pipeline) = call.account.pipelines.iter().find(uses) {
        return Err(Fault::bad(format!("the salt is used by pipeline \"{}\"", pipeline.name())));
    }
    call.account.salts.retain(|salt| salt.uuid != uuid);
    Ok(Reply::empty())
}

/// The hash of a sample: HMAC-SHA256 keyed by the salt, plain SHA-256 when the salt is empty.
pub(crate) fn preview(call: &mut Call<'_>) -> Outcome {
    let salt = named(find(&call.account.salts, &call.target))?;
    let body = read(&[("value", Kind::Text)], call.object()?, "")?;
    need_keys(&body, &["value"])?;
    let value = text(&body, "value").as_bytes();
    let hash = if salt.value.is_empty() { sha256(value) } else { hmac_sha256(salt.value.as_bytes(), value) };
    Ok(Reply::ok(json!({"hash": hex(&hash)})))
}

/// What an update of a salt or key may change: a name, which is needed, and a description.
pub(crate) fn described(body: &Map<String, Value>) -> Result<Map<String, Value>, Fault> {
    let body = read(&[("name", Kind::Text), ("description", Kind::Text)], body, "")?;
    need(&body, "name")?;
    Ok(body)
}

impl Secret {
    /// Takes over name and description; one that is left out stays.
    pub(crate) fn describe(&mut self, body: &Map<String, Value>) {
        text(body, "name").clone_into(&mut self.name);
        if let Some(description) = body.get("description").and_then(Value::as_str) {
            description.clone_into(&mut self.description);
        }
    }
}

fn named<T>(found: Result<T, Fault>) -> Result<T, Fault> {
    found.map_err(|_| Fault::missing("column hashing salt"))
}

fn render(salt: &Secret) -> Value {
    json!({
        "uuid": salt.uuid.to_string(),
        "name": salt.name,
        "description": salt.description,
        "createdAt": seconds(salt.stamps.created),
        "updatedAt": seconds(salt.stamps.updated),
    })
}
