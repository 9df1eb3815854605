//! `/privatelink-connections`: under review, then provisioned, then live, all by the clock (rule 114).

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::reply::{Fault, Outcome, Reply};
use super::request::Call;
use super::shape::Kind::{Id, Names, Text};
use super::shape::{Field, id, items, need, need_keys, read, text};
use super::state::{Account, Link, Stamps, find, find_mut};
use super::time::{optional, seconds};
use super::world::{Outside, Settings};
use crate::clock::later;

const LINK: &[Field] = &[
    ("name", Text),
    ("vpcServiceName", Text),
    ("availabilityZoneIds", Names),
    ("dataPlaneName", Text),
    ("environmentUUID", Id),
];

pub(crate) fn show(call: &mut Call<'_>) -> Outcome {
    let link = find(&call.account.links, &call.target)?;
    Ok(Reply::ok(render(call.account, call.outside, link)))
}

pub(crate) fn create(call: &mut Call<'_>) -> Outcome {
    let body = read(LINK, call.object()?, "")?;
    check(&body)?;
    let now = call.outside.now();
    let link = Link {
        uuid: call.outside.new_id(),
        environment: id(&body, "environmentUUID").unwrap_or(call.account.environment),
        name: text(&body, "name").to_owned(),
        service: text(&body, "vpcServiceName").to_owned(),
        zones: items(&body, "availabilityZoneIds").to_vec(),
        data_plane: body.get("dataPlaneName").and_then(Value::as_str).map(str::to_owned),
        asked_at: now,
        dictated: None,
        stamps: Stamps::at(now),
    };
    let shown = render(call.account, call.outside, &link);
    call.account.links.push(link);
    Ok(Reply::ok(shown))
}

/// The name may always change, the rest only under review or after an error (rule 114).
pub(crate) fn update(call: &mut Call<'_>) -> Outcome {
    find(&call.account.links, &call.target)?;
    let body = read(LINK, call.object()?, "")?;
    need_keys(&body, &["name", "vpcServiceName", "availabilityZoneIds"])?;
    check(&body)?;
    let (now, settings) = (call.outside.now(), call.outside.settings);
    let link = find_mut(&mut call.account.links, &call.target)?;
    let (service, zones) = (text(&body, "vpcServiceName"), items(&body, "availabilityZoneIds"));
    let plane = body.get("dataPlaneName").and_then(Value::as_str);
    let differs = link.service != service
        || link.zones != zones
        || plane.is_some_and(|plane| link.data_plane.as_deref().is_some_and(|known| known != plane));
    let stage = stage(link, now, &settings);
    if differs && !matches!(stage.as_str(), "pending" | "errored") {
        return Err(Fault::bad(format!(
            "the configuration cannot be changed while the connection is {stage}"
        )));
    }
    text(&body, "name").clone_into(&mut link.name);
    if differs {
        service.clone_into(&mut link.service);
        link.zones = zones.to_vec();
        if let Some(plane) = plane {
            link.data_plane = Some(plane.to_owned());
        }
        // What has changed is looked at again.
        link.asked_at = now;
        link.dictated = None;
    }
    link.stamps.updated = now;
    let link = find(&call.account.links, &call.target)?;
    Ok(Reply::ok(render(call.account, call.outside, link)))
}

/// Refused while a connector goes through it.
pub(crate) fn delete(call: &mut Call<'_>) -> Outcome {
    let uuid = find(&call.account.links, &call.target)?.uuid;
    let names = ["privateLinkUUID", "snapshotPrivateLinkUUID"];
    let mut connectors = call.account.connectors.iter();
    let user =
        connectors.find(|connector| names.iter().any(|name| id(&connector.fields, name) == Some(uuid)));
    if let Some(connector) = user {
        return Err(Fault::bad(format!(
            "the PrivateLink connection is used by connector \"{}\"",
            connector.label()
        )));
    }
    call.account.links.retain(|link| link.uuid != uuid);
    Ok(Reply::empty())
}

fn check(body: &Map<String, Value>) -> Result<(), Fault> {
    let service = need(body, "vpcServiceName")?;
    if region(service).is_none() {
        return Err(Fault::bad("vpcServiceName must look like com.amazonaws.vpce.<region>.vpce-svc-<id>"));
    }
    let zones = items(body, "availabilityZoneIds");
    if zones.is_empty() || zones.iter().any(|zone| zone == "") {
        return Err(Fault::bad("availabilityZoneIds is required"));
    }
    Ok(())
}

fn region(service: &str) -> Option<&str> {
    let (region, id) = service.strip_prefix("com.amazonaws.vpce.")?.split_once('.')?;
    (!region.is_empty() && id.starts_with("vpce-svc-")).then_some(region)
}

/// How far time has brought it. Of the words only `pending` and `available` are known.
fn stage(link: &Link, now: Timestamp, settings: &Settings) -> String {
    let approved = later(link.asked_at, settings.review);
    let live = later(approved, settings.provisioning);
    let by_time = match now {
        now if now < approved => "pending",
        now if now < live => "provisioning",
        _ => "available",
    };
    link.dictated.clone().unwrap_or_else(|| by_time.to_owned())
}

fn render(account: &Account, outside: &Outside, link: &Link) -> Value {
    let stage = stage(link, outside.now(), &outside.settings);
    let approved = matches!(stage.as_str(), "provisioning" | "available");
    let id = link.uuid.simple().to_string();
    let (short, _) = id.split_at_checked(17).unwrap_or((&id, ""));
    let region = region(&link.service).unwrap_or_default();
    let endpoint = if stage == "available" { format!("vpce-{short}") } else { String::new() };
    let dns = if stage == "available" {
        format!("{endpoint}.{}.vpce.amazonaws.com", link.service.trim_start_matches("com.amazonaws.vpce."))
    } else {
        String::new()
    };
    json!({
        "uuid": link.uuid.to_string(),
        "companyUUID": account.company.to_string(),
        "environmentUUID": link.environment.to_string(),
        "name": link.name,
        "status": stage,
        "vpcServiceName": link.service,
        "vpcEndpointId": endpoint,
        "region": region,
        "availabilityZoneIds": link.zones,
        "dnsEntry": dns,
        "provisioningError": if stage == "errored" { "the endpoint service refused the connection" } else { "" },
        "approvedAt": optional(approved.then(|| later(link.asked_at, outside.settings.review))),
        "createdBy": "",
        "dataPlaneName": link.data_plane.as_ref().unwrap_or(&account.data_plane),
        "createdAt": seconds(link.stamps.created),
        "updatedAt": seconds(link.stamps.updated),
    })
}
