//! The message store of a pull stream: order, groups, leases (rules 76–90).

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use crate::clock::later;

/// One change waiting to be acknowledged.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    /// Kept for the message's whole life (rule 79).
    pub(crate) ack_id: Uuid,
    pub(crate) lsn: u64,
    pub(crate) index: u64,
    pub(crate) schema: String,
    pub(crate) table: String,
    /// Messages of one group are handed out one at a time; `None` is independent (rule 81).
    pub(crate) group: Option<String>,
    pub(crate) action: String,
    pub(crate) record: Value,
    pub(crate) changes: Value,
    pub(crate) keys: Vec<String>,
    pub(crate) committed_at: Timestamp,
    pub(crate) leased_at: Option<Timestamp>,
}

impl Message {
    fn is_backfill(&self) -> bool {
        self.action == "read"
    }

    fn group_key(&self) -> Option<(String, String)> {
        self.group.as_ref().map(|group| (format!("{}.{}", self.schema, self.table), group.clone()))
    }
}

/// The messages of one sink, in the order of the write-ahead log.
#[derive(Clone, Debug, Default)]
pub(crate) struct Store {
    messages: BTreeMap<(u64, u64), Message>,
    /// What the paused replication still holds (rule 89).
    upstream: VecDeque<Message>,
}

impl Store {
    /// How many messages are stored, leased ones included (rule 76).
    pub(crate) fn len(&self) -> usize {
        self.messages.len()
    }

    /// How many of them are leased.
    pub(crate) fn leased(&self) -> usize {
        self.messages.values().filter(|message| message.leased_at.is_some()).count()
    }

    /// Room for more messages: none while older ones wait upstream.
    pub(crate) fn room(&self, limit: usize) -> usize {
        if self.upstream.is_empty() { limit.saturating_sub(self.messages.len()) } else { 0 }
    }

    /// Takes a message in. A full store drops it or leaves it upstream (rule 89).
    pub(crate) fn push(&mut self, message: Message, limit: usize, discard: bool) {
        if self.room(limit) > 0 {
            self.messages.insert((message.lsn, message.index), message);
        } else if !discard {
            self.upstream.push_back(message);
        }
    }

    /// Ends the leases older than `ack_wait` (rule 78).
    pub(crate) fn release_stale(&mut self, now: Timestamp, ack_wait: Duration) {
        for message in self.messages.values_mut() {
            if message.leased_at.is_some_and(|leased| later(leased, ack_wait) < now) {
                message.leased_at = None;
            }
        }
    }

    /// Ends every lease, as a restart of the replication does (rule 54).
    pub(crate) fn release_all(&mut self) {
        self.messages.values_mut().for_each(|message| message.leased_at = None);
    }

    /// Leases up to `count` messages: live changes first, then backfill rows (rules 80 and 81).
    pub(crate) fn lease(&mut self, count: usize, now: Timestamp) -> Vec<Message> {
        let mut seen = BTreeSet::new();
        // Only the oldest message of a group may go, whether it is a live change or a backfill row; if that one is
        // leased the group waits.
        let mut free: Vec<(bool, (u64, u64))> = Vec::new();
        for (position, message) in &self.messages {
            let is_first = message.group_key().is_none_or(|group| seen.insert(group));
            if is_first && message.leased_at.is_none() {
                free.push((message.is_backfill(), *position));
            }
        }
        free.sort_unstable();
        free.truncate(count);
        let mut leased = Vec::with_capacity(free.len());
        for (_, position) in free {
            if let Some(message) = self.messages.get_mut(&position) {
                message.leased_at = Some(now);
                leased.push(message.clone());
            }
        }
        leased
    }

    /// Removes messages for good, leased or not; unknown ids are ignored (rule 85).
    pub(crate) fn ack(&mut self, ids: &BTreeSet<Uuid>, limit: usize) {
        self.messages.retain(|_, message| !ids.contains(&message.ack_id));
        while self.messages.len() < limit {
            let Some(message) = self.upstream.pop_front() else { break };
            self.messages.insert((message.lsn, message.index), message);
        }
    }

    /// Makes messages deliverable at once; unknown ids are ignored (rule 87).
    pub(crate) fn nack(&mut self, ids: &BTreeSet<Uuid>) {
        for message in self.messages.values_mut() {
            if ids.contains(&message.ack_id) {
                message.leased_at = None;
            }
        }
    }
}
