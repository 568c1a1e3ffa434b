//! Reads a snapshot, spending time only on processes that can matter.

use crate::machine::Machine;
use crate::plan::MIN_FREED;
use crate::score::{frees, frees_by_mapping, Frees};
use crate::snapshot::{Facts, Identity, Snapshot};
use pitcrew_cgroup::Scope;
use pitcrew_contract::guard::MissingSource;
use pitcrew_policy::{Policy, Subject};
use pitcrew_procfs::{Process, Result, Status};

/// Least number of processes to measure, so that a person sees a ranking and not one name.
const MEASURE_AT_LEAST: usize = 12;

/// How much to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Everything that is worth showing.
    Full,
    /// Only what the decision needs: no tiny processes, no command lines that no rule looks at.
    /// Reading a command line can wait for memory of a machine that has none.
    Fast,
}

/// Reads the processes of a scope. Enough are measured that the first ones of the ranking, up to
/// `needed` bytes, are certain; smaller ones carry only their upper bound.
///
/// # Errors
/// When the scope does not exist or `/proc` cannot be listed.
pub fn collect(
    machine: &Machine,
    scope: &Scope,
    policy: &Policy,
    needed: u64,
    depth: Depth,
) -> Result<Snapshot> {
    let mut statuses: Vec<(Status, Facts)> = Vec::new();
    for pid in machine.pids(scope)? {
        // A process that ends meanwhile is simply no candidate.
        if let Some(found) = look(machine, policy, pid, depth) {
            statuses.push(found);
        }
    }
    statuses.sort_by_key(|(_, facts)| std::cmp::Reverse(facts.at_most));
    let mut snapshot = Snapshot::default();
    let mut unreadable = 0u32;
    let mut measured: Vec<u64> = Vec::new();
    let mut settled = false;
    for (status, mut facts) in statuses {
        let candidate = facts.builtin.is_none() && policy.protects(&facts.subject).is_none();
        let first = facts.oom_score_adj >= 900 || policy.prefers(&facts.subject).is_some();
        if candidate && facts.at_most >= MIN_FREED && (first || !settled) {
            if !first {
                settled = is_settled(&measured, facts.at_most, needed);
            }
            if first || !settled {
                match measure(&machine.procfs.process(facts.id.pid), &status) {
                    Ok(found) => {
                        facts.frees = Some(found);
                        if !first {
                            measured.push(found.private);
                        }
                    }
                    Err(error) if error.is_gone() => continue,
                    Err(_) => unreadable += 1,
                }
            }
        }
        snapshot.processes.push(facts);
    }
    if unreadable > 0 {
        snapshot.missing.push(MissingSource {
            source: "smaps".to_owned(),
            reason: format!(
                "{unreadable} processes could not be measured; the guard needs CAP_SYS_PTRACE"
            ),
        });
    }
    Ok(snapshot)
}

/// Whether no unmeasured process, none of which can free more than `at_most`, could still enter the
/// part of the ranking that matters.
fn is_settled(measured: &[u64], at_most: u64, needed: u64) -> bool {
    let certain = measured.iter().filter(|freed| **freed >= at_most);
    let (count, sum) =
        certain.fold((0, 0u64), |(n, sum), freed| (n + 1, sum.saturating_add(*freed)));
    count >= MEASURE_AT_LEAST && sum >= needed
}

