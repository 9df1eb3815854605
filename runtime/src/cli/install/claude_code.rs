//! Claude Code, which enters servers by a command of its own: its file of the user is written by itself all
//! the time.

use super::client::Client;
use super::entry::{Entry, placeholder};
use super::{Failure, Scope, output};
use std::env;
use std::path::PathBuf;
use std::process::Command;

/// Enters a server by `claude mcp add`, or prints that command.
pub(super) fn add(entry: &Entry, name: &str, scope: Scope, print: bool, dry: bool) -> Result<(), Failure> {
    let arguments = arguments(entry, name, scope)?;
    let line = shell(&arguments);
    if print {
        return output::print(&line);
    }
    let Some(program) = program() else {
        output::print(&line)?;
        return Err(Failure::Failed(
            "`claude` is not on the PATH; run the command printed above where it is, or use --scope project"
                .to_owned(),
        ));
    };
    if dry {
        return output::print(&format!("Would run:\n{line}"));
    }
    let status = Command::new(&program).args(&arguments).status();
    let status = status.map_err(|error| Failure::Failed(format!("{}: {error}", program.display())))?;
    if !status.success() {
        return Err(Failure::Failed(format!(
            "`claude mcp add` failed. If there is a server `{name}` already, remove it with `claude mcp remove {name}`"
        )));
    }
    output::print("Start Claude Code; `/mcp` shows the server.")
}

/// What follows `claude`. Flags that take many values stand where they cannot swallow the name.
fn arguments(entry: &Entry, name: &str, scope: Scope) -> Result<Vec<String>, Failure> {
    let scope = match scope {
        Scope::Local => "local",
        Scope::Project => "project",
        Scope::User => "user",
    };
    let mut arguments = vec!["mcp".to_owned(), "add".to_owned()];
    match entry {
        Entry::Url { url, headers, .. } => {
            arguments.extend(["--transport", "http", "--scope", scope, name, url].map(str::to_owned));
            for header in headers {
                arguments.push("--header".to_owned());
                arguments.push(format!("{}: {}", header.name, header.written(Client::ClaudeCode)?));
            }
        }
        Entry::Command { program, arguments: own, credentials } => {
            for credential in credentials {
                arguments.push("--env".to_owned());
                let value = placeholder(Client::ClaudeCode, credential);
                arguments.push(format!("{}={value}", credential.variable));
            }
            arguments.extend(["--transport", "stdio", "--scope", scope, name, "--"].map(str::to_owned));
            arguments.push(program.to_string_lossy().into_owned());
            arguments.extend(own.iter().cloned());
        }
    }
    Ok(arguments)
}

fn program() -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let names: &[&str] = if cfg!(windows) { &["claude.exe", "claude.cmd"] } else { &["claude"] };
    let mut places =
        env::split_paths(&path).flat_map(|folder| names.iter().map(move |name| folder.join(name)));
    places.find(|place| place.is_file())
}

/// The command as one would type it.
fn shell(arguments: &[String]) -> String {
    let words = arguments.iter().map(|word| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@,".contains(c);
        if !word.is_empty() && word.chars().all(plain) {
            word.clone()
        } else {
            format!("'{}'", word.replace('\'', r"'\''"))
        }
    });
    std::iter::once("claude".to_owned()).chain(words).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::{Scope, arguments, shell};
    use crate::cli::install::entry::{Credential, Entry, Header, HeaderValue};

    #[test]
    fn the_command_is_one_that_can_be_typed() {
        let header = |name: &str, value| Header { name: name.to_owned(), value };
        let entry = Entry::Url {
            program: "/bin/toolpress".into(),
            url: "https://h.example/mcp/tp_x".to_owned(),
            headers: vec![
                header("X-Team", HeaderValue::Text("it's ours".to_owned())),
                header("Authorization", HeaderValue::Variable("AUTH".to_owned())),
            ],
        };
        let line = shell(&arguments(&entry, "acme", Scope::User).expect("arguments"));
        assert_eq!(
            line,
            r"claude mcp add --transport http --scope user acme https://h.example/mcp/tp_x --header 'X-Team: it'\''s ours' --header 'Authorization: ${AUTH}'"
        );
        let credential = Credential { variable: "ACME_API_TOKEN".to_owned(), help: "", secret: true };
        let entry = Entry::Command {
            program: "/a b/toolpress".into(),
            arguments: vec!["stdio".to_owned(), "acme".to_owned()],
            credentials: vec![credential],
        };
        let line = shell(&arguments(&entry, "acme", Scope::Local).expect("arguments"));
        assert_eq!(
            line,
            "claude mcp add --env 'ACME_API_TOKEN=${ACME_API_TOKEN}' --transport stdio --scope local acme -- '/a b/toolpress' stdio acme"
        );
    }
}
