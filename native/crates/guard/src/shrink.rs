//! What stays of the journal once it has grown too large: the newest part as it is, of what is older
//! only what somebody can still ask for, without the long lists.

use crate::record::Entry;
use pitcrew_contract::guard::{Intervention, KillPlan, Order};
use pitcrew_contract::time;
use pitcrew_journal::Journal;
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::time::{Duration, SystemTime};

/// The newest part, which stays as it is.
const WHOLE: u64 = 3 << 20;
/// All older outcomes together; beyond that the oldest leave only their key.
const LEAN: u64 = 2 << 20;
/// An order that expired so long ago cannot be sent again, so it may be forgotten.
const KEEP: Duration = Duration::from_secs(7 * 24 * 3600);
/// So many interventions are kept however old they are.
pub(crate) const KEEP_INTERVENTIONS: usize = 40;

/// Drops what nobody can ask for any more; returns the keys, hashed, that the journal still knows.
/// An order that is not finished stays whole.
pub(crate) fn shrink(journal: &mut Journal) -> io::Result<HashSet<u64>> {
    let oldest = SystemTime::now().checked_sub(KEEP).unwrap_or(SystemTime::UNIX_EPOCH);
    let mut finished = HashSet::new();
    let mut interventions = 0;
    journal.read(|entry: Entry| {
        if let Entry::Finished { order, .. } = &entry {
            finished.insert(hash(&order.key));
        }
        interventions += usize::from(entry.intervention().is_some());
    })?;
    let mut sieve =
        Sieve { oldest, finished, interventions, seen: 0, over: 0, known: HashSet::new() };
    let mut lean = 0;
    journal.read_at(|entry, following| {
        let is_outcome = matches!(entry, Entry::Finished { .. });
        if let (Some(entry), true) = (sieve.keep(entry, following), following >= WHOLE) {
            lean += if is_outcome { size(&entry) } else { 0 };
        }
    })?;
    sieve.over = lean.saturating_sub(LEAN);
    sieve.seen = 0;
    sieve.known.clear();
    journal.rewrite(|entry, following| sieve.keep(entry, following))?;
    Ok(sieve.known)
}

/// A key as [`shrink`] tells it.
pub(crate) fn hash(key: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

struct Sieve {
    oldest: SystemTime,
    finished: HashSet<u64>,
    interventions: usize,
    seen: usize,
    /// Bytes by which the older outcomes are too many.
    over: u64,
    known: HashSet<u64>,
}

impl Sieve {
    fn keep(&mut self, entry: Entry, following: u64) -> Option<Entry> {
        let whole = following < WHOLE;
        self.seen += usize::from(entry.intervention().is_some());
        let among_last = self.seen + KEEP_INTERVENTIONS > self.interventions;
        match entry {
            // The single steps of an order matter only until its outcome is recorded.
            Entry::Begun(ref begun) => self.open(&begun.order.key).then_some(entry),
            Entry::Signal { ref key, .. }
            | Entry::Ended { ref key, .. }
            | Entry::Renewed { ref key, .. } => self.open(key).then_some(entry),
            Entry::Reflex { mut intervention } => among_last.then(|| {
                if !whole {
                    trim(&mut intervention.plan);
                }
                Entry::Reflex { intervention }
            }),
            Entry::Forgotten { ref key, ref expires_at } => {
                let recent = self.is_recent(expires_at);
                recent.then(|| self.known.insert(hash(key)));
                recent.then_some(entry)
            }
            Entry::Finished { order, mut outcome, intervention } => {
                let recent = self.is_recent(&order.expires_at);
                let intervention = intervention.filter(|_| whole || among_last);
                if !recent && intervention.is_none() {
                    return None;
                }
                self.known.insert(hash(&order.key));
                if whole {
                    return Some(Entry::Finished { order, outcome, intervention });
                }
                trim(&mut outcome.plan);
                let intervention = intervention.map(trimmed);
                let is_told = intervention.is_some();
                let entry = Entry::Finished { order, outcome, intervention };
                if self.over == 0 || is_told {
                    return Some(entry);
                }
                self.over = self.over.saturating_sub(size(&entry));
                let Entry::Finished { order, .. } = entry else { return None };
                let Order { key, expires_at, .. } = *order;
                Some(Entry::Forgotten { key, expires_at })
            }
        }
    }

    fn open(&mut self, key: &str) -> bool {
        let open = !self.finished.contains(&hash(key));
        if open {
            self.known.insert(hash(key));
        }
        open
    }

    fn is_recent(&self, expires_at: &str) -> bool {
        time::parse(expires_at).is_none_or(|at| at >= self.oldest)
    }
}

fn trimmed(mut intervention: Box<Intervention>) -> Box<Intervention> {
    trim(&mut intervention.plan);
    intervention
}

/// Leaves the victims that were chosen.
fn trim(plan: &mut KillPlan) {
    let add = |before: Option<u32>, more: usize| {
        (more > 0).then(|| before.unwrap_or(0) + more as u32).or(before)
    };
    let victims = plan.victims.len();
    plan.victims.retain(|victim| victim.chosen);
    plan.omitted_victims = add(plan.omitted_victims, victims - plan.victims.len());
    plan.omitted_protected = add(plan.omitted_protected, plan.protected.len());
    plan.protected = Vec::new();
}

fn size(entry: &Entry) -> u64 {
    serde_json::to_vec(entry).map_or(0, |json| json.len() as u64)
}
