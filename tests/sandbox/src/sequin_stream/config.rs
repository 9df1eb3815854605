//! `/config`: plan, apply and export (rules 91–95).

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::SequinStream;
use super::config_apply::{Action, Stop, upsert_all};
use super::config_show::{all_external, all_raw};
use super::error::{Fault, Outcome, Reply};
use super::request::Call;
use super::state::Account;
use super::world::Outside;
use super::yaml_text;

/// What an apply would leave behind.
struct Applied {
    before: Account,
    after: Account,
    actions: Vec<Action>,
}

pub(crate) async fn plan(simulated: &SequinStream, token: &str, params: Map<String, Value>) -> Outcome {
    let config = read(&params)?;
    let applied = attempt(simulated, token, &config, false).await?;
    let actions: Vec<_> =
        applied.actions.iter().map(|action| json!({"description": action.describe()})).collect();
    Ok(Reply::ok(json!({"changes": changes(&applied.before, &applied.after), "actions": actions})))
}

pub(crate) async fn apply(simulated: &SequinStream, token: &str, params: Map<String, Value>) -> Outcome {
    let config = read(&params)?;
    let applied = attempt(simulated, token, &config, true).await?;
    Ok(Reply::ok(json!({"resources": all_raw(&applied.after)})))
}

#[expect(clippy::unnecessary_wraps, reason = "all routes have one type")]
pub(crate) fn export(call: &mut Call<'_>) -> Outcome {
    let sensitive = call.says_true("show-sensitive");
    let mut groups: Vec<(String, Vec<Value>)> = Vec::new();
    for (kind, mut resource) in all_external(call.account, sensitive) {
        if matches!(kind, "account" | "user") {
            continue;
        }
        if let Value::Object(resource) = &mut resource {
            resource.remove("id");
        }
        let key = format!("{kind}s");
        match groups.iter_mut().find(|(group, _)| *group == key) {
            Some((_, resources)) => resources.push(resource),
            None => groups.push((key, vec![resource])),
        }
    }
    let document: Map<String, Value> =
        groups.into_iter().map(|(group, resources)| (group, Value::Array(resources))).collect();
    Ok(Reply::ok(json!({"yaml": yaml_text::document(&Value::Object(document))})))
}

/// The `yaml` of a body as data.
fn read(params: &Map<String, Value>) -> Result<Map<String, Value>, Fault> {
    let Some(yaml) = params.get("yaml") else { return Err(Fault::Framework(400)) };
    let yaml = yaml.as_str().ok_or(Fault::Framework(500))?;
    match serde_yaml::from_str::<Value>(yaml) {
        Ok(Value::Object(config)) => Ok(config),
        // An empty document asks for nothing.
        Ok(Value::Null) => Ok(Map::new()),
        Ok(_) => Err(Fault::Framework(500)),
        Err(problem) => {
            let problem = problem.to_string();
            let line = problem.lines().next().unwrap_or_default();
            Err(Fault::bad_request(format!("Invalid YAML: {line}")))
        }
    }
}

/// Applies to a copy, waiting for databases that do not answer yet; keeps the copy when `commit` says so.
async fn attempt(
    simulated: &SequinStream,
    token: &str,
    config: &Map<String, Value>,
    commit: bool,
) -> Result<Applied, Fault> {
    let clock = simulated.clock();
    let started = clock.now();
    loop {
        let attempted = simulated
            .with_account(token, |account, outside| try_once(account, outside, config, started, commit));
        match attempted? {
            Ok(applied) => return Ok(applied),
            Err(pause) => clock.sleep(pause).await,
        }
    }
}

fn try_once(
    account: &mut Account,
    outside: &mut Outside,
    config: &Map<String, Value>,
    started: Timestamp,
    commit: bool,
) -> Result<Result<Applied, Duration>, Fault> {
    let before = account.clone();
    let mut after = before.clone();
    let actions = match upsert_all(&mut after, outside, config, started) {
        Ok(actions) => actions,
        Err(Stop::Wait(pause)) => return Ok(Err(pause)),
        Err(Stop::Fault(fault)) => return Err(fault),
    };
    if commit {
        *account = after;
        let failures: Vec<String> =
            actions.iter().filter_map(|action| action.perform(account, outside).err()).collect();
        if !failures.is_empty() {
            let text = format!(
                "Successfully applied config, but failed to apply actions:\n\n{}\n",
                failures.join("\n")
            );
            return Err(Fault::Summary(500, text));
        }
        after = account.clone();
    }
    Ok(Ok(Applied { before, after, actions }))
}

/// New resources, then gone ones, then all others as updates, changed or not (rule 94).
fn changes(before: &Account, after: &Account) -> Vec<Value> {
    let (old, new) = (all_external(before, false), all_external(after, false));
    let identity = |(kind, resource): &(&'static str, Value)| {
        let name = resource.get("name").or_else(|| resource.get("email")).cloned();
        (*kind, name)
    };
    let twin = |list: &[(&'static str, Value)], of: &(&'static str, Value)| {
        list.iter().find(|other| identity(other) == identity(of)).map(|(_, resource)| resource.clone())
    };
    let change = |kind: &str, action: &str, new: Option<&Value>, old: Option<&Value>| json!({"resource_type": kind, "action": action, "new": new, "old": old});
    let creates = new
        .iter()
        .filter(|resource| twin(&old, resource).is_none())
        .map(|(kind, resource)| change(kind, "create", Some(resource), None));
    let deletes = old
        .iter()
        .filter(|resource| twin(&new, resource).is_none())
        .map(|(kind, resource)| change(kind, "delete", None, Some(resource)));
    let updates = old.iter().filter_map(|resource| {
        let planned = twin(&new, resource)?;
        Some(change(resource.0, "update", Some(&planned), Some(&resource.1)))
    });
    creates.chain(deletes).chain(updates).collect()
}
