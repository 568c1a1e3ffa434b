//! `victims`: who would be ended now.

use super::policy_file;
use crate::assess::assess;
use crate::failure::fail;
use crate::options::Victims;
use crate::plan::{make, scope, target, Wish};
use pitcrew_contract::envelope::{ErrorCode, WireError};
use pitcrew_contract::guard::KillPlan;
use pitcrew_ranking::{Depth, Machine};
use std::fmt::Write;
use std::path::Path;
use std::process::ExitCode;

/// Rows of the table; the JSON lists everybody.
const ROWS: usize = 20;

pub(super) fn victims(options: &Victims) -> Result<ExitCode, WireError> {
    let policy = policy_file::required(options.policy.as_deref())?;
    let mut machine = Machine::below(&options.root);
    if options.root == Path::new("/") {
        machine.protect_own(false);
    }
    let scope = scope(&options.scope)?;
    let assessment = assess(&machine, &scope, &policy.thresholds())?;
    let wish = Wish {
        scope: &scope,
        policy: &policy,
        target: target(options.target.as_deref())?,
        max_victims: usize::MAX,
        depth: Depth::Full,
    };
    let plan = make(&machine, &wish, &assessment)?;
    if options.json {
        let text = serde_json::to_string(&plan);
        println!("{}", text.map_err(|e| fail(ErrorCode::Internal, e.to_string()))?);
    } else {
        print!("{}\n{}", assessment.reason, table(&plan));
    }
    Ok(ExitCode::SUCCESS)
}

fn table(plan: &KillPlan) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    for victim in plan.victims.iter().take(ROWS) {
        let mark = if victim.chosen { "kill" } else { "" };
        let _ = writeln!(
            out,
            "{:>4} {:>8}  {:<16} {:<4} {}",
            victim.rank, victim.pid, victim.name, mark, victim.reason
        );
    }
    if plan.victims.len() > ROWS {
        let _ = writeln!(out, "     … {} more", plan.victims.len() - ROWS);
    }
    for protected in plan.protected.iter().take(ROWS) {
        let _ =
            writeln!(out, "  -- {:>8}  {:<16} {}", protected.pid, protected.name, protected.rule);
    }
    for warning in &plan.warnings {
        let _ = writeln!(out, "warning: {warning}");
    }
    out
}
