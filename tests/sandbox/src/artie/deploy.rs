//! What sets pipelines going and stops them: start, status, backfills, schema changes (rules 101–104 and 118).

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::backfill::Backfill;
use super::pipelines::render;
use super::readiness::ready;
use super::reply::{Fault, Outcome, Reply};
use super::request::Call;
use super::schema_changes;
use super::shape::{Kind, flag, inner, items, need_keys, read, text};
use super::shapes::PIPELINE_STATUSES;
use super::state::{Account, Deploy, Pipeline, Status, find, find_mut};
use super::world::Outside;
use crate::clock::later;

/// Deploys saved changes and starts or resumes, some time after the answer (rule 101). While a deploy is running,
/// another start begins it anew.
pub(crate) fn start(call: &mut Call<'_>) -> Outcome {
    let fields = [("disableBackFill", Kind::Flag), ("keepPaused", Kind::Flag)];
    let body = read(&fields, &call.optional_object()?, "")?;
    let pipeline = find(&call.account.pipelines, &call.target)?;
    permit(call.account, pipeline)?;
    ready(call.account, call.outside, pipeline).map_err(Fault::bad)?;
    let until = later(call.outside.now(), call.outside.settings.deploy);
    let to = if flag(&body, "keepPaused") { Status::Paused } else { Status::Running };
    let pipeline = find_mut(&mut call.account.pipelines, &call.target)?;
    pipeline.deploy = Some(Deploy { until, to, backfill: !flag(&body, "disableBackFill") });
    pipeline.undeployed = false;
    Ok(Reply::empty())
}

/// Pauses or resumes at once (rule 102). Saved changes go on waiting for a start.
pub(crate) fn update_status(call: &mut Call<'_>) -> Outcome {
    let body = read(&[("status", Kind::Word(PIPELINE_STATUSES))], call.object()?, "")?;
    need_keys(&body, &["status"])?;
    let pipeline = find(&call.account.pipelines, &call.target)?;
    permit(call.account, pipeline)?;
    let to = match text(&body, "status") {
        "paused" => Status::Paused,
        "transfer paused" => Status::TransferPaused,
        "running" => Status::Running,
        _ => return Err(Fault::bad("the status of a pipeline cannot be set to draft")),
    };
    if pipeline.deploy.is_some() {
        return Err(Fault::new(409, "a deploy of this pipeline is in progress"));
    }
    if pipeline.status == Status::Draft {
        return Err(Fault::bad("the pipeline is a draft: start it first"));
    }
    if to == Status::Running && pipeline.status != Status::Running {
        ready(call.account, call.outside, pipeline).map_err(Fault::bad)?;
    }
    let now = call.outside.now();
    let pipeline = find_mut(&mut call.account.pipelines, &call.target)?;
    if pipeline.status != to {
        pipeline.set_status(to, now);
        pipeline.last_deployed = Some(now);
    }
    let shown = render(call.account, find(&call.account.pipelines, &call.target)?);
    Ok(Reply::ok(json!({"pipeline": shown})))
}

/// Cancels backfills of tables and history tables; streaming goes on (rule 103). History tables go by the uuid of
/// their table.
pub(crate) fn cancel_backfill(call: &mut Call<'_>) -> Outcome {
    let fields =
        [("tableUUIDs", Kind::Ids), ("historyTableUUIDs", Kind::Ids), ("optionalReason", Kind::Text)];
    let body = read(&fields, call.object()?, "")?;
    need_keys(&body, &["tableUUIDs", "historyTableUUIDs"])?;
    let pipeline = find_mut(&mut call.account.pipelines, &call.target)?;
    let ids = |name: &str| -> Vec<Uuid> {
        let texts = items(&body, name).iter().filter_map(Value::as_str);
        texts.filter_map(|text| Uuid::parse_str(text).ok()).collect()
    };
    let (tables, histories) = (ids("tableUUIDs"), ids("historyTableUUIDs"));
    let is_own = |uuid: &&Uuid| pipeline.tables.iter().any(|table| table.uuid == **uuid);
    if let Some(unknown) = tables.iter().chain(&histories).find(|uuid| !is_own(uuid)) {
        return Err(Fault::bad(format!("table {unknown} does not belong to this pipeline")));
    }
    for table in &mut pipeline.tables {
        if tables.contains(&table.uuid) {
            table.backfill.cancel();
        }
        if histories.contains(&table.uuid) {
            table.history.cancel();
        }
    }
    Ok(Reply::empty())
}

/// Looks for schema changes some time after the answer (rule 118).
pub(crate) fn detect_schema_changes(call: &mut Call<'_>) -> Outcome {
    let at = later(call.outside.now(), call.outside.settings.detection);
    let pipeline = find_mut(&mut call.account.pipelines, &call.target)?;
    pipeline.detection.get_or_insert(at);
    Ok(Reply::empty())
}

/// Lets time do its work on all pipelines of an account.
pub(crate) fn advance(account: &mut Account, outside: &mut Outside) {
    let now = outside.now();
    schema_changes::advance(account, outside, now);
    let backfill = outside.settings.backfill;
    for pipeline in &mut account.pipelines {
        if let Some(deploy) = pipeline.deploy.filter(|deploy| deploy.until <= now) {
            pipeline.deploy = None;
            pipeline.last_deployed = Some(deploy.until);
            pipeline.take_along(deploy.backfill, backfill);
            pipeline.set_status(deploy.to, deploy.until);
        }
        for table in &mut pipeline.tables {
            table.backfill.advance(now);
            table.history.advance(now);
        }
    }
}

impl Pipeline {
    /// Deploys the tables that are new: they are backfilled, unless told otherwise (rule 101).
    pub(crate) fn take_along(&mut self, backfill: bool, takes: Duration) {
        for table in self.tables.iter_mut().filter(|table| !table.deployed) {
            table.deployed = true;
            let own = inner(&table.fields, "advancedSettings");
            let says = |name: &str| own.is_some_and(|settings| flag(settings, name));
            if !backfill || says("skipBackfill") {
                continue;
            }
            if !flag(&table.fields, "disableReplication") {
                table.backfill = Backfill::Waiting(takes);
            }
            if flag(&table.fields, "enableHistoryMode") && says("shouldBackfillHistoryTable") {
                table.history = Backfill::Waiting(takes);
            }
        }
    }

    /// Changes the status; backfills run only while the pipeline does.
    pub(crate) fn set_status(&mut self, to: Status, at: Timestamp) {
        self.status = to;
        for table in &mut self.tables {
            for backfill in [&mut table.backfill, &mut table.history] {
                if to == Status::Running { backfill.resume(at) } else { backfill.pause(at) }
            }
        }
    }
}

fn permit(account: &Account, pipeline: &Pipeline) -> Result<(), Fault> {
    if account.forbidden.contains(&pipeline.uuid) {
        return Err(Fault::new(403, "your account may not change the state of this pipeline"));
    }
    Ok(())
}
