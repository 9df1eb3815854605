//! Filters at build time: what is filtered out is not in the pressed text, not even as a word.

use crate::copies::{model_of, press, schemas};
use crate::support::{all_names, filter, mentions, names_of, sequin};
use std::sync::LazyLock;
use toolpress_codegen::{Config, Error, model};

/// The unfiltered text and its tools.
static ALL: LazyLock<(String, Vec<model::Tool>)> =
    LazyLock::new(|| (press(&schemas()), model_of(&schemas())));

fn names(config: &Config) -> Vec<String> {
    model_of(config).into_iter().map(|tool| tool.name).collect()
}

/// Asserts that exactly these tools are in the text, with their structs, and no trace of the others.
fn assert_holds_only(config: &Config, kept: &[&str]) {
    let (whole, tools) = &*ALL;
    assert!(!kept.is_empty() && kept.len() < tools.len());
    assert_eq!(names(config), kept);
    let text = press(config);
    for tool in tools {
        let is_kept = kept.contains(&tool.name.as_str());
        assert_eq!(mentions(&text, &tool.name), is_kept, "{}", tool.name);
        assert_eq!(mentions(&text, &tool.type_name), is_kept, "{}", tool.type_name);
    }
    assert!(text.len() < whole.len());
}

fn assert_is_setting_error(config: &Config, told: &str) {
    match config.load() {
        Err(Error::Setting(message)) => assert!(message.contains(told), "{message}"),
        other => panic!("{told}: {:?}", other.map(|loaded| loaded.catalog.vendors.len())),
    }
}

#[test]
fn row_132_pressing_read_leaves_no_word_of_the_others() {
    let read = |name: &&str| name.starts_with("list_all_") || name.starts_with("get_single_");
    let kept: Vec<&str> = all_names().into_iter().filter(read).collect();
    assert_holds_only(schemas().methods(["read"]), &kept);
}

#[test]
fn row_132_pressing_a_tag_leaves_no_word_of_the_others() {
    let endpoint = |name: &&str| name.contains("_http_endpoint");
    let kept: Vec<&str> = all_names().into_iter().filter(endpoint).collect();
    for word in ["http_endpoints", "webhooks"] {
        assert_holds_only(schemas().tags([word]), &kept);
    }
}

#[test]
fn row_132_pressing_an_effect_leaves_no_word_of_the_others() {
    let kept = [
        "create_a_sequin_stream_http_pull_consumer_ack",
        "delete_a_sequin_stream_api_key_by_id",
        "delete_a_sequin_stream_http_endpoint_by_id",
        "delete_a_sequin_stream_postgres_database_by_id",
        "delete_a_sequin_stream_postgres_replication_by_id",
        "delete_a_sequin_stream_sink_consumer_by_id",
        "update_a_sequin_stream_backfill_by_id",
    ];
    assert_holds_only(schemas().effects(["destructive"]), &kept);
}

#[test]
fn row_137_build_time_filters_must_agree_too() {
    assert_holds_only(
        schemas().methods(["read", "export"]).tags(["config", "backfill"]).effects(["read"]),
        &[
            "get_single_sequin_stream_backfill_by_id",
            "list_all_sequin_stream_backfills",
            "sequin_stream_config_export",
        ],
    );
}

#[test]
fn filters_mean_the_same_at_build_time_and_at_run_time() {
    let vendor = sequin();
    let groups = ["read", "write", "custom"].into_iter();
    for word in groups.chain(vendor.methods.iter().map(|(name, _)| *name)) {
        assert_eq!(names(schemas().methods([word])), names_of(&filter(&[word], &[], &[])), "{word}");
    }
    for tag in vendor.tags {
        let expected = names_of(&filter(&[], &[tag.name], &[]));
        assert_eq!(names(schemas().tags([tag.name])), expected, "{}", tag.name);
        assert_eq!(names(schemas().tags(tag.aliases.iter().copied())), expected, "{:?}", tag.aliases);
    }
    for word in ["read", "write", "destructive"] {
        assert_eq!(names(schemas().effects([word])), names_of(&filter(&[], &[], &[word])), "{word}");
    }
}

#[test]
fn unknown_words_are_refused_with_the_valid_ones() {
    assert_is_setting_error(
        schemas().methods(["raed"]),
        "no method is called `raed`; did you mean `read`? There are: apply, create, custom, delete, export, get, list, plan, read, update, write",
    );
    assert_is_setting_error(schemas().tags(["databses"]), "did you mean `databases`? There are: admin, ");
    assert_is_setting_error(
        schemas().effects(["none"]),
        "no effect is called `none` There are: destructive, read, write",
    );
    assert_is_setting_error(schemas().vendors(["sequin"]), "no vendor is called `sequin`");
    assert_is_setting_error(schemas().methods(Vec::<String>::new()), "the list of methods to press is empty");
    assert_is_setting_error(schemas().tags(Vec::<String>::new()), "the list of tags to press is empty");
    assert_is_setting_error(schemas().methods(["read"]).effects(["destructive"]), "no tool is left");
}
