/**
 * Regular expressions of parameters. They run on input from outside, so only those are taken that
 * cannot run for long: no group under a repetition that could be read in several ways, no back
 * references, no look-around, few open repetitions.
 *
 * @module
 */

const LONGEST = 200;
const OPEN_REPETITIONS = 2;

/** Why a pattern is refused, or undefined when it is fine. */
export function patternProblem(pattern: string): string | undefined {
  if (pattern.length > LONGEST) return `the pattern is longer than ${LONGEST} characters`;
  try {
    new RegExp(pattern, "u");
  } catch (error) {
    return (error as Error).message;
  }
  const bare = withoutLiterals(pattern);
  if (/\\[1-9k]|\(\?[=!<]/.test(bare)) return "back references and look-around are not supported";
  if (/\)[*+{]/.test(bare)) return "a group must not be repeated";
  const open = bare.match(/[*+]|\{\d+,\}|\{\d+,\d{3,}\}/g)?.length ?? 0;
  if (open > OPEN_REPETITIONS) return `more than ${OPEN_REPETITIONS} open repetitions`;
  return undefined;
}

/** The pattern's structure: escapes of single characters and character classes replaced by `x`. */
function withoutLiterals(pattern: string): string {
  return pattern.replace(/\\[^1-9k]/g, "x").replace(/\[(?:\\.|[^\]\\])*\]/g, "x");
}
