//! Answers of the database, kept for a moment.
//!
//! An answer may be old, but never older than a bound, and what a node has heard to be gone stays gone:
//! - younger than [`FRESH`]: used as it is;
//! - younger than [`STALE`]: one caller asks the database, the others go on with what there is;
//! - older: the database is asked. If it does not answer, what was seen within [`OUTAGE`] still counts.

use crate::store::{Hash, StoreError};
use quick_cache::sync::Cache;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::time::timeout;

const FRESH: Duration = Duration::from_millis(400);
const STALE: Duration = Duration::from_millis(800);

/// How long an answer counts while the database is down.
pub(super) const OUTAGE: Duration = Duration::from_secs(30);

/// How long the database may take before it counts as down.
const PATIENCE: Duration = Duration::from_secs(1);

/// After a failure nobody asks for so long, and then one at a time, so that callers do not queue up before
/// a dead database.
const PAUSE: Duration = Duration::from_millis(500);

/// Answers by the hash they were asked for.
pub(super) struct Fresh<T> {
    started: Instant,
    entries: Cache<Hash, Arc<Entry<T>>>,
    /// Goes up whenever something is forgotten, so that an answer on its way is not kept.
    forgotten: AtomicU64,
    /// When the database may be asked again, in milliseconds since the start; 0 while it answers.
    pause_until: AtomicU64,
    /// Answers from memory, from the database, and from memory while the database was down.
    lookups: [AtomicU64; 3],
}

struct Entry<T> {
    value: Arc<T>,
    /// When the database said so, in milliseconds since the start.
    asked: AtomicU64,
    asking: AtomicBool,
}

/// The database does not answer, and nothing recent is known.
#[derive(Debug)]
pub(super) struct Down;

