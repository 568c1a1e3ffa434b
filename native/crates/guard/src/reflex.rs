//! The reflex: watches one scope and acts by itself at level critical.

use crate::assess::assess;
use crate::callers::Callers;
use crate::engine::{Execution, Witness};
use crate::guard::Guard;
use crate::id;
use crate::plan::{make, shorten, Wish};
use crate::record::Entry;
use pitcrew_contract::envelope::WireError;
use pitcrew_contract::guard::{Assessment, Intervention, Kill, Level, Mode};
use pitcrew_contract::time;
use pitcrew_ranking::{Depth, Identity};
use pitcrew_socket::CallContext;
use std::collections::HashMap;
use std::io::Write;
use std::time::{Duration, Instant};

/// The fastest that memory is expected to fill, in bytes per second.
const FILL_RATE: u64 = 4 << 30;
const SHORTEST: Duration = Duration::from_millis(20);
const LONGEST: Duration = Duration::from_secs(1);
/// How long a better level must last to be told.
const LASTING: Duration = Duration::from_secs(1);
/// Most processes the reflex ends at once; after the cool-down it looks again.
const MAX_VICTIMS: usize = 10;

/// The reflex's memory between two looks.
#[derive(Default)]
pub struct Reflex {
    /// The level that was told last.
    level: Option<Level>,
    /// Since when the level is lower than that.
    lower_since: Option<Instant>,
    critical_since: Option<Instant>,
    quiet_until: Option<Instant>,
    broken: bool,
}

impl Reflex {
    /// Looks once, acts if need be, and tells how long to wait until the next look.
    pub fn look(&mut self, guard: &Guard) -> Duration {
        let thresholds = guard.policy.thresholds();
        let now = match assess(&guard.machine, &guard.watched, &thresholds) {
            Ok(assessment) => assessment,
            Err(error) => {
                if !std::mem::replace(&mut self.broken, true) {
                    eprintln!("pitcrew-guard: cannot assess {}: {error}", guard.watched);
                }
                return LONGEST;
            }
        };
        self.broken = false;
        if self.is_news(now.level) {
            self.level = Some(now.level);
            self.lower_since = None;
            eprintln!("pitcrew-guard: level {}: {}", now.level, now.reason);
            guard.events.publish("level", &now);
        }
        guard.set_newest(now.clone());
        if self.is_due(guard, now.level) {
            self.quiet_until = Some(Instant::now() + thresholds.cooldown);
            if let Err(error) = act(guard, &now) {
                eprintln!("pitcrew-guard: the reflex failed: {error}");
            }
        }
        let spare = now.headroom_bytes.saturating_sub(thresholds.critical.of(now.total_bytes));
        Duration::from_secs_f64(spare as f64 / FILL_RATE as f64).clamp(SHORTEST, LONGEST)
    }

    /// Whether the level changed. Worse is told at once; better only once it lasts, or a scope at
    /// the edge of a threshold would tell so fifty times a second.
    fn is_news(&mut self, level: Level) -> bool {
        match self.level {
            Some(told) if level < told => {
                self.lower_since.get_or_insert_with(Instant::now).elapsed() >= LASTING
            }
            told => {
                self.lower_since = None;
                told != Some(level)
            }
        }
    }

    /// Whether critical lasted long enough and the last action is long enough ago.
    fn is_due(&mut self, guard: &Guard, level: Level) -> bool {
        if level < Level::Critical {
            self.critical_since = None;
            return false;
        }
        let since = *self.critical_since.get_or_insert_with(Instant::now);
        since.elapsed() >= guard.policy.thresholds().sustained
            && self.quiet_until.is_none_or(|until| Instant::now() >= until)
    }
}

/// Acts on an assessment, or tells what would be done.
fn act(guard: &Guard, before: &Assessment) -> Result<(), WireError> {
    let at = time::now();
    let thresholds = guard.policy.thresholds();
    let observed = guard.mode == Mode::Observe;
    let mut machine = guard.machine.clone();
    machine.ending = guard.claims.pids();
    let wish = Wish {
        scope: &guard.watched,
        policy: &guard.policy,
        target: None,
        max_victims: MAX_VICTIMS,
        depth: Depth::Fast,
    };
    let mut plan = make(&machine, &wish, before)?;
    shorten(&mut plan);
    let (mut kills, mut recovered_ms, mut freed) = (Vec::new(), None, 0);
    if !observed {
        let callers = Callers::of(&CallContext::new(None));
        let execution = Execution {
            guard,
            scope: &guard.watched,
            policy: &guard.policy,
            target_headroom: plan.target_headroom_bytes,
            grace: guard.policy.grace(),
            no_grace_below: thresholds.certain.of(before.total_bytes),
            expires: None,
            callers: &callers,
            progress: HashMap::new(),
        };
        let done = execution.run(&plan.victims, &Silent)?;
        let after = assess(&guard.machine, &guard.watched, &thresholds)?;
        freed = after.headroom_bytes.saturating_sub(before.headroom_bytes);
        (kills, recovered_ms) = (done.kills, done.recovered_ms);
    }
    guard.report(Intervention {
        id: id::new(),
        at,
        scope: guard.watched.to_string(),
        level: before.level,
        figures: before.figures.clone(),
        cause: "reflex".to_owned(),
        plan,
        group_freed_bytes: if kills.is_empty() { 0 } else { freed },
        kills,
        recovered_ms,
        observed,
    });
    Ok(())
}

impl Guard {
    /// Records an intervention of the reflex and tells everybody. A rescue is never held up by a
    /// disk that is full, so the record comes after the deed.
    fn report(&self, intervention: Intervention) {
        let entry = Entry::Reflex { intervention: Box::new(intervention.clone()) };
        if let Err(error) = self.record.write(&entry) {
            eprintln!("pitcrew-guard: {error}");
        }
        self.announce(&intervention);
    }

    /// Tells everybody of an intervention: a line on stdout and an event.
    pub(crate) fn announce(&self, intervention: &Intervention) {
        self.events.publish("intervention", intervention);
        if let Ok(line) = serde_json::to_string(intervention) {
            // Whoever read stdout may be gone; that must not end the guard.
            let _ = writeln!(std::io::stdout(), "{line}");
        }
    }
}

/// The reflex records once, afterwards.
struct Silent;

impl Witness for Silent {
    fn signal(&self, _: Identity, _: &str, _: &str, _: u64) -> Result<(), WireError> {
        Ok(())
    }

    fn ended(&self, _: &Kill) -> Result<(), WireError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worse_is_told_at_once_and_better_only_when_it_lasts() {
        let mut reflex = Reflex { level: Some(Level::Warning), ..Reflex::default() };
        assert!(!reflex.is_news(Level::Warning));
        assert!(!reflex.is_news(Level::Ok));
        assert!(reflex.is_news(Level::Critical));
        reflex.lower_since = Instant::now().checked_sub(LASTING);
        assert!(reflex.is_news(Level::Ok));
    }
}
