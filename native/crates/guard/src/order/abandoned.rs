//! Orders that were interrupted and that nobody sends again: what they did until then is told.

use super::outcome;
use crate::assess::assess;
use crate::guard::Guard;
use crate::plan::{merged, scope};
use crate::record::{Interrupted, Phase, Progress};
use pitcrew_contract::envelope::WireError;
use pitcrew_contract::guard::{
    Assessment, Kill, KillOutcome, Order, OrderOutcome, OrderStatus, Victim,
};
use std::time::SystemTime;

impl Guard {
    /// Closes what is abandoned. Nobody is signalled: the permit for that has expired.
    pub fn close_abandoned(&self) {
        for key in self.record.take_abandoned(SystemTime::now()) {
            if let Err(error) = self.close(&key) {
                eprintln!("pitcrew-guard: the interrupted order {key} cannot be closed: {error}");
            }
            if self.record.phase(&key) == Some(Phase::Running) {
                self.record.put_back(&key, Some(Phase::Interrupted));
            }
        }
    }

    fn close(&self, key: &str) -> Result<(), WireError> {
        let Some(Interrupted { begun, victims }) = self.record.interrupted(key)? else {
            return Ok(());
        };
        let kills: Vec<Kill> = begun
            .plan
            .victims
            .iter()
            .filter_map(|victim| {
                let is_it = |id: &&pitcrew_ranking::Identity| {
                    (id.pid, id.start_time) == (victim.pid, victim.start_time)
                };
                let id = victims.keys().find(is_it)?;
                self.what_became_of(victim, &victims[id])
            })
            .collect();
        let ended = outcome::ended(&kills);
        let found = OrderOutcome {
            key: key.to_owned(),
            status: OrderStatus::Insufficient,
            summary: format!(
                "interrupted; ended {ended} until then, and nobody sent the order again before it \
                 expired"
            ),
            plan: begun.plan.clone(),
            group_freed_bytes: kills.iter().map(|kill| kill.freed_bytes).sum(),
            kills,
            // The scope may have gone with its last process.
            after: self.state_of(&begun.order).unwrap_or_else(|_| begun.before.clone()),
            before: begun.before.clone(),
            recovered_ms: None,
            superseded_by: None,
            replayed: false,
        };
        let intervention = outcome::intervention(&begun, &found);
        self.finish(&begun.order, found, intervention).map(drop)
    }

    fn state_of(&self, order: &Order) -> Result<Assessment, WireError> {
        let policy = merged(&self.policy, order.central_policy.as_deref())?;
        assess(&self.machine, &scope(&order.scope)?, &policy.thresholds())
    }

    /// What is known of a victim's end; `None` when it was not its turn.
    fn what_became_of(&self, victim: &Victim, progress: &Progress) -> Option<Kill> {
        if let Some(kill) = &progress.kill {
            return Some(kill.clone());
        }
        let signal = progress.signal.clone()?;
        let (at, _) = progress.first.clone()?;
        let stat = self.machine.procfs.process(victim.pid).stat();
        let is_alive = stat.is_ok_and(|stat| {
            stat.start_time == victim.start_time && !matches!(stat.state, b'Z' | b'X')
        });
        let (outcome, note) = match (is_alive, signal.as_str()) {
            (true, _) => (KillOutcome::Failed, "still there; the order was interrupted"),
            (false, "SIGKILL") => (KillOutcome::Killed, "ended after the order was interrupted"),
            (false, _) => (KillOutcome::Exited, "ended after the order was interrupted"),
        };
        Some(Kill {
            pid: victim.pid,
            start_time: victim.start_time,
            name: victim.name.clone(),
            signal,
            at,
            gone_at: None,
            predicted_bytes: victim.score_bytes,
            // Whatever the headroom is now has had other causes since.
            freed_bytes: 0,
            outcome,
            note: Some(note.to_owned()),
        })
    }
}
