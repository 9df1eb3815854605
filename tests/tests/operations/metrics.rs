//! `/metrics`: the format, the numbers, and who may see them.

use crate::health::watched;
use crate::{TOOL, arguments};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use toolpress_tests::engine::Engine;
use toolpress_tests::mcp::Mcp;
use toolpress_tests::rest::Rest;
use toolpress_tests::upstream::{Reply, Upstream, answer};

/// Samples by name and labels, read by the rules of the text format 0.0.4.
fn parse(text: &str) -> BTreeMap<String, f64> {
    let (mut samples, mut families) = (BTreeMap::new(), BTreeMap::<&str, &str>::new());
    let (mut family, mut closed) = ("", BTreeSet::new());
    assert!(text.ends_with('\n'), "the last line ends");
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').expect("a help text");
            assert!(closed.insert(name), "{name} is described twice");
            assert!(!help.is_empty() && !help.ends_with(".."), "{line}");
            family = name;
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').expect("a type");
            assert_eq!(name, family, "HELP and TYPE stand together");
            assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
            families.insert(name, kind);
        } else {
            let (series, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("no value: {line}"));
            let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
            let labels = labels.strip_suffix('}').unwrap_or_else(|| panic!("no end of labels: {line}"));
            assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'), "{line}");
            let kind = families[family];
            let own = ["", "_bucket", "_sum", "_count"]
                .into_iter()
                .filter(|end| end.is_empty() != (kind == "histogram"));
            assert!(own.clone().any(|end| format!("{family}{end}") == name), "{line} stands under {family}");
            assert_eq!(kind == "counter", name.ends_with("_total"), "{line}");
            for label in labels.split(',').filter(|label| !label.is_empty()) {
                let (name, value) = label.split_once('=').unwrap_or_else(|| panic!("no label: {line}"));
                assert!(
                    [
                        "vendor",
                        "tool",
                        "outcome",
                        "status",
                        "reason",
                        "kind",
                        "result",
                        "le",
                        "version",
                        "documentation"
                    ]
                    .contains(&name),
                    "{line}"
                );
                let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
                assert!(value.is_some_and(|value| !value.contains(['"', '\\'])), "{line}");
            }
            let value: f64 = value.parse().unwrap_or_else(|_| panic!("no number: {line}"));
            assert!(value.is_finite() && value >= 0.0, "{line}");
            assert!(samples.insert(series.to_owned(), value).is_none(), "{series} stands twice");
        }
    }
    for (name, _) in families.iter().filter(|(_, kind)| **kind == "histogram") {
        let counts: Vec<_> =
            samples.iter().filter(|(series, _)| series.starts_with(&format!("{name}_count"))).collect();
        assert!(!counts.is_empty());
        for (series, count) in counts {
            let labels = series.split_once('{').map_or("", |(_, labels)| labels.trim_end_matches('}'));
            let mut buckets: Vec<(f64, f64)> = samples
                .iter()
                .filter(|(series, _)| series.starts_with(&format!("{name}_bucket{{{labels}")))
                .map(|(series, count)| {
                    let bound = series.split("le=\"").nth(1).expect("a bound").trim_end_matches("\"}");
                    (bound.parse().expect("a number"), *count)
                })
                .collect();
            buckets.sort_by(|one, other| one.partial_cmp(other).expect("numbers"));
            assert!(buckets.is_sorted_by_key(|(_, count)| *count), "{buckets:?}");
            assert_eq!(buckets.last(), Some(&(f64::INFINITY, *count)), "{series}");
        }
    }
    samples
}

