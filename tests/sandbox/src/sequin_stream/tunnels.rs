//! `/local_tunnels`: what is reached through a tunnel, and the ports set aside for it.

use serde_json::json;

use super::error::{Outcome, Reply};
use super::request::Call;

#[expect(clippy::unnecessary_wraps, reason = "all routes have one type")]
pub(crate) fn list(call: &mut Call<'_>) -> Outcome {
    let account = &*call.account;
    let endpoints = account.endpoints.iter().filter(|endpoint| endpoint.use_local_tunnel);
    let databases = account.databases.iter().filter(|database| database.use_local_tunnel);
    let tunnels: Vec<_> = endpoints
        .map(|endpoint| json!({"entity_id": endpoint.id.to_string(), "bastion_port": endpoint.uri.port, "entity_name": endpoint.name}))
        .chain(databases.map(
            |database| json!({"entity_id": database.id.to_string(), "bastion_port": database.port, "entity_name": database.name}),
        ))
        .chain(account.bastion_ports.iter().map(
            |(id, port, name)| json!({"entity_id": id.to_string(), "bastion_port": port, "entity_name": name}),
        ))
        .collect();
    Ok(Reply::ok(json!({"data": tunnels})))
}
