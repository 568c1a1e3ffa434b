/**
 * What the guard is asked and what it answers.
 *
 * Generated from native/crates/contract by `deno task generate`; do not edit.
 *
 * @module
 */

/** The guard itself. */
export interface GuardStatus {
  /** Version of the executable. */
  version: string;
  /** Process id. */
  pid: number;
  /** Since when it runs. */
  startedAt: string;
  /** Observe or enforce. */
  mode: Mode;
  /** sha256 (hex) of the policy in force; of the empty string without one. */
  policyHash: string;
  /** Where the policy came from. */
  policyPath: string | null;
  /** The newest assessment of the watched scope. */
  watching: Assessment;
  /** 1 or 2: the cgroup hierarchy that holds the memory controller; 0 if there is none. */
  cgroupVersion: number;
  /** Resident memory of the guard itself. */
  rssBytes: number;
  /** Signal sources that this machine lacks, each with its reason. */
  missing: MissingSource[];
}

/**
 * Whether the reflex may act by itself.
 *
 * - `observe`: Watches, ranks and reports; the reflex never signals. Orders for a bounded cgroup
 *   are carried out, orders for the whole node are refused.
 * - `enforce`: Acts per policy.
 */
export type Mode = "observe" | "enforce";

/** Level and headroom of a scope, and the figures they rest on. */
export interface Assessment {
  /** When the figures were read. */
  at: string;
  /** The scope asked for. */
  scope: string;
  /** ok, warning, urgent or critical. */
  level: Level;
  /** What may still be allocated before the scope is out of memory. */
  headroomBytes: number;
  /** What the scope may use in all: MemTotal or the cgroup's limit. */
  totalBytes: number;
  /** Headroom below which the level is warning. */
  warningHeadroomBytes: number;
  /** Headroom below which the level is urgent. */
  urgentHeadroomBytes: number;
  /**
   * Headroom below which the level is critical; on a node only while tasks really wait for memory,
   * or far below it.
   */
  criticalHeadroomBytes: number;
  /** Why this level: one sentence naming figure and threshold. */
  reason: string;
  /** What was read. */
  figures: Figures;
}

/**
 * How close a scope is to running out of memory, in order of severity.
 *
 * - `ok`: Nothing to do.
 * - `warning`: The runbook's tier starts here.
 * - `urgent`: Act soon.
 * - `critical`: The reflex acts here.
 */
export type Level = "ok" | "warning" | "urgent" | "critical";

/** Raw figures; a field is null where the machine or scope does not have it. */
export interface Figures {
  /** Meminfo: MemAvailable, corrected for what only looks available. */
  availableBytes: number | null;
  /** Swap: free. */
  swapFreeBytes: number | null;
  /** Swap: total. */
  swapTotalBytes: number | null;
  /** Cgroup: usage. */
  usageBytes: number | null;
  /** Cgroup: limit. */
  limitBytes: number | null;
  /** Cgroup: file pages that can be reclaimed. */
  reclaimableBytes: number | null;
  /** Pressure stall information, share of the last 10 s in per cent, some task stalled. */
  psiSomeAvg10: number | null;
  /** The same, all tasks stalled. */
  psiFullAvg10: number | null;
  /** How often the kernel's OOM killer acted in this scope. */
  oomKills: number | null;
}

/** Something this machine cannot tell, and why. */
export interface MissingSource {
  /** Name of the source, e.g. `psi`. */
  source: string;
  /** Why it is missing and what it would take. */
  reason: string;
}

/** Asks for the state of a scope. */
export interface AssessParams {
  /** `node` or `cgroup:/path` (path below the memory controller's root). */
  scope: string;
  /** Central policy (YAML); merged so that protection only grows. */
  centralPolicy?: string;
}

/** Asks who would be killed. */
export interface PlanParams {
  /** `node` or `cgroup:/path`. */
  scope: string;
  /**
   * Headroom to reach, `"20%"` of the scope's total or bytes (`"512MiB"`, `"1000000"`); the
   * policy's target otherwise.
   */
  target?: string;
  /** Central policy (YAML). */
  centralPolicy?: string;
}

