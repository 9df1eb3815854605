//! What a filtered server lists: methods, tags, effects, alone and together.

use crate::agent::{Agent, Era};
use crate::support::{World, all_names, filter, http_client, names_of, post, rpc, sequin};
use serde_json::json;
use toolpress_core::{Filter, FilterError};

/// A test on a tool's name.
type Fits = Box<dyn Fn(&str) -> bool>;

/// All names that a test on the name lets through.
fn named(fits: impl Fn(&str) -> bool) -> Vec<&'static str> {
    all_names().into_iter().filter(|name| fits(name)).collect()
}

fn is_read(name: &str) -> bool {
    name.starts_with("list_all_") || name.starts_with("get_single_")
}

fn is_write(name: &str) -> bool {
    ["create_a_", "update_a_", "delete_a_"].iter().any(|verb| name.starts_with(verb))
}

async fn listed(filter: &Filter) -> Vec<String> {
    let world = World::new().await;
    let agent = Agent::connect(&world.serve_only(filter).await).await;
    let names = agent.tools().await;
    assert!(world.log.is_empty(), "listing asks the vendor nothing");
    names
}

#[tokio::test]
async fn row_129_read_shows_lists_and_gets_and_nothing_else_in_both_eras() {
    let world = World::new().await;
    let url = world.serve_only(&filter(&["read"], &[], &[])).await;
    let expected = named(is_read);
    assert_eq!(expected.len(), 13);
    for era in Era::BOTH {
        assert_eq!(Agent::over_http(&url, era).await.tools().await, expected);
    }
}

#[tokio::test]
async fn row_133_groups_and_names_of_methods_unite_inside_a_list() {
    let custom = named(|name| !is_read(name) && !is_write(name));
    assert_eq!(custom.len(), 3);
    assert_eq!(listed(&filter(&["write"], &[], &[])).await, named(is_write));
    assert_eq!(listed(&filter(&["custom"], &[], &[])).await, custom);
    assert_eq!(
        listed(&filter(&["read", "custom"], &[], &[])).await,
        named(|name| is_read(name) || !is_write(name))
    );
    assert_eq!(listed(&filter(&["read", "write", "custom"], &[], &[])).await, all_names());
    assert_eq!(
        listed(&filter(&["delete", "plan"], &[], &[])).await,
        named(|name| name.starts_with("delete_a_") || name == "sequin_stream_config_plan")
    );
    assert_eq!(
        listed(&filter(&["read", "get"], &[], &[])).await,
        named(is_read),
        "a name inside its group adds nothing"
    );
}

#[tokio::test]
async fn row_134_tags_isolate_a_server_and_each_alias_means_its_tag() {
    let has = |part: &'static str| move |name: &str| name.contains(part);
    let cases: [(&[&str], usize, Fits); 10] = [
        (
            &["databases", "database", "postgres"],
            13,
            Box::new(|name| name.contains("_postgres_") || name.contains("_local_tunnel")),
        ),
        (
            &["consumers", "consumer"],
            8,
            Box::new(|name| name.contains("_sink_consumer") || name.contains("_http_pull_consumer")),
        ),
        (
            &["http_endpoints", "http_endpoint", "webhooks", "webhook", "destinations"],
            5,
            Box::new(has("_http_endpoint")),
        ),
        (&["streams", "stream"], 3, Box::new(has("_http_pull_consumer"))),
        (&["sinks", "sink"], 5, Box::new(has("_sink_consumer"))),
        (&["backfills", "backfill"], 4, Box::new(has("_backfill"))),
        (&["replication", "replications"], 5, Box::new(has("_postgres_replication"))),
        (&["tunnels", "tunnel"], 1, Box::new(has("_local_tunnel"))),
        (&["config", "configuration"], 3, Box::new(has("_config_"))),
        (
            &["admin", "administration"],
            4,
            Box::new(|name| name.contains("_api_key") || name.ends_with("_config_apply")),
        ),
    ];
    for (words, count, fits) in cases {
        let expected = named(fits);
        assert_eq!(expected.len(), count, "{words:?}");
        assert_eq!(listed(&filter(&[], &words[..1], &[])).await, expected, "{words:?}");
        for word in words {
            assert_eq!(names_of(&filter(&[], &[word], &[])), expected, "{word}");
        }
    }
    let both = named(|name| name.contains("_backfill") || name.contains("_http_pull_consumer"));
    assert_eq!(listed(&filter(&[], &["backfills", "stream"], &[])).await, both, "tags unite");
}

