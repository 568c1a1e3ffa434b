/**
 * Puts the control plane's functions behind Temporal's activity interface: who calls, heartbeats,
 * failures with their code.
 *
 * @module
 */
import { Context } from "@temporalio/activity";
import { ApplicationFailure, CancelledFailure } from "@temporalio/common";
import {
  FAILURES,
  type IssuePermitInput,
  type IssuePermitOutput,
  type RecordTransitionsInput,
  type ReportOutputs,
  StepFailure,
  type StepInput,
  type StepOutput,
} from "../contract/mod.ts";
import { createIssuePermit } from "./permit/issue.ts";
import type { Caller, CentrePorts } from "./ports.ts";
import { createRecordTransitions } from "./record/transitions.ts";
import { createComposeReport } from "./report/compose.ts";

/** Milliseconds; well below the catalog's shortest heartbeat timeout at the centre (10 s). */
const HEARTBEAT_MS = 2_000;

/** Activity type → implementation, to register on the queue `pitcrew-centre`. */
export interface CentreActivities {
  /** Writes a run's progress; a local activity. */
  "record.transitions": (input: RecordTransitionsInput) => Promise<void>;
  /** Permits one disruptive step, or refuses. */
  "permit.issue": (input: IssuePermitInput) => Promise<IssuePermitOutput>;
  /** Writes the report. */
  "report.compose": (input: StepInput) => Promise<StepOutput<ReportOutputs>>;
}

/** All activities of the control plane. */
export function createCentreActivities(ports: CentrePorts): CentreActivities {
  return {
    "record.transitions": framed(createRecordTransitions(ports)),
    "permit.issue": framed(createIssuePermit(ports)),
    "report.compose": framed(createComposeReport(ports)),
  };
}

function framed<Input, Output>(
  act: (input: Input, caller: Caller) => Promise<Output>,
): (input: Input) => Promise<Output> {
  return async (input) => {
    const context = Context.current();
    const { workflowId, runId } = context.info.workflowExecution ?? { workflowId: "", runId: "" };
    const beat = setInterval(() => context.heartbeat(), HEARTBEAT_MS);
    try {
      return await act(input, { workflowId, temporalRunId: runId });
    } catch (error) {
      throw toTemporal(error);
    } finally {
      clearInterval(beat);
    }
  };
}

function toTemporal(error: unknown): unknown {
  if (error instanceof ApplicationFailure || error instanceof CancelledFailure) return error;
  if (error instanceof StepFailure) {
    return ApplicationFailure.create({
      message: error.message,
      type: error.code,
      nonRetryable: !FAILURES[error.code].retryable,
      details: error.hint === undefined ? [] : [{ hint: error.hint }],
    });
  }
  const message = error instanceof Error ? error.message : String(error);
  return ApplicationFailure.create({ message, type: "internal" });
}