/** The ranking, and how far down it a kill would go. A dry run prints it, a live run does it. */
export interface KillPlan {
  /** When it was made. */
  at: string;
  /** The scope. */
  scope: string;
  /** The scope's level then. */
  level: Level;
  /** Headroom then. */
  headroomBytes: number;
  /** Headroom to reach. */
  targetHeadroomBytes: number;
  /** `target - headroom`, 0 when there is nothing to do. */
  neededBytes: number;
  /** What killing the chosen victims together would free, shared memory counted once. */
  predictedBytes: number;
  /** Candidates in order; the first ones with `chosen` are what a live run kills. */
  victims: Victim[];
  /** Who is protected, and by which rule. */
  protected: Protected[];
  /** sha256 (hex) of the merged policy. */
  policyHash: string;
  /** Sources that were missing or unreadable while ranking. */
  missing: MissingSource[];
  /**
   * Candidates left out of `victims` to keep the answer small; they rank below the listed ones and
   * are not chosen.
   */
  omittedVictims?: number;
  /** Processes left out of `protected`, the smallest ones. */
  omittedProtected?: number;
  /** What is unwise about the policy, e.g. that it protects nearly everything. */
  warnings?: string[];
}

/** One candidate. */
export interface Victim {
  /** 1 is the first to go. */
  rank: number;
  /** Process id. */
  pid: number;
  /** Clock ticks since boot, as in `/proc/PID/stat`; identifies the process with the pid. */
  startTime: number;
  /** `comm`, control characters escaped. */
  name: string;
  /** Command line, escaped, at most 256 bytes. */
  cmdline: string;
  /** Effective uid. */
  uid: number;
  /** Cgroup path. */
  cgroup: string;
  /** `oom_score_adj`. */
  oomScoreAdj: number;
  /** What its death would really free: Private_Dirty + Swap − linked tmpfs. */
  scoreBytes: number;
  /** Resident set size, to compare. */
  rssBytes: number;
  /** Whether a live run would kill it. */
  chosen: boolean;
  /** Why it stands here, e.g. `frees 412 MiB`, `prefer name=logcollect`. */
  reason: string;
}

/** A process that is left alone. */
export interface Protected {
  /** Process id. */
  pid: number;
  /** `comm`, escaped. */
  name: string;
  /** The rule, e.g. `protect name=python` or `builtin pid 1`. */
  rule: string;
}

/** A bounded order from a runbook. Sending it twice is safe: `key` identifies it. */
export interface Order {
  /** `<run id>/<step path>`, never the attempt. */
  key: string;
  /** `node` or `cgroup:/path`. */
  scope: string;
  /** As in `PlanParams`. */
  target?: string;
  /** Only plan; nothing is signalled or journalled. */
  dryRun: boolean;
  /** Milliseconds between SIGTERM and SIGKILL; 0 kills at once. */
  graceMs: number;
  /** When the run that sends it was accepted; a reflex that acted later supersedes it. */
  issuedAt: string;
  /** Refused after this moment. */
  expiresAt: string;
  /** Lowest level at which to act; below it the outcome is `not_needed`. */
  minLevel: Level;
  /** Most processes to kill. */
  maxVictims: number;
  /** Central policy (YAML). */
  centralPolicy?: string;
}

/** The recorded outcome of an order. */
export interface OrderOutcome {
  /** The order's key. */
  key: string;
  /** How it ended. */
  status: OrderStatus;
  /** One sentence for a person. */
  summary: string;
  /** The plan that was carried out (or would have been). */
  plan: KillPlan;
  /** Every process that was signalled, in order. */
  kills: Kill[];
  /** Before the first signal. */
  before: Assessment;
  /** After the last one was gone. */
  after: Assessment;
  /** Headroom gained by the order as a whole, measured, 0 at least. */
  groupFreedBytes: number;
  /** Milliseconds from the first signal until the target was reached; null if it was not. */
  recoveredMs: number | null;
  /** The reflex's intervention that came first. */
  supersededBy: string | null;
  /** Whether this answer was read back from the journal. */
  replayed: boolean;
}