#[tokio::test]
async fn row_135_tags_keep_the_context_window_small() {
    let world = World::new().await;
    let client = http_client();
    let mut sizes = Vec::new();
    for filter in [
        Filter::default(),
        filter(&[], &["webhooks", "databases"], &[]),
        filter(&[], &["webhooks"], &[]),
        filter(&["read"], &["webhooks"], &[]),
    ] {
        let url = world.serve_only(&filter).await;
        let (_, text) = post(&client, &url, &rpc("tools/list", &json!({}))).await;
        sizes.push((text.matches("\"inputSchema\"").count(), text.len()));
    }
    let counts: Vec<usize> = sizes.iter().map(|(count, _)| *count).collect();
    assert_eq!(counts, [36, 18, 5, 2]);
    assert!(sizes.is_sorted_by(|(_, more), (_, less)| more > less), "{sizes:?}");
    assert!(sizes[2].1 * 5 < sizes[0].1, "5 of 36 tools cost less than a fifth of the bytes: {sizes:?}");
}

#[tokio::test]
async fn row_136_a_server_for_sinks_has_no_tools_for_credentials() {
    let names = listed(&filter(&[], &["sinks", "backfills", "streams"], &[])).await;
    assert!(!names.is_empty());
    assert!(!names.iter().any(|name| name.contains("api_key") || name.contains("config")), "{names:?}");
}

#[tokio::test]
async fn row_137_methods_tags_and_effects_must_all_agree() {
    for (filter, expected) in [
        (
            filter(&["read"], &["backfills"], &[]),
            &["get_single_sequin_stream_backfill_by_id", "list_all_sequin_stream_backfills"][..],
        ),
        (filter(&["write"], &["backfills"], &["write"]), &["create_a_sequin_stream_backfill"]),
        (filter(&["read"], &["consumers"], &["write"]), &["list_all_sequin_stream_http_pull_consumers"]),
        (
            filter(&["custom", "delete"], &["admin"], &["write", "destructive"]),
            &["delete_a_sequin_stream_api_key_by_id", "sequin_stream_config_apply"],
        ),
        (
            filter(&["create"], &["databases"], &["read"]),
            &["create_a_sequin_stream_postgres_database_test_connection"],
        ),
    ] {
        assert_eq!(listed(&filter).await, expected, "{filter:?}");
    }
}

#[tokio::test]
async fn effects_read_leaves_out_a_list_that_leases_messages() {
    let by_method = listed(&filter(&["read"], &[], &[])).await;
    let by_both = listed(&filter(&["read"], &[], &["read"])).await;
    let lost: Vec<_> = by_method.iter().filter(|name| !by_both.contains(name)).collect();
    assert_eq!(lost, ["list_all_sequin_stream_http_pull_consumers"]);
}

#[test]
fn unknown_and_empty_words_are_refused_with_the_valid_ones() {
    let refused = |filter: &Filter| sequin().select(filter).expect_err("a refusal").to_string();
    for (wrong, told) in [
        (
            filter(&["raed"], &[], &[]),
            "`methods` has no value `raed`; did you mean `read`? Valid: read, write, custom, ",
        ),
        (
            filter(&[], &["databasse"], &[]),
            "`tags` has no value `databasse`; did you mean `databases`? Valid: databases, ",
        ),
        (
            filter(&[], &[], &["writes"]),
            "`effects` has no value `writes`; did you mean `write`? Valid: read, write, destructive",
        ),
        (filter(&["read", "READ"], &[], &[]), "`methods` has no value `READ`"),
        (filter(&["read"], &["admin"], &["destructive"]), "no tool is left"),
    ] {
        assert!(refused(&wrong).contains(told), "{}", refused(&wrong));
    }
    let empty = |methods: bool, tags: bool, effects: bool| {
        let none = |given: bool| given.then(Vec::new);
        refused(&Filter { methods: none(methods), tags: none(tags), effects: none(effects) })
    };
    assert!(empty(true, false, false).starts_with("`methods` is empty"));
    assert!(empty(false, true, false).starts_with("`tags` is empty"));
    assert!(empty(false, false, true).starts_with("`effects` is empty"));

    let FilterError(problems) =
        sequin().select(&filter(&["a"], &["b"], &["c"])).expect_err("three words that mean nothing");
    assert_eq!(problems.len(), 3, "all of them are told at once");
}
