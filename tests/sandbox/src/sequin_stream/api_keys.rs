//! `/api_keys`: the tokens of the account (rules 37 and 38).

use serde_json::{Value, json};

use super::changeset::{Errors, path_uuid};
use super::error::{Fault, Outcome, Reply};
use super::request::Call;
use super::state::{Account, ApiKey};
use super::time::seconds;
use super::world::Outside;

#[expect(clippy::unnecessary_wraps, reason = "all routes have one type")]
pub(crate) fn list(call: &mut Call<'_>) -> Outcome {
    Ok(Reply::ok(json!({"data": call.account.api_keys.iter().map(render).collect::<Vec<_>>()})))
}

pub(crate) fn create(call: &mut Call<'_>) -> Outcome {
    add(call.account, call.outside, call.params.get("name"), call.params.get("token"))
        .map(|key| Reply::ok(render(&key)))
}

/// Adds a key; without a `token` it gets a random one that the API never shows.
pub(crate) fn add(
    account: &mut Account,
    outside: &mut Outside,
    name: Option<&Value>,
    token: Option<&Value>,
) -> Result<ApiKey, Fault> {
    let mut errors = Errors::default();
    let name = errors.text("name", name);
    let token = errors.text("token", token);
    errors.present("name", &name);
    errors.name(&name);
    errors.changeset()?;
    let name = name.as_str().unwrap_or_default().to_owned();
    if account.api_keys.iter().any(|key| key.name == name) {
        return Err(Fault::field("name", "has already been taken"));
    }
    let token = token.as_str().map_or_else(|| random_token(outside), str::to_owned);
    let key = ApiKey { id: outside.new_id(), name, token, inserted_at: outside.now() };
    account.api_keys.push(key.clone());
    Ok(key)
}

pub(crate) fn delete(call: &mut Call<'_>) -> Outcome {
    let id = path_uuid(call.target())?;
    let before = call.account.api_keys.len();
    call.account.api_keys.retain(|key| key.id != id);
    if call.account.api_keys.len() == before {
        return Err(Fault::NotFound("api token"));
    }
    Ok(Reply::ok(json!({"success": true})))
}

fn random_token(outside: &mut Outside) -> String {
    (0..2).map(|_| outside.new_id().simple().to_string()).collect()
}

fn render(key: &ApiKey) -> Value {
    json!({"id": key.id.to_string(), "name": key.name, "inserted_at": seconds(key.inserted_at)})
}
