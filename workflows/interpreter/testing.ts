/**
 * A world for tests of the interpreter: attempts answer from a script, time passes only by waiting.
 *
 * @module
 */
import type { StepInput, StepOutput } from "../../activities/contract/mod.ts";
import type { ActionStep } from "../../runbooks/language/plan.ts";
import type { AttemptFailure, AttemptResult, TransitionNote, World } from "./ports.ts";

/** What an attempt yields. */
export type Answer = (step: ActionStep, input: StepInput) => StepOutput | AttemptFailure;

/** A world that does as it is told and remembers what was asked. */
export class FakeWorld implements World {
  readonly inputs: StepInput[] = [];
  readonly notes: TransitionNote[] = [];
  readonly sleeps: number[] = [];
  readonly budgets: number[] = [];
  #now = Date.parse("2026-11-23T12:00:00.000Z");
  #cancelled = false;
  readonly #answer: Answer;
  readonly #attemptMs: number;

  /** @param attemptMs how long each attempt takes */
  constructor(answer: Answer, attemptMs = 1) {
    this.#answer = answer;
    this.#attemptMs = attemptMs;
  }

  /** A cancel arrives. */
  cancel(): void {
    this.#cancelled = true;
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number): Promise<void> {
    this.sleeps.push(ms);
    this.#now += ms;
    return Promise.resolve();
  }

  attempt(step: ActionStep, input: StepInput, budgetMs: number): Promise<AttemptResult> {
    this.inputs.push(input);
    this.budgets.push(budgetMs);
    this.#now += this.#attemptMs;
    const answer = this.#answer(step, input);
    return Promise.resolve("kind" in answer ? { failure: answer } : { output: answer });
  }

  note(transition: TransitionNote): void {
    this.notes.push(transition);
  }

  cancelled(): boolean {
    return this.#cancelled;
  }

  shield<T>(run: () => Promise<T>): Promise<T> {
    return run();
  }
}
