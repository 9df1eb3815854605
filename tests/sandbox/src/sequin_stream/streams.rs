//! `/sequin_streams` and its older name `/http_pull_consumers`: receive, ack, nack (rules 71–90).

use std::collections::BTreeSet;
use std::time::Duration;

use base64::Engine as _;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::SequinStream;
use super::changeset::{captured, matches, uuid};
use super::error::{Fault, Outcome, Reply};
use super::request::Call;
use super::state::{Account, Sink};
use super::store::Message;
use super::time::micros;
use super::world::Outside;
use crate::clock::later;

/// The vendor looks for messages this often.
const POLL: Duration = Duration::from_millis(50);
/// Around this long the pull routes remember what a name stood for (rule 72).
const LOOKUP: Duration = Duration::from_secs(10);
const BATCH: &str = "Invalid `max_batch_size`. `max_batch_size` must be an integer between 1 and 1000.";
const WAIT: &str = "Invalid `wait_for`. Must be between 500 and 300,000 milliseconds, or use duration format like '60s', '5m', '1000ms'.";
const WAIT_FORMAT: &str =
    "Invalid `wait_for`. When using duration strings, format must be like '60s', '5m', or '1000ms'.";
const ACK_IDS: &str = "Invalid ack_ids. Must send a top-level `ack_ids` property that is a non-empty list of valid UUID strings";

/// A checked receive.
#[derive(Clone, Copy, Debug)]
struct Request {
    sink: Uuid,
    count: usize,
    wait: Option<Duration>,
}

/// Leases messages, after waiting for some if asked to.
pub(crate) async fn receive(
    simulated: &SequinStream,
    token: &str,
    path: Vec<String>,
    params: Map<String, Value>,
) -> Outcome {
    let target = path.into_iter().next().unwrap_or_default();
    let request = simulated.with_account(token, |account, outside| {
        // The order of the checks is fixed (rule 73).
        let sink = look_up(account, outside, &target)?;
        Ok(Request { sink, count: batch_size(&params)?, wait: wait_for(&params)? })
    })?;
    let Some(wait) = request.wait else { return lease(simulated, token, request) };
    let (simulated, token) = (simulated.clone(), token.to_owned());
    // In a task of its own: the vendor does not notice a client that leaves, and leases all the same (rule 90).
    let poll = tokio::spawn(async move {
        poll(&simulated, &token, request.sink, wait).await;
        lease(&simulated, &token, request)
    });
    poll.await.unwrap_or(Err(Fault::Framework(500)))
}

/// Waits until something is stored, be it leased already, or the time is over (rules 76 and 77).
async fn poll(simulated: &SequinStream, token: &str, sink: Uuid, wait: Duration) {
    let clock = simulated.clock();
    let deadline = later(clock.now(), wait);
    loop {
        let stored = simulated.with_account(token, |account, outside| Ok(count(account, outside, sink)));
        let now = clock.now();
        if stored.unwrap_or(0) > 0 || now >= deadline {
            return;
        }
        let left = Duration::from_millis(crate::clock::millis_between(now, deadline).max(1));
        clock.sleep(left.min(POLL)).await;
    }
}

fn lease(simulated: &SequinStream, token: &str, request: Request) -> Outcome {
    simulated.with_account(token, |account, outside| {
        let now = outside.now();
        let sink = running(account, outside, request.sink)?;
        sink.store.release_stale(now, outside.settings.ack_wait);
        if sink.status != "active" {
            return Ok(Reply::ok(json!({"data": []})));
        }
        let messages = sink.store.lease(request.count, now);
        sink.health.delivered |= !messages.is_empty();
        let sink = account.sink_by_id(request.sink).ok_or(Fault::Framework(500))?;
        let shown: Vec<_> = messages.iter().map(|message| render(account, sink, message)).collect();
        Ok(Reply::ok(json!({"data": shown})))
    })
}

pub(crate) fn ack(call: &mut Call<'_>) -> Outcome {
    let (sink, ids) = acknowledged(call)?;
    let limit = call.outside.settings.buffer_limit;
    running(call.account, call.outside, sink)?.store.ack(&ids, limit);
    Ok(Reply::ok(json!({"success": true})))
}

pub(crate) fn nack(call: &mut Call<'_>) -> Outcome {
    let (sink, ids) = acknowledged(call)?;
    running(call.account, call.outside, sink)?.store.nack(&ids);
    Ok(Reply::ok(json!({"success": true})))
}

fn acknowledged(call: &mut Call<'_>) -> Result<(Uuid, BTreeSet<Uuid>), Fault> {
    let target = call.target().to_owned();
    let sink = look_up(call.account, call.outside, &target)?;
    let ids = call.params.get("ack_ids").and_then(Value::as_array).filter(|ids| !ids.is_empty());
    let ids: Option<BTreeSet<Uuid>> =
        ids.and_then(|ids| ids.iter().map(|id| id.as_str().and_then(uuid)).collect());
    Ok((sink, ids.ok_or_else(|| Fault::bad_request(ACK_IDS))?))
}

/// The stream a path names, remembered for a while whether it was found or not (rules 71 and 72).
fn look_up(account: &mut Account, outside: &Outside, target: &str) -> Result<Uuid, Fault> {
    let now = outside.now();
    account.lookups.retain(|_, (until, _)| now < *until);
    let known = account.lookups.get(target).map(|(_, sink)| *sink);
    let found = known.unwrap_or_else(|| {
        let found = account.sink(target).ok().filter(|sink| sink.is_stream()).map(|sink| sink.id);
        account.lookups.insert(target.to_owned(), (later(now, lookup_time(target)), found));
        found
    });
    found.ok_or(Fault::NotFound("consumer"))
}

