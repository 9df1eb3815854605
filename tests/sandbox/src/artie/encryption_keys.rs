//! `/encryption-keys` (rule 116).

use serde_json::{Value, json};

use super::reply::{Fault, Outcome, Reply};
use super::request::Call;
use super::salts::described;
use super::shape::{Kind, id, need, read, text};
use super::state::{Pipeline, Secret, Stamps, find, find_mut};
use super::time::seconds;

/// Without their material.
#[expect(clippy::unnecessary_wraps, reason = "all routes have one type")]
pub(crate) fn list(call: &mut Call<'_>) -> Outcome {
    Ok(Reply::ok(json!({"items": call.account.encryption_keys.iter().map(render).collect::<Vec<_>>()})))
}

/// In clear, for admins.
pub(crate) fn show(call: &mut Call<'_>) -> Outcome {
    call.account.needs_admin()?;
    let key = named(find(&call.account.encryption_keys, &call.target))?;
    let mut shown = render(key);
    shown["key"] = json!(key.value);
    Ok(Reply::ok(shown))
}

/// With a `kmsKeyUUID` it is a key of that service, otherwise a passphrase.
pub(crate) fn create(call: &mut Call<'_>) -> Outcome {
    let fields = [("name", Kind::Text), ("description", Kind::Text), ("kmsKeyUUID", Kind::Id)];
    let body = read(&fields, call.object()?, "")?;
    let key = Secret {
        uuid: call.outside.new_id(),
        name: need(&body, "name")?.to_owned(),
        description: text(&body, "description").to_owned(),
        value: call.outside.new_secret(),
        kms: id(&body, "kmsKeyUUID"),
        stamps: Stamps::at(call.outside.now()),
    };
    let shown = json!({"encryptionKey": render(&key), "key": key.value});
    call.account.encryption_keys.push(key);
    Ok(Reply::ok(shown))
}

pub(crate) fn update(call: &mut Call<'_>) -> Outcome {
    named(find(&call.account.encryption_keys, &call.target))?;
    let body = described(call.object()?)?;
    let now = call.outside.now();
    let key = named(find_mut(&mut call.account.encryption_keys, &call.target))?;
    key.describe(&body);
    key.stamps.updated = now;
    Ok(Reply::ok(render(key)))
}

/// Refused while a pipeline encrypts with it.
pub(crate) fn delete(call: &mut Call<'_>) -> Outcome {
    let uuid = named(find(&call.account.encryption_keys, &call.target))?.uuid;
    let uses = |pipeline: &&Pipeline| pipeline.refers("encryptionKeyUUID", uuid);
    if let Some(pipeline) = call.account.pipelines.iter().find(uses) {
        return Err(Fault::bad(format!("the encryption key is used by pipeline \"{}\"", pipeline.name())));
    }
    call.account.encryption_keys.retain(|key| key.uuid != uuid);
    Ok(Reply::empty())
}

fn named<T>(found: Result<T, Fault>) -> Result<T, Fault> {
    found.map_err(|_| Fault::missing("encryption key"))
}

fn render(key: &Secret) -> Value {
    json!({
        "uuid": key.uuid.to_string(),
        "name": key.name,
        "description": key.description,
        "type": if key.kms.is_some() { "kms" } else { "passphrase" },
        "kmsKeyUUID": key.kms.map(|uuid| uuid.to_string()),
        "createdAt": seconds(key.stamps.created),
        "updatedAt": seconds(key.stamps.updated),
    })
}
