//! The processes that hold most memory.

use crate::unavailable;
use pitcrew_cgroup::{CgroupPath, Controller, Scope};
use pitcrew_contract::collector::ProcessMemory;
use pitcrew_contract::guard::MissingSource;
use pitcrew_procfs::{escape, Process, Procfs};
use std::cmp::Reverse;
use std::collections::HashSet;
use std::fs;
use std::time::{Duration, Instant};

/// Processes in the report.
const REPORTED: usize = 60;
/// Of a scope's own processes, at most so many are certain to be among them.
const REPORTED_OF_SCOPE: usize = 30;
/// `smaps_rollup` walks the page tables: measured 12 ms per GB, more on a slow core.
const ROLLUP_PER_GIB: Duration = Duration::from_millis(25);

/// Whom to look at, and for how long.
pub(crate) struct Search<'a> {
    pub proc: &'a Procfs,
    pub controller: Option<&'a Controller>,
    pub scope: &'a Scope,
    /// Without swap there is no need to ask each process how much it has there.
    pub swap_in_use: bool,
    pub until: Instant,
}

struct Candidate {
    process: Process,
    size: Size,
    in_scope: bool,
}

#[derive(Clone, Copy)]
struct Size {
    resident: u64,
    swapped: u64,
}

impl Search<'_> {
    /// The largest processes, with their proportional sizes as far as the time allows, and the sum
    /// of all others at the end.
    pub fn largest(&self, missing: &mut Vec<MissingSource>) -> Vec<ProcessMemory> {
        let (chosen, others) = choose(self.scan(missing));
        let mut report: Vec<ProcessMemory> =
            chosen.iter().filter_map(|candidate| self.measure(candidate)).collect();
        let without_pss = report.iter().filter(|process| process.pss_bytes.is_none()).count();
        if without_pss > 0 {
            missing.push(unavailable(
                "smaps_rollup",
                format!(
                    "{without_pss} of {} processes have no proportional size: it could not be \
                     read, or not within the time budget",
                    report.len()
                ),
            ));
        }
        report.sort_by_key(|process| Reverse(process.pss_bytes.unwrap_or(process.rss_bytes)));
        report.extend(sum(&others));
        report
    }

    /// The size of every process; those of the scope first. It takes at most two thirds of the
    /// time, so that some is left to look at the largest.
    fn scan(&self, missing: &mut Vec<MissingSource>) -> Vec<Candidate> {
        let start = Instant::now();
        let until = start + self.until.saturating_duration_since(start) * 2 / 3;
        let mut pids = match (self.scope.cgroup(), self.controller) {
            (Some(path), Some(controller)) => controller.procs_in_subtree(path).unwrap_or_default(),
            _ => Vec::new(),
        };
        let of_scope: HashSet<i32> = pids.iter().copied().collect();
        match self.proc.pids() {
            Ok(all) => pids.extend(all.into_iter().filter(|pid| !of_scope.contains(pid))),
            Err(error) => missing.push(unavailable("processes", error.to_string())),
        }
        let total = pids.len();
        let mut found = Vec::new();
        for (read, pid) in pids.into_iter().enumerate() {
            if Instant::now() > until {
                let reason = format!("the time budget ended after {read} of {total} processes");
                missing.push(unavailable("processes", reason));
                break;
            }
            let process = self.proc.process(pid);
            // It may end between being listed and being read; kernel threads have no memory.
            if let Some(size) = self.size(&process) {
                found.push(Candidate { process, size, in_scope: of_scope.contains(&pid) });
            }
        }
        found
    }

    fn size(&self, process: &Process) -> Option<Size> {
        if self.swap_in_use {
            let status = process.status().ok()?;
            let size = Size { resident: status.rss, swapped: status.swap };
            return status.has_memory.then_some(size);
        }
        // Half the price of `status`.
        let statm = fs::read_to_string(process.dir().join("statm")).ok()?;
        let pages: u64 = statm.split(' ').nth(1)?.parse().ok()?;
        let resident = pages.saturating_mul(crate::counters::page_bytes());
        (resident > 0).then_some(Size { resident, swapped: 0 })
    }

    /// `None` when the process ended meanwhile.
    fn measure(&self, candidate: &Candidate) -> Option<ProcessMemory> {
        let process = &candidate.process;
        let status = process.status().ok()?;
        let cost = ROLLUP_PER_GIB.mul_f64(status.rss as f64 / (1u64 << 30) as f64);
        let in_time = Instant::now() + cost < self.until;
        let rollup = in_time.then(|| process.smaps_rollup().ok()).flatten();
        let name = process.stat().ok()?.comm;
        let cgroup = self.controller.and_then(|controller| controller.of_process(process).ok());
        Some(ProcessMemory {
            pid: process.pid(),
            name: escape(&name),
            cgroup: cgroup.as_ref().map_or("", CgroupPath::as_str).to_owned(),
            uid: status.uid,
            pss_bytes: rollup.map(|rollup| rollup.pss),
            pss_anon_bytes: rollup.map(|rollup| rollup.pss_anon),
            rss_bytes: status.rss,
            swap_bytes: status.swap,
        })
    }
}

/// Those to report, largest first, and the others.
fn choose(mut candidates: Vec<Candidate>) -> (Vec<Candidate>, Vec<Candidate>) {
    candidates.sort_by_key(|candidate| {
        Reverse(candidate.size.resident.saturating_add(candidate.size.swapped))
    });
    let mut of_scope = 0;
    let mut rank = 0;
    candidates.into_iter().partition(|candidate| {
        rank += 1;
        of_scope += usize::from(candidate.in_scope);
        rank <= REPORTED || (candidate.in_scope && of_scope <= REPORTED_OF_SCOPE)
    })
}

/// All others as one line; their resident sizes count shared pages more than once.
fn sum(others: &[Candidate]) -> Option<ProcessMemory> {
    let add = |figure: fn(Size) -> u64| {
        others.iter().fold(0u64, |sum, other| sum.saturating_add(figure(other.size)))
    };
    (!others.is_empty()).then(|| ProcessMemory {
        pid: 0,
        name: format!("{} others", others.len()),
        cgroup: String::new(),
        uid: 0,
        pss_bytes: None,
        pss_anon_bytes: None,
        rss_bytes: add(|size| size.resident),
        swap_bytes: add(|size| size.swapped),
    })
}
