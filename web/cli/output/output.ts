/**
 * Where a command's words go: the answer to stdout, everything else to stderr.
 *
 * @module
 */
import { lines } from "./text.ts";

const RESET = "\x1b[0m";

/** A way to write. */
export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "blue";

const STYLES: Record<Style, string> = {
  bold: "\x1b[1m",
  dim: "\x1b[2m",
  red: "\x1b[31m",
  green: "\x1b[32m",
  yellow: "\x1b[33m",
  blue: "\x1b[34m",
};

/** Settings of {@linkcode Output}. */
export interface OutputOptions {
  /** Whether the answer is JSON. */
  json: boolean;
  /** Colours and a redrawn block may be used. */
  terminal: boolean;
  /** Whether colours may be used. */
  colour: boolean;
}

/** The command's voice. */
export class Output {
  /** Whether the answer is JSON. */
  readonly json: boolean;
  /** Whether stdout is a terminal that a view may redraw. */
  readonly terminal: boolean;
  readonly #colour: boolean;

  /** A voice with these settings. */
  constructor(options: OutputOptions) {
    this.json = options.json;
    this.terminal = options.terminal && !options.json;
    this.#colour = options.colour;
  }

  /** The answer: `value` as JSON, or the lines for a person. */
  answer(value: unknown, asText: () => string | readonly string[]): void {
    if (this.json) return write(Deno.stdout, JSON.stringify(value, null, 2) + "\n");
    const text = asText();
    this.print(typeof text === "string" ? text : text.join("\n"));
  }

  /** Text for stdout that this program has made harmless already. */
  print(text: string): void {
    write(Deno.stdout, text.endsWith("\n") ? text : `${text}\n`);
  }

  /** Progress or a remark; stays out of a JSON answer. */
  note(text: string): void {
    write(Deno.stderr, `${lines(text)}\n`);
  }

  /** Progress where people look for it: stdout, or stderr beside a JSON answer. */
  progress(text: string): void {
    write(this.json ? Deno.stderr : Deno.stdout, `${text}\n`);
  }

  /** Colours `text` where colours are wanted. */
  paint(style: Style, text: string): string {
    return this.#colour ? `${STYLES[style]}${text}${RESET}` : text;
  }
}

function write(to: { writeSync(bytes: Uint8Array): number }, text: string): void {
  const bytes = new TextEncoder().encode(text);
  try {
    for (let at = 0; at < bytes.length;) at += to.writeSync(bytes.subarray(at));
  } catch (error) {
    // `pitcrew … | head` is no failure.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
