/**
 * Text from elsewhere, made harmless for a terminal.
 *
 * @module
 */

/**
 * What must not reach a terminal as it is: control characters (escape sequences begin with them)
 * and the marks that turn the direction of text around.
 */
// deno-lint-ignore no-control-regex
const HOSTILE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** One line: every hostile character becomes visible as `\xNN` or `\u{…}`. */
export function oneLine(text: string): string {
  return text.replace(HOSTILE, visible);
}

/** Several lines: line breaks and tabs stay, the rest as in {@linkcode oneLine}. */
export function lines(text: string): string {
  return text.replace(HOSTILE, (char) => char === "\n" || char === "\t" ? char : visible(char));
}

function visible(char: string): string {
  const code = char.codePointAt(0)!;
  if (code > 0xff) return `\\u{${code.toString(16)}}`;
  return `\\x${code.toString(16).padStart(2, "0")}`;
}
