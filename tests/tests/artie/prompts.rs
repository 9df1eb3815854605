//! The documented workflows of both vendors, served as prompts.

use crate::agent::{Agent, Era};
use crate::world::{TOKEN, artie, effects, serve, tags};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use toolpress_core::{Filter, Vendor};
use toolpress_generated::CATALOG;

/// The workflows of a vendor, what they are started with, and the tools they go through, in order.
type Flow = (&'static str, &'static [&'static str], &'static [&'static str]);

const ARTIE: [Flow; 2] = [
    (
        "provision_a_warehouse_and_start",
        &["warehouse", "connector", "pipeline"],
        &["artie_connectors_create_snowflake_warehouse", "list_all_artie_pipelines", "artie_pipelines_start"],
    ),
    (
        "stop_running_backfills",
        &[],
        &[
            "list_all_artie_pipelines",
            "get_single_artie_pipeline_by_id",
            "artie_pipelines_cancel_backfill",
            "artie_pipelines_update_status",
        ],
    ),
];

const SEQUIN: [Flow; 4] = [
    (
        "backfill_a_table_once",
        &["sink", "table"],
        &["list_all_sequin_stream_backfills", "create_a_sequin_stream_backfill"],
    ),
    (
        "heal_a_stalled_pipeline",
        &["sink", "table"],
        &[
            "list_all_sequin_stream_sink_consumers",
            "create_a_sequin_stream_backfill",
            "get_single_sequin_stream_backfill_by_id",
        ],
    ),
    (
        "return_stuck_messages",
        &["stream"],
        &["list_all_sequin_stream_http_pull_consumers", "create_a_sequin_stream_http_pull_consumer_nack"],
    ),
    (
        "sort_out_dead_letters",
        &["stream", "field"],
        &[
            "list_all_sequin_stream_http_pull_consumers",
            "create_a_sequin_stream_http_pull_consumer_ack",
            "create_a_sequin_stream_http_pull_consumer_nack",
        ],
    ),
];

fn vendors() -> [(&'static Vendor, &'static [Flow]); 2] {
    [(artie(), &ARTIE), (CATALOG.vendor("sequin_stream").expect("the vendor"), &SEQUIN)]
}

/// An agent of a server that nobody calls a tool of.
async fn agent(vendor: &'static Vendor, filter: &Filter, era: Era) -> Agent {
    Agent::speaking(&serve(vendor, "http://127.0.0.1:9", TOKEN, filter).await, era).await
}

fn names(prompts: &[Value]) -> Vec<&str> {
    prompts.iter().map(|prompt| prompt["name"].as_str().expect("a name")).collect()
}

/// The text of a prompt, which is one message of the user.
fn text(prompt: &Value) -> &str {
    let messages = prompt["messages"].as_array().expect("messages");
    assert_eq!(messages.len(), 1, "{prompt}");
    assert_eq!((&messages[0]["role"], &messages[0]["content"]["type"]), (&json!("user"), &json!("text")));
    messages[0]["content"]["text"].as_str().expect("a text")
}

#[tokio::test]
async fn both_eras_list_the_workflows_of_each_vendor() {
    for (vendor, flows) in vendors() {
        for era in Era::BOTH {
            let agent = agent(vendor, &Filter::default(), era).await;
            assert!(agent.offers_prompts(), "{era:?}");
            let prompts = agent.prompts().await;
            assert_eq!(names(&prompts), flows.iter().map(|(name, ..)| *name).collect::<Vec<_>>(), "{era:?}");
            for (prompt, (name, arguments, _)) in prompts.iter().zip(flows) {
                for part in ["title", "description"] {
                    let words = prompt[part].as_str().expect("a text");
                    assert!(words.split(' ').count() >= 3, "{name}: {words}");
                }
                let listed = prompt["arguments"].as_array().cloned().unwrap_or_default();
                assert_eq!(names(&listed), *arguments, "{name}");
                for argument in listed {
                    assert_eq!(argument["required"], true, "{name}");
                    assert!(argument["description"].is_string(), "{name}: {argument}");
                }
            }
        }
    }
}

#[tokio::test]
async fn both_eras_give_each_workflow_with_its_tools_in_order_and_its_arguments() {
    for (vendor, flows) in vendors() {
        for era in Era::BOTH {
            let agent = agent(vendor, &Filter::default(), era).await;
            for (name, arguments, tools) in flows {
                let given: serde_json::Map<_, _> =
                    arguments.iter().map(|name| ((*name).to_owned(), format!("my-{name}").into())).collect();
                let prompt = agent.prompt(name, given.into()).await.expect("a prompt");
                let text = text(&prompt);
                let mut from = 0;
                for tool in *tools {
                    let at = text[from..].find(tool);
                    from += at.unwrap_or_else(|| panic!("{name}: {tool} after {from} in {text}"));
                }
                for argument in *arguments {
                    assert!(text.contains(&format!("my-{argument}")), "{name}: {text}");
                    assert!(!text.contains(&format!("${argument}")), "{name}: {text}");
                }
                assert!(
                    text.contains("Report ") || text.contains("List name and uuid"),
                    "the end is told: {text}"
                );
            }
        }
    }
}

#[tokio::test]
async fn a_workflow_needs_its_arguments_and_a_name_that_exists() {
    for era in Era::BOTH {
        let agent = agent(artie(), &Filter::default(), era).await;
        let some = json!({ "warehouse": "artie_sync_compute", "pipeline": "" });
        let told = agent.prompt("provision_a_warehouse_and_start", some).await.expect_err("too few");
        assert!(told.contains("`connector`, `pipeline`") && !told.contains("`warehouse`"), "{told}");
        let told = agent.prompt("stop_running_backfill", json!({})).await.expect_err("a typo");
        assert!(told.contains("Did you mean `stop_running_backfills`?"), "{told}");
    }
}

#[tokio::test]
async fn a_workflow_is_hidden_unless_all_of_its_tools_are_visible() {
    for era in Era::BOTH {
        // The warehouse is made by a connector tool.
        let pipelines = agent(artie(), &tags(&["pipelines"]), era).await;
        assert_eq!(names(&pipelines.prompts().await), ["stop_running_backfills"]);
        let told = pipelines.prompt("provision_a_warehouse_and_start", json!({})).await.expect_err("hidden");
        assert!(told.contains("Unknown prompt"), "{told}");
        assert!(!told.contains("create_snowflake_warehouse"), "{told}");

        let both = agent(artie(), &tags(&["pipelines", "connectors"]), era).await;
        assert_eq!(both.prompts().await.len(), 2);

        // To start and to make a warehouse are writes; to cancel and to pause destroy.
        let careful = agent(artie(), &effects(&["read", "write"]), era).await;
        assert_eq!(names(&careful.prompts().await), ["provision_a_warehouse_and_start"]);
    }
}

#[tokio::test]
async fn a_server_without_workflows_does_not_claim_to_have_prompts() {
    for (vendor, _) in vendors() {
        for era in Era::BOTH {
            let agent = agent(vendor, &effects(&["read"]), era).await;
            assert!(!agent.offers_prompts(), "{} {era:?}", vendor.label);
        }
    }
}

/// Whatever the filter: a prompt names no tool that its reader does not have.
#[tokio::test]
async fn a_listed_workflow_names_visible_tools_only() {
    for (vendor, flows) in vendors() {
        let mut seen = BTreeSet::new();
        for filter in vendor.tags.iter().map(|tag| tags(&[tag.name])).chain([Filter::default()]) {
            let mask = vendor.select(&filter).expect("a filter");
            let visible: BTreeSet<_> = vendor.visible(&mask).map(|(_, tool)| tool.name).collect();
            for workflow in vendor.visible_workflows(&mask) {
                let text = workflow.render(|_| None);
                let part = |c: char| !(c.is_ascii_alphanumeric() || c == '_');
                for word in text.split(part).filter(|word| vendor.tools.iter().any(|t| t.name == *word)) {
                    assert!(visible.contains(word), "{} names {word}", workflow.name);
                }
                seen.insert(workflow.name);
            }
        }
        assert_eq!(seen.len(), flows.len());
    }
}
