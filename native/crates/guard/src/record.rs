//! What the guard did and is about to do, on disk before it is done.

use crate::failure::fail;
use crate::scope_locks::overlap;
use crate::shrink::{hash, shrink, KEEP_INTERVENTIONS};
use pitcrew_cgroup::Scope;
use pitcrew_contract::envelope::{ErrorCode, WireError};
use pitcrew_contract::guard::{Assessment, Intervention, Kill, KillPlan, Order, OrderOutcome};
use pitcrew_contract::time;
use pitcrew_journal::Journal;
use pitcrew_ranking::Identity;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

/// Beyond this size old entries are dropped.
const MAX_BYTES: u64 = 8 << 20;
/// They are not dropped again before the journal has grown by so much.
const GROWTH: u64 = 2 << 20;
/// Beyond this they are dropped even while an order is being carried out.
const TOO_MANY_BYTES: u64 = 24 << 20;
/// Bytes of JSON on a page of interventions, one intervention at least.
const PAGE_BYTES: usize = 96 << 10;
/// How long after its expiry an interrupted order may still be on its way here again.
const ABANDONED: Duration = Duration::from_secs(60);

/// One line of the journal.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Entry {
    /// An order is about to be carried out with exactly these victims.
    Begun(Box<Begun>),
    /// A signal is about to be sent.
    Signal { key: String, pid: i32, start_time: u64, signal: String, at: String, headroom: u64 },
    /// A victim is done with.
    Ended { key: String, kill: Kill },
    /// An order is done with.
    Finished {
        order: Box<Order>,
        outcome: Box<OrderOutcome>,
        intervention: Option<Box<Intervention>>,
    },
    /// The reflex acted, or would have.
    Reflex { intervention: Box<Intervention> },
    /// An interrupted order was sent again, with a later expiry.
    Renewed { key: String, expires_at: String },
    /// An order was finished; what became of it is no longer kept.
    Forgotten { key: String, expires_at: String },
}

impl Entry {
    /// The intervention that it tells of.
    pub fn intervention(&self) -> Option<&Intervention> {
        match self {
            Entry::Finished { intervention, .. } => intervention.as_deref(),
            Entry::Reflex { intervention } => Some(intervention),
            _ => None,
        }
    }
}

/// An order that was begun.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Begun {
    pub id: String,
    pub at: String,
    pub order: Order,
    pub plan: KillPlan,
    pub before: Assessment,
}

/// How far an order came that a crash interrupted.
#[derive(Debug, Clone)]
pub(crate) struct Interrupted {
    pub begun: Begun,
    pub victims: HashMap<Identity, Progress>,
}

/// How far one victim of it came.
#[derive(Debug, Clone, Default)]
pub(crate) struct Progress {
    /// The last signal, when it was about to be sent.
    pub signal: Option<String>,
    /// When the first signal was about to be sent, and the headroom then.
    pub first: Option<(String, u64)>,
    /// What became of it.
    pub kill: Option<Kill>,
}

/// What is known about an order's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// It is being carried out by this process.
    Running,
    /// A crash interrupted it.
    Interrupted,
    /// Its outcome is recorded.
    Finished,
}

/// The journal with an index of it.
pub(crate) struct Record {
    inner: Mutex<Inner>,
}

struct Inner {
    journal: Option<Journal>,
    phases: HashMap<String, Phase>,
    /// When each order that is begun and not finished expires.
    expiries: HashMap<String, SystemTime>,
    /// Size of the journal from which on it shrinks.
    full: u64,
    /// Interventions of the reflex that killed: scope, time, id.
    reflexes: Vec<(String, SystemTime, String)>,
}

impl Record {
    /// Opens the journal in `dir`; without one nothing outlives this process and no order is taken.
    pub fn open(dir: Option<&Path>) -> io::Result<Self> {
        let mut inner = Inner {
            journal: None,
            phases: HashMap::new(),
            expiries: HashMap::new(),
            full: MAX_BYTES,
            reflexes: Vec::new(),
        };
        if let Some(dir) = dir {
            let mut journal = Journal::open(dir)?;
            if journal.bytes() > MAX_BYTES {
                shrink(&mut journal)?;
                inner.full = MAX_BYTES.max(journal.bytes() + GROWTH);
            }
            let damaged = journal.read(|entry: Entry| inner.index(&entry))?;
            if damaged > 0 {
                eprintln!("pitcrew-guard: {damaged} damaged lines of the journal were skipped");
            }
            inner.journal = Some(journal);
        }
        Ok(Record { inner: Mutex::new(inner) })
    }

