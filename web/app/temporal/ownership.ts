/**
 * Which workflow may act for a run: the one this control plane started, known by a mark in its memo
 * that only the holder of the key can make, and bound to the run by Temporal's run id.
 *
 * @module
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { Buffer } from "node:buffer";
import { WorkflowNotFoundError } from "@temporalio/client";
import type { Store } from "../../store/mod.ts";
import type { Temporal } from "./connection.ts";

/** Name of the memo's field. */
export const MARK = "pitcrewStart";

/** Makes and checks marks, and binds runs. */
export class Ownership {
  readonly #key: Uint8Array;
  readonly #store: Store;
  readonly #temporal: Temporal;
  /** Run → Temporal's run id, recognised and not bound yet: the first stays the only one. */
  readonly #recognised = new Map<string, string>();

  constructor(key: Uint8Array, store: Store, temporal: Temporal) {
    this.#key = key;
    this.#store = store;
    this.#temporal = temporal;
  }

  /** The mark of a run's workflow. */
  mark(runId: string, planHash: string): string {
    return createHmac("sha256", this.#key).update(`${runId}\0${planHash}`).digest("base64url");
  }

  /** Whether a memo carries the run's mark. */
  isOurs(memo: Record<string, unknown> | undefined, runId: string, planHash: string): boolean {
    const given = memo?.[MARK];
    const wanted = this.mark(runId, planHash);
    return typeof given === "string" && given.length === wanted.length &&
      timingSafeEqual(Buffer.from(given), Buffer.from(wanted));
  }

  /**
   * Whether this workflow is the run's. A run that is bound to none yet is bound to it when Temporal
   * shows its mark; so a contact before the start was noted, or after a crash, is no stranger's.
   *
   * @throws when Temporal cannot be asked
   */
  async holds(runId: string, temporalRunId: string): Promise<boolean> {
    if (!await this.recognises(runId, temporalRunId)) return false;
    if (!this.#recognised.has(runId)) return true;
    const bound = await this.#store.runs.bind(runId, temporalRunId);
    this.#recognised.delete(runId);
    return bound === "bound" || bound === "same";
  }

  /**
   * The same without a write, for what must not wait for one: an unbound run's workflow is known by
   * its mark, and no other is recognised until the run is bound.
   *
   * @throws when Temporal cannot be asked
   */
  async recognises(runId: string, temporalRunId: string): Promise<boolean> {
    const run = await this.#store.runs.get(runId);
    if (run === null) return false;
    if (run.temporalRunId !== null) {
      this.#recognised.delete(runId);
      return run.temporalRunId === temporalRunId;
    }
    const known = this.#recognised.get(runId);
    if (known !== undefined) return known === temporalRunId;
    const memo = await this.#memoOf(runId, temporalRunId);
    if (!this.isOurs(memo, runId, run.planHash)) return false;
    const first = this.#recognised.get(runId) ?? temporalRunId;
    this.#recognised.set(runId, first);
    return first === temporalRunId;
  }

  async #memoOf(
    runId: string,
    temporalRunId: string,
  ): Promise<Record<string, unknown> | undefined> {
    try {
      const described = await this.#temporal.call((client) =>
        client.workflow.getHandle(runId, temporalRunId).describe()
      );
      return described.memo;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    }
  }
}