/**
 * How an order ended.
 *
 * - `relieved`: The target was reached.
 * - `insufficient`: Everyone allowed was used and the target was not reached.
 * - `not_needed`: The level was below `minLevel`, or the headroom already met the target.
 * - `dry_run`: Only planned.
 * - `superseded`: The reflex had already acted since `issuedAt`.
 * - `cancelled`: A cancel arrived; what was done until then is listed.
 */
export type OrderStatus =
  | "relieved"
  | "insufficient"
  | "not_needed"
  | "dry_run"
  | "superseded"
  | "cancelled";

/** One process that was signalled. */
export interface Kill {
  /** Process id. */
  pid: number;
  /** Clock ticks since boot. */
  startTime: number;
  /** `comm`, escaped. */
  name: string;
  /** The last signal sent: `SIGTERM` or `SIGKILL`. */
  signal: string;
  /** When the first signal was sent. */
  at: string;
  /** When the process was gone; null if it still lived at the end. */
  goneAt: string | null;
  /** From the plan. */
  predictedBytes: number;
  /** Headroom gained between its signal and its end, 0 at least. */
  freedBytes: number;
  /** `killed`, `exited` (by itself or on SIGTERM), `already_gone`, `pid_reused` … */
  outcome: KillOutcome;
  /** Why, where the outcome needs it. */
  note?: string;
}

/**
 * What became of one victim.
 *
 * - `killed`: Gone after SIGKILL.
 * - `exited`: Gone after SIGTERM.
 * - `already_gone`: Was gone before the signal.
 * - `pid_reused`: The pid belonged to another process; nothing was signalled.
 * - `protected`: Became protected since the plan; nothing was signalled.
 * - `failed`: Could not be signalled, or did not die in time.
 */
export type KillOutcome =
  | "killed"
  | "exited"
  | "already_gone"
  | "pid_reused"
  | "protected"
  | "failed";

/** Names an order. */
export interface OrderKey {
  /** As in `Order`. */
  key: string;
}

/** Asks for what the guard did, oldest first, so that a client can catch up. */
export interface InterventionsParams {
  /**
   * Only what came after this intervention; everything that is kept otherwise. An id that is not
   * known (any more) lists everything.
   */
  afterId?: string;
  /** At most so many, 1 to 50; 20 without it. */
  limit?: number;
}

/** Some interventions. */
export interface InterventionsPage {
  /** Oldest first. */
  interventions: Intervention[];
  /** Whether there are more; ask again with the last id. */
  more: boolean;
}

/** A line of the guard's own record: what the reflex or an order did. */
export interface Intervention {
  /** Identifies it for ever. */
  id: string;
  /** When it began. */
  at: string;
  /** The scope. */
  scope: string;
  /** The level then. */
  level: Level;
  /** The figures then. */
  figures: Figures;
  /** Who asked: `reflex` or `order <key>`. */
  cause: string;
  /** The plan. */
  plan: KillPlan;
  /** Who was signalled. */
  kills: Kill[];
  /** Headroom gained in all. */
  groupFreedBytes: number;
  /** Milliseconds until the target was reached. */
  recoveredMs: number | null;
  /** True when the guard only observed: nothing was signalled. */
  observed: boolean;
}

/** The guard's methods, each with its parameters and result. */
export interface GuardMethods {
  /** The guard itself. */
  "status": { params: Record<string, never>; result: GuardStatus };
  /** The state of a scope now. */
  "assess": { params: AssessParams; result: Assessment };
  /** Who would be killed; nothing is signalled. */
  "plan": { params: PlanParams; result: KillPlan };
  /** Relieves a scope, once per key. */
  "order": { params: Order; result: OrderOutcome };
  /** What became of an order, or `not_found`. */
  "order.get": { params: OrderKey; result: OrderOutcome };
  /** What the guard did, oldest first, as far as it is kept. */
  "interventions.list": { params: InterventionsParams; result: InterventionsPage };
  /** Sends events over this connection from `nextSeq` on. */
  "events.subscribe": { params: Record<string, never>; result: { nextSeq: number } };
}

/** The guard's events, each with its data. */
export interface GuardEvents {
  /** The watched scope's level has changed. */
  level: Assessment;
  /** The reflex or an order acted. */
  intervention: Intervention;
  /** So many events were dropped because this connection read too slowly. */
  gap: { missed: number };
}
