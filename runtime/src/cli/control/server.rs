//! `server`: the MCP servers of connected accounts.

use super::table::{Column, text, time};
use super::{Connection, confirmed, lookup, period};
use crate::cli::{Failure, output};
use clap::{Subcommand, ValueEnum};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

const EXAMPLES: &str = "\
Servers and accounts are named by id, or by name where only one has it. A server's URL is shown once, when it is
made or rotated; whoever has it can call the server's tools.

Examples:
  toolpress server create production --name reader --methods read --tags consumers --expires-in 7d
  toolpress server create production --json | jq -r .url
  toolpress server update reader --effects read --clear tags
  toolpress server rotate reader --overlap 15m";

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
    /// Shows all servers
    List {
        /// Only those of this account, by id or name
        #[arg(long)]
        account: Option<String>,
    },
    /// Makes a server and shows its URL
    Create {
        /// The account, by id or name
        account: String,
        #[command(flatten)]
        settings: Box<Settings>,
    },
    /// Shows one server
    Show {
        #[command(flatten)]
        chosen: Chosen,
    },
    /// Changes a server; what is not given stays
    Update {
        #[command(flatten)]
        chosen: Chosen,
        #[command(flatten)]
        settings: Box<Settings>,
        /// Takes a setting back to what it is by default; may be repeated
        #[arg(long, value_delimiter = ',')]
        clear: Vec<Setting>,
    },
    /// Removes a server; its URL ends at once
    Delete {
        #[command(flatten)]
        chosen: Chosen,
        /// Does not ask
        #[arg(long, short)]
        yes: bool,
    },
    /// Gives a server another URL
    Rotate {
        #[command(flatten)]
        chosen: Chosen,
        /// How long the old URL goes on, such as 0, 15m, 12h, 7d; an hour if not given
        #[arg(long, value_parser = period, value_name = "TIME")]
        overlap: Option<u64>,
    },
}

#[derive(clap::Args)]
struct Chosen {
    /// The server, by id or name
    #[arg(value_name = "SERVER")]
    mcp: String,
    /// Its account, by id or name, where several accounts have a server of that name
    #[arg(long)]
    account: Option<String>,
}

#[derive(clap::Args)]
struct Settings {
    /// What the server is called
    #[arg(long)]
    name: Option<String>,
    /// Only these methods: read, write, custom, or names of methods
    #[arg(long, value_delimiter = ',', value_name = "METHOD,…")]
    methods: Option<Vec<String>>,
    /// Only tools with one of these tags
    #[arg(long, value_delimiter = ',', value_name = "TAG,…")]
    tags: Option<Vec<String>>,
    /// Only tools with one of these effects: read, write, destructive
    #[arg(long, value_delimiter = ',', value_name = "EFFECT,…")]
    effects: Option<Vec<String>>,
    /// Whether callers need an API token beside the URL
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    require_api_token_auth: Option<bool>,
    /// Whether each tool's outputSchema is in the list
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    output_schemas: Option<bool>,
    /// When it ends, such as 2026-12-24T18:00:00Z
    #[arg(long, value_name = "TIME", value_parser = moment, conflicts_with = "expires_in")]
    expires_at: Option<Timestamp>,
    /// How long from now until it ends, such as 15m, 12h, 7d
    #[arg(long, value_name = "TIME", value_parser = period)]
    expires_in: Option<u64>,
}

#[derive(Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Setting {
    Methods,
    Tags,
    Effects,
    RequireApiTokenAuth,
    OutputSchemas,
    ExpiresAt,
}

fn moment(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| "takes a time with its zone, such as 2026-12-24T18:00:00Z".to_owned())
}

impl Settings {
    /// The body that says so.
    fn body(&self) -> Result<Map<String, Value>, Failure> {
        let mut config = Map::new();
        for (key, words) in [("methods", &self.methods), ("tags", &self.tags), ("effects", &self.effects)] {
            config.extend(words.as_ref().map(|words| (key.to_owned(), json!(words))));
        }
        for (key, flag) in
            [("require_api_token_auth", self.require_api_token_auth), ("output_schemas", self.output_schemas)]
        {
            config.extend(flag.map(|flag| (key.to_owned(), flag.into())));
        }
        let mut body = Map::new();
        body.extend(self.name.as_ref().map(|name| ("name".to_owned(), json!(name))));
        if !config.is_empty() {
            body.insert("config".to_owned(), config.into());
        }
        let end = match (self.expires_at, self.expires_in) {
            (Some(end), _) => Some(end),
            (None, Some(seconds)) => {
                let period = SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX));
                Some(Timestamp::now().checked_add(period).map_err(Failure::failed)?)
            }
            (None, None) => None,
        };
        body.extend(end.map(|end| ("expires_at".to_owned(), end.to_string().into())));
        Ok(body)
    }
}

/// Adds what is to be cleared to the body of a change.
fn clear(body: &mut Map<String, Value>, settings: &[Setting]) {
    for setting in settings {
        let key = match setting {
            Setting::ExpiresAt => {
                body.insert("expires_at".to_owned(), Value::Null);
                continue;
            }
            Setting::Methods => "methods",
            Setting::Tags => "tags",
            Setting::Effects => "effects",
            Setting::RequireApiTokenAuth => "require_api_token_auth",
            Setting::OutputSchemas => "output_schemas",
        };
        let config = body.entry("config").or_insert_with(|| Value::Object(Map::new()));
        config[key] = Value::Null;
    }
}

