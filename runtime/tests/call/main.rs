//! Calls against a scripted vendor: what leaves this machine, and what is made of the answers.
//!
//! Names such as `security_a2_…` and `row_53_…` point to the lists of requirements they prove.

mod faults;
mod lists;
mod mock;
mod properties;
mod requests;
mod results;

mod vendor;

use mock::Mock;
use serde_json::{Map, Value};
use std::time::Duration;
use toolpress_core::{Mask, Vendor};
use toolpress_runtime::call::{CallOutcome, Caller, EgressPolicy, Upstream, call};
use toolpress_runtime::{Account, Limits};

/// The secret of every test account.
const CANARY: &str = "CANARY_A_7f3b+/=%x";

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.upstream_timeout = Duration::from_millis(700);
    limits.connect_timeout = Duration::from_millis(500);
    limits.wait_margin = Duration::from_millis(500);
    limits.upstream_body = 256 << 10;
    limits
}

fn upstream() -> Upstream {
    Upstream::new(limits(), EgressPolicy::trusted()).unwrap()
}

fn account(vendor: &'static Vendor, id: &str, base: &str) -> Account {
    let credential = |name: &str| Some(if name == "user" { "someone" } else { CANARY }.to_owned());
    Account::new(id, vendor, Some(base), credential).unwrap()
}

fn object(arguments: Value) -> Map<String, Value> {
    match arguments {
        Value::Object(map) => map,
        _ => panic!("arguments are an object"),
    }
}

/// One call as a client with access to all tools makes it.
async fn call_as(
    upstream: &Upstream,
    vendor: &'static Vendor,
    account: &Account,
    tool: &str,
    arguments: Value,
) -> CallOutcome {
    let mask = Mask::all(vendor);
    let (_, tool) = vendor.tool(tool).unwrap();
    call(upstream, Caller { vendor, mask: &mask, account }, tool, object(arguments)).await
}

/// One call to a mock, through a client of its own.
async fn call_mock(mock: &Mock, tool: &str, arguments: Value) -> CallOutcome {
    let account = account(&vendor::BEARER, "a1", &mock.base());
    call_as(&upstream(), &vendor::BEARER, &account, tool, arguments).await
}

/// `error.kind` of a failure.
fn kind(outcome: &CallOutcome) -> &str {
    assert!(outcome.is_error, "{outcome:?}");
    outcome.structured["error"]["kind"].as_str().unwrap()
}
