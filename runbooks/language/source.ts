/**
 * From bytes to a YAML document with positions. Everything that makes YAML surprising is refused
 * here: anchors and aliases, merge keys, tags, several documents, tabs.
 *
 * @module
 */
import {
  type Document,
  isAlias,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  type ParsedNode,
  parseDocument,
  visit,
} from "yaml";
import type { Position, Problems } from "./problem.ts";

/** Largest file that is read, in bytes. */
export const LARGEST_FILE = 256 * 1024;
/** How deep lists and maps may nest. */
const DEEPEST = 32;
const TOP: Position = { line: 1, column: 1 };

/** A YAML document and where its parts stand. */
export interface Source {
  text: string;
  root: ParsedNode | null;
  /** Of a place in the text. */
  positionAt(offset: number): Position;
  positionOf(node: unknown): Position;
}

/** The text of a file, or undefined with a problem noted. */
export function decode(file: string | Uint8Array, problems: Problems): string | undefined {
  const bytes = typeof file === "string" ? new TextEncoder().encode(file) : file;
  if (bytes.length > LARGEST_FILE) {
    problems.error(TOP, `the file has ${bytes.length} bytes; ${LARGEST_FILE} are allowed`);
    return undefined;
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    problems.error(firstInvalid(bytes), "the file is not valid UTF-8", "save it as UTF-8");
    return undefined;
  }
}

/** The place of the first byte that is not UTF-8. */
function firstInvalid(bytes: Uint8Array): Position {
  const before = new TextDecoder().decode(bytes).split("\uFFFD")[0]!.split("\n");
  return { line: before.length, column: before.at(-1)!.length + 1 };
}

/** Parses the text; undefined when it is no document worth reading further. */
export function parseSource(text: string, problems: Problems): Source | undefined {
  if (!refuseControls(text, problems) || !refuseDepth(text, problems)) return undefined;
  const counter = new LineCounter();
  const positionAt = (offset: number): Position => {
    const { line, col } = counter.linePos(Math.max(0, offset));
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const document = readDocument(text, counter, problems);
  if (document === undefined) return undefined;
  noteSyntax(document, positionAt, problems);
  const positionOf = (node: unknown): Position =>
    positionAt(isNode(node) && node.range ? node.range[0] : 0);
  refuseSurprises(document, positionOf, problems);
  if (problems.failed) return undefined;
  return { text, root: document.contents, positionAt, positionOf };
}

/** The first syntax errors; those behind them are mostly their echo. */
function noteSyntax(
  document: Document.Parsed,
  positionAt: (offset: number) => Position,
  problems: Problems,
): void {
  for (const { code, pos, message } of [...document.errors, ...document.warnings].slice(0, 3)) {
    const at = positionAt(pos[0]);
    if (code === "MULTIPLE_DOCS") problems.error(at, "one file holds one runbook", "remove `---`");
    else if (/flow-map-start at node end/.test(message)) {
      problems.error(at, firstLine(message), 'inside braces, quote it: `"${{ … }}"`');
    } else problems.error(at, firstLine(message));
  }
}

function readDocument(
  text: string,
  lineCounter: LineCounter,
  problems: Problems,
): Document.Parsed | undefined {
  try {
    return parseDocument(text, {
      version: "1.2",
      schema: "core",
      merge: false,
      uniqueKeys: true,
      stringKeys: true,
      prettyErrors: false,
      lineCounter,
    });
  } catch (error) {
    problems.error(TOP, `the file cannot be read as YAML: ${firstLine(String(error))}`);
    return undefined;
  }
}

function refuseControls(text: string, problems: Problems): boolean {
  let fine = true;
  text.split("\n").forEach((content, index) => {
    const indent = /^[ ]*\t/.exec(content);
    // deno-lint-ignore no-control-regex
    const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u2028\u2029]/.exec(content);
    const at = { line: index + 1, column: 1 };
    if (indent !== null) {
      at.column = indent[0].length;
      problems.error(at, "a tab indents this line", "indent with two spaces a level");
      fine = false;
    } else if (control !== null) {
      at.column = control.index + 1;
      problems.error(at, "the line contains a control character");
      fine = false;
    }
  });
  return fine;
}

/**
 * The YAML parser recurses, so brackets that nest beyond reason are refused before it sees them.
 * Brackets in quoted text count too, which only a file made to hurt would notice.
 */
function refuseDepth(text: string, problems: Problems): boolean {
  let depth = 0;
  let line = 1;
  let dashes = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (char === "\n") {
      line++;
      dashes = 0;
    } else if (char === "[" || char === "{") depth++;
    else if (char === "]" || char === "}") depth = Math.max(0, depth - 1);
    else if ((char === "-" || char === "?") && text[i + 1] === " ") dashes++;
    if (depth > DEEPEST * 4 || dashes > DEEPEST * 4) {
      problems.error({ line, column: 1 }, "lists and maps nest too deeply here");
      return false;
    }
  }
  return true;
}

function refuseSurprises(
  document: Document.Parsed,
  positionOf: (node: unknown) => Position,
  problems: Problems,
): void {
  visit(document, (_key, node, path) => {
    if (path.length > DEEPEST * 2) {
      problems.error(positionOf(node), "lists and maps nest too deeply here");
      return visit.BREAK;
    }
    if (isPair(node)) {
      if (isScalar(node.key) && node.key.value === "<<") {
        problems.error(positionOf(node.key), "merge keys are not supported", "repeat the fields");
      }
      return undefined;
    }
    if (isAlias(node)) {
      problems.error(positionOf(node), "aliases are not supported", "repeat the value");
    } else if (isNode(node) && (node as { anchor?: string }).anchor !== undefined) {
      problems.error(positionOf(node), "anchors are not supported", "repeat the value");
    }
    return undefined;
  });
}

function firstLine(message: string): string {
  return message.split("\n")[0]!.slice(0, 300);
}
