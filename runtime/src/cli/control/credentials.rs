//! An account's credentials, from the environment or from standard input.

use crate::cli::Failure;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::env;
use std::io::{BufRead as _, IsTerminal as _, Write as _};

/// `name=VARIABLE`, as a flag has it.
pub(super) fn pair(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').map(|(name, variable)| (name.trim(), variable.trim()));
    let given = pair.filter(|(name, variable)| !name.is_empty() && !variable.is_empty());
    let (name, variable) = given.ok_or("is written as credential=VARIABLE")?;
    Ok((name.to_owned(), variable.to_owned()))
}

/// The credentials that flags name, each from its variable.
pub(super) fn named(pairs: &[(String, String)]) -> Result<Map<String, Value>, Failure> {
    let mut credentials = Map::new();
    for (name, variable) in pairs {
        let value = variable_of(variable).ok_or_else(|| {
            Failure::Usage(format!("--credential-env: the environment variable {variable} is not set"))
        })?;
        credentials.insert(name.clone(), value.into());
    }
    Ok(credentials)
}

/// All credentials of an integration: as flags say, else from `<VENDOR>_<CREDENTIAL>`, else a line each from
/// standard input, where a person is asked.
pub(super) fn all(integration: &Value, pairs: &[(String, String)]) -> Result<Map<String, Value>, Failure> {
    let mut credentials = named(pairs)?;
    let slug = integration["slug"].as_str().unwrap_or_default();
    for credential in integration["credentials"].as_array().into_iter().flatten() {
        let name = credential["name"].as_str().unwrap_or_default();
        if credentials.contains_key(name) {
            continue;
        }
        let variable = format!("{slug}_{name}").to_uppercase();
        let value = match variable_of(&variable) {
            Some(value) => value,
            None if credential["required"] == false => continue,
            None => {
                let help = credential["help"].as_str().unwrap_or_default();
                asked(name, help, credential["secret"] != false)?.ok_or_else(|| {
                    Failure::Usage(format!("the credential `{name}` is missing: set {variable}, or give it on a line of standard input. {help}"))
                })?
            }
        };
        credentials.insert(name.to_owned(), value.into());
    }
    // In the order of their names, whatever their source.
    Ok(credentials.into_iter().collect::<BTreeMap<_, _>>().into_iter().collect())
}

fn variable_of(name: &str) -> Option<String> {
    env::var(name).ok().map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

/// The next line of standard input; nothing if there is none.
fn asked(name: &str, help: &str, secret: bool) -> Result<Option<String>, Failure> {
    let input = std::io::stdin();
    let person = input.is_terminal();
    if person {
        let mut err = std::io::stderr().lock();
        let _ = write!(err, "{name} ({help}): ");
        let _ = err.flush();
    }
    let mut line = String::new();
    let read = {
        let _dark = (person && secret).then(Dark::new);
        input.lock().read_line(&mut line)
    };
    read.map_err(Failure::failed)?;
    let line = line.trim();
    Ok((!line.is_empty()).then(|| line.to_owned()))
}

/// While this lives, the terminal does not show what is typed.
struct Dark {
    #[cfg(unix)]
    before: Option<rustix::termios::Termios>,
}

impl Dark {
    #[cfg(unix)]
    fn new() -> Self {
        use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
        let before = tcgetattr(std::io::stdin()).ok();
        if let Some(before) = &before {
            let mut dark = before.clone();
            dark.local_modes.remove(LocalModes::ECHO);
            dark.local_modes.insert(LocalModes::ECHONL);
            let _ = tcsetattr(std::io::stdin(), OptionalActions::Flush, &dark);
        }
        Self { before }
    }

    #[cfg(not(unix))]
    fn new() -> Self {
        Self {}
    }
}

#[cfg(unix)]
impl Drop for Dark {
    fn drop(&mut self) {
        if let Some(before) = &self.before {
            let _ =
                rustix::termios::tcsetattr(std::io::stdin(), rustix::termios::OptionalActions::Now, before);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::pair;

    #[test]
    fn a_pair_names_a_credential_and_a_variable() {
        assert_eq!(pair("api_token = TOKEN"), Ok(("api_token".to_owned(), "TOKEN".to_owned())));
        for wrong in ["", "api_token", "=TOKEN", "api_token="] {
            assert!(pair(wrong).is_err(), "{wrong}");
        }
    }
}
