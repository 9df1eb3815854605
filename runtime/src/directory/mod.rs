//! The registry over the store: which server a token in a URL stands for, on every node, now.

mod fresh;
mod grant;

pub(crate) use grant::{Recorder, account, listed};

use crate::activity::Activity;
use crate::keyring::KeyFile;
use crate::metrics::Metrics;
use crate::registry::{Found, Registry};
use crate::store::{ApiTokenRow, Change, Store, StoreError};
use crate::{Server, Shared, Token, TokenKind};
use fresh::{Down, Fresh};
use futures_util::future::BoxFuture;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use toolpress_core::Catalog;

/// Tokens that are remembered.
const CAPACITY: usize = 10_000;

/// Uses closer together than this are one, in milliseconds.
const USE: i64 = 1_000;

/// Finds servers in the store.
#[derive(Debug)]
pub struct Directory {
    catalog: &'static Catalog,
    store: Arc<dyn Store>,
    keys: Arc<KeyFile>,
    shared: Arc<Shared>,
    activity: Activity,
    metrics: Arc<Metrics>,
    servers: Fresh<Known>,
    api_tokens: Fresh<KnownApiToken>,
}

/// What a token in a URL opens.
#[derive(Debug)]
struct Known {
    server: Arc<Server>,
    id: String,
    account: String,
    /// Revisions of server and account that this was made from.
    revisions: (i64, i64),
    /// End of the server, or of a token that was rotated away.
    until: Option<i64>,
    wants_api_token: bool,
    used: AtomicI64,
}

#[derive(Debug)]
struct KnownApiToken {
    row: ApiTokenRow,
    used: AtomicI64,
}

impl Directory {
    /// A directory over a store. It forgets at once what the store tells to have changed.
    pub fn start(
        catalog: &'static Catalog,
        store: Arc<dyn Store>,
        keys: Arc<KeyFile>,
        shared: Arc<Shared>,
        activity: Activity,
        metrics: Arc<Metrics>,
    ) -> Arc<Self> {
        let (servers, api_tokens) = (Fresh::new(CAPACITY), Fresh::new(CAPACITY));
        let directory = Self { catalog, store, keys, shared, activity, metrics, servers, api_tokens };
        let directory = Arc::new(directory);
        let weak = Arc::downgrade(&directory);
        directory.store.watch(Box::new(move |change| {
            if let Some(directory) = weak.upgrade() {
                directory.forget(change);
            }
        }));
        directory
    }

    /// How tokens were looked up so far: what kind of token, where it was found, how often.
    pub(crate) fn lookups(&self) -> [(&'static str, &'static str, u64); 6] {
        let [server_hit, server_miss, server_outage] = self.servers.lookups();
        let [api_hit, api_miss, api_outage] = self.api_tokens.lookups();
        [
            ("server", "hit", server_hit),
            ("server", "miss", server_miss),
            ("server", "outage", server_outage),
            ("api_token", "hit", api_hit),
            ("api_token", "miss", api_miss),
            ("api_token", "outage", api_outage),
        ]
    }

    /// Milliseconds since 1970 by the clock of the database.
    pub(crate) fn now(&self) -> i64 {
        self.store.now()
    }

    fn forget(&self, change: &Change) {
        match change {
            Change::Server(id) => self.servers.forget(|known| known.id == *id),
            Change::ApiToken(id) => self.api_tokens.forget(|known| known.row.id == *id),
            Change::Account(id) => {
                self.servers.forget(|known| known.account == *id);
                self.api_tokens.forget(|known| known.row.account_id.as_ref() == Some(id));
            }
            // Not forgotten, since an outage may have begun: only asked for anew, which is soon anyway.
            Change::Any => {}
        }
    }

    async fn look_up(&self, token: &Token, api_token: Option<&str>) -> Found {
        let hash = token.hash();
        let found = self.servers.get(&hash, |known| grant::ask(self, hash, known)).await;
        let known = match found {
            Ok(Some(known)) => known,
            Ok(None) => return Found::Nothing,
            Err(Down) => return Found::Unavailable,
        };
        let now = self.now();
        if known.until.is_some_and(|until| until <= now) {
            return Found::Nothing;
        }
        if known.wants_api_token {
            match self.admits(&known, api_token, now).await {
                Ok(true) => {}
                Ok(false) => return Found::Unauthorized,
                Err(Down) => return Found::Unavailable,
            }
        }
        if newly_used(&known.used, now) {
            self.activity.server_used(&known.id, now);
        }
        Found::Server(Arc::clone(&known.server))
    }

    /// Whether an API token opens a server that wants one.
    async fn admits(&self, known: &Known, api_token: Option<&str>, now: i64) -> Result<bool, Down> {
        let Some(token) = api_token.and_then(|text| Token::parse(TokenKind::Api, text)) else {
            return Ok(false);
        };
        let hash = token.hash();
        let ask = |before: Option<Arc<KnownApiToken>>| async move {
            let row = self.store.api_token_by_hash(&hash).await?;
            Ok::<_, StoreError>(row.map(|row| match before {
                Some(before) if before.row == row => before,
                _ => Arc::new(KnownApiToken { row, used: AtomicI64::new(0) }),
            }))
        };
        let Some(api_token) = self.api_tokens.get(&hash, ask).await? else { return Ok(false) };
        if api_token.row.account_id.as_ref().is_some_and(|account| *account != known.account) {
            return Ok(false);
        }
        if newly_used(&api_token.used, now) {
            self.activity.api_token_used(&api_token.row.id, now);
        }
        Ok(true)
    }
}

/// Whether the last use is long enough ago to be written down again.
fn newly_used(last: &AtomicI64, now: i64) -> bool {
    let before = last.load(Ordering::Relaxed);
    now - before >= USE && last.compare_exchange(before, now, Ordering::Relaxed, Ordering::Relaxed).is_ok()
}

impl Registry for Directory {
    fn find<'r>(&'r self, token: &'r Token, api_token: Option<&'r str>) -> BoxFuture<'r, Found> {
        Box::pin(self.look_up(token, api_token))
    }
}