/// The only sample of a name whose labels hold all of these.
fn one(samples: &BTreeMap<String, f64>, name: &str, labels: &[&str]) -> f64 {
    let all = samples.iter().filter(|(series, _)| {
        series.split('{').next() == Some(name) && labels.iter().all(|label| series.contains(label))
    });
    let all: Vec<_> = all.collect();
    assert_eq!(all.len(), 1, "{name} {labels:?}: {all:?}");
    *all[0].1
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::float_cmp, reason = "counts are whole numbers")]
async fn security_f11_metrics_count_what_happens_and_name_no_customer() {
    let vendor = Upstream::scripted(|_, number| {
        let json: &[&str] = &["content-type: application/json"];
        match number {
            0 => Reply::Bytes(answer("200 OK", json, r#"{"id":"a"}"#)),
            1 => Reply::Bytes(answer("429 Too Many Requests", json, "{}")),
            2 => Reply::Bytes(answer("503 Service Unavailable", json, "{}")),
            _ => Reply::Hang,
        }
    })
    .await;
    let site = Engine::Sqlite.site().await.expect("SQLite is built in");
    let node = site.start().flags(&["--metrics-listen", "0", "--calls-per-server", "1"]).run().await;
    let (rest, watched) = (node.rest(), watched(&node).await);

    rest.without_key().get("/metrics").await.refused(401);
    let answer = rest.get("/metrics").await;
    assert_eq!(answer.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    let fresh = parse(&answer.text);
    assert_eq!(one(&fresh, "toolpress_database_up", &[]), 1.0);
    assert_eq!(one(&fresh, "toolpress_build_info", &[]), 1.0);
    let tools = fresh.keys().filter(|series| series.starts_with("toolpress_calls_total")).count();
    assert!(tools > 200, "every tool is there from the start: {tools}");

    let account = rest.account("sequin_stream", &vendor.base_url(), "canary-of-the-account").await;
    let server = rest.server(&account, json!({ "name": "canary name" })).await;
    let guarded = rest.server(&account, json!({ "config": { "require_api_token_auth": true } })).await;
    let mcp = Mcp::of(&server);
    mcp.done(TOOL, arguments()).await;
    mcp.failed(TOOL, arguments()).await;
    mcp.failed(TOOL, arguments()).await;
    mcp.failed(TOOL, json!({ "nonsense": 1 })).await;
    let hanging = tokio::spawn({
        let mcp = mcp.clone();
        async move { mcp.call(TOOL, arguments()).await }
    });
    vendor.reached(4).await;
    assert_eq!(mcp.call(TOOL, arguments()).await.status, 503);
    let running = parse(&watched.get("/metrics").await.text);
    assert_eq!(one(&running, "toolpress_calls_running", &[]), 1.0);
    assert!(one(&running, "toolpress_connections", &[]) >= 1.0);
    hanging.abort();
    assert_eq!(Mcp::of(&guarded).status().await, 401);
    let wrong = server["url"].as_str().expect("a URL").replace("tp_", "tp_x");
    assert_eq!(Mcp::new(wrong).status().await, 404);

    // The call that hung is counted when the server has noticed that its client is gone.
    let ended = async {
        loop {
            let text = watched.get("/metrics").await.text;
            if one(&parse(&text), "toolpress_calls_running", &[]) == 0.0 {
                break text;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    let text = tokio::time::timeout(toolpress_tests::PATIENCE, ended).await.expect("an end");
    let samples = parse(&text);
    let tool = format!("tool=\"{TOOL}\"");
    for (outcome, count) in [("ok", 1.0), ("error", 2.0), ("refused", 1.0), ("cancelled", 1.0)] {
        let labels = [tool.as_str(), &format!("outcome=\"{outcome}\"")];
        assert_eq!(one(&samples, "toolpress_calls_total", &labels), count, "{outcome}");
    }
    let vendor_label = "vendor=\"sequin_stream\"";
    for (status, count) in [("2xx", 1.0), ("429", 1.0), ("5xx", 1.0), ("4xx", 0.0), ("none", 1.0)] {
        let labels = [vendor_label, &format!("status=\"{status}\"")];
        assert_eq!(one(&samples, "toolpress_upstream_answers_total", &labels), count, "{status}");
    }
    assert_eq!(one(&samples, "toolpress_call_duration_seconds_count", &[vendor_label]), 5.0);
    assert!(one(&samples, "toolpress_call_request_bytes_total", &[vendor_label]) > 20.0);
    assert!(one(&samples, "toolpress_call_response_bytes_total", &[vendor_label]) > 20.0);
    for (reason, count) in [("busy", 1.0), ("unauthorized", 1.0), ("unknown_token", 1.0), ("wrong_key", 1.0)]
    {
        assert_eq!(
            one(&samples, "toolpress_refused_total", &[&format!("reason=\"{reason}\"")]),
            count,
            "{reason}"
        );
    }
    let lookups = |result: &str| one(&samples, "toolpress_token_lookups_total", &["kind=\"server\"", result]);
    assert!(lookups("result=\"hit\"") >= 1.0 && lookups("result=\"miss\"") >= 2.0, "{text}");
    for private in [
        "canary",
        server["token"].as_str().expect("a token"),
        account.as_str(),
        server["id"].as_str().expect("an id"),
    ] {
        assert!(!text.contains(private), "{private}");
    }
}

#[tokio::test]
async fn the_page_for_operators_tells_every_metric() {
    let site = Engine::Sqlite.site().await.expect("SQLite is built in");
    let text = site.node().await.rest().get("/metrics").await.text;
    let told: BTreeSet<&str> =
        text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()).collect();
    let page = std::fs::read_to_string(toolpress_tests::program::root().join("docs/operations.md"));
    let page = page.expect("the page");
    let (_, table) = page.split_once("| metric | labels |").expect("the table of metrics");
    let table = table.split("\n\n").next().expect("its rows");
    let names =
        table.split('`').filter(|word| word.starts_with("toolpress_") || word.starts_with("process_"));
    assert_eq!(names.collect::<BTreeSet<_>>(), told);
}

#[tokio::test]
async fn security_f11_the_listener_for_metrics_has_nothing_else() {
    let site = Engine::Sqlite.site().await.expect("SQLite is built in");
    let node = site.start().flags(&["--metrics-listen", "0"]).run().await;
    let watched = watched(&node).await;
    for path in ["/integration", "/openapi.json", "/integrated-account", "/", "/debug/pprof", "/mcp"] {
        assert_eq!(watched.get(path).await.status, 404, "{path}");
    }
    // A page with a name of its own for this machine must not read it.
    let request = watched.request(reqwest::Method::GET, "/metrics").header("host", "evil.example");
    assert_eq!(toolpress_tests::rest::send(request).await.status, 403);
    let open = Rest::new(&node.address, None);
    for path in ["/metrics", "/openapi.json", "/integration"] {
        open.get(path).await.refused(401);
    }
    assert_eq!(open.get("/debug/pprof").await.status, 404);
    assert_eq!(open.get("/healthz").await.status, 200);
}
