//! From the rows of a token to the server that answers.

use super::{Directory, Known};
use crate::activity::Activity;
use crate::audit::Sample;
use crate::keyring::{Binding, KeyFile};
use crate::metrics::VendorCounts;
use crate::observe::{CallReport, Observer};
use crate::store::{AccountRow, CallRow, Grant, Hash, SealedCredential, StoreError};
use crate::{Account, AccountError, Server, ServerConfig, ServerOptions};
use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;
use toolpress_core::{Tool, Vendor};
use uuid::Uuid;

/// Asks the store for a token. What is known already stays if nothing has changed, with the calls it
/// counts and the list it has rendered.
pub(super) async fn ask(
    directory: &Directory,
    hash: Hash,
    known: Option<Arc<Known>>,
) -> Result<Option<Arc<Known>>, StoreError> {
    let Some(grant) = directory.store.grant(&hash).await? else { return Ok(None) };
    let until = [grant.server.expires_at, grant.valid_until].into_iter().flatten().min();
    let revisions = (grant.server.revision, grant.account.revision);
    if let Some(known) = known.filter(|known| known.revisions == revisions && known.until == until) {
        return Ok(Some(known));
    }
    let Some(vendor) = directory.catalog.vendor(&grant.account.integration) else {
        tracing::warn!(
            integration = grant.account.integration,
            server = grant.server.id,
            "a server of a vendor that is not compiled in"
        );
        return Ok(None);
    };
    let config: ServerConfig = match serde_json::from_str(&grant.server.config) {
        Ok(config) => config,
        Err(error) => {
            let problem = format!("the filter of server {} cannot be read: {error}", grant.server.id);
            return Err(StoreError::Unusable(problem));
        }
    };
    let server = build(directory, vendor, &grant, &config).map_err(|error| {
        StoreError::Unusable(format!("server {} cannot be served: {error}", grant.server.id))
    })?;
    Ok(Some(Arc::new(Known {
        server: Arc::new(server),
        id: grant.server.id,
        account: grant.account.id,
        revisions,
        until,
        wants_api_token: config.require_api_token_auth,
        used: AtomicI64::new(0),
    })))
}

fn build(
    directory: &Directory,
    vendor: &'static Vendor,
    grant: &Grant,
    config: &ServerConfig,
) -> Result<Server, AccountError> {
    // Words that meant something to an older binary mean no tool to this one.
    let mask = vendor.select_known(&config.filter());
    let account = Arc::new(account(&directory.keys, vendor, &grant.account, &grant.credentials)?);
    let observer = Recorder {
        account: grant.account.id.clone(),
        server: Some((grant.server.id.clone(), grant.server.name.clone())),
        by: "mcp".to_owned(),
        counts: directory.metrics.vendor(vendor),
        activity: directory.activity.clone(),
        listed: listed(),
        sample: Sample::default(),
    };
    let options = ServerOptions {
        name: Some(grant.server.name.clone()),
        output_schemas: config.output_schemas,
        observer: Some(Arc::new(observer)),
    };
    Ok(Server::new(Arc::clone(&directory.shared), directory.catalog, vendor, mask, account, options))
}

/// The account with its credentials decrypted. One whose credentials are gone or do not open has none;
/// calls then tell that it must be connected anew.
pub(crate) fn account(
    keys: &KeyFile,
    vendor: &'static Vendor,
    row: &AccountRow,
    credentials: &[SealedCredential],
) -> Result<Account, AccountError> {
    let base_url = row.base_url.as_deref();
    let origin = Account::base_url_of(vendor, base_url)?.origin().ascii_serialization();
    let mut secrets = HashMap::new();
    for sealed in credentials {
        let binding = Binding { account: &row.id, origin: &origin, name: &sealed.name };
        match keys.open_credential(binding, sealed) {
            Ok(secret) => drop(secrets.insert(sealed.name.as_str(), secret)),
            Err(error) => tracing::error!(
                account = row.id,
                credential = sealed.name,
                %error,
                "a stored credential cannot be used"
            ),
        }
    }
    Account::stored(row.id.as_str(), vendor, base_url, |name| secrets.get(name).cloned())
}

/// A thousand calls a second of one server are more than anybody reads, and less than keeps a database busy.
/// The log and the metrics tell of all.
pub(crate) fn listed() -> Sample {
    Sample::new(1_000, Duration::from_secs(1))
}

/// Writes down the calls of a server.
#[derive(Debug)]
pub(crate) struct Recorder {
    pub(crate) account: String,
    /// Id and name; `None` for a call from the page.
    pub(crate) server: Option<(String, String)>,
    /// Who calls: `mcp` for whoever holds the server's token.
    pub(crate) by: String,
    pub(crate) counts: Option<Arc<VendorCounts>>,
    pub(crate) activity: Activity,
    /// Of the calls, for the list of recent ones.
    pub(crate) listed: Sample,
    /// Of the lines about calls that were turned away.
    pub(crate) sample: Sample,
}

impl Observer for Recorder {
    fn called(&self, report: &CallReport) {
        if let Some(counts) = &self.counts {
            counts.count(report);
        }
        let server = self.server.as_ref();
        tracing::info!(
            target: "audit",
            action = "call",
            by = self.by,
            account = self.account,
            server = server.map(|(id, _)| id),
            tool = report.tool.name,
            outcome = report.ending.as_str(),
            upstream_status = report.upstream_status,
            ms = u64::try_from(report.duration.as_millis()).unwrap_or(u64::MAX),
            request_bytes = report.request_bytes,
            response_bytes = report.response_bytes,
        );
        if self.listed.pass().is_none() {
            return self.activity.left_out();
        }
        let (server_id, server_name) = self.server.clone().unzip();
        self.activity.call(CallRow {
            id: Uuid::now_v7().to_string(),
            account_id: self.account.clone(),
            server_id,
            server_name,
            at: Timestamp::now().as_millisecond(),
            tool: report.tool.name.to_owned(),
            outcome: report.ending.as_str().to_owned(),
            upstream_status: report.upstream_status.map(i64::from),
            duration_ms: i64::try_from(report.duration.as_millis()).unwrap_or(i64::MAX),
            request_bytes: i64::try_from(report.request_bytes).unwrap_or(i64::MAX),
            response_bytes: i64::try_from(report.response_bytes).unwrap_or(i64::MAX),
        });
    }

    fn turned_away(&self, tool: &'static Tool) {
        let Some(left_out) = self.sample.pass() else { return };
        tracing::info!(
            target: "audit",
            action = "call",
            by = self.by,
            account = self.account,
            server = self.server.as_ref().map(|(id, _)| id),
            tool = tool.name,
            outcome = "busy",
            left_out,
        );
    }
}
