//! `api-token`: the second factor of servers that ask for one, and keys for this very command line.

use super::table::{Column, text, time};
use super::{Connection, confirmed, lookup};
use crate::cli::{Failure, output};
use clap::{Subcommand, ValueEnum};
use serde_json::json;

const EXAMPLES: &str = "\
Examples:
  toolpress api-token create ci --scope admin
  toolpress api-token create agents --account production
  toolpress api-token delete agents";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Args {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Subcommand)]
enum Action {
    /// Shows all tokens, without their texts
    List,
    /// Makes a token and shows it
    Create {
        /// What it is called
        name: String,
        /// What it is good for
        #[arg(long, default_value = "mcp")]
        scope: Scope,
        /// Opens only the servers of this account, by id or name
        #[arg(long)]
        account: Option<String>,
    },
    /// Removes a token; it ends at once
    Delete {
        /// Id or name
        token: String,
        /// Does not ask
        #[arg(long, short)]
        yes: bool,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Scope {
    /// Calls of servers that ask for a token
    Mcp,
    /// Everything that the admin key is good for
    Admin,
}

const COLUMNS: [Column; 7] = [
    Column { head: "ID", show: |record| text(record, "id") },
    Column { head: "NAME", show: |record| text(record, "name") },
    Column { head: "SCOPE", show: |record| text(record, "scope") },
    Column { head: "TOKEN", show: |record| text(record, "token_hint") },
    Column { head: "ACCOUNT", show: |record| text(record, "integrated_account_id") },
    Column { head: "LAST USED", show: |record| time(record, "last_used_at") },
    Column { head: "CREATED", show: |record| time(record, "created_at") },
];

pub(in crate::cli) async fn run(args: Args) -> Result<(), Failure> {
    let Args { action, connection } = args;
    let control = connection.open()?;
    match action {
        Action::List => connection.records(&control.list(&["api-token"]).await?, &COLUMNS),
        Action::Create { name, scope, account } => {
            let scope = match scope {
                Scope::Mcp => "mcp",
                Scope::Admin => "admin",
            };
            let mut body = json!({ "name": name, "scope": scope });
            if let Some(account) = account {
                body["integrated_account_id"] = lookup::account(&control, &account).await?["id"].take();
            }
            let token = control.post(&["api-token"], Some(&body)).await?;
            connection.record(&token, &COLUMNS)?;
            if connection.json {
                return Ok(());
            }
            output::print(&format!("\nToken, shown only now: {}", text(&token, "token")))
        }
        Action::Delete { token, yes } => {
            let token = lookup::api_token(&control, &token).await?;
            let name = text(&token, "name");
            confirmed(&format!("Remove the API token `{name}`?"), yes)?;
            control.delete(&["api-token", &text(&token, "id")]).await?;
            connection.say(&format!("Removed the API token `{name}`."))
        }
    }
}
