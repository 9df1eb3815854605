//! Changes that keep arriving in the demo streams, and what their rows look like.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Change;
use super::ingest::ingest;
use super::state::Account;
use super::world::Outside;
use crate::clock::later;

/// A stream nobody reads does not grow without end.
const LONGEST_QUEUE: usize = 200;

/// A source of changes for one sink.
#[derive(Clone, Debug)]
pub(crate) struct Feed {
    pub(crate) sink: Uuid,
    pub(crate) every: Duration,
    pub(crate) next_at: Timestamp,
    /// Number of the next change; the rows depend on nothing else.
    pub(crate) number: u64,
    pub(crate) make: fn(u64) -> Change,
}

/// Delivers what has become due.
pub(crate) fn advance(account: &mut Account, outside: &mut Outside) {
    let now = outside.now();
    let mut feeds = std::mem::take(&mut account.feeds);
    for feed in &mut feeds {
        while feed.next_at <= now {
            if queue(account, feed.sink).is_none_or(|length| length >= LONGEST_QUEUE) {
                feed.next_at = later(now, feed.every);
                break;
            }
            put(account, outside, feed);
            feed.next_at = later(feed.next_at, feed.every);
        }
    }
    account.feeds = feeds;
}

/// Puts a feed's next change into its sink.
pub(crate) fn put(account: &mut Account, outside: &mut Outside, feed: &mut Feed) {
    let change = (feed.make)(feed.number);
    feed.number += 1;
    let slot = account.sink_by_id(feed.sink).map(|sink| sink.slot_id);
    let table = slot.and_then(|slot| account.database_of(slot)?.table(&change.table).cloned());
    if let (Some(table), Some(sink)) = (table, account.sink_mut(feed.sink)) {
        ingest(sink, &table, &change, outside);
    }
}

fn queue(account: &Account, sink: Uuid) -> Option<usize> {
    account.sink_by_id(sink).map(|sink| sink.store.len())
}

const COMPANIES: [&str; 7] =
    ["Northwind", "Globex", "Initech", "Umbrella", "Hooli", "Stark Industries", "Soylent"];

/// New users; every third is on the enterprise plan, every eighth has just been upgraded to it.
pub(crate) fn signup(number: u64) -> Change {
    let tier = match number % 3 {
        0 => "enterprise",
        1 => "starter",
        _ => "team",
    };
    let company = pick(&COMPANIES, number);
    let id = 12_481 + number;
    let record = |tier: &str| {
        json!({
            "id": id,
            "email": format!("user{id}@{}.example.com", company.to_lowercase().replace(' ', "-")),
            "company": company,
            "plan_tier": tier,
            "created_at": "2026-11-20T08:30:00Z",
        })
    };
    if number % 8 == 7 {
        return Change::update("public.users", record("enterprise"), json!({"plan_tier": "team"}));
    }
    Change::insert("public.users", record(tier))
}

/// Invoices that are made, paid and voided, and payments.
pub(crate) fn billing(number: u64) -> Change {
    let cents = number * 731 % 90_000 + 1_500;
    match number % 4 {
        0 => Change::insert("public.invoices", invoice(54_701 + number, "open", cents)),
        1 => Change::insert(
            "public.payments",
            json!({"id": 88_200 + number, "invoice_id": 54_600 + number, "amount_cents": cents, "method": "card"}),
        ),
        2 => Change::update(
            "public.invoices",
            invoice(54_600 + number, "paid", cents),
            json!({"status": "open"}),
        ),
        _ => Change::delete("public.invoices", invoice(54_500 + number, "void", cents)),
    }
}

/// Invoices waiting to be processed.
pub(crate) fn invoice_due(number: u64) -> Change {
    Change::insert("public.invoices", invoice(54_650 + number, "open", number * 419 % 70_000 + 2_000))
}

fn invoice(id: u64, status: &str, cents: u64) -> Value {
    json!({"id": id, "customer_id": id % 97 + 1, "status": status, "amount_cents": cents, "currency": "USD"})
}

/// Orders of the old shop; every fourth has lost its customer.
pub(crate) fn legacy_order(number: u64) -> Change {
    let id = 30_017 + number;
    let mut record = json!({
        "id": id,
        "customer_uuid": format!("7d1f5c3e-2b4a-4c6d-8e9f-{id:012}"),
        "status": if number.is_multiple_of(2) { "placed" } else { "shipped" },
        "total_cents": number * 353 % 40_000 + 900,
    });
    match (number % 8, &mut record) {
        (3, Value::Object(record)) => {
            record.remove("customer_uuid");
        }
        (7, Value::Object(record)) => {
            record.insert("customer_uuid".to_owned(), Value::Null);
        }
        _ => {}
    }
    Change::insert("public.orders", record)
}

fn pick<'a>(words: &[&'a str], number: u64) -> &'a str {
    usize::try_from(number)
        .ok()
        .and_then(|number| words.get(number % words.len().max(1)))
        .copied()
        .unwrap_or_default()
}
