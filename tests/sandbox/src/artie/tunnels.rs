//! `/ssh-tunnels`: the vendor makes the key pair, the customer installs the public half (rules 112 and 113).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::reply::{Fault, Outcome, Reply};
use super::request::Call;
use super::shape::Kind::{Flag, Id, Instant, Text, Whole};
use super::shape::{Field, id, need, need_keys, read, text};
use super::state::{Account, Connector, Stamps, Tunnel, find, find_mut};
use super::time::seconds;

const TUNNEL: &[Field] = &[
    ("uuid", Id),
    ("companyUUID", Id),
    ("environmentUUID", Id),
    ("name", Text),
    ("host", Text),
    ("port", Whole),
    ("username", Text),
    ("publicKey", Text),
    ("isInUse", Flag),
    ("createdAt", Instant),
    ("updatedAt", Instant),
];

pub(crate) fn show(call: &mut Call<'_>) -> Outcome {
    Ok(Reply::ok(render(call.account, find(&call.account.tunnels, &call.target)?)))
}

pub(crate) fn create(call: &mut Call<'_>) -> Outcome {
    let body = read(TUNNEL, call.object()?, "")?;
    let port = check(&body)?;
    let tunnel = Tunnel {
        uuid: call.outside.new_id(),
        environment: id(&body, "environmentUUID").unwrap_or(call.account.environment),
        name: text(&body, "name").to_owned(),
        host: text(&body, "host").to_owned(),
        port,
        username: text(&body, "username").to_owned(),
        public_key: public_key(&call.outside.new_secret()),
        stamps: Stamps::at(call.outside.now()),
    };
    let shown = render(call.account, &tunnel);
    call.account.tunnels.push(tunnel);
    Ok(Reply::ok(shown))
}

/// Takes the whole tunnel, of which four fields may differ. What goes through it has to be deployed again
/// (rule 113).
pub(crate) fn update(call: &mut Call<'_>) -> Outcome {
    let old = find(&call.account.tunnels, &call.target)?.clone();
    let body = read(TUNNEL, call.object()?, "")?;
    let needed = ["uuid", "companyUUID", "environmentUUID", "name", "host", "port", "publicKey", "username"];
    need_keys(&body, &needed)?;
    let port = check(&body)?;
    let same = id(&body, "uuid") == Some(old.uuid)
        && id(&body, "companyUUID") == Some(call.account.company)
        && id(&body, "environmentUUID") == Some(old.environment)
        && text(&body, "publicKey") == old.public_key;
    if !same {
        return Err(Fault::bad("only name, host, port and username can be changed"));
    }
    let now = call.outside.now();
    let tunnel = find_mut(&mut call.account.tunnels, &call.target)?;
    text(&body, "name").clone_into(&mut tunnel.name);
    text(&body, "host").clone_into(&mut tunnel.host);
    text(&body, "username").clone_into(&mut tunnel.username);
    tunnel.port = port;
    tunnel.stamps.updated = now;
    mark_pipelines(call.account, old.uuid);
    Ok(Reply::ok(render(call.account, find(&call.account.tunnels, &call.target)?)))
}

/// Refused while a connector goes through it (rule 112).
pub(crate) fn delete(call: &mut Call<'_>) -> Outcome {
    let uuid = find(&call.account.tunnels, &call.target)?.uuid;
    if let Some(connector) = call.account.connectors.iter().find(|connector| goes_through(connector, uuid)) {
        return Err(Fault::bad(format!("the SSH tunnel is used by connector \"{}\"", connector.label())));
    }
    call.account.tunnels.retain(|tunnel| tunnel.uuid != uuid);
    Ok(Reply::empty())
}

fn goes_through(connector: &Connector, tunnel: Uuid) -> bool {
    id(&connector.fields, "sshTunnelUUID") == Some(tunnel)
}

fn mark_pipelines(account: &mut Account, tunnel: Uuid) {
    let connectors: Vec<Uuid> = account
        .connectors
        .iter()
        .filter(|connector| goes_through(connector, tunnel))
        .map(|connector| connector.uuid)
        .collect();
    let readers: Vec<Uuid> = account
        .readers
        .iter()
        .filter(|reader| connectors.contains(&reader.connector))
        .map(|reader| reader.uuid)
        .collect();
    for pipeline in &mut account.pipelines {
        let reads = readers.iter().any(|reader| pipeline.refers("sourceReaderUUID", *reader));
        let loads = connectors.iter().any(|connector| pipeline.refers("destinationUUID", *connector));
        pipeline.undeployed |= reads || loads;
    }
}

fn check(body: &Map<String, Value>) -> Result<i64, Fault> {
    need(body, "host")?;
    need(body, "username")?;
    need_keys(body, &["port"])?;
    let port = body.get("port").and_then(Value::as_i64).filter(|port| (1..=65_535).contains(port));
    port.ok_or_else(|| Fault::bad("port must be a port number"))
}

/// In the form of `authorized_keys`; nobody has the private half.
pub(crate) fn public_key(secret: &str) -> String {
    let mut bytes = b"\x00\x00\x00\x0bssh-ed25519\x00\x00\x00\x20".to_vec();
    bytes.extend(secret.bytes().take(32));
    format!("ssh-ed25519 {} artie", STANDARD.encode(bytes))
}

fn render(account: &Account, tunnel: &Tunnel) -> Value {
    json!({
        "uuid": tunnel.uuid.to_string(),
        "companyUUID": account.company.to_string(),
        "environmentUUID": tunnel.environment.to_string(),
        "name": tunnel.name,
        "host": tunnel.host,
        "port": tunnel.port,
        "username": tunnel.username,
        "publicKey": tunnel.public_key,
        "isInUse": account.connectors.iter().any(|connector| goes_through(connector, tunnel.uuid)),
        "createdAt": seconds(tunnel.stamps.created),
        "updatedAt": seconds(tunnel.stamps.updated),
    })
}