    /// Whether there is a journal.
    pub fn is_durable(&self) -> bool {
        self.lock().journal.is_some()
    }

    /// What is known about a key.
    pub fn phase(&self, key: &str) -> Option<Phase> {
        self.lock().phases.get(key).copied()
    }

    /// Takes a key for this process: the phase it had, and `Running` from now on unless it is
    /// running or finished.
    pub fn take(&self, key: &str) -> Option<Phase> {
        let mut inner = self.lock();
        let before = inner.phases.get(key).copied();
        if matches!(before, None | Some(Phase::Interrupted)) {
            inner.phases.insert(key.to_owned(), Phase::Running);
        }
        before
    }

    /// Gives a key back that was not finished.
    pub fn put_back(&self, key: &str, phase: Option<Phase>) {
        let mut inner = self.lock();
        match phase {
            Some(phase) => inner.phases.insert(key.to_owned(), phase),
            None => inner.phases.remove(key),
        };
    }

    /// Writes an entry before what it announces is done.
    pub fn write(&self, entry: &Entry) -> Result<(), WireError> {
        let mut inner = self.lock();
        if let Some(journal) = &mut inner.journal {
            journal.append(entry).map_err(|error| {
                fail(ErrorCode::Internal, format!("the journal cannot be written: {error}"))
                    .hint("nothing is signalled without a record; free some disk space")
            })?;
        }
        match entry {
            // Nobody waits to send a signal now.
            Entry::Finished { .. } | Entry::Reflex { .. } => {
                inner.index(entry);
                inner.shrink_when_full();
            }
            // Its phase stays `Running`.
            _ => inner.note_expiry(entry),
        }
        Ok(())
    }

    /// Takes the keys of interrupted orders that nobody sends again, as [`Record::take`] does.
    pub fn take_abandoned(&self, now: SystemTime) -> Vec<String> {
        let mut inner = self.lock();
        let Inner { phases, expiries, .. } = &mut *inner;
        let mut taken = Vec::new();
        for (key, expires) in expiries {
            let is_over = *expires + ABANDONED < now;
            if let (true, Some(phase @ Phase::Interrupted)) = (is_over, phases.get_mut(key)) {
                *phase = Phase::Running;
                taken.push(key.clone());
            }
        }
        taken
    }

    /// The recorded outcome of an order, and the order itself.
    pub fn outcome(&self, key: &str) -> Result<Option<(Order, OrderOutcome)>, WireError> {
        let mut found = None;
        self.scan(|entry| {
            if let Entry::Finished { order, outcome, .. } = entry {
                if order.key == key {
                    found = Some((*order, *outcome));
                }
            }
        })?;
        Ok(found)
    }

    /// An order that a crash interrupted.
    pub fn interrupted(&self, key: &str) -> Result<Option<Interrupted>, WireError> {
        let mut found: Option<Interrupted> = None;
        self.scan(|entry| match entry {
            Entry::Begun(begun) if begun.order.key == key => {
                found = Some(Interrupted { begun: *begun, victims: HashMap::new() });
            }
            Entry::Renewed { key: of, expires_at } if of == key => {
                if let Some(found) = &mut found {
                    found.begun.order.expires_at = expires_at;
                }
            }
            Entry::Signal { key: of, pid, start_time, signal, at, headroom } if of == key => {
                if let Some(found) = &mut found {
                    let progress = found.victims.entry(Identity { pid, start_time }).or_default();
                    progress.signal = Some(signal);
                    progress.first.get_or_insert((at, headroom));
                }
            }
            Entry::Ended { key: of, kill } if of == key => {
                if let Some(found) = &mut found {
                    let id = Identity { pid: kill.pid, start_time: kill.start_time };
                    found.victims.entry(id).or_default().kill = Some(kill);
                }
            }
            _ => {}
        })?;
        Ok(found)
    }

