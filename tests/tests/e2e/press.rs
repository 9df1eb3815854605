//! From documentation to tools: what a change of YAML changes, and what it leaves alone.

use crate::copies::{Copy, all_schemas, fingerprint, model_of, press, schemas};
use std::collections::BTreeMap;

/// Every tool by name, as text that tells all about it.
fn tools(copy: &Copy) -> BTreeMap<String, String> {
    model_of(&copy.config()).into_iter().map(|tool| (tool.name.clone(), format!("{tool:?}"))).collect()
}

fn changed<'t>(before: &'t BTreeMap<String, String>, after: &'t BTreeMap<String, String>) -> Vec<&'t str> {
    let differs = |(name, text): &(&'t String, &String)| after.get(*name) != Some(*text);
    before.iter().filter(differs).map(|(name, _)| name.as_str()).collect()
}

#[test]
fn two_presses_give_the_same_bytes_wherever_the_documentation_lies() {
    let first = press(&schemas());
    assert!(press(&schemas()) == first, "pressed twice");
    assert!(press(&Copy::new().config()) == first, "pressed elsewhere");
}

#[test]
fn the_running_catalogue_is_the_pressed_one() {
    let pressed = press(&all_schemas());
    assert_eq!(fingerprint(&pressed), toolpress_generated::CATALOG.fingerprint);
}

#[test]
fn row_5_one_changed_sentence_changes_one_tool_and_the_fingerprint() {
    let copy = Copy::new();
    let (tools_before, before) = (tools(&copy), press(&copy.config()));
    copy.replace("backfills.yaml", "of all states, newest first.", "of all states, latest first.");
    let (tools_after, after) = (tools(&copy), press(&copy.config()));
    assert_eq!(changed(&tools_before, &tools_after), ["list_all_sequin_stream_backfills"]);
    assert_ne!(fingerprint(&before), fingerprint(&after));
    assert!(before.contains("of all states, newest first."));
    let expected = before
        .replace("of all states, newest first.", "of all states, latest first.")
        .replace(fingerprint(&before), fingerprint(&after));
    assert!(after == expected, "nothing else differs");

    copy.replace("backfills.yaml", "of all states, latest first.", "of all states, newest first.");
    assert!(press(&copy.config()) == before, "and back again");
}

#[test]
fn row_5_a_comment_changes_nothing() {
    let copy = Copy::new();
    let before = press(&copy.config());
    copy.replace(
        "local_tunnels.yaml",
        "\nlist:\n",
        "\n# Tunnels are made by the vendor's command line.\nlist:\n",
    );
    assert!(press(&copy.config()) == before);
}

#[test]
fn row_5_a_documented_method_becomes_a_tool_without_any_code() {
    let copy = Copy::new();
    let before = tools(&copy);
    copy.replace(
        "vendor.yaml",
        "    path: /local_tunnels\n    methods:\n      list: GET\n",
        "    path: /local_tunnels\n    methods:\n      list: GET\n      get: GET /{id}\n",
    );
    let error = copy.config().load().map(|loaded| loaded.warnings.len());
    assert!(!matches!(error, Ok(0)), "a method without a record is told");
    copy.replace(
        "local_tunnels.yaml",
        "\nlist:\n",
        "\nget:\n  description: Gets one tunnel.\n  docs: https://sequinstream.com/docs\n  path:\n    id: { type: string, example: my_tunnel }\n  examples:\n    - { id: my_tunnel }\n\nlist:\n",
    );
    let after = tools(&copy);
    assert_eq!(after.len(), before.len() + 1);
    assert!(after.contains_key("get_single_sequin_stream_local_tunnel_by_id"));
    assert_eq!(changed(&before, &after), Vec::<&str>::new());
}

#[test]
fn row_160_a_deprecated_method_says_so() {
    let copy = Copy::new();
    let before = tools(&copy);
    copy.replace(
        "local_tunnels.yaml",
        "\nlist:\n",
        "\nlist:\n  deprecated: Use {http_endpoints.list} instead.\n",
    );
    assert_eq!(changed(&before, &tools(&copy)), ["list_all_sequin_stream_local_tunnels"]);
    let tool = model_of(&copy.config()).into_iter().find(|tool| tool.name.ends_with("_local_tunnels"));
    let description = tool.expect("the tool").description;
    assert!(
        description.starts_with("Deprecated. Use list_all_sequin_stream_http_endpoints instead. "),
        "{description}"
    );
}

#[test]
fn row_160_a_removed_method_takes_its_tool_along_and_no_other() {
    let copy = Copy::new();
    let before = tools(&copy);
    copy.replace(
        "vendor.yaml",
        "  local_tunnels:\n    tags: [databases, tunnels]\n    path: /local_tunnels\n    methods:\n      list: GET\n",
        "",
    );
    let report = copy.config().load().expect_err("records without a resource").render();
    assert!(report.contains("local_tunnels"), "{report}");
    copy.remove("local_tunnels.yaml");
    let after = model_of(&copy.config());
    let left: Vec<&str> = after.iter().map(|tool| tool.name.as_str()).collect();
    let gone: Vec<&String> = before.keys().filter(|name| !left.contains(&name.as_str())).collect();
    assert_eq!(gone, ["list_all_sequin_stream_local_tunnels"]);
    assert_eq!(left.len(), before.len() - 1);
}

#[test]
fn row_160_a_link_to_a_removed_method_is_found_where_it_stands() {
    let copy = Copy::new();
    copy.replace(
        "vendor.yaml",
        "      update: { http: \"PATCH /{id}\", effect: destructive }     # cancelling cannot be undone\n",
        "",
    );
    let report = copy.config().load().expect_err("a dead link").render();
    assert!(report.contains("backfills.update"), "{report}");
    assert!(report.contains("backfills.yaml:"), "{report}");
}
