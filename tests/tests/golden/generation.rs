//! Documentation in, tools out: what a change of the YAML changes, and what the press refuses.

use crate::press::{Docs, Pressed, repository};
use crate::world::{Setup, sequin};
use serde_json::Value;
use std::fs;
use std::path::Path;

const CREATE_KEY: &str = "create_a_sequin_stream_api_key";

/// The names of the tools whose entries are not the same in both.
fn changed(before: &Pressed, after: &Pressed) -> Vec<String> {
    let differs = |tool: &&Value| after.tool(tool["name"].as_str().unwrap()) != Some(tool);
    before.tools.iter().filter(differs).map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn row_001_a_vendor_in_yaml_is_a_server_with_its_tools() {
    let (client, vendor) = Setup::paper_mill().start().await;
    let names: Vec<_> = client.tools().await.iter().map(|tool| tool["name"].clone()).collect();
    let wanted = [
        "create_a_paper_mill_order",
        "get_single_paper_mill_cut_by_id",
        "get_single_paper_mill_roll_by_id",
        "list_all_paper_mill_orders",
        "list_all_paper_mill_rolls",
        "paper_mill_orders_cancel",
        "paper_mill_orders_import",
        "paper_mill_rolls_cut",
    ];
    assert_eq!(names, wanted);
    client.done("get_single_paper_mill_roll_by_id", serde_json::json!({ "id": "r-1" })).await;
    assert_eq!(vendor.only().line, "GET /api/rolls/r-1");
}

#[test]
fn row_001_no_line_of_rust_is_about_a_vendor() {
    let code = |file: &str| {
        let text = fs::read_to_string(repository(file)).expect("a file");
        text.lines()
            .filter(|line| !line.trim().is_empty() && !line.starts_with("//"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    for crate_of_tools in ["tests/own-vendor/src/lib.rs", "generated/src/lib.rs"] {
        let include = r#"include!(concat!(env!("OUT_DIR"), "/catalog.rs"));"#;
        assert_eq!(code(crate_of_tools), [include], "{crate_of_tools}");
    }
    assert!(code("tests/own-vendor/build.rs").len() <= 5);
    let mut read = 0;
    for folder in ["codegen/src", "runtime/core/src", "runtime/src"] {
        read += look_for_vendors(&repository(folder));
    }
    assert!(read > 50, "only {read} files");
}

/// Fails if a file names a vendor outside of its tests; counts the files.
fn look_for_vendors(folder: &Path) -> usize {
    let mut read = 0;
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            read += look_for_vendors(&path);
        } else if path.extension().is_some_and(|kind| kind == "rs") && !path.ends_with("tests.rs") {
            let text = fs::read_to_string(&path).expect("a file").to_lowercase();
            let product = text.split("#[cfg(test)]").next().unwrap_or_default();
            for vendor in ["sequin", "artie", "paper mill", "paper_mill"] {
                assert!(!product.contains(vendor), "{} names {vendor}", path.display());
            }
            read += 1;
        }
    }
    read
}

#[test]
fn row_002_a_field_taken_out_of_the_documentation_is_gone_from_the_schema() {
    let field = "      token: { type: string, secret: true }\n";
    let before = Docs::sequin().press();
    let after = Docs::sequin().replace("api_keys.yaml", field, "").press();
    let fields = |pressed: &Pressed| {
        let schema = &pressed.tool(CREATE_KEY).unwrap()["inputSchema"];
        schema["properties"].as_object().unwrap().keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(fields(&before), ["name", "token"]);
    assert_eq!(fields(&after), ["name"]);
    assert_eq!(changed(&before, &after), [CREATE_KEY]);
    let put = r#"to.put("token""#;
    assert!(before.text.contains(put) && !after.text.contains(put), "the request still sends it");
}

#[test]
fn row_003_a_method_without_documentation_is_reported_and_yields_no_tool() {
    let before = Docs::sequin().press();
    let after = Docs::sequin().cut("api_keys.yaml", "delete:").press();
    let gone = "delete_a_sequin_stream_api_key_by_id";
    assert!(before.tool(gone).is_some() && before.warned("undocumented").is_empty());
    assert_eq!(after.names(), before.names().into_iter().filter(|name| *name != gone).collect::<Vec<_>>());
    let told = after.warned("undocumented");
    assert!(matches!(told[..], [told] if told.contains("`api_keys.delete`")), "{told:?}");

    let mill = Docs::paper_mill().press();
    assert!(mill.names().iter().all(|name| !name.contains("undocumented")));
    assert!(mill.warned("undocumented")[0].contains("`orders.undocumented`"));
}

#[test]
fn row_005_a_changed_sentence_changes_one_description_and_nothing_else() {
    let sentence = "Lists API keys, never their tokens.";
    let before = Docs::sequin().press();
    let after = Docs::sequin().replace("api_keys.yaml", sentence, "Shows every API key by name.").press();
    let name = "list_all_sequin_stream_api_keys";
    assert_eq!(changed(&before, &after), [name]);
    let (mut old, new) = (before.tool(name).unwrap().clone(), after.tool(name).unwrap());
    old["description"] = "Shows every API key by name.".into();
    assert_eq!(old, *new);
    assert_ne!(before.fingerprint, after.fingerprint);
    assert_eq!(before.text.lines().count(), after.text.lines().count());
    // The first line names the folder, which is another one here.
    let lines = before.text.lines().zip(after.text.lines()).skip(1);
    for (old, _) in lines.filter(|(old, new)| old != new) {
        assert!(old.contains(sentence) || old.contains("fingerprint: "), "{old}");
    }
}

#[tokio::test]
async fn row_005_the_tools_that_are_served_are_those_of_the_documentation() {
    let pressed = Docs::sequin().press();
    let (client, _) = sequin().await;
    assert_eq!(client.tools().await, pressed.tools);
}

#[test]
fn row_004_row_020_documentation_that_breaks_the_rules_stops_the_build() {
    let long = format!("description: Lists API keys. {}", "It lists all of them. ".repeat(50));
    let table = [
        (
            "api_keys.yaml",
            "description: Lists API keys, never their tokens.",
            "description: list",
            "description",
        ),
        ("api_keys.yaml", "description: Lists API keys, never their tokens.", &long, "description-length"),
        ("backfills.yaml", "poll {backfills.get}", "poll {backfills.gte}", "dead-link"),
        ("backfills.yaml", "paused], default: active", "paused], default: actve", "value"),
        ("backfills.yaml", "#/types/BackfillState\"", "#/types/BackfillStat\"", "dead-ref"),
        ("http_pull_consumers.yaml", "wait_for: { type: integer", "wait_for: { typ: integer", "unknown-key"),
        ("http_pull_consumers.yaml", "batch_size: 10, wait_for", "batch_size: 0, wait_for", "example"),
        ("vendor.yaml", "list: GET\n\n  http_endpoints", "lsit: GET\n\n  http_endpoints", "unknown-method"),
    ];
    for (file, old, new, code) in table {
        let docs = Docs::sequin().replace(file, old, new);
        let (codes, report) = docs.errors();
        assert!(codes.contains(&code), "{code}: {codes:?}\n{report}");
        assert!(report.contains(&format!("error[{code}]")), "{report}");
        let place =
            format!("sequin_stream/{}:", if code == "unknown-method" { "local_tunnels.yaml" } else { file });
        assert!(report.contains(&place), "{code} names no place in {place}\n{report}");
    }
}

#[test]
fn row_160_a_deprecation_is_one_line_of_yaml_and_is_told() {
    let before = Docs::sequin().press();
    let record = "create:\n  description: Creates an API key.";
    let deprecated = "create:\n  deprecated: Use {config.apply}.\n  description: Creates an API key.";
    let after = Docs::sequin()
        .replace("api_keys.yaml", record, deprecated)
        .replace("api_keys.yaml", "token: { type: string,", "token: { type: string, deprecated: true,")
        .press();
    assert_eq!(changed(&before, &after), [CREATE_KEY]);
    let tool = after.tool(CREATE_KEY).unwrap();
    let description = tool["description"].as_str().unwrap();
    assert!(description.starts_with("Deprecated. Use sequin_stream_config_apply. Creates an API key."));
    let token = &tool["inputSchema"]["properties"]["token"];
    assert_eq!(token["description"], "Deprecated.");
}

#[test]
fn row_160_a_removed_endpoint_takes_its_tool_and_all_mention_of_it_along() {
    let before = Docs::sequin().press();
    let method = "      export: GET /export\n";
    let after = Docs::sequin().cut("config.yaml", "export:").replace("vendor.yaml", method, "");
    // Advice that links to it must go, or the build says where it still stands.
    let (codes, report) = after.errors();
    assert!(codes.iter().all(|code| *code == "dead-link") && !codes.is_empty(), "{codes:?}");
    assert!(report.contains("sequin_stream/sink_consumers.yaml:"), "{report}");

    let method = "      delete: { http: \"DELETE /{id}\", idempotent: false }\n\n  local_tunnels:";
    let after = Docs::sequin()
        .cut("api_keys.yaml", "delete:")
        .replace("vendor.yaml", method, "\n  local_tunnels:")
        .press();
    let gone = "delete_a_sequin_stream_api_key_by_id";
    assert_eq!(changed(&before, &after), [gone]);
    assert!(!after.text.contains(gone) && after.warned("undocumented").is_empty());
}
