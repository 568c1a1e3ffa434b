/**
 * Plain tables.
 *
 * @module
 */
import { oneLine } from "./text.ts";

/** A column; numbers stand to the right. */
export interface Column<Row> {
  /** Head of the column. */
  title: string;
  /** The cell's text. */
  value(row: Row): string;
  /** Whether it stands to the right, as numbers do. */
  right?: boolean;
}

/** Lines of a table with its head; every cell is made harmless. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string[] {
  const cells = rows.map((row) => columns.map((column) => oneLine(column.value(row))));
  const widths = columns.map((column, at) =>
    Math.max(column.title.length, ...cells.map((row) => [...row[at]!].length))
  );
  const line = (row: string[]) =>
    row.map((cell, at) => {
      const gap = " ".repeat(widths[at]! - [...cell].length);
      return columns[at]!.right ? gap + cell : cell + gap;
    }).join("  ").trimEnd();
  return [line(columns.map((column) => column.title)), ...cells.map(line)];
}

/** `Name:   value` lines. */
export function facts(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length)) + 1;
  return rows.map(([name, value]) => `${`${name}:`.padEnd(width)}  ${oneLine(value)}`);
}
