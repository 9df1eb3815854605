//! What the texts of all tools cost a model, and what a filter leaves of them.

use crate::world::{Client, artie, recorded, recorded_with, tags};
use serde_json::{Value, json};
use std::collections::BTreeSet;

async fn names(only: &[&str]) -> BTreeSet<String> {
    let (client, _): (Client, _) = recorded_with(&tags(only)).await;
    client.names().await.into_iter().collect()
}

/// What a model reads of all tools is paid for in every conversation.
#[tokio::test]
async fn budget_the_texts_of_all_tools_cost_a_model_40_000_bytes_at_most() {
    let (client, _) = recorded().await;
    let tools = client.tools().await;
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let mut total = 0;
    let mut lengths = Vec::new();
    for tool in &tools {
        let (name, description) = (text(&tool["name"]), text(&tool["description"]));
        total += name.len() + description.len() + tool["inputSchema"].to_string().len();
        let first = description.split_inclusive(". ").next().unwrap_or_default().trim_end();
        assert!(first.chars().count() <= 150, "{name}: {first}");
        assert!(description.chars().count() <= 1_000, "{name}");
        assert!(description.chars().count() >= 20, "{name}: {description}");
        lengths.push(description.chars().count());
    }
    assert!(total <= 40_000, "{total} bytes");
    lengths.sort_unstable();
    let median = lengths[lengths.len() / 2];
    assert!(median <= 250, "the median description has {median} characters");
}

#[tokio::test]
async fn row_136_a_server_for_pipelines_has_no_tool_for_credentials() {
    let pipelines = names(&["pipelines"]).await;
    assert_eq!(pipelines.len(), 13);
    for name in &pipelines {
        assert!(name.contains("artie_pipeline"), "{name}");
    }
    let all = names(&[]).await;
    let hidden: Vec<_> = all.difference(&pipelines).collect();
    let (client, recorder) = recorded_with(&tags(&["pipelines"])).await;
    for tool in client.tools().await {
        let text = tool.to_string();
        let words: BTreeSet<_> = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).collect();
        for name in &hidden {
            assert!(!words.contains(name.as_str()), "{} names {name}", tool["name"]);
        }
    }
    // What is hidden cannot be called either.
    for name in hidden {
        let told = client.unknown(name, json!({ "id": "3a5b7c9d-1e2f-4a6b-8c0d-2e4f6a8b0c1d" })).await;
        assert!(told.contains("Unknown tool"), "{name}: {told}");
    }
    assert_eq!(recorder.seen().len(), 0);
}

#[tokio::test]
async fn row_136_what_people_call_admin_is_what_deals_in_secrets() {
    let security = names(&["security"]).await;
    assert_eq!(names(&["admin"]).await, security);
    assert_eq!(security.len(), 14);
    for name in &security {
        let deals = ["hashing_salt", "encryption_key", "ingestion_api_key"].iter().any(|w| name.contains(w));
        assert!(deals, "{name}");
    }
    assert!(names(&["pipelines"]).await.is_disjoint(&security));
}

#[tokio::test]
async fn row_136_every_tool_is_inside_exactly_one_tag() {
    let mut found = Vec::new();
    for tag in artie().tags {
        found.extend(names(&[tag.name]).await);
    }
    found.sort();
    assert_eq!(found, names(&[]).await.into_iter().collect::<Vec<_>>());
}
