//! What was done, written down in the background: which calls were made, when tokens were last used.
//!
//! Serving never waits for it. What does not fit into the queue is counted and dropped; what cannot be
//! written is tried again while there is room.

use crate::store::{CallRow, Store};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::mpsc::error::TryRecvError;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::{MissedTickBehavior, interval};

/// Events that wait to be written.
const QUEUE: usize = 8192;

/// How often they are taken out of it. Nobody is woken for a single event.
const GATHER: Duration = Duration::from_millis(100);

/// How often they are written.
const PERIOD: Duration = Duration::from_secs(1);

/// How long calls are kept.
const KEEP: Duration = Duration::from_secs(7 * 24 * 3600);

/// How many calls are kept at most, of all accounts together: some tens of megabytes.
const MOST: u32 = 100_000;

/// How often the ended and the old are swept away.
const SWEEP: Duration = Duration::from_secs(15);

/// Takes note of what was done.
#[derive(Debug, Clone)]
pub struct Activity {
    events: Sender<Event>,
    dropped: Arc<AtomicU64>,
}

#[derive(Debug)]
enum Event {
    Call(Box<CallRow>),
    Server(String, i64),
    ApiToken(String, i64),
}

impl Activity {
    /// Begins to write to the store; ends when the last [`Activity`] is dropped, everything written.
    pub fn start(store: Arc<dyn Store>) -> (Self, tokio::task::JoinHandle<()>) {
        let (events, queue) = channel(QUEUE);
        let writer = tokio::spawn(write(store, queue));
        (Self { events, dropped: Arc::default() }, writer)
    }

    /// A call was made.
    pub fn call(&self, row: CallRow) {
        self.note(Event::Call(Box::new(row)));
    }

    /// A server did something, at this time.
    pub fn server_used(&self, id: &str, at: i64) {
        self.note(Event::Server(id.to_owned(), at));
    }

    /// An API token was shown, at this time.
    pub fn api_token_used(&self, id: &str, at: i64) {
        self.note(Event::ApiToken(id.to_owned(), at));
    }

    /// A call was made, but is not worth writing down.
    pub fn left_out(&self) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }

    /// How many events were dropped because there were too many.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    fn note(&self, event: Event) {
        if self.events.try_send(event).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Events not yet written.
#[derive(Default)]
struct Batch {
    calls: Vec<CallRow>,
    servers: HashMap<String, i64>,
    api_tokens: HashMap<String, i64>,
}

impl Batch {
    fn add(&mut self, event: Event) {
        match event {
            Event::Call(row) => self.calls.push(*row),
            Event::Server(id, at) => drop(self.servers.insert(id, at)),
            Event::ApiToken(id, at) => drop(self.api_tokens.insert(id, at)),
        }
    }

    /// Takes all events that wait; false when no more will come.
    fn gather(&mut self, queue: &mut Receiver<Event>) -> bool {
        loop {
            match queue.try_recv() {
                Ok(event) => self.add(event),
                Err(error) => return error == TryRecvError::Empty,
            }
        }
    }

    async fn flush(&mut self, store: &dyn Store) {
        if self.calls.is_empty() && self.servers.is_empty() && self.api_tokens.is_empty() {
            return;
        }
        let servers: Vec<_> = self.servers.iter().map(|(id, at)| (id.clone(), *at)).collect();
        let api_tokens: Vec<_> = self.api_tokens.iter().map(|(id, at)| (id.clone(), *at)).collect();
        match store.add_calls(&self.calls, &servers, &api_tokens).await {
            Ok(()) => *self = Self::default(),
            Err(error) => {
                tracing::warn!(%error, "the list of recent calls could not be written");
                // The newest are kept for another attempt.
                let surplus = self.calls.len().saturating_sub(QUEUE);
                self.calls.drain(..surplus);
            }
        }
    }
}

async fn write(store: Arc<dyn Store>, mut queue: Receiver<Event>) {
    let mut batch = Batch::default();
    let (mut gather, mut flush, mut sweep) = (interval(GATHER), interval(PERIOD), interval(SWEEP));
    gather.set_missed_tick_behavior(MissedTickBehavior::Delay);
    flush.set_missed_tick_behavior(MissedTickBehavior::Delay);
    sweep.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = gather.tick() => if !batch.gather(&mut queue) {
                break;
            },
            _ = flush.tick() => batch.flush(&*store).await,
            _ = sweep.tick() => swept(&*store).await,
        }
    }
    batch.flush(&*store).await;
}

async fn swept(store: &dyn Store) {
    let now = store.now();
    let keep = i64::try_from(KEEP.as_millis()).unwrap_or(i64::MAX);
    match store.sweep(now).await {
        Ok(ended) => ended.iter().for_each(|server| {
            tracing::info!(target: "audit", action = "server.expired", server, by = "expiry");
        }),
        Err(error) => {
            tracing::warn!(%error, "expired servers could not be swept; they are refused all the same");
        }
    }
    if let Err(error) = store.forget_calls(now.saturating_sub(keep), MOST).await {
        tracing::warn!(%error, "old calls could not be swept");
    }
}
