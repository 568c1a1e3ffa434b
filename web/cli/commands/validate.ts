/**
 * `runbook validate`: the language itself, without a control plane.
 *
 * @module
 */
import { CATALOG } from "../../../activities/contract/mod.ts";
import { parseRunbook } from "../../../runbooks/language/mod.ts";
import type { Context } from "../core/command.ts";
import { CliFailure, EXIT, type ExitCode } from "../core/failure.ts";
import { oneLine } from "../output/mod.ts";

/** Larger files are no runbooks. */
const MAX_BYTES = 1024 * 1024;

/** Prints every problem with its place; exit 1 when there is an error among them. */
export async function validate({ words, out, path }: Context): Promise<ExitCode> {
  const file = words[0]!;
  const { problems, runbook } = parseRunbook(await read(file, path), CATALOG);
  const ok = runbook !== undefined;
  out.answer({ ok, problems }, () => {
    const found = problems.map(({ line, column, severity, message, hint }) => {
      const kind = severity === "warning" ? "warning: " : "";
      const more = hint ? ` (${hint})` : "";
      return oneLine(`${file}:${line}:${column}: ${kind}${message}${more}`);
    });
    const errors = problems.filter((problem) => problem.severity === "error").length;
    const verdict = ok ? `${file}: ok` : `${file}: ${errors} ${errors === 1 ? "error" : "errors"}`;
    return [...found, oneLine(verdict)];
  });
  return ok ? EXIT.done : EXIT.failed;
}

async function read(file: string, path: (given: string) => string): Promise<Uint8Array> {
  const at = file === "-" ? "stdin" : path(file);
  const source = file === "-" ? Deno.stdin : await open(at);
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of source.readable) {
      size += chunk.length;
      if (size > MAX_BYTES) throw new CliFailure(EXIT.usage, `${at} is larger than 1 MiB`);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof CliFailure) throw error;
    throw new CliFailure(EXIT.usage, `${at} cannot be read: ${(error as Error).message}`);
  }
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}

async function open(path: string): Promise<Deno.FsFile> {
  try {
    return await Deno.open(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new CliFailure(EXIT.notFound, `${path} does not exist`);
    }
    throw new CliFailure(EXIT.usage, `${path} cannot be read: ${(error as Error).message}`);
  }
}
