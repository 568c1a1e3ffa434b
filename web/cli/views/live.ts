/**
 * A run while it goes on: a block that is redrawn on a terminal, a line per change otherwise.
 *
 * @module
 */
import type { Run } from "../client/shapes.ts";
import { hasEnded } from "../client/shapes.ts";
import { oneLine, type Output, span } from "../output/mod.ts";
import { statusText, stepLine, stepWidth } from "./run.ts";

/** Redraws at most this often, milliseconds; running steps count on once a second. */
const REDRAW_MS = 250;

/** Shows the states of one run as they arrive. */
export interface LiveView extends Disposable {
  update(run: Run): void;
}

/** The view that fits the output. */
export function liveView(out: Output): LiveView {
  return out.terminal ? new Block(out) : new Lines(out);
}

/** One block, overwritten in place. */
class Block implements LiveView {
  readonly #out: Output;
  readonly #timer: ReturnType<typeof setInterval>;
  #run: Run | undefined;
  #drawn = 0;
  #last = "";

  constructor(out: Output) {
    this.#out = out;
    this.#timer = setInterval(() => this.#draw(), REDRAW_MS);
  }

  update(run: Run): void {
    this.#run = run;
    if (hasEnded(run)) this.#draw();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#draw();
  }

  #draw(): void {
    if (!this.#run) return;
    // Whole seconds while a step runs: figures that flicker cannot be read.
    const now = Math.floor(Date.now() / 1_000) * 1_000;
    const width = stepWidth(this.#run);
    const columns = consoleColumns();
    const text = [
      headline(this.#run, this.#out),
      ...this.#run.steps.map((step) => stepLine(step, width, this.#out, now)),
    ].map((line) => clip(line, columns));
    const block = text.join("\n");
    if (block === this.#last) return;
    const up = this.#drawn > 0 ? `\x1b[${this.#drawn}A` : "";
    this.#out.print(`${up}${text.map((line) => `\x1b[2K${line}`).join("\n")}`);
    this.#drawn = text.length;
    this.#last = block;
  }
}

/** A line whenever a step's state changes. */
class Lines implements LiveView {
  readonly #out: Output;
  readonly #seen = new Map<string, string>();

  constructor(out: Output) {
    this.#out = out;
  }

  update(run: Run): void {
    if (this.#seen.size === 0) this.#say("", headline(run, this.#out));
    const width = stepWidth(run);
    for (const step of run.steps) {
      if (step.status === "pending") continue;
      const state = `${step.status} ${step.attempt}`;
      if (this.#seen.get(step.path) === state) continue;
      this.#say(step.path, stepLine(step, width, this.#out), state);
    }
    if (hasEnded(run) && this.#seen.get("end") !== run.status) {
      this.#say("end", headline(run, this.#out), run.status);
    }
  }

  [Symbol.dispose](): void {}

  #say(key: string, line: string, state = "said"): void {
    this.#seen.set(key, state);
    this.#out.progress(line);
  }
}

function headline(run: Run, out: Output): string {
  const dry = run.dryRun ? " · dry run" : "";
  const took = run.endedAt ? ` · ${span(run.startedAt, run.endedAt)}` : "";
  const name = `${oneLine(run.runbook)} on ${oneLine(run.node)}`;
  return `${out.paint("bold", name)} · run ${oneLine(run.id)}${dry} · ${
    statusText(run.status, out)
  }${took}`;
}

function consoleColumns(): number {
  try {
    return Deno.consoleSize().columns;
  } catch {
    return 120;
  }
}

/** Cuts a line to the terminal's width; escape sequences take no room. */
export function clip(line: string, columns: number): string {
  let room = columns - 1;
  // deno-lint-ignore no-control-regex
  return line.replace(/(\x1b\[[0-9;]*m)|[^\x1b]/gu, (part, style) => {
    if (style) return part;
    return room-- > 0 ? part : "";
  });
}