/// What a process is, without measuring it; `None` for kernel threads, zombies and the dead.
fn look(machine: &Machine, policy: &Policy, pid: i32, depth: Depth) -> Option<(Status, Facts)> {
    let process = machine.procfs.process(pid);
    let status = process.status().ok().filter(|status| status.has_memory)?;
    let at_most = status.rss_anon.saturating_add(status.rss_shmem).saturating_add(status.swap);
    if depth == Depth::Fast && at_most < MIN_FREED {
        return None;
    }
    let stat = process.stat().ok().filter(|stat| !stat.is_kernel_thread() && !stat.is_zombie())?;
    let with_cmdline = depth == Depth::Full || policy.looks_at("cmdline");
    let subject = subject(&process, &stat.comm, status.uid, with_cmdline)?;
    let (name, cmdline) = Facts::shown(&stat.comm, subject.cmdline.as_bytes());
    let oom_score_adj = process.oom_score_adj().unwrap_or(0);
    let facts = Facts {
        id: Identity { pid, start_time: stat.start_time },
        name,
        cmdline,
        cgroup: machine.cgroup_of(pid).map(|path| path.to_string()).unwrap_or_default(),
        oom_score_adj,
        rss: status.rss,
        at_most,
        frees: None,
        builtin: builtin(machine, (pid, stat.parent), oom_score_adj),
        subject,
    };
    Some((status, facts))
}

fn subject(process: &Process, comm: &[u8], uid: u32, with_cmdline: bool) -> Option<Subject> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let cmdline = match with_cmdline {
        true => text(&process.cmdline().ok()?),
        false => String::new(),
    };
    Some(Subject {
        name: text(comm),
        exe: process.exe().map(|path| path.to_string_lossy().into_owned()).unwrap_or_default(),
        cmdline,
        cgroups: process.cgroups().ok()?.into_iter().map(|found| found.path).collect(),
        uid,
    })
}

/// Why a process is protected whatever the policy says.
fn builtin(machine: &Machine, (pid, parent): (i32, i32), oom_score_adj: i32) -> Option<String> {
    if pid == 1 {
        return Some("builtin pid 1".to_owned());
    }
    if machine.is_own(pid, parent) {
        return Some("builtin pitcrew's own process".to_owned());
    }
    if machine.ending.contains(&pid) {
        return Some("builtin is being ended already".to_owned());
    }
    (oom_score_adj <= -1000).then(|| "builtin oom_score_adj -1000".to_owned())
}

fn measure(process: &Process, status: &Status) -> Result<Frees> {
    if status.rss_shmem > 0 {
        return Ok(frees_by_mapping(&process.smaps()?, status.swap));
    }
    Ok(frees(&process.smaps_rollup()?, status.swap))
}

/// What a second look at a victim, right before its signal, finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recheck {
    /// It is the same process, in scope and unprotected.
    Same,
    /// It has ended.
    Gone,
    /// Its pid belongs to another process now.
    Reused,
    /// It has left the scope, is protected now, or became something that cannot be killed.
    Spared(String),
}

/// Looks at a victim again.
pub fn recheck(machine: &Machine, scope: &Scope, policy: &Policy, victim: Identity) -> Recheck {
    let process = machine.procfs.process(victim.pid);
    let stat = match process.stat() {
        Ok(stat) if stat.is_zombie() => return Recheck::Gone,
        Ok(stat) => stat,
        Err(error) if error.is_gone() => return Recheck::Gone,
        Err(error) => return Recheck::Spared(error.to_string()),
    };
    if stat.start_time != victim.start_time {
        return Recheck::Reused;
    }
    if let Scope::Cgroup(path) = scope {
        match machine.cgroup_of(victim.pid) {
            Some(at) if path.contains(&at) => {}
            Some(at) => return Recheck::Spared(format!("moved to cgroup {at}")),
            None => return Recheck::Spared("its cgroup cannot be read".to_owned()),
        }
    }
    let status = match process.status() {
        Ok(status) => status,
        Err(error) if error.is_gone() => return Recheck::Gone,
        Err(error) => return Recheck::Spared(error.to_string()),
    };
    let Some(subject) = subject(&process, &stat.comm, status.uid, policy.looks_at("cmdline"))
    else {
        return Recheck::Gone;
    };
    let adj = process.oom_score_adj().unwrap_or(0);
    if let Some(rule) = builtin(machine, (victim.pid, stat.parent), adj) {
        return Recheck::Spared(rule);
    }
    match policy.protects(&subject) {
        Some(rule) => Recheck::Spared(format!("protect {}", rule.text())),
        None => Recheck::Same,
    }
}
