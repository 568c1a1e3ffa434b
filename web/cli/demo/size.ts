/**
 * Sizes as people write them.
 *
 * @module
 */
import { usage } from "../core/failure.ts";

const FACTORS: Record<string, number> = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };

/**
 * Reads `256MiB`, `1.5GiB` or a number of bytes.
 *
 * @throws {CliFailure}
 */
export function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(B|KiB|MiB|GiB)?$/.exec(text);
  if (!match) throw usage(`"${text}" is no size`, "write it as 256MiB or 1GiB");
  return Math.floor(Number(match[1]) * FACTORS[match[2] ?? "B"]!);
}