    /// Interventions after `after`, at most `limit`, and whether there are more.
    pub fn interventions(
        &self,
        after: Option<&str>,
        limit: usize,
    ) -> Result<(Vec<Intervention>, bool), WireError> {
        let mut known = after.is_none();
        if let Some(after) = after {
            self.scan_interventions(|found| known |= found.id == after)?;
        }
        // An unknown id lists everything: sent twice is better than lost.
        let mut passed = after.is_none() || !known;
        let mut page = Vec::new();
        let mut more = false;
        let mut bytes = 0;
        self.scan_interventions(|found| {
            if !passed {
                passed = Some(found.id.as_str()) == after;
            } else if !more && page.len() < limit && bytes < PAGE_BYTES {
                bytes += serde_json::to_vec(&found).map_or(0, |json| json.len());
                page.push(found);
            } else {
                more = true;
            }
        })?;
        Ok((page, more))
    }

    /// The reflex's latest kill in an overlapping scope since a moment.
    pub fn reflex_since(&self, scope: &Scope, since: SystemTime) -> Option<String> {
        let inner = self.lock();
        let fits = |(of, at, _): &&(String, SystemTime, String)| {
            *at >= since && Scope::parse(of).is_ok_and(|of| overlap(&of, scope))
        };
        inner.reflexes.iter().rev().find(fits).map(|(_, _, id)| id.clone())
    }

    fn scan_interventions(&self, mut each: impl FnMut(Intervention)) -> Result<(), WireError> {
        self.scan(|entry| match entry {
            Entry::Finished { intervention: Some(found), .. } => each(*found),
            Entry::Reflex { intervention } => each(*intervention),
            _ => {}
        })
    }

    fn scan(&self, each: impl FnMut(Entry)) -> Result<(), WireError> {
        match &self.lock().journal {
            Some(journal) => journal.read(each).map(drop).map_err(|error| {
                fail(ErrorCode::Internal, format!("the journal cannot be read: {error}"))
            }),
            None => Ok(()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn index(&mut self, entry: &Entry) {
        self.note_expiry(entry);
        match entry {
            Entry::Begun(begun) => {
                self.phases.insert(begun.order.key.clone(), Phase::Interrupted);
            }
            Entry::Finished { order, .. } => {
                self.phases.insert(order.key.clone(), Phase::Finished);
                self.expiries.remove(&order.key);
            }
            Entry::Forgotten { key, .. } => {
                self.phases.insert(key.clone(), Phase::Finished);
            }
            Entry::Reflex { intervention } if !intervention.kills.is_empty() => {
                if let Some(at) = time::parse(&intervention.at) {
                    self.reflexes.push((intervention.scope.clone(), at, intervention.id.clone()));
                    let excess = self.reflexes.len().saturating_sub(KEEP_INTERVENTIONS);
                    self.reflexes.drain(..excess);
                }
            }
            _ => {}
        }
    }

    fn note_expiry(&mut self, entry: &Entry) {
        let (key, expires_at) = match entry {
            Entry::Begun(begun) => (&begun.order.key, &begun.order.expires_at),
            Entry::Renewed { key, expires_at } => (key, expires_at),
            _ => return,
        };
        if let Some(at) = time::parse(expires_at) {
            self.expiries.insert(key.clone(), at);
        }
    }

    fn shrink_when_full(&mut self) {
        let Some(journal) = &mut self.journal else { return };
        let busy = self.phases.values().any(|phase| *phase == Phase::Running);
        if journal.bytes() <= if busy { self.full.max(TOO_MANY_BYTES) } else { self.full } {
            return;
        }
        // Failing to shrink costs disk space, not correctness.
        if let Ok(known) = shrink(journal) {
            let is_known = |key: &str| known.contains(&hash(key));
            self.phases.retain(|key, phase| *phase == Phase::Running || is_known(key));
        }
        self.full = MAX_BYTES.max(journal.bytes() + GROWTH);
    }
}
