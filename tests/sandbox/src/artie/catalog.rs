//! `/data-catalog/search`: the names of everything behind the account's connectors (rule 117).

use serde_json::{Value, json};
use uuid::Uuid;

use super::reach::Target;
use super::reply::{Outcome, Reply};
use super::request::Call;
use super::shape::{Kind, read, text};

/// At most so many matches are shown.
const LIMIT: usize = 50;

/// Matches carry a connector, never a pipeline. The best come first; what cannot be reached is left out.
pub(crate) fn search(call: &mut Call<'_>) -> Outcome {
    let body = read(&[("query", Kind::Text)], &call.optional_object()?, "")?;
    let query = text(&body, "query").trim().to_lowercase();
    let mut matches: Vec<(u32, Uuid, Value)> = Vec::new();
    for connector in &call.account.connectors {
        let Ok(Some(server)) = Target::saved(connector).connect(call.outside) else { continue };
        let mut consider = |name: &str, object: Value| {
            if let Some(score) = score(&query, name) {
                matches.push((score, connector.uuid, object));
            }
        };
        for database in &server.databases {
            consider(&database.name, json!({"database": {"name": database.name}}));
            for schema in &database.schemas {
                consider(schema, json!({"schema": {"databaseName": database.name, "name": schema}}));
            }
            for table in &database.tables {
                let object =
                    json!({"databaseName": database.name, "schemaName": table.schema, "name": table.name});
                consider(&table.name, json!({"table": object}));
            }
        }
    }
    // The sort keeps the order of connectors among equals.
    matches.sort_by_key(|(score, ..)| std::cmp::Reverse(*score));
    let items: Vec<Value> = matches
        .into_iter()
        .take(LIMIT)
        .map(|(score, connector, object)| {
            json!({"connectorUUID": connector.to_string(), "score": f64::from(score) / 100.0, "object": object})
        })
        .collect();
    Ok(Reply::ok(json!({"items": items})))
}

/// How well a name matches, in hundredths; every word of the query must be in it.
fn score(query: &str, name: &str) -> Option<u32> {
    let name = name.to_lowercase();
    if query.is_empty() {
        return None;
    }
    if name == query {
        return Some(100);
    }
    let mut words = query.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
    if !words.all(|word| name.contains(word)) {
        return None;
    }
    let share = 90 * query.chars().count() / name.chars().count().max(1);
    Some(u32::try_from(share.clamp(10, 90)).unwrap_or(10))
}