impl<T> Fresh<T> {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            started: Instant::now(),
            entries: Cache::new(capacity),
            forgotten: AtomicU64::new(0),
            pause_until: AtomicU64::new(0),
            lookups: Default::default(),
        }
    }

    /// The answer for a hash. `ask` puts the question to the database; it is handed what was known.
    pub(super) async fn get<F>(
        &self,
        hash: &Hash,
        ask: impl FnOnce(Option<Arc<T>>) -> F,
    ) -> Result<Option<Arc<T>>, Down>
    where
        F: Future<Output = Result<Option<Arc<T>>, StoreError>>,
    {
        let known = self.entries.get(hash);
        if let Some(entry) = &known {
            let age = self.age(entry);
            if age < FRESH || (age < STALE && entry.asking.swap(true, Ordering::Relaxed)) {
                self.lookups[0].fetch_add(1, Ordering::Relaxed);
                return Ok(Some(Arc::clone(&entry.value)));
            }
        }
        let known_value = known.as_ref().map(|entry| Arc::clone(&entry.value));
        if !self.may_ask() {
            return self.outage(hash);
        }
        self.lookups[1].fetch_add(1, Ordering::Relaxed);
        let (asked, forgotten) = (self.now(), self.forgotten.load(Ordering::SeqCst));
        let told = timeout(PATIENCE, ask(known_value)).await;
        if let Some(entry) = &known {
            entry.asking.store(false, Ordering::Relaxed);
        }
        if matches!(told, Ok(Ok(_) | Err(StoreError::Unusable(_)))) {
            self.pause_until.store(0, Ordering::Relaxed);
        }
        match told {
            Ok(Ok(Some(value))) => {
                let same = known.filter(|entry| Arc::ptr_eq(&entry.value, &value));
                if let Some(entry) = same {
                    entry.asked.fetch_max(asked, Ordering::Relaxed);
                } else if self.forgotten.load(Ordering::SeqCst) == forgotten {
                    let entry = Entry {
                        value: Arc::clone(&value),
                        asked: AtomicU64::new(asked),
                        asking: AtomicBool::new(false),
                    };
                    self.entries.insert(*hash, Arc::new(entry));
                }
                Ok(Some(value))
            }
            Ok(Ok(None)) => {
                self.entries.remove(hash);
                Ok(None)
            }
            // One row that cannot be read says nothing about the others.
            Ok(Err(error @ StoreError::Unusable(_))) => {
                tracing::error!(%error, "a token could not be looked up");
                Err(Down)
            }
            Ok(Err(error)) => self.failed(hash, &error.to_string()),
            Err(_) => self.failed(hash, "it takes too long"),
        }
    }

    /// Whether the database may be asked now. After a failure one caller may, on behalf of all.
    fn may_ask(&self) -> bool {
        let (now, until) = (self.now(), self.pause_until.load(Ordering::Relaxed));
        let next = now + millis(PATIENCE + PAUSE);
        until == 0
            || (now >= until
                && self
                    .pause_until
                    .compare_exchange(until, next, Ordering::Relaxed, Ordering::Relaxed)
                    .is_ok())
    }

    fn failed(&self, hash: &Hash, error: &str) -> Result<Option<Arc<T>>, Down> {
        tracing::warn!(error, "a token could not be looked up");
        self.pause_until.store(self.now() + millis(PAUSE), Ordering::Relaxed);
        self.outage(hash)
    }

    /// What still counts while the database is down. It is read anew: it may have been forgotten since.
    fn outage(&self, hash: &Hash) -> Result<Option<Arc<T>>, Down> {
        let entry = self.entries.get(hash).filter(|entry| self.age(entry) < OUTAGE).ok_or(Down)?;
        entry.asking.store(false, Ordering::Relaxed);
        self.lookups[2].fetch_add(1, Ordering::Relaxed);
        Ok(Some(Arc::clone(&entry.value)))
    }

    /// Forgets the answers that `gone` says so of.
    pub(super) fn forget(&self, gone: impl Fn(&T) -> bool) {
        self.forgotten.fetch_add(1, Ordering::SeqCst);
        self.entries.retain(|_, entry| !gone(&entry.value));
    }

    /// How often an answer came from memory, from the database, and from memory in an outage.
    pub(super) fn lookups(&self) -> [u64; 3] {
        self.lookups.each_ref().map(|count| count.load(Ordering::Relaxed))
    }

    fn age(&self, entry: &Entry<T>) -> Duration {
        Duration::from_millis(self.now().saturating_sub(entry.asked.load(Ordering::Relaxed)))
    }

    fn now(&self) -> u64 {
        millis(self.started.elapsed())
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl<T> fmt::Debug for Fresh<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fresh").field("entries", &self.entries.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{Fresh, OUTAGE, PATIENCE, PAUSE, STALE};
    use crate::store::StoreError;
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    const HASH: [u8; 32] = [7; 32];

    async fn ask(fresh: &Fresh<u8>, told: Result<Option<u8>, ()>) -> Option<Option<u8>> {
        let told = told.map(|told| told.map(Arc::new)).map_err(|()| StoreError::Unavailable("gone".into()));
        fresh.get(&HASH, |_| async { told }).await.ok().map(|found| found.map(|value| *value))
    }

    #[tokio::test]
    async fn an_answer_is_asked_for_again_soon() {
        let fresh = Fresh::new(8);
        assert_eq!(ask(&fresh, Ok(Some(1))).await, Some(Some(1)));
        assert_eq!(ask(&fresh, Ok(None)).await, Some(Some(1)), "fresh");
        tokio::time::sleep(STALE).await;
        assert_eq!(ask(&fresh, Ok(None)).await, Some(None));
        assert_eq!(ask(&fresh, Ok(Some(2))).await, Some(Some(2)), "what is not there is not remembered");
    }

    #[tokio::test]
    async fn security_g5_in_an_outage_the_known_counts_for_a_while_and_the_revoked_never() {
        let fresh = Fresh::new(8);
        assert_eq!(ask(&fresh, Err(())).await, None, "nothing is known");
        tokio::time::sleep(PAUSE + Duration::from_millis(50)).await;
        assert_eq!(ask(&fresh, Ok(Some(1))).await, Some(Some(1)));
        tokio::time::sleep(STALE).await;
        assert_eq!(ask(&fresh, Err(())).await, Some(Some(1)));
        assert_eq!(ask(&fresh, Ok(Some(9))).await, Some(Some(1)), "nobody asks right after a failure");
        fresh.forget(|_| true);
        assert_eq!(ask(&fresh, Err(())).await, None, "heard to be gone");
        assert!(OUTAGE <= Duration::from_secs(30));
    }

    #[tokio::test]
    async fn security_g5_one_caller_at_a_time_waits_for_a_database_that_is_down() {
        let fresh = Fresh::new(8);
        assert_eq!(ask(&fresh, Ok(Some(1))).await, Some(Some(1)));
        tokio::time::sleep(STALE).await;
        assert_eq!(ask(&fresh, Err(())).await, Some(Some(1)));
        tokio::time::sleep(PAUSE + Duration::from_millis(50)).await;
        let waiting = fresh.get(&HASH, |_| std::future::pending());
        let others = async {
            let began = Instant::now();
            for _ in 0..10 {
                assert_eq!(ask(&fresh, Ok(Some(9))).await, Some(Some(1)), "asked as well");
            }
            began.elapsed()
        };
        let (waited, others) = tokio::join!(waiting, others);
        assert_eq!(waited.unwrap().as_deref(), Some(&1), "nothing came, what was known counts");
        assert!(others < PATIENCE, "{others:?}");
        tokio::time::sleep(PAUSE + Duration::from_millis(50)).await;
        assert_eq!(ask(&fresh, Ok(Some(2))).await, Some(Some(2)));
        tokio::time::sleep(STALE).await;
        assert_eq!(ask(&fresh, Ok(Some(3))).await, Some(Some(3)), "back, and no pause any more");
    }

    #[tokio::test]
    async fn an_answer_that_was_on_its_way_when_it_was_revoked_is_not_kept() {
        let fresh = Fresh::new(8);
        let told = fresh.get(&HASH, |_| async {
            fresh.forget(|_| true);
            Ok(Some(Arc::new(1)))
        });
        assert_eq!(told.await.unwrap().as_deref(), Some(&1));
        assert_eq!(ask(&fresh, Ok(None)).await, Some(None));
    }
}
