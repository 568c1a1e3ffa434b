//! Carries out a kill plan, one victim after the other, until the target is met.

use crate::assess::assess;
use crate::callers::Callers;
use crate::guard::Guard;
use crate::process_fd::ProcessFd;
use crate::record::Progress;
use pitcrew_cgroup::Scope;
use pitcrew_contract::envelope::WireError;
use pitcrew_contract::guard::{Kill, KillOutcome, Victim};
use pitcrew_contract::time;
use pitcrew_policy::Policy;
use pitcrew_ranking::{recheck, Identity, Recheck};
use pitcrew_socket::Stop;
use std::collections::HashMap;
use std::time::{Duration, Instant, SystemTime};

/// How long a process may take to die of SIGKILL; one that hangs in the kernel takes longer.
const DEATH: Duration = Duration::from_secs(10);
/// How long freed memory may take to show in the figures.
const RETURN: Duration = Duration::from_millis(500);
/// How long an order whose caller is gone waits to be sent again: a node runner is started anew
/// and Temporal notices the loss within seconds. Nothing is signalled meanwhile, because whoever
/// could cancel it has nobody to tell.
const ORPHANED: Duration = Duration::from_secs(20);
/// How often to look while waiting.
const LOOK: Duration = Duration::from_millis(5);
const TERM: &str = "SIGTERM";
const KILL: &str = "SIGKILL";

/// What to do, and within which bounds.
pub(crate) struct Execution<'a> {
    pub guard: &'a Guard,
    pub scope: &'a Scope,
    pub policy: &'a Policy,
    pub target_headroom: u64,
    pub grace: Duration,
    /// Below this headroom there is no time for grace.
    pub no_grace_below: u64,
    /// No victim is begun after this moment.
    pub expires: Option<SystemTime>,
    pub callers: &'a Callers,
    /// How far each victim came before a crash.
    pub progress: HashMap<Identity, Progress>,
}

/// Is told of every step before it is taken; an error stops the execution.
pub(crate) trait Witness {
    /// A signal is about to be sent.
    fn signal(&self, id: Identity, signal: &str, at: &str, headroom: u64) -> Result<(), WireError>;
    /// A victim is done with.
    fn ended(&self, kill: &Kill) -> Result<(), WireError>;
}

/// Why the engine stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// The target was met.
    Met,
    /// All chosen victims were used.
    Exhausted,
    /// A cancel arrived.
    Cancelled,
    /// The deadline passed, or nobody waits for the order any more.
    OutOfTime,
    /// The order expired.
    Expired,
}

/// What was done.
pub(crate) struct Done {
    pub kills: Vec<Kill>,
    pub end: End,
    /// From the first signal until the target was met.
    pub recovered_ms: Option<u32>,
}

