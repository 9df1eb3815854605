//! `account`: connected accounts.

use super::table::{Column, clean, text, time};
use super::{Connection, confirmed, credentials, lookup};
use crate::cli::installation::{self, Place};
use crate::cli::{Failure, output};
use crate::store::Accounts as _;
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

const FORGET: &str = "\
Without the key file nobody can decrypt what is stored, and a server does not start. This gives
the stored credentials up; accounts, servers and their URLs stay. If the key file may come back,
do not.

Examples:
  toolpress account forget-credentials
  toolpress account forget-credentials --database postgres://tools@db/tools --yes";

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
    /// Deletes every stored credential of all accounts, in the database itself: when the key file is lost
    #[command(after_help = FORGET)]
    ForgetCredentials {
        #[command(flatten)]
        place: Place,
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

/// Works on the database itself: a server does not start without the key.
async fn forget_credentials(place: &Place, yes: bool, connection: &Connection) -> Result<(), Failure> {
    let store = installation::existing(place).await?;
    let stored = store.count_credentials().await.map_err(Failure::failed)?;
    confirmed(&format!("Delete all {stored} stored credentials of {}?", place.stored()?), yes)?;
    let forgotten = store.forget_credentials().await.map_err(Failure::failed)?;
    tracing::info!(target: "audit", action = "credentials.forget", by = "command line", credentials = forgotten);
    store.close().await;
    if connection.json {
        return output::print(&json!({ "forgotten": forgotten }).to_string());
    }
    output::print(&format!(
        "Deleted {forgotten} credentials. Accounts and servers are still there; give the credentials again with\n\
         `toolpress account update ACCOUNT --new-credentials`."
    ))
}

fn all_columns() -> Vec<Column> {
    COLUMNS.into_iter().chain([CREDENTIALS]).collect()
}

pub(in crate::cli) async fn run(args: Args) -> Result<(), Failure> {
    let Args { action, connection } = args;
    let action = match action {
        Action::ForgetCredentials { place, yes } => {
            return forget_credentials(&place, yes, &connection).await;
        }
        action => action,
    };
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
        // Done above, without a server.
        Action::ForgetCredentials { .. } => Ok(()),
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
