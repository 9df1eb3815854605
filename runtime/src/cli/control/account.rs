//! `account`: connected accounts.

use super::table::{Column, clean, text, time};
use super::{Connection, confirmed, credentials, lookup};
use crate::cli::{Failure, output};
use clap::Subcommand;
use serde_json::{Map, Value, json};

const EXAMPLES: &str = "\
Credentials come from <VENDOR>_<CREDENTIAL>, from the variables that --credential-env names, or from lines of
standard input. Accounts are named by id, or by name where only one has it.

Examples:
  ACME_API_TOKEN=… toolpress account create acme --name production
  toolpress account create acme --credential-env api_token=MY_TOKEN
  toolpress account check production
  toolpress account list --json | jq -r '.result[].id'";

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
    /// Shows all accounts
    List,
    /// Connects an account
    Create {
        /// The integration, by its name in snake case
        integration: String,
        /// What the account is called [default: the integration]
        #[arg(long)]
        name: Option<String>,
        /// Where the API is, instead of the documented address
        #[arg(long, value_name = "URL")]
        base_url: Option<String>,
        #[command(flatten)]
        credentials: CredentialArgs,
    },
    /// Shows one account
    Show {
        /// Id or name
        account: String,
    },
    /// Changes an account; what is not given stays
    Update {
        /// Id or name
        account: String,
        /// Another name
        #[arg(long)]
        name: Option<String>,
        /// Another address of the API; credentials do not move to another host unless they are given again
        #[arg(long, value_name = "URL", conflicts_with = "documented_base_url")]
        base_url: Option<String>,
        /// Back to the documented address of the API
        #[arg(long)]
        documented_base_url: bool,
        #[command(flatten)]
        credentials: CredentialArgs,
        /// Takes all credentials anew, as `create` does
        #[arg(long)]
        new_credentials: bool,
    },
    /// Removes an account with its MCP servers
    Delete {
        /// Id or name
        account: String,
        /// Does not ask
        #[arg(long, short)]
        yes: bool,
    },
    /// Calls the vendor once to see whether the credentials work
    Check {
        /// Id or name
        account: String,
    },
}

#[derive(clap::Args)]
struct CredentialArgs {
    /// Takes a credential from this environment variable; may be repeated
    #[arg(long, value_name = "CREDENTIAL=VARIABLE", value_parser = credentials::pair)]
    credential_env: Vec<(String, String)>,
}

const COLUMNS: [Column; 6] = [
    Column { head: "ID", show: |record| text(record, "id") },
    Column { head: "NAME", show: |record| text(record, "name") },
    Column { head: "INTEGRATION", show: |record| text(record, "integration") },
    Column { head: "READY", show: |record| if record["ready"] == true { "yes" } else { "no" }.to_owned() },
    Column { head: "BASE URL", show: |record| text(record, "base_url") },
    Column { head: "CREATED", show: |record| time(record, "created_at") },
];

const CREDENTIALS: Column = Column { head: "CREDENTIALS", show: set };

fn set(record: &Value) -> String {
    let credentials = record["credentials"].as_array().into_iter().flatten();
    let told = credentials.map(|credential| {
        let is = if credential["set"] == true { "set" } else { "not set" };
        format!("{} {is}", text(credential, "name"))
    });
    told.collect::<Vec<_>>().join(", ")
}

/// What came of a check; the message has lines of its own.
fn verdict(account: &Value, check: &Value) -> String {
    let how = if check["ok"] == true { "works" } else { "does not work" };
    let (name, tool, ms) = (text(account, "name"), text(check, "tool"), text(check, "duration_ms"));
    let message = check["message"].as_str().unwrap_or_default().lines().map(clean);
    std::iter::once(format!("`{name}` {how} ({tool}, {ms} ms)."))
        .chain(message)
        .collect::<Vec<_>>()
        .join("\n")
}

fn all_columns() -> Vec<Column> {
    COLUMNS.into_iter().chain([CREDENTIALS]).collect()
}

pub(in crate::cli) async fn run(args: Args) -> Result<(), Failure> {
    let Args { action, connection } = args;
    let control = connection.open()?;
    let path = |account: &Value| text(account, "id");
    match action {
        Action::List => connection.records(&control.list(&["integrated-account"]).await?, &COLUMNS),
        Action::Create { integration, name, base_url, credentials } => {
            let known = lookup::integration(&control, &integration).await?;
            let credentials = credentials::all(&known, &credentials.credential_env)?;
            let mut body = json!({
                "integration": integration,
                "name": name.as_deref().unwrap_or(&integration),
                "credentials": credentials,
            });
            if let Some(url) = base_url {
                body["base_url"] = url.into();
            }
            let account = control.post(&["integrated-account"], Some(&body)).await?;
            connection.record(&account, &all_columns())
        }
        Action::Show { account } => {
            connection.record(&lookup::account(&control, &account).await?, &all_columns())
        }
        Action::Update { account, name, base_url, documented_base_url, credentials, new_credentials } => {
            let account = lookup::account(&control, &account).await?;
            let mut body = Map::new();
            body.extend(name.map(|name| ("name".to_owned(), name.into())));
            body.extend(base_url.map(|url| ("base_url".to_owned(), url.into())));
            body.extend(documented_base_url.then(|| ("base_url".to_owned(), Value::Null)));
            let given = if new_credentials {
                let known = lookup::integration(&control, &text(&account, "integration")).await?;
                credentials::all(&known, &credentials.credential_env)?
            } else {
                credentials::named(&credentials.credential_env)?
            };
            if !given.is_empty() {
                body.insert("credentials".to_owned(), given.into());
            }
            if body.is_empty() {
                return Err(Failure::Usage("nothing to change is given".to_owned()));
            }
            let account = control.patch(&["integrated-account", &path(&account)], &body.into()).await?;
            connection.record(&account, &all_columns())
        }
        Action::Delete { account, yes } => {
            let account = lookup::account(&control, &account).await?;
            let name = text(&account, "name");
            confirmed(&format!("Remove the account `{name}` and all its MCP servers?"), yes)?;
            control.delete(&["integrated-account", &path(&account)]).await?;
            connection.say(&format!("Removed the account `{name}`."))
        }
        Action::Check { account } => {
            let account = lookup::account(&control, &account).await?;
            let check = control.post(&["integrated-account", &path(&account), "check"], None).await?;
            if connection.json {
                output::print(&check.to_string())?;
            } else {
                output::print(&verdict(&account, &check))?;
            }
            if check["ok"] == true { Ok(()) } else { Err(Failure::Told) }
        }
    }
}
