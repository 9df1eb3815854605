//! What is entered: a URL or a command, in the words of each client.

use super::Failure;
use super::client::Client;
use super::document::Change;
use crate::bridge::Remote;
use crate::cli::bridge::HeaderArgs;
use serde_json::{Map, Value, json};
use std::env;
use std::path::{Path, PathBuf};

/// A server to be entered.
pub(super) enum Entry {
    /// One behind a URL. `program` carries it to clients that only start commands.
    Url { program: PathBuf, url: String, headers: Vec<Header> },
    /// One that the client starts.
    Command { program: PathBuf, arguments: Vec<String>, credentials: Vec<Credential> },
}

/// A header field; its value, or the environment variable that holds it.
pub(super) struct Header {
    pub(super) name: String,
    pub(super) value: HeaderValue,
}

pub(super) enum HeaderValue {
    Text(String),
    Variable(String),
}

/// A credential of a vendor, and the environment variable that `stdio` takes it from.
pub(super) struct Credential {
    pub(super) variable: String,
    pub(super) help: &'static str,
    pub(super) secret: bool,
}

/// The header fields of the flags, once they are seen to be fit for sending.
pub(super) fn headers(args: &HeaderArgs, remote: &mut Remote) -> Result<Vec<Header>, Failure> {
    let mut headers = Vec::new();
    for line in args.header.iter().filter(|line| !line.trim().is_empty()) {
        remote.header_line(line).map_err(|error| Failure::Usage(format!("--header: {error}")))?;
        let (name, value) = line.split_once(':').unwrap_or_default();
        headers
            .push(Header { name: name.trim().to_owned(), value: HeaderValue::Text(value.trim().to_owned()) });
    }
    for pair in &args.header_env {
        let usage = |text: String| Failure::Usage(format!("--header-env: {text}"));
        let named = pair.split_once('=').map(|(name, variable)| (name.trim(), variable.trim()));
        let (name, variable) = named
            .filter(|(_, variable)| is_variable(variable))
            .ok_or_else(|| usage("a header is written as `Name=VARIABLE`".to_owned()))?;
        remote.header(name, "").map_err(|error| usage(error.to_string()))?;
        let value = HeaderValue::Variable(variable.to_owned());
        headers.push(Header { name: name.to_owned(), value });
    }
    Ok(headers)
}

fn is_variable(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

impl Header {
    /// The value as the client's file has it: a reference where the client follows one, else the value.
    pub(super) fn written(&self, client: Client) -> Result<String, Failure> {
        let variable = match &self.value {
            HeaderValue::Text(text) => return Ok(text.clone()),
            HeaderValue::Variable(variable) => variable,
        };
        if let Some(reference) = client.reference(variable) {
            return Ok(reference);
        }
        let missing =
            |_| Failure::Usage(format!("--header-env: the environment variable {variable} is not set"));
        env::var(variable).map(|value| value.trim().to_owned()).map_err(missing)
    }
}

impl Entry {
    /// The change to the client's file.
    pub(super) fn change(&self, client: Client, name: &str) -> Result<Change, Failure> {
        let mut change = Change {
            section: client.section(),
            name: name.to_owned(),
            entry: Value::Null,
            inputs: Vec::new(),
            secret: true,
            remarks: Vec::new(),
        };
        change.entry = match self {
            Self::Url { program, url, headers } if client == Client::ClaudeDesktop => {
                let mut environment = Map::from_iter([("TOOLPRESS_URL".to_owned(), json!(url))]);
                if let Some(lines) = lines(headers, client)? {
                    environment.insert("TOOLPRESS_HEADER".to_owned(), lines.into());
                }
                // In the environment, as other users can see the arguments of commands.
                json!({ "command": text(program), "args": ["bridge"], "env": environment })
            }
            Self::Url { url, headers, .. } => {
                let mut entry = typed(client, "http");
                entry.insert("url".to_owned(), json!(url));
                if !headers.is_empty() {
                    let fields = headers.iter().map(|h| Ok((h.name.clone(), h.written(client)?.into())));
                    entry
                        .insert("headers".to_owned(), Value::Object(fields.collect::<Result<_, Failure>>()?));
                }
                entry.into()
            }
            Self::Command { program, arguments, credentials } => {
                let mut entry = typed(client, "stdio");
                entry.insert("command".to_owned(), text(program).into());
                entry.insert("args".to_owned(), json!(arguments));
                let environment = credentials.iter().map(|credential| {
                    (credential.variable.clone(), Value::String(placeholder(client, credential)))
                });
                entry.insert("env".to_owned(), Value::Object(environment.collect()));
                change.inputs = inputs(client, credentials);
                change.remarks = remarks(client, credentials);
                // References are no secrets, but where there are none, a person writes one down.
                change.secret = client.reference("").is_none();
                entry.into()
            }
        };
        Ok(change)
    }
}

/// Lines of `TOOLPRESS_HEADER`.
fn lines(headers: &[Header], client: Client) -> Result<Option<String>, Failure> {
    let lines = headers.iter().map(|header| Ok(format!("{}: {}", header.name, header.written(client)?)));
    let lines = lines.collect::<Result<Vec<_>, Failure>>()?;
    Ok((!lines.is_empty()).then(|| lines.join("\n")))
}

/// The beginning of an entry; some clients want to be told the transport.
fn typed(client: Client, transport: &str) -> Map<String, Value> {
    let named = matches!(client, Client::ClaudeCode | Client::Vscode);
    Map::from_iter(named.then(|| ("type".to_owned(), json!(transport))))
}

/// What stands for a credential until a person gives it.
pub(super) fn placeholder(client: Client, credential: &Credential) -> String {
    let variable = &credential.variable;
    match client {
        // VS Code asks for it and keeps it in the system's store of secrets.
        Client::Vscode => format!("${{input:{}}}", variable.to_lowercase()),
        _ => client.reference(variable).unwrap_or_else(|| format!("<{variable}>")),
    }
}

fn inputs(client: Client, credentials: &[Credential]) -> Vec<Value> {
    let asked = credentials.iter().filter(|_| client == Client::Vscode);
    let input = |credential: &Credential| {
        json!({
            "type": "promptString",
            "id": credential.variable.to_lowercase(),
            "description": format!("{}. {}", credential.variable, credential.help),
            "password": credential.secret,
        })
    };
    asked.map(input).collect()
}

fn remarks(client: Client, credentials: &[Credential]) -> Vec<String> {
    let remark = |credential: &Credential| {
        let (variable, help) = (&credential.variable, credential.help);
        match client {
            Client::Vscode => format!("VS Code will ask for {variable}. {help}"),
            Client::ClaudeDesktop => format!("Put the credential in the place of <{variable}>. {help}"),
            _ => format!("The client takes {variable} from its environment. {help}"),
        }
    };
    credentials.iter().map(remark).collect()
}

fn text(program: &Path) -> String {
    program.to_string_lossy().into_owned()
}