const COLUMNS: [Column; 7] = [
    Column { head: "ID", show: |record| text(record, "id") },
    Column { head: "NAME", show: |record| text(record, "name") },
    Column { head: "INTEGRATION", show: |record| text(record, "integration") },
    Column { head: "TOOLS", show: |record| text(record, "tools") },
    Column { head: "TOKEN", show: |record| text(record, "token_hint") },
    Column { head: "EXPIRES", show: |record| time(record, "expires_at") },
    Column { head: "LAST USED", show: |record| time(record, "last_used_at") },
];

fn all_columns() -> Vec<Column> {
    let more = [
        Column { head: "CONFIG", show: |record| text(record, "config") },
        Column { head: "ACCOUNT", show: |record| text(record, "integrated_account_id") },
        Column { head: "CREATED", show: |record| time(record, "created_at") },
    ];
    COLUMNS.into_iter().chain(more).collect()
}

pub(in crate::cli) async fn run(args: Args) -> Result<(), Failure> {
    let Args { action, connection } = args;
    let control = connection.open()?;
    let find = async |chosen: &Chosen| lookup::server(&control, &chosen.mcp, chosen.account.as_deref()).await;
    match action {
        Action::List { account } => {
            connection.records(&lookup::servers(&control, account.as_deref()).await?, &COLUMNS)
        }
        Action::Create { account, settings } => {
            let body = settings.body()?.into();
            let account = text(&lookup::account(&control, &account).await?, "id");
            let server = control.post(&["integrated-account", &account, "mcp"], Some(&body)).await?;
            made(&connection, &server)
        }
        Action::Show { chosen } => connection.record(&find(&chosen).await?.1, &all_columns()),
        Action::Update { chosen, settings, clear: cleared } => {
            let mut body = settings.body()?;
            clear(&mut body, &cleared);
            if body.is_empty() {
                return Err(Failure::Usage("nothing to change is given".to_owned()));
            }
            let (account, server) = find(&chosen).await?;
            let path = ["integrated-account", &account, "mcp", &text(&server, "id")];
            connection.record(&control.patch(&path, &body.into()).await?, &all_columns())
        }
        Action::Delete { chosen, yes } => {
            let (account, server) = find(&chosen).await?;
            let name = text(&server, "name");
            confirmed(&format!("Remove the server `{name}`?"), yes)?;
            control.delete(&["integrated-account", &account, "mcp", &text(&server, "id")]).await?;
            connection.say(&format!("Removed the server `{name}`."))
        }
        Action::Rotate { chosen, overlap } => {
            let (account, server) = find(&chosen).await?;
            let path = ["integrated-account", &account, "mcp", &text(&server, "id"), "rotate"];
            let body = overlap.map_or_else(|| json!({}), |seconds| json!({ "overlap_seconds": seconds }));
            made(&connection, &control.post(&path, Some(&body)).await?)
        }
    }
}

/// Shows a server with its URL, which is told this once.
fn made(connection: &Connection, server: &Value) -> Result<(), Failure> {
    connection.record(server, &all_columns())?;
    if connection.json {
        return Ok(());
    }
    let mut told = format!("\nURL, shown only now: {}", text(server, "url"));
    if server["old_token_valid_until"].is_string() {
        told.push_str(&format!("\nThe old URL goes on until {}.", time(server, "old_token_valid_until")));
    }
    output::print(&told)
}

#[cfg(test)]
mod tests {
    use super::{Setting, Settings, clear};
    use clap::Parser;
    use serde_json::{Value, json};

    #[derive(Parser)]
    struct Flags {
        #[command(flatten)]
        settings: Settings,
    }

    fn body(arguments: &[&str], cleared: &[Setting]) -> Value {
        let flags = Flags::parse_from([&["x"], arguments].concat());
        let mut body = flags.settings.body().expect("a body");
        clear(&mut body, cleared);
        body.into()
    }

    #[test]
    fn only_what_is_given_is_sent() {
        assert_eq!(body(&[], &[]), json!({}));
        assert_eq!(
            body(&["--name", "n", "--methods", "read,plan", "--require-api-token-auth"], &[]),
            json!({ "name": "n", "config": { "methods": ["read", "plan"], "require_api_token_auth": true } })
        );
        assert_eq!(
            body(&["--output-schemas=false"], &[Setting::Tags, Setting::ExpiresAt]),
            json!({ "config": { "output_schemas": false, "tags": null }, "expires_at": null })
        );
        assert_eq!(
            body(&["--expires-at", "2026-12-24T18:00:00+01:00"], &[]),
            json!({ "expires_at": "2026-12-24T17:00:00Z" })
        );
        assert!(
            body(&["--expires-in", "7d"], &[])["expires_at"].as_str().is_some_and(|text| text.ends_with('Z'))
        );
        for wrong in ["2026-12-24", "2026-12-24T18:00:00", "soon"] {
            assert!(Flags::try_parse_from(["x", "--expires-at", wrong]).is_err(), "{wrong}");
        }
    }
}
