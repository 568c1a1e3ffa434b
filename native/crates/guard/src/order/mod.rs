//! Orders from runbooks: carried out at most once, however often they are sent.

mod abandoned;
mod checked;
mod outcome;

use crate::assess::assess;
use crate::callers::Callers;
use crate::engine::{Done, End, Execution, Witness};
use crate::failure::fail;
use crate::guard::Guard;
use crate::id;
use crate::plan::{make, shorten, Wish};
use crate::record::{Begun, Entry, Interrupted, Phase};
use checked::Checked;
use pitcrew_contract::envelope::{ErrorCode, WireError};
use pitcrew_contract::guard::{Kill, Order, OrderOutcome, OrderStatus};
use pitcrew_contract::time;
use pitcrew_ranking::{Depth, Identity};
use pitcrew_socket::{CallContext, Stop};
use std::collections::HashMap;
use std::time::{Duration, SystemTime};

/// How often a duplicate looks whether the first one is done.
const LOOK: Duration = Duration::from_millis(20);

impl Guard {
    /// Carries out an order, or tells what became of it when it was sent before.
    ///
    /// # Errors
    /// `invalid_argument` for an order that makes no sense, `not_found` for a scope that does not
    /// exist, `refused` when mode, expiry or a different order under the same key forbid it,
    /// `deadline_exceeded` when it is not finished: sending it again goes on from there.
    pub fn order(&self, order: Order, context: &CallContext) -> Result<OrderOutcome, WireError> {
        if !order.dry_run && self.record.phase(&order.key) == Some(Phase::Finished) {
            // Its scope may be gone by now.
            return self.replay(&order);
        }
        let checked = Checked::new(self, order)?;
        if checked.order.dry_run {
            checked.not_expired()?;
            return self.dry_run(&checked);
        }
        let mut joined = false;
        loop {
            match self.record.take(&checked.order.key) {
                Some(Phase::Finished) => return self.replay(&checked.order),
                Some(Phase::Running) => {
                    joined = joined || self.waiting.join(&checked.order.key, context);
                    match context.sleep(LOOK) {
                        // It stops the order, which then tells what was done until then.
                        Some(Stop::Cancelled) if joined => std::thread::sleep(LOOK),
                        Some(_) => context.check()?,
                        None => {}
                    }
                }
                before => {
                    let callers = self.waiting.begin(&checked.order.key, context);
                    let result = self.carry_out(&checked, before, context, &callers);
                    self.waiting.end(&checked.order.key);
                    if self.record.phase(&checked.order.key) == Some(Phase::Running) {
                        let begun = self.record.interrupted(&checked.order.key)?.is_some();
                        let phase = begun.then_some(Phase::Interrupted);
                        self.record.put_back(&checked.order.key, phase);
                    }
                    return result;
                }
            }
        }
    }

    /// The recorded outcome of an order.
    ///
    /// # Errors
    /// `not_found` when there is none, `busy` while it is being carried out.
    pub fn outcome(&self, key: &str) -> Result<OrderOutcome, WireError> {
        match self.record.phase(key) {
            Some(Phase::Running) => {
                Err(fail(ErrorCode::Busy, format!("order {key} is being carried out")))
            }
            Some(Phase::Interrupted) => {
                Err(fail(ErrorCode::NotFound, format!("order {key} was interrupted"))
                    .hint("send it again; it goes on where it stopped"))
            }
            _ => match self.record.outcome(key)? {
                Some((_, outcome)) => Ok(OrderOutcome { replayed: true, ..outcome }),
                None => Err(fail(ErrorCode::NotFound, format!("no order {key} is recorded"))),
            },
        }
    }

    fn replay(&self, order: &Order) -> Result<OrderOutcome, WireError> {
        match self.record.outcome(&order.key)? {
            Some((recorded, outcome)) => {
                same_content(order, &recorded)?;
                Ok(OrderOutcome { replayed: true, ..outcome })
            }
            None => Err(fail(ErrorCode::Internal, format!("the outcome of {} is lost", order.key))),
        }
    }

    fn dry_run(&self, checked: &Checked) -> Result<OrderOutcome, WireError> {
        let before = assess(&self.machine, &checked.scope, &checked.policy.thresholds())?;
        let mut plan = make(&self.machine, &checked.wish(), &before)?;
        shorten(&mut plan);
        let nothing = Done { kills: Vec::new(), end: End::Exhausted, recovered_ms: None };
        Ok(outcome::make(checked, OrderStatus::DryRun, plan, nothing, (before.clone(), before)))
    }

