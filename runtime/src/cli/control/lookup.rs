//! Accounts, servers and tokens by id or by name.

use super::client::Control;
use super::table::text;
use crate::cli::Failure;
use serde_json::Value;

/// An integration by its name in snake case.
pub(super) async fn integration(control: &Control, slug: &str) -> Result<Value, Failure> {
    // All of them on one page, as they were compiled in.
    let mut page = control.get(&["integration"]).await?;
    let all = page["result"].as_array_mut().map(std::mem::take).unwrap_or_default();
    let slugs: Vec<String> = all.iter().map(|integration| text(integration, "slug")).collect();
    let found = all.into_iter().find(|integration| integration["slug"].as_str() == Some(slug));
    found.ok_or_else(|| {
        let meant = toolpress_core::nearest(slug, slugs.iter().map(String::as_str));
        let meant = crate::cli::account::suggestion(meant);
        Failure::Usage(format!("there is no integration `{slug}`{meant} Valid: {}", slugs.join(", ")))
    })
}

/// An account by its id or its name.
pub(super) async fn account(control: &Control, wanted: &str) -> Result<Value, Failure> {
    one(control.list(&["integrated-account"]).await?, "account", wanted)
}

/// An MCP server by its id or its name, and the id of its account. `account` narrows the search.
pub(super) async fn server(
    control: &Control,
    wanted: &str,
    account: Option<&str>,
) -> Result<(String, Value), Failure> {
    let server = one(servers(control, account).await?, "server", wanted)?;
    Ok((text(&server, "integrated_account_id"), server))
}

/// The MCP servers of one account, or of all.
pub(super) async fn servers(control: &Control, account: Option<&str>) -> Result<Vec<Value>, Failure> {
    let accounts = match account {
        Some(wanted) => vec![self::account(control, wanted).await?],
        None => control.list(&["integrated-account"]).await?,
    };
    let mut servers = Vec::new();
    for account in accounts {
        servers.extend(control.list(&["integrated-account", &text(&account, "id"), "mcp"]).await?);
    }
    Ok(servers)
}

/// An API token by its id or its name.
pub(super) async fn api_token(control: &Control, wanted: &str) -> Result<Value, Failure> {
    one(control.list(&["api-token"]).await?, "API token", wanted)
}

/// The one record with this id, or else the only one with this name.
fn one(records: Vec<Value>, kind: &str, wanted: &str) -> Result<Value, Failure> {
    let has = |record: &Value, field: &str| record[field].as_str() == Some(wanted);
    if let Some(at) = records.iter().position(|record| has(record, "id")) {
        return Ok(records.into_iter().nth(at).unwrap_or_default());
    }
    let names: Vec<String> = records.iter().map(|record| text(record, "name")).collect();
    let mut named: Vec<Value> = records.into_iter().filter(|record| has(record, "name")).collect();
    match (named.pop(), named.len()) {
        (Some(record), 0) => Ok(record),
        (Some(last), _) => {
            let ids: Vec<String> = named.iter().chain([&last]).map(|record| text(record, "id")).collect();
            Err(Failure::Usage(format!(
                "more than one {kind} is called `{wanted}`; choose by id: {}",
                ids.join(", ")
            )))
        }
        (None, _) => {
            let meant = toolpress_core::nearest(wanted, names.iter().map(String::as_str));
            let meant = crate::cli::account::suggestion(meant);
            Err(Failure::Failed(format!("there is no {kind} with the id or name `{wanted}`{meant}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::one;
    use crate::cli::Failure;
    use serde_json::json;

    #[test]
    fn a_name_will_do_where_it_is_the_only_one() {
        let records = || {
            vec![
                json!({ "id": "1", "name": "a" }),
                json!({ "id": "2", "name": "b" }),
                json!({ "id": "3", "name": "b" }),
                // Named like another's id.
                json!({ "id": "4", "name": "1" }),
            ]
        };
        assert_eq!(one(records(), "account", "a").expect("one")["id"], "1");
        assert_eq!(one(records(), "account", "1").expect("one")["name"], "a");
        assert_eq!(one(records(), "account", "3").expect("one")["name"], "b");
        let Err(Failure::Usage(text)) = one(records(), "account", "b") else { panic!("two") };
        assert!(text.contains("2, 3"), "{text}");
        assert!(matches!(one(records(), "account", "c"), Err(Failure::Failed(_))));
    }
}