impl Execution<'_> {
    /// Ends the chosen victims in order.
    pub fn run(&self, victims: &[Victim], witness: &dyn Witness) -> Result<Done, WireError> {
        let mut kills: Vec<Kill> = Vec::new();
        let mut end = End::Exhausted;
        for victim in victims.iter().filter(|victim| victim.chosen) {
            let id = Identity { pid: victim.pid, start_time: victim.start_time };
            let progress = self.progress.get(&id).cloned().unwrap_or_default();
            if let Some(kill) = progress.kill {
                kills.push(kill);
                continue;
            }
            // A victim that already got a signal is finished with, whatever else happened.
            if progress.first.is_none() {
                if let Some(why) = self.should_end(&kills)? {
                    end = why;
                    break;
                }
            }
            let Some(kill) = self.end_one(victim, id, &progress, witness)? else {
                end = End::OutOfTime;
                break;
            };
            witness.ended(&kill)?;
            kills.push(kill);
        }
        let signalled = kills.iter().any(|kill| !kill.signal.is_empty());
        let met = self.headroom()? >= self.target_headroom;
        if met && end == End::Exhausted && (signalled || !kills.is_empty()) {
            end = End::Met;
        }
        let first = kills.iter().filter(|kill| !kill.signal.is_empty()).map(|kill| &kill.at).min();
        let recovered_ms = first
            .filter(|_| met)
            .and_then(|at| time::parse(at)?.elapsed().ok())
            .map(|elapsed| elapsed.as_millis() as u32);
        Ok(Done { kills, end, recovered_ms })
    }

    /// Whether to stop before the next victim.
    fn should_end(&self, kills: &[Kill]) -> Result<Option<End>, WireError> {
        match self.stop_when_orphaned() {
            Some(Stop::Cancelled) => return Ok(Some(End::Cancelled)),
            Some(Stop::DeadlineExceeded | Stop::Disconnected) => return Ok(Some(End::OutOfTime)),
            None => {}
        }
        if self.expires.is_some_and(|at| SystemTime::now() >= at) {
            return Ok(Some(End::Expired));
        }
        let met = !kills.is_empty() && self.headroom()? >= self.target_headroom;
        Ok(met.then_some(End::Met))
    }

    /// Why to stop, if one should; an order that lost its caller is waited for.
    fn stop_when_orphaned(&self) -> Option<Stop> {
        let until = Instant::now() + ORPHANED;
        loop {
            match self.callers.stop() {
                Some(Stop::Disconnected) if Instant::now() < until => std::thread::sleep(LOOK),
                other => return other,
            }
        }
    }

    /// Ends one victim; `None` when the deadline passed while it had not ended yet.
    fn end_one(
        &self,
        victim: &Victim,
        id: Identity,
        progress: &Progress,
        witness: &dyn Witness,
    ) -> Result<Option<Kill>, WireError> {
        let mut kill = Kill {
            pid: victim.pid,
            start_time: victim.start_time,
            name: victim.name.clone(),
            signal: progress.signal.clone().unwrap_or_default(),
            at: progress.first.as_ref().map_or_else(time::now, |(at, _)| at.clone()),
            gone_at: None,
            predicted_bytes: victim.score_bytes,
            freed_bytes: 0,
            outcome: KillOutcome::Failed,
            note: None,
        };
        let Some(_claim) = self.guard.claims.claim(id) else {
            return Ok(Some(self.leave_to_other(kill)));
        };
        // The descriptor comes first: what is checked next is checked on the process it pins.
        let process = match ProcessFd::open(victim.pid) {
            Ok(Some(process)) => process,
            Ok(None) => return Ok(Some(self.was_gone(kill, progress)?)),
            Err(error) => return Ok(Some(with_note(kill, error.to_string()))),
        };
        match recheck(&self.guard.machine, self.scope, self.policy, id) {
            Recheck::Same => {}
            Recheck::Gone => return Ok(Some(self.was_gone(kill, progress)?)),
            Recheck::Reused if progress.first.is_some() => {
                return Ok(Some(self.was_gone(kill, progress)?));
            }
            Recheck::Reused => {
                kill.outcome = KillOutcome::PidReused;
                let note = "the pid belongs to another process now".to_owned();
                return Ok(Some(with_note(kill, note)));
            }
            Recheck::Spared(why) => {
                kill.outcome = KillOutcome::Protected;
                return Ok(Some(with_note(kill, why)));
            }
        }
        let headroom = match &progress.first {
            Some((_, headroom)) => *headroom,
            None => self.headroom()?,
        };
        match self.signal_until_gone(&process, id, &mut kill, headroom, witness)? {
            Ended::Gone => {}
            Ended::OutOfTime => return Ok(None),
            Ended::Spared(why) => {
                kill.outcome = KillOutcome::Protected;
                return Ok(Some(with_note(kill, why)));
            }
            Ended::Alive(note) => {
                kill.note = Some(note);
                return Ok(Some(kill));
            }
        }
        kill.gone_at = Some(time::now());
        kill.outcome = match kill.signal.as_str() {
            KILL => KillOutcome::Killed,
            _ => KillOutcome::Exited,
        };
        kill.freed_bytes = self.returned(headroom, victim.score_bytes)?;
        Ok(Some(kill))
    }

    /// SIGTERM, grace, SIGKILL; each at most once, whatever a crash interrupted.
    fn signal_until_gone(
        &self,
        process: &ProcessFd,
        id: Identity,
        kill: &mut Kill,
        headroom: u64,
        witness: &dyn Witness,
    ) -> Result<Ended, WireError> {
        let send = |kill: &mut Kill, name: &str, number: i32| -> Result<Option<Ended>, WireError> {
            let at = time::now();
            witness.signal(id, name, &at, headroom)?;
            if kill.signal.is_empty() {
                kill.at = at;
            }
            kill.signal = name.to_owned();
            Ok(match process.signal(number) {
                Ok(true) => None,
                Ok(false) => Some(Ended::Gone),
                Err(error) => Some(Ended::Alive(error.to_string())),
            })
        };
        if kill.signal != KILL && !self.grace.is_zero() && !self.is_desperate()? {
            if kill.signal.is_empty() {
                if let Some(ended) = send(kill, TERM, libc::SIGTERM)? {
                    return Ok(ended);
                }
            }
            if let Some(ended) = self.wait_grace(process, &kill.at)? {
                return Ok(ended);
            }
            // In its grace it may have become something else, or gone elsewhere.
            match recheck(&self.guard.machine, self.scope, self.policy, id) {
                Recheck::Same => {}
                Recheck::Gone | Recheck::Reused => return Ok(Ended::Gone),
                Recheck::Spared(why) => return Ok(Ended::Spared(why)),
            }
        }
        // A SIGKILL that a crash may have kept from being sent: the process would be gone by now.
        let sent_before = kill.signal == KILL && process.wait(RETURN);
        if !sent_before {
            if let Some(ended) = send(kill, KILL, libc::SIGKILL)? {
                return Ok(ended);
            }
        }
        process.release_memory();
        Ok(match process.wait(DEATH) {
            true => Ended::Gone,
            false => Ended::Alive(format!("still there {} s after SIGKILL", DEATH.as_secs())),
        })
    }

    /// Waits out the grace that is left; `None` when the process needs SIGKILL.
    fn wait_grace(&self, process: &ProcessFd, since: &str) -> Result<Option<Ended>, WireError> {
        let passed = time::parse(since).and_then(|at| at.elapsed().ok()).unwrap_or_default();
        let until = Instant::now() + self.grace.saturating_sub(passed);
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if process.wait(left.min(LOOK * 4)) {
                return Ok(Some(Ended::Gone));
            }
            let is_over = left.is_zero() || self.is_desperate()?;
            let stop = if is_over { self.stop_when_orphaned() } else { self.callers.stop() };
            match stop {
                Some(Stop::Cancelled) => {
                    let note = "still there after SIGTERM; cancelled before SIGKILL".to_owned();
                    return Ok(Some(Ended::Alive(note)));
                }
                Some(Stop::DeadlineExceeded) => return Ok(Some(Ended::OutOfTime)),
                Some(Stop::Disconnected) if is_over => return Ok(Some(Ended::OutOfTime)),
                Some(Stop::Disconnected) | None => {}
            }
            if is_over {
                return Ok(None);
            }
        }
    }

    /// Whether there is no time for grace.
    fn is_desperate(&self) -> Result<bool, WireError> {
        Ok(self.no_grace_below > 0 && self.headroom()? < self.no_grace_below)
    }

    /// Waits until what was freed shows, and tells how much.
    fn returned(&self, before: u64, expected: u64) -> Result<u64, WireError> {
        let until = Instant::now() + RETURN;
        let mut most = 0;
        loop {
            most = most.max(self.headroom()?.saturating_sub(before));
            // A twentieth is what other processes may take in the meantime.
            if most >= expected - expected / 20 || Instant::now() >= until {
                return Ok(most);
            }
            std::thread::sleep(LOOK);
        }
    }

    /// The process ended before this could signal it, or after a signal that a crash followed.
    fn was_gone(&self, mut kill: Kill, progress: &Progress) -> Result<Kill, WireError> {
        let Some((_, headroom)) = &progress.first else {
            kill.outcome = KillOutcome::AlreadyGone;
            return Ok(kill);
        };
        kill.gone_at = Some(time::now());
        kill.outcome = if kill.signal == KILL { KillOutcome::Killed } else { KillOutcome::Exited };
        kill.freed_bytes = self.headroom()?.saturating_sub(*headroom);
        kill.note = Some("ended while the guard was not running".to_owned());
        Ok(kill)
    }

    /// Somebody else in this guard is ending it: waits for that.
    fn leave_to_other(&self, mut kill: Kill) -> Kill {
        let gone = match ProcessFd::open(kill.pid) {
            Ok(Some(process)) => process.wait(self.grace + DEATH),
            _ => true,
        };
        kill.outcome = if gone { KillOutcome::AlreadyGone } else { KillOutcome::Failed };
        with_note(kill, "was being ended by another intervention".to_owned())
    }

    fn headroom(&self) -> Result<u64, WireError> {
        let thresholds = self.policy.thresholds();
        Ok(assess(&self.guard.machine, self.scope, &thresholds)?.headroom_bytes)
    }
}

/// How signalling one process ended.
enum Ended {
    Gone,
    Alive(String),
    Spared(String),
    OutOfTime,
}

fn with_note(kill: Kill, note: String) -> Kill {
    Kill { note: Some(note), ..kill }
}