/// Ten seconds give or take 15 %; which it is depends on the name, so that a test sees the same each time.
fn lookup_time(target: &str) -> Duration {
    let spread = target.bytes().fold(0_u32, |sum, byte| (sum * 31 + u32::from(byte)) % 31);
    LOOKUP * (85 + spread) / 100
}

/// A sink whose message store is running (rule 83).
fn running<'a>(account: &'a mut Account, outside: &Outside, id: Uuid) -> Result<&'a mut Sink, Fault> {
    let gone = || Fault::Summary(500, "Call to SlotMessageStore failed with :noproc".to_owned());
    let runs = account.sink_by_id(id).is_some_and(|sink| is_running(account, outside, sink));
    account.sink_mut(id).filter(|_| runs).ok_or_else(gone)
}

fn is_running(account: &Account, outside: &Outside, sink: &Sink) -> bool {
    let slot_active = account.slot(sink.slot_id).is_some_and(|slot| slot.status == "active");
    let started = later(sink.inserted_at, outside.settings.store_start) <= outside.now();
    sink.store_running.unwrap_or(slot_active && started && sink.status != "disabled")
}

/// How many messages are stored; a store that does not run counts as empty.
fn count(account: &Account, outside: &Outside, id: Uuid) -> usize {
    let sink = account.sink_by_id(id).filter(|sink| is_running(account, outside, sink));
    sink.map_or(0, |sink| sink.store.len())
}

/// `batch_size` is the older name, and wins (rule 74).
fn batch_size(params: &Map<String, Value>) -> Result<usize, Fault> {
    let Some(value) = params.get("batch_size").or_else(|| params.get("max_batch_size")) else { return Ok(1) };
    let number = value.as_i64().or_else(|| value.as_str().and_then(|text| text.parse().ok()));
    let number = number.filter(|number| (1..=1000).contains(number));
    number.and_then(|number| usize::try_from(number).ok()).ok_or_else(|| Fault::bad_request(BATCH))
}

/// A number of milliseconds or a text such as "5s" (rule 75). Other kinds of value mean no wait.
fn wait_for(params: &Map<String, Value>) -> Result<Option<Duration>, Fault> {
    let millis = match params.get("wait_for") {
        Some(Value::String(text)) => {
            if !matches(r"^[0-9]+(ms|s|m)?$", text) {
                return Err(Fault::bad_request(WAIT_FORMAT));
            }
            let digits = captured(r"^([0-9]+)", text).and_then(|digits| digits.parse::<u64>().ok());
            let unit = match text.trim_start_matches(|letter: char| letter.is_ascii_digit()) {
                "s" => 1000,
                "m" => 60_000,
                _ => 1,
            };
            digits.map(|digits| Duration::from_millis(digits.saturating_mul(unit)))
        }
        Some(Value::Number(number)) => number
            .as_f64()
            .filter(|millis| (0.0..1e9).contains(millis))
            .map(|millis| Duration::from_secs_f64(millis / 1000.0)),
        _ => return Ok(None),
    };
    let allowed = Duration::from_millis(500)..=Duration::from_secs(300);
    millis.filter(|wait| allowed.contains(wait)).map(Some).ok_or_else(|| Fault::bad_request(WAIT))
}

fn render(account: &Account, sink: &Sink, message: &Message) -> Value {
    json!({"ack_id": message.ack_id.to_string(), "data": data(account, sink, message)})
}

/// The change as the vendor nests it. A path function picks a part of it; code is not run here, so that other
/// transform functions leave the change as it is.
fn data(account: &Account, sink: &Sink, message: &Message) -> Value {
    let database = account.database_of(sink.slot_id);
    let key = format!("{}:{}", message.lsn, message.index);
    let data = json!({
        "record": message.record,
        "changes": message.changes,
        "action": message.action,
        "metadata": {
            "table_schema": message.schema,
            "table_name": message.table,
            "commit_timestamp": timestamp(sink, message.committed_at),
            "commit_lsn": message.lsn,
            "commit_idx": message.index,
            "database_name": database.map(|database| &database.name),
            "transaction_annotations": null,
            "idempotency_key": base64::engine::general_purpose::STANDARD.encode(key),
            "record_pks": message.keys,
            "enrichment": null,
            "consumer": {"id": sink.id.to_string(), "name": sink.name, "annotations": sink.annotations},
            "database": database.map(|database| json!({
                "id": database.id.to_string(),
                "name": database.name,
                "annotations": database.annotations,
                "database": database.database,
                "hostname": database.hostname,
            })),
        },
    });
    let function = sink.transform.as_deref().and_then(|name| account.function(name));
    match function.filter(|function| function.kind == "path").and_then(|function| function.path.as_str()) {
        Some(path) => {
            path.split('.').try_fold(&data, |part, key| part.get(key)).cloned().unwrap_or(Value::Null)
        }
        None => data,
    }
}

fn timestamp(sink: &Sink, instant: Timestamp) -> Value {
    if sink.timestamp_format == "unix_microsecond" {
        json!(instant.as_microsecond())
    } else {
        micros(instant)
    }
}
