//! The route table: 46 method and path pairs, and nothing else (rules 6 and 69).

use super::error::Outcome;
use super::request::{Call, decode};
use super::{api_keys, backfills, config, databases, http_endpoints, replications, sinks, streams, tunnels};

/// What serves a request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Route {
    /// A route that answers at once.
    Plain(fn(&mut Call<'_>) -> Outcome),
    /// The long poll.
    Receive,
    /// The configuration routes may wait for a database.
    Plan,
    /// See [`Route::Plan`].
    Apply,
}

/// The route of a method and path, with the variable parts of the path decoded.
pub(crate) fn find(method: &str, path: &str) -> Option<(Route, Vec<String>)> {
    use Route::{Apply, Plain, Plan, Receive};
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let segments = segments.strip_prefix(&["api"])?;
    let (route, variables): (Route, Vec<&str>) = match (method, segments) {
        ("GET", ["postgres_databases"]) => (Plain(databases::list), vec![]),
        ("POST", ["postgres_databases"]) => (Plain(databases::create), vec![]),
        ("GET", ["postgres_databases", id]) => (Plain(databases::show), vec![id]),
        ("PUT" | "PATCH", ["postgres_databases", id]) => (Plain(databases::update), vec![id]),
        ("DELETE", ["postgres_databases", id]) => (Plain(databases::delete), vec![id]),
        ("POST", ["postgres_databases", id, "test_connection"]) => {
            (Plain(databases::test_connection), vec![id])
        }
        ("POST", ["postgres_databases", id, "refresh_tables"]) => {
            (Plain(databases::refresh_tables), vec![id])
        }
        ("GET", ["postgres_replications"]) => (Plain(replications::list), vec![]),
        ("POST", ["postgres_replications"]) => (Plain(replications::create), vec![]),
        ("GET", ["postgres_replications", id]) => (Plain(replications::show), vec![id]),
        ("PUT" | "PATCH", ["postgres_replications", id]) => (Plain(replications::update), vec![id]),
        ("DELETE", ["postgres_replications", id]) => (Plain(replications::delete), vec![id]),
        ("GET", ["api_keys"]) => (Plain(api_keys::list), vec![]),
        ("POST", ["api_keys"]) => (Plain(api_keys::create), vec![]),
        ("DELETE", ["api_keys", id]) => (Plain(api_keys::delete), vec![id]),
        ("GET", ["local_tunnels"]) => (Plain(tunnels::list), vec![]),
        ("GET", ["destinations", "http_endpoints"]) => (Plain(http_endpoints::list), vec![]),
        ("POST", ["destinations", "http_endpoints"]) => (Plain(http_endpoints::create), vec![]),
        ("GET", ["destinations", "http_endpoints", id]) => (Plain(http_endpoints::show), vec![id]),
        ("PUT" | "PATCH", ["destinations", "http_endpoints", id]) => {
            (Plain(http_endpoints::update), vec![id])
        }
        ("DELETE", ["destinations", "http_endpoints", id]) => (Plain(http_endpoints::delete), vec![id]),
        ("GET", ["sinks"]) => (Plain(sinks::list), vec![]),
        ("POST", ["sinks"]) => (Plain(sinks::create), vec![]),
        ("GET", ["sinks", id]) => (Plain(sinks::show), vec![id]),
        ("PUT" | "PATCH", ["sinks", id]) => (Plain(sinks::update), vec![id]),
        ("DELETE", ["sinks", id]) => (Plain(sinks::delete), vec![id]),
        ("GET", ["sinks", sink, "backfills"]) => (Plain(backfills::list), vec![sink]),
        ("POST", ["sinks", sink, "backfills"]) => (Plain(backfills::create), vec![sink]),
        ("GET", ["sinks", sink, "backfills", id]) => (Plain(backfills::show), vec![sink, id]),
        ("PUT" | "PATCH", ["sinks", sink, "backfills", id]) => (Plain(backfills::update), vec![sink, id]),
        ("GET" | "POST", ["sequin_streams" | "http_pull_consumers", id, "receive"]) => (Receive, vec![id]),
        ("POST", ["sequin_streams" | "http_pull_consumers", id, "ack"]) => (Plain(streams::ack), vec![id]),
        ("POST", ["sequin_streams" | "http_pull_consumers", id, "nack"]) => (Plain(streams::nack), vec![id]),
        ("POST", ["config", "plan"]) => (Plan, vec![]),
        ("POST", ["config", "apply"]) => (Apply, vec![]),
        ("GET", ["config", "export"]) => (Plain(config::export), vec![]),
        _ => return None,
    };
    Some((route, variables.into_iter().map(decode).collect()))
}
