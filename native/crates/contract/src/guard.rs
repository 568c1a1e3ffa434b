//! What the guard is asked and what it answers.
//!
//! Methods: `status` → [`GuardStatus`], `assess` ([`AssessParams`]) → [`Assessment`],
//! `plan` ([`PlanParams`]) → [`KillPlan`], `order` ([`Order`]) → [`OrderOutcome`],
//! `order.get` ([`OrderKey`]) → [`OrderOutcome`] or `not_found`,
//! `interventions.list` ([`InterventionsParams`]) → [`InterventionsPage`],
//! `events.subscribe` → events `level` ([`Assessment`]) and `intervention` ([`Intervention`]).

use serde::{Deserialize, Serialize};

macro_rules! wire {
    ($(#[$m:meta])* pub struct $name:ident { $($body:tt)* }) => {
        $(#[$m])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "generate", derive(schemars::JsonSchema))]
        #[serde(rename_all = "camelCase")]
        pub struct $name { $($body)* }
    };
    ($(#[$m:meta])* pub enum $name:ident { $($body:tt)* }) => {
        $(#[$m])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "generate", derive(schemars::JsonSchema))]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($body)* }
    };
}
pub(crate) use wire;

wire! {
    /// How close a scope is to running out of memory, in order of severity.
    pub enum Level {
        /// Nothing to do.
        Ok,
        /// The runbook's tier starts here.
        Warning,
        /// Act soon.
        Urgent,
        /// The reflex acts here.
        Critical,
    }
}

impl std::fmt::Display for Level {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Level::Ok => "ok",
            Level::Warning => "warning",
            Level::Urgent => "urgent",
            Level::Critical => "critical",
        })
    }
}

wire! {
    /// Whether the reflex may act by itself.
    pub enum Mode {
        /// Watches, ranks and reports; the reflex never signals. Orders for a bounded cgroup are
        /// carried out, orders for the whole node are refused.
        Observe,
        /// Acts per policy.
        Enforce,
    }
}

wire! {
    /// The guard itself.
    pub struct GuardStatus {
        /// Version of the executable.
        pub version: String,
        /// Process id.
        pub pid: i32,
        /// Since when it runs.
        pub started_at: String,
        /// Observe or enforce.
        pub mode: Mode,
        /// sha256 (hex) of the policy in force; of the empty string without one.
        pub policy_hash: String,
        /// Where the policy came from.
        pub policy_path: Option<String>,
        /// The newest assessment of the watched scope.
        pub watching: Assessment,
        /// 1 or 2: the cgroup hierarchy that holds the memory controller; 0 if there is none.
        pub cgroup_version: u8,
        /// Resident memory of the guard itself.
        pub rss_bytes: u64,
        /// Signal sources that this machine lacks, each with its reason.
        pub missing: Vec<MissingSource>,
    }
}

wire! {
    /// Something this machine cannot tell, and why.
    pub struct MissingSource {
        /// Name of the source, e.g. `psi`.
        pub source: String,
        /// Why it is missing and what it would take.
        pub reason: String,
    }
}

wire! {
    /// Asks for the state of a scope.
    pub struct AssessParams {
        /// `node` or `cgroup:/path` (path below the memory controller's root).
        pub scope: String,
        /// Central policy (YAML); merged so that protection only grows.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub central_policy: Option<String>,
    }
}

wire! {
    /// Level and headroom of a scope, and the figures they rest on.
    pub struct Assessment {
        /// When the figures were read.
        pub at: String,
        /// The scope asked for.
        pub scope: String,
        /// ok, warning, urgent or critical.
        pub level: Level,
        /// What may still be allocated before the scope is out of memory.
        pub headroom_bytes: u64,
        /// What the scope may use in all: MemTotal or the cgroup's limit.
        pub total_bytes: u64,
        /// Headroom below which the level is warning.
        pub warning_headroom_bytes: u64,
        /// Headroom below which the level is urgent.
        pub urgent_headroom_bytes: u64,
        /// Headroom below which the level is critical; on a node only while tasks really wait for
        /// memory, or far below it.
        pub critical_headroom_bytes: u64,
        /// Why this level: one sentence naming figure and threshold.
        pub reason: String,
        /// What was read.
        pub figures: Figures,
    }
}

wire! {
    /// Raw figures; a field is null where the machine or scope does not have it.
    pub struct Figures {
        /// Meminfo: MemAvailable, corrected for what only looks available.
        pub available_bytes: Option<u64>,
        /// Swap: free.
        pub swap_free_bytes: Option<u64>,
        /// Swap: total.
        pub swap_total_bytes: Option<u64>,
        /// Cgroup: usage.
        pub usage_bytes: Option<u64>,
        /// Cgroup: limit.
        pub limit_bytes: Option<u64>,
        /// Cgroup: file pages that can be reclaimed.
        pub reclaimable_bytes: Option<u64>,
        /// Pressure stall information, share of the last 10 s in per cent, some task stalled.
        pub psi_some_avg10: Option<f64>,
        /// The same, all tasks stalled.
        pub psi_full_avg10: Option<f64>,
        /// How often the kernel's OOM killer acted in this scope.
        pub oom_kills: Option<u64>,
    }
}

wire! {
    /// Asks who would be killed.
    pub struct PlanParams {
        /// `node` or `cgroup:/path`.
        pub scope: String,
        /// Headroom to reach, `"20%"` of the scope's total or bytes (`"512MiB"`, `"1000000"`); the
        /// policy's target otherwise.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub target: Option<String>,
        /// Central policy (YAML).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub central_policy: Option<String>,
    }
}

wire! {
    /// The ranking, and how far down it a kill would go. A dry run prints it, a live run does it.
    pub struct KillPlan {
        /// When it was made.
        pub at: String,
        /// The scope.
        pub scope: String,
        /// The scope's level then.
        pub level: Level,
        /// Headroom then.
        pub headroom_bytes: u64,
        /// Headroom to reach.
        pub target_headroom_bytes: u64,
        /// `target - headroom`, 0 when there is nothing to do.
        pub needed_bytes: u64,
        /// What killing the chosen victims together would free, shared memory counted once.
        pub predicted_bytes: u64,
        /// Candidates in order; the first ones with `chosen` are what a live run kills.
        pub victims: Vec<Victim>,
        /// Who is protected, and by which rule.
        pub protected: Vec<Protected>,
        /// sha256 (hex) of the merged policy.
        pub policy_hash: String,
        /// Sources that were missing or unreadable while ranking.
        pub missing: Vec<MissingSource>,
        /// Candidates left out of `victims` to keep the answer small; they rank below the listed
        /// ones and are not chosen.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub omitted_victims: Option<u32>,
        /// Processes left out of `protected`, the smallest ones.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub omitted_protected: Option<u32>,
        /// What is unwise about the policy, e.g. that it protects nearly everything.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub warnings: Vec<String>,
    }
}

wire! {
    /// One candidate.
    pub struct Victim {
        /// 1 is the first to go.
        pub rank: u32,
        /// Process id.
        pub pid: i32,
        /// Clock ticks since boot, as in `/proc/PID/stat`; identifies the process with the pid.
        pub start_time: u64,
        /// `comm`, control characters escaped.
        pub name: String,
        /// Command line, escaped, at most 256 bytes.
        pub cmdline: String,
        /// Effective uid.
        pub uid: u32,
        /// Cgroup path.
        pub cgroup: String,
        /// `oom_score_adj`.
        pub oom_score_adj: i32,
        /// What its death would really free: Private_Dirty + Swap − linked tmpfs.
        pub score_bytes: u64,
        /// Resident set size, to compare.
        pub rss_bytes: u64,
        /// Whether a live run would kill it.
        pub chosen: bool,
        /// Why it stands here, e.g. `frees 412 MiB`, `prefer name=logcollect`.
        pub reason: String,
    }
}

wire! {
    /// A process that is left alone.
    pub struct Protected {
        /// Process id.
        pub pid: i32,
        /// `comm`, escaped.
        pub name: String,
        /// The rule, e.g. `protect name=python` or `builtin pid 1`.
        pub rule: String,
    }
}

wire! {
    /// A bounded order from a runbook. Sending it twice is safe: `key` identifies it.
    pub struct Order {
        /// `<run id>/<step path>`, never the attempt.
        pub key: String,
        /// `node` or `cgroup:/path`.
        pub scope: String,
        /// As in [`PlanParams`].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub target: Option<String>,
        /// Only plan; nothing is signalled or journalled.
        pub dry_run: bool,
        /// Milliseconds between SIGTERM and SIGKILL; 0 kills at once.
        pub grace_ms: u32,
        /// When the run that sends it was accepted; a reflex that acted later supersedes it.
        pub issued_at: String,
        /// Refused after this moment.
        pub expires_at: String,
        /// Lowest level at which to act; below it the outcome is `not_needed`.
        pub min_level: Level,
        /// Most processes to kill.
        pub max_victims: u32,
        /// Central policy (YAML).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub central_policy: Option<String>,
    }
}

wire! {
    /// Names an order.
    pub struct OrderKey {
        /// As in [`Order`].
        pub key: String,
    }
}

wire! {
    /// How an order ended.
    pub enum OrderStatus {
        /// The target was reached.
        Relieved,
        /// Everyone allowed was used and the target was not reached.
        Insufficient,
        /// The level was below `minLevel`, or the headroom already met the target.
        NotNeeded,
        /// Only planned.
        DryRun,
        /// The reflex had already acted since `issuedAt`.
        Superseded,
        /// A cancel arrived; what was done until then is listed.
        Cancelled,
    }
}

wire! {
    /// The recorded outcome of an order.
    pub struct OrderOutcome {
        /// The order's key.
        pub key: String,
        /// How it ended.
        pub status: OrderStatus,
        /// One sentence for a person.
        pub summary: String,
        /// The plan that was carried out (or would have been).
        pub plan: KillPlan,
        /// Every process that was signalled, in order.
        pub kills: Vec<Kill>,
        /// Before the first signal.
        pub before: Assessment,
        /// After the last one was gone.
        pub after: Assessment,
        /// Headroom gained by the order as a whole, measured, 0 at least.
        pub group_freed_bytes: u64,
        /// Milliseconds from the first signal until the target was reached; null if it was not.
        pub recovered_ms: Option<u32>,
        /// The reflex's intervention that came first.
        pub superseded_by: Option<String>,
        /// Whether this answer was read back from the journal.
        pub replayed: bool,
    }
}

wire! {
    /// One process that was signalled.
    pub struct Kill {
        /// Process id.
        pub pid: i32,
        /// Clock ticks since boot.
        pub start_time: u64,
        /// `comm`, escaped.
        pub name: String,
        /// The last signal sent: `SIGTERM` or `SIGKILL`.
        pub signal: String,
        /// When the first signal was sent.
        pub at: String,
        /// When the process was gone; null if it still lived at the end.
        pub gone_at: Option<String>,
        /// From the plan.
        pub predicted_bytes: u64,
        /// Headroom gained between its signal and its end, 0 at least.
        pub freed_bytes: u64,
        /// `killed`, `exited` (by itself or on SIGTERM), `already_gone`, `pid_reused` …
        pub outcome: KillOutcome,
        /// Why, where the outcome needs it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub note: Option<String>,
    }
}

wire! {
    /// What became of one victim.
    pub enum KillOutcome {
        /// Gone after SIGKILL.
        Killed,
        /// Gone after SIGTERM.
        Exited,
        /// Was gone before the signal.
        AlreadyGone,
        /// The pid belonged to another process; nothing was signalled.
        PidReused,
        /// Became protected since the plan; nothing was signalled.
        Protected,
        /// Could not be signalled, or did not die in time.
        Failed,
    }
}

wire! {
    /// A line of the guard's own record: what the reflex or an order did.
    pub struct Intervention {
        /// Identifies it for ever.
        pub id: String,
        /// When it began.
        pub at: String,
        /// The scope.
        pub scope: String,
        /// The level then.
        pub level: Level,
        /// The figures then.
        pub figures: Figures,
        /// Who asked: `reflex` or `order <key>`.
        pub cause: String,
        /// The plan.
        pub plan: KillPlan,
        /// Who was signalled.
        pub kills: Vec<Kill>,
        /// Headroom gained in all.
        pub group_freed_bytes: u64,
        /// Milliseconds until the target was reached.
        pub recovered_ms: Option<u32>,
        /// True when the guard only observed: nothing was signalled.
        pub observed: bool,
    }
}

wire! {
    /// Asks for what the guard did, oldest first, so that a client can catch up.
    pub struct InterventionsParams {
        /// Only what came after this intervention; everything that is kept otherwise. An id that
        /// is not known (any more) lists everything.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub after_id: Option<String>,
        /// At most so many, 1 to 50; 20 without it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub limit: Option<u32>,
    }
}

wire! {
    /// Some interventions.
    pub struct InterventionsPage {
        /// Oldest first.
        pub interventions: Vec<Intervention>,
        /// Whether there are more; ask again with the last id.
        pub more: bool,
    }
}
