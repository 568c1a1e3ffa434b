/**
 * The only reasons for which a test may be skipped. A test that can be skipped carries its reason at
 * the end of its name, `… (needs root)`, or in Rust as `#[ignore = "needs root"]`. The README lists
 * the same reasons; a test compares the two.
 *
 * @module
 */

/** Reason → when a test is skipped for it. */
export const SKIP_REASONS: Record<string, string> = {
  "needs root": "the tests do not run as root, so no mounts and no control groups can be made",
  "needs a writable memory cgroup": "control groups cannot be made here (a container, say)",
  "needs BPF": "the kernel or the container does not admit BPF programs",
  "needs an NVIDIA GPU": "there is no NVIDIA driver",
};

/** Whether a test's name ends with a listed reason. */
export function isListedReason(name: string): boolean {
  const reason = /\(([^()]+)\)$/.exec(name)?.[1];
  return reason !== undefined && reason in SKIP_REASONS;
}
