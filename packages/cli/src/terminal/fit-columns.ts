/**
 * The widths of a table's columns, so that its lines fit a terminal. On a narrow one bars are left out first, then
 * texts and titles are cut, then the last columns but a list are left out.
 */
import type { Cell, Column, Table } from "@tsgpt/analysis";

/** A column that is shown. */
export interface FittedColumn {
  readonly column: Column;
  /** Its index in the table. */
  readonly at: number;
  /** In characters. */
  readonly width: number;
  /** What is between it and the column before. */
  readonly gap: string;
}

export interface FittedColumns {
  readonly shown: readonly FittedColumn[];
  /** Titles of the columns that are left out, without bars, which have none. */
  readonly hidden: readonly string[];
}

export const INDENT = "  ";
const LONGEST_TEXT = 24;
const SHORTEST_TEXT = 6;
const SHORTEST_LIST = 8;
const [SHORTEST_BAR, LONGEST_BAR] = [8, 60];
const SHADE = 2;

interface Sized {
  readonly column: Column;
  readonly at: number;
  width: number;
  /** What it can be cut to, and what it can use. */
  readonly least: number;
  readonly widest: number;
}

/** The columns that fit, and their widths; a bar or a list takes what the others leave. */
export function fitColumns({ columns, rows }: Pick<Table, "columns" | "rows">, width: number): FittedColumns {
  const all = columns.map((column, at): Sized => sizedOf(column, at, rows));
  const sized = fitting(all, width);
  for (const one of sized) one.width = Math.min(one.widest, one.width + Math.max(0, spare(sized, width)));
  const shown = sized.map(({ column, at, width: own }, i) => ({
    ...{ column, at, width: own },
    gap: gapBefore(column.kind, sized[i - 1]?.column),
  }));
  const hidden = all.filter((one) => !sized.includes(one)).map(({ column }) => column.title);
  return { shown, hidden: hidden.filter((title) => title !== "") };
}

/** The columns that fit if they are cut. */
function fitting(all: readonly Sized[], width: number): Sized[] {
  let sized = spare(all, width) < 0 ? all.filter(({ column }) => column.kind !== "bar") : [...all];
  while (spare(sized, width) < 0) {
    const widest = sized.filter((one) => one.width > one.least).sort((a, b) => b.width - a.width)[0];
    const last = sized.findLastIndex(({ column }, i) => i > 0 && column.kind !== "list");
    if (widest) widest.width--;
    else if (last > 0) sized = sized.toSpliced(last, 1);
    else break;
  }
  return sized;
}

function sizedOf(column: Column, at: number, rows: Table["rows"]): Sized {
  const { title, kind } = column;
  if (kind === "shade") return { column, at, width: SHADE, least: SHADE, widest: SHADE };
  if (kind === "bar") return { column, at, width: SHORTEST_BAR, least: SHORTEST_BAR, widest: LONGEST_BAR };
  if (kind === "list") return { column, at, width: LONGEST_TEXT, least: SHORTEST_LIST, widest: Infinity };
  const cells = Math.max(...rows.map((row) => lengthOf(textOf(row[at], LONGEST_TEXT))));
  const width = Math.max(lengthOf(title), cells);
  const least = Math.min(width, kind === "number" ? Math.max(cells, SHORTEST_TEXT) : SHORTEST_TEXT);
  return { column, at, width, least, widest: width };
}

/** What is left of a line, negative if it is too long. */
function spare(columns: readonly Sized[], width: number): number {
  const used = columns.map((one, i) => one.width + gapBefore(one.column.kind, columns[i - 1]?.column).length);
  return width - used.reduce((sum, own) => sum + own, 0);
}

/** Shades are side by side. */
function gapBefore(kind: Column["kind"], previous: Column | undefined): string {
  return kind === "shade" && previous?.kind === "shade" ? "" : INDENT;
}

/** The text of a cell, cut to a length. */
export function textOf(cell: Cell, longest: number): string {
  if (typeof cell !== "string") return "";
  const characters = [...cell];
  return characters.length <= longest ? cell : `${characters.slice(0, Math.max(0, longest - 1)).join("")}…`;
}

/** In characters, not in UTF-16 units. */
export function lengthOf(text: string): number {
  return [...text].length;
}
