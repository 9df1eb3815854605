//! What the vendor creates and removes on the servers themselves (rules 110 and 115).

use serde_json::json;

use super::discovery::wrapped;
use super::reach::Target;
use super::reply::{Fault, Outcome, Reply};
use super::request::Call;
use super::server::{Database, Server};
use super::shape::{Kind, need, read, text};
use super::state::find;
use super::world::Outside;

pub(crate) fn new_database(call: &mut Call<'_>) -> Outcome {
    let (target, body) = wrapped(call)?;
    let name = need(&body, "name")?;
    let server = connect(&target, call.outside)?;
    if server.find(name).is_some() {
        return Err(exists("database", name));
    }
    server.databases.push(Database { name: name.to_owned(), schemas: Vec::new(), tables: Vec::new() });
    Ok(Reply::empty())
}

pub(crate) fn new_schema(call: &mut Call<'_>) -> Outcome {
    let (target, body) = wrapped(call)?;
    let (database, name) = (need(&body, "databaseName")?, need(&body, "name")?);
    let server = connect(&target, call.outside)?;
    let folds = server.kind == "snowflake";
    let same = |one: &str, other: &str| if folds { one.eq_ignore_ascii_case(other) } else { one == other };
    let found = server.databases.iter_mut().find(|known| same(&known.name, database));
    let found = found.ok_or_else(|| Fault::bad(format!("database \"{database}\" does not exist")))?;
    if found.schemas.iter().any(|known| same(known, name)) {
        return Err(exists("schema", name));
    }
    found.schemas.push(name.to_owned());
    Ok(Reply::empty())
}

/// There is neither a size to choose nor an id to get: the warehouse's name is all there is.
pub(crate) fn new_warehouse(call: &mut Call<'_>) -> Outcome {
    let (target, body) = wrapped(call)?;
    let name = need(&body, "name")?;
    if target.kind != "snowflake" {
        return Err(Fault::bad("warehouses can only be created through a snowflake connector"));
    }
    let server = connect(&target, call.outside)?;
    if server.warehouses.iter().any(|known| server.same(known, name)) {
        return Err(exists("warehouse", name));
    }
    server.warehouses.push(name.to_owned());
    Ok(Reply::empty())
}

/// Drops a slot nobody reads (rule 115).
pub(crate) fn drop_slot(call: &mut Call<'_>) -> Outcome {
    let connector = find(&call.account.connectors, &call.target)?;
    let target = Target::saved(connector);
    let body = read(&[("slotName", Kind::Text)], call.object()?, "")?;
    let name = need(&body, "slotName")?;
    if target.kind != "postgresql" {
        return Err(Fault::bad("only postgresql has replication slots"));
    }
    let server = connect(&target, call.outside)?;
    match server.slots.iter().find(|(known, _)| known == name) {
        None => Err(Fault::new(404, format!("replication slot \"{name}\" does not exist"))),
        Some((_, true)) => Err(Fault::bad(format!("replication slot \"{name}\" is active"))),
        Some((_, false)) => {
            server.slots.retain(|(known, _)| known != name);
            Ok(Reply::empty())
        }
    }
}

/// Starts an export of a `DynamoDB` table, which nobody watches here.
pub(crate) fn start_export(call: &mut Call<'_>) -> Outcome {
    let connector = find(&call.account.connectors, &call.target)?;
    let body = read(&[("s3Bucket", Kind::Text), ("s3Prefix", Kind::Text)], call.object()?, "")?;
    need(&body, "s3Bucket")?;
    if connector.kind != "dynamodb" {
        return Err(Fault::bad("exports can only be started through a dynamodb connector"));
    }
    let stream = text(&connector.config, "streamsArn").to_owned();
    let table = stream.split("/stream/").next().unwrap_or(&stream).to_owned();
    let number = call.outside.new_id().simple().to_string();
    let millis = call.outside.now().as_millisecond();
    let (short, _) = number.split_at_checked(8).unwrap_or((&number, ""));
    Ok(Reply::ok(json!({"exportARN": format!("{table}/export/{millis:014}-{short}")})))
}

fn connect<'a>(target: &Target, outside: &'a mut Outside) -> Result<&'a mut Server, Fault> {
    let server = target.connect_mut(outside).map_err(Fault::bad)?;
    server.ok_or_else(|| Fault::bad(format!("connectors of type {} cannot do this", target.kind)))
}

fn exists(noun: &str, name: &str) -> Fault {
    Fault::bad(format!("{noun} \"{name}\" already exists"))
}
