//! `/connectors`: saved addresses and logins of sources and destinations. There is no list of them.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::connector_config::{address, check};
use super::reach::Target;
use super::reply::{Fault, Outcome, Reply};
use super::request::Call;
use super::shape::{id, inner, need, read, text};
use super::shapes::CONNECTOR;
use super::state::{Account, Connector, Pipeline, Stamps, Status, find, find_mut};
use super::time::seconds;
use super::world::Outside;

pub(crate) fn show(call: &mut Call<'_>) -> Outcome {
    let connector = find(&call.account.connectors, &call.target)?;
    Ok(Reply::ok(render(call.account, call.outside, connector)))
}

pub(crate) fn create(call: &mut Call<'_>) -> Outcome {
    let fields = payload(call.account, call.object()?)?;
    let connector = build(call.outside, fields);
    let shown = render(call.account, call.outside, &connector);
    call.account.connectors.push(connector);
    Ok(Reply::ok(shown))
}

/// Replaces a connector. What it feeds or loads has to be deployed again.
pub(crate) fn update(call: &mut Call<'_>) -> Outcome {
    let old = find(&call.account.connectors, &call.target)?.clone();
    let fields = payload(call.account, call.object()?)?;
    if id(&fields, "uuid").is_some_and(|uuid| uuid != old.uuid) {
        return Err(Fault::bad("uuid differs from the one in the path"));
    }
    if text(&fields, "type") != old.kind {
        return Err(Fault::bad("the type of a connector cannot be changed"));
    }
    let mut new = build(call.outside, fields);
    new.uuid = old.uuid;
    new.stamps.created = old.stamps.created;
    *find_mut(&mut call.account.connectors, &call.target)? = new.clone();
    call.account.tables_read.retain(|(connector, ..), _| *connector != new.uuid);
    for at in dependents(call.account, new.uuid) {
        if let Some(pipeline) = call.account.pipelines.get_mut(at) {
            pipeline.undeployed = true;
        }
    }
    Ok(Reply::ok(render(call.account, call.outside, &new)))
}

/// Deletes a connector, which stops the pipelines that depend on it (rule 112).
pub(crate) fn delete(call: &mut Call<'_>) -> Outcome {
    let uuid = find(&call.account.connectors, &call.target)?.uuid;
    let now = call.outside.now();
    for at in dependents(call.account, uuid) {
        let Some(pipeline) = call.account.pipelines.get_mut(at) else { continue };
        // A deploy that is cut off has deployed nothing.
        pipeline.undeployed |= pipeline.deploy.take().is_some();
        if pipeline.status != Status::Draft {
            pipeline.set_status(Status::Paused, now);
        }
    }
    let readers = call.account.readers.iter_mut().filter(|reader| reader.connector == uuid);
    readers.filter(|reader| reader.status == "running").for_each(|reader| reader.status = "paused");
    call.account.connectors.retain(|connector| connector.uuid != uuid);
    Ok(Reply::empty())
}

/// Where in the list the pipelines are that read or load through a connector.
fn dependents(account: &Account, uuid: Uuid) -> Vec<usize> {
    let readers: Vec<Uuid> =
        account.readers.iter().filter(|reader| reader.connector == uuid).map(|reader| reader.uuid).collect();
    let depends = |pipeline: &Pipeline| {
        pipeline.refers("destinationUUID", uuid)
            || readers.iter().any(|reader| pipeline.refers("sourceReaderUUID", *reader))
    };
    let pipelines = account.pipelines.iter().enumerate();
    pipelines.filter(|(_, pipeline)| depends(pipeline)).map(|(at, _)| at).collect()
}

/// A connector's payload, with all it refers to.
fn payload(account: &Account, body: &Map<String, Value>) -> Result<Map<String, Value>, Fault> {
    let fields = read(CONNECTOR, body, "")?;
    let kind = need(&fields, "type")?;
    match inner(&fields, "sharedConfig") {
        Some(config) => check(kind, config)?,
        // What arrives by API needs no address.
        None if kind == "api" => {}
        None => return Err(Fault::bad("sharedConfig is required")),
    }
    if let Some(uuid) = id(&fields, "sshTunnelUUID") {
        account.tunnels.iter().find(|tunnel| tunnel.uuid == uuid).ok_or_else(|| unknown("sshTunnelUUID"))?;
    }
    for name in ["privateLinkUUID", "snapshotPrivateLinkUUID"] {
        if let Some(uuid) = id(&fields, name) {
            account.links.iter().find(|link| link.uuid == uuid).ok_or_else(|| unknown(name))?;
        }
    }
    Ok(fields)
}

fn unknown(name: &str) -> Fault {
    Fault::bad(format!("{name} names nothing in this account"))
}

/// A new connector from the fields of its payload.
pub(crate) fn build(outside: &mut Outside, mut fields: Map<String, Value>) -> Connector {
    let config = match fields.remove("sharedConfig") {
        Some(Value::Object(config)) => config,
        _ => Map::new(),
    };
    fields.remove("uuid");
    let kind = text(&fields, "type").to_owned();
    fields.remove("type");
    Connector { uuid: outside.new_id(), kind, config, fields, stamps: Stamps::at(outside.now()) }
}

/// A connector as the vendor shows it, secrets in clear: its own client reads them from here.
pub(crate) fn render(account: &Account, outside: &Outside, connector: &Connector) -> Value {
    let optional = |name: &str| connector.fields.get(name).cloned().unwrap_or(Value::Null);
    let or = |name: &str, default: Value| connector.fields.get(name).cloned().unwrap_or(default);
    json!({
        "uuid": connector.uuid.to_string(),
        "companyUUID": account.company.to_string(),
        "environmentUUID": or("environmentUUID", json!(account.environment.to_string())),
        "dataPlaneName": or("dataPlaneName", json!(account.data_plane)),
        "label": connector.label(),
        "connectionLabel": address(&connector.kind, &connector.config),
        "type": connector.kind,
        "sharedConfig": connector.config,
        "defaultDatabase": text(&connector.fields, "defaultDatabase"),
        "isValid": Target::saved(connector).connect(outside).is_ok(),
        "sshTunnelUUID": optional("sshTunnelUUID"),
        "privateLinkUUID": optional("privateLinkUUID"),
        "snapshotPrivateLinkUUID": optional("snapshotPrivateLinkUUID"),
        "createdAt": seconds(connector.stamps.created),
        "updatedAt": seconds(connector.stamps.updated),
    })
}