    fn carry_out(
        &self,
        checked: &Checked,
        phase: Option<Phase>,
        context: &CallContext,
        callers: &Callers,
    ) -> Result<OrderOutcome, WireError> {
        let key = &checked.order.key;
        let interrupted = match phase {
            Some(Phase::Interrupted) => self.record.interrupted(key)?,
            _ => None,
        };
        if let Some(found) = interrupted {
            same_content(&checked.order, &found.begun.order)?;
            let _lock = self.scopes.take(&checked.scope, context)?;
            let Order { key, expires_at, .. } = checked.order.clone();
            if expires_at != found.begun.order.expires_at {
                self.record.write(&Entry::Renewed { key, expires_at })?;
            }
            return self.execute(checked, found, callers);
        }
        checked.allowed(self)?;
        let _lock = self.scopes.take(&checked.scope, context)?;
        // Waiting for other orders may have taken long.
        checked.not_expired()?;
        context.check().or_else(|error| match context.stop() {
            Some(Stop::Disconnected) => Ok(()),
            _ => Err(error),
        })?;
        let before = assess(&self.machine, &checked.scope, &checked.policy.thresholds())?;
        let mut plan = make(&self.machine, &checked.wish(), &before)?;
        shorten(&mut plan);
        let superseded_by = self.record.reflex_since(&checked.scope, checked.issued_at);
        let status = match &superseded_by {
            Some(_) => Some(OrderStatus::Superseded),
            None if before.level < checked.order.min_level || plan.needed_bytes == 0 => {
                Some(OrderStatus::NotNeeded)
            }
            None => None,
        };
        if let Some(status) = status {
            let nothing = Done { kills: Vec::new(), end: End::Exhausted, recovered_ms: None };
            let found = outcome::make(checked, status, plan, nothing, (before.clone(), before));
            return self.finish(&checked.order, OrderOutcome { superseded_by, ..found }, None);
        }
        let begun =
            Begun { id: id::new(), at: time::now(), order: checked.order.clone(), plan, before };
        self.record.write(&Entry::Begun(Box::new(begun.clone())))?;
        self.execute(checked, Interrupted { begun, victims: HashMap::new() }, callers)
    }

    /// Carries out what was begun, from the start or from where a crash interrupted it.
    fn execute(
        &self,
        checked: &Checked,
        found: Interrupted,
        callers: &Callers,
    ) -> Result<OrderOutcome, WireError> {
        let Interrupted { begun, victims } = found;
        let execution = Execution {
            guard: self,
            scope: &checked.scope,
            policy: &checked.policy,
            target_headroom: begun.plan.target_headroom_bytes,
            grace: Duration::from_millis(u64::from(checked.order.grace_ms)),
            no_grace_below: 0,
            expires: Some(checked.expires_at),
            callers,
            progress: victims,
        };
        let witness = Journalled { guard: self, key: &checked.order.key };
        let done = execution.run(&begun.plan.victims, &witness)?;
        if done.end == End::OutOfTime {
            let text = format!(
                "the deadline passed with {} of the victims done; nothing is lost",
                done.kills.len()
            );
            return Err(fail(ErrorCode::DeadlineExceeded, text)
                .hint("send the same order again; it goes on where it stopped"));
        }
        let after = assess(&self.machine, &checked.scope, &checked.policy.thresholds())?;
        let status = match done.end {
            End::Met => OrderStatus::Relieved,
            End::Cancelled => OrderStatus::Cancelled,
            End::Exhausted | End::Expired | End::OutOfTime => OrderStatus::Insufficient,
        };
        let states = (begun.before.clone(), after);
        let found = outcome::make(checked, status, begun.plan.clone(), done, states);
        let intervention = outcome::intervention(&begun, &found);
        self.finish(&checked.order, found, intervention)
    }

    fn finish(
        &self,
        order: &Order,
        outcome: OrderOutcome,
        intervention: Option<pitcrew_contract::guard::Intervention>,
    ) -> Result<OrderOutcome, WireError> {
        self.record.write(&Entry::Finished {
            order: Box::new(order.clone()),
            outcome: Box::new(outcome.clone()),
            intervention: intervention.clone().map(Box::new),
        })?;
        if let Some(intervention) = intervention {
            self.announce(&intervention);
        }
        Ok(outcome)
    }
}

/// The same key stands for the same order, or somebody mixes up two runs. Only the expiry may
/// differ: every attempt of a step comes with a permit of its own.
fn same_content(sent: &Order, recorded: &Order) -> Result<(), WireError> {
    let renewed = Order { expires_at: sent.expires_at.clone(), ..recorded.clone() };
    if *sent == renewed {
        return Ok(());
    }
    let message = format!("order {} was sent before with other content", sent.key);
    Err(fail(ErrorCode::Refused, message)
        .hint("a key is <run id>/<step path>; a new order needs a new one"))
}

/// Journals every step of an order.
struct Journalled<'a> {
    guard: &'a Guard,
    key: &'a str,
}

impl Witness for Journalled<'_> {
    fn signal(&self, id: Identity, signal: &str, at: &str, headroom: u64) -> Result<(), WireError> {
        self.guard.record.write(&Entry::Signal {
            key: self.key.to_owned(),
            pid: id.pid,
            start_time: id.start_time,
            signal: signal.to_owned(),
            at: at.to_owned(),
            headroom,
        })
    }

    fn ended(&self, kill: &Kill) -> Result<(), WireError> {
        self.guard.record.write(&Entry::Ended { key: self.key.to_owned(), kill: kill.clone() })
    }
}

impl Checked {
    fn wish(&self) -> Wish<'_> {
        Wish {
            scope: &self.scope,
            policy: &self.policy,
            target: self.target,
            max_victims: self.order.max_victims as usize,
            depth: Depth::Full,
        }
    }

    fn not_expired(&self) -> Result<(), WireError> {
        if SystemTime::now() < self.expires_at {
            return Ok(());
        }
        let message = format!("the order expired at {}", self.order.expires_at);
        Err(fail(ErrorCode::Refused, message).hint("ask the control plane for a new permit"))
    }
}
