/** A stage of tsgpt explain as text for a terminal: title, formula, facts, and tables with bars and shades. */
import { stripVTControlCharacters } from "node:util";
import { type Cell, type Column, STAGE_NAMES, type Stage, type Table } from "@tsgpt/analysis";
import { bar, signedBar } from "./bar.ts";
import { type FittedColumn, fitColumns, INDENT, lengthOf, textOf } from "./fit-columns.ts";
import { shade, shadeLegend } from "./shade.ts";
import { wrapped } from "./step-report.ts";

export interface ScreenOptions {
  /** Columns of the terminal. */
  readonly width: number;
  readonly color: boolean;
}

/** The screen, each line with a final newline. */
export function stageScreen({ name, title, formula, facts, tables }: Stage, options: ScreenOptions): string {
  const { width } = options;
  const head = `── ${STAGE_NAMES.indexOf(name) + 1} of ${STAGE_NAMES.length}: ${name} `;
  const above = [
    head.slice(0, width).padEnd(width, "─"),
    wrapped(title, "", width),
    ...formula.map((line) => wrapped(line, INDENT, width)),
    ...facts.map((fact) => wrapped(fact, "", width)),
  ];
  return `${above.join("\n")}\n${tables.map((table) => `\n${tableLines(table, options)}`).join("")}`;
}

/** How the columns of a table are laid out. */
interface Layout {
  readonly shown: readonly FittedColumn[];
  readonly color: boolean;
  /** Whether a bar may go to the left. */
  readonly isSigned: boolean;
}

function tableLines(table: Table, { width, color }: ScreenOptions): string {
  const { caption, columns, rows, marked, sumsFrom = rows.length, notes } = table;
  const { shown, hidden } = fitColumns(table, width);
  const layout = { shown, color, isSigned: hasNegative(rows) };
  const heads = titlesOf(columns).flatMap((titles) => lineOf(titles, layout, "█"));
  const lines = rows.flatMap((row, i) => {
    const [first = "", ...more] = lineOf(row, layout, i >= sumsFrom ? "░" : "█");
    return [i === marked ? `>${first.slice(1)}` : first, ...more];
  });
  const legend = columns.some(({ kind }) => kind === "shade") ? legendLines(width, color) : [];
  const narrow = hidden.length > 0 ? [`Hidden, as the terminal is narrow: ${hidden.join(", ")}.`] : [];
  const below = [...legend, ...[...notes, ...narrow].map((note) => wrapped(note, INDENT, width))];
  return [wrapped(caption, "", width), ...heads, ...lines, ...below].map((line) => `${line}\n`).join("");
}

function legendLines(width: number, color: boolean): string[] {
  const visible = (text: string) => lengthOf(stripVTControlCharacters(text));
  return brokenList(shadeLegend(color), width - INDENT.length, visible).map((line) => INDENT + line);
}

/**
 * The lines of titles. Those of shades are wider than a column: if they count up, every second or third is written over
 * several of them, otherwise all from top to bottom.
 */
function titlesOf(columns: readonly Column[]): string[][] {
  const shades = columns.filter(({ kind }) => kind === "shade").map(({ title }) => title);
  const longest = Math.max(0, ...shades.map((title) => title.length));
  const before = columns.length - shades.length;
  if (shades.every((title, i) => i === 0 || Number(title) === Number(shades[i - 1]) + 1)) {
    return [columns.map(({ title }, at) => (at < before ? title : spreadTitle(shades, at - before, longest)))];
  }
  return Array.from({ length: longest }, (_, line) =>
    columns.map(({ title }, at) => {
      if (at >= before) return `${title.padStart(longest)[line]} `;
      return line === longest - 1 ? title : "";
    }),
  );
}

/** The part of a title that is over the column `at`. */
function spreadTitle(shades: readonly string[], at: number, longest: number): string {
  const span = Math.ceil((longest + 1) / 2);
  const [first, part] = [at - (at % span), at % span];
  const whole = first + span <= shades.length ? (shades[first] ?? "") : "";
  return whole.padEnd(2 * span).slice(2 * part, 2 * part + 2);
}

function hasNegative(rows: Table["rows"]): boolean {
  return rows.some((row) => row.some((cell) => typeof cell === "number" && cell < 0));
}

/** The lines of a row: several if a list is broken. */
function lineOf(row: readonly Cell[], layout: Layout, fill: "█" | "░"): string[] {
  let line = "";
  const more: string[] = [];
  for (const { column, at, width, gap } of layout.shown) {
    line += gap;
    const cell = row[at];
    if (typeof cell !== "object") {
      line += cellText(cell, column.kind, width, layout, fill);
      continue;
    }
    const [first = "", ...rest] = brokenList(cell, width, lengthOf);
    more.push(...rest.map((part) => " ".repeat(lengthOf(line)) + part));
    line += first;
  }
  return [line, ...more].map((text) => text.trimEnd());
}

function cellText(
  cell: Exclude<Cell, readonly string[]>,
  kind: Column["kind"],
  width: number,
  { isSigned, color }: Layout,
  fill: "█" | "░",
): string {
  if (typeof cell === "number") {
    if (kind === "shade") return shade(cell, color);
    return isSigned ? signedBar(cell, width) : bar(cell, width, fill);
  }
  const text = textOf(cell, width);
  const blank = " ".repeat(Math.max(0, width - lengthOf(text)));
  return kind === "text" || kind === "list" ? text + blank : blank + text;
}

/** A list as lines of at most `width`; a longer text is cut. */
function brokenList(texts: readonly string[], width: number, size: (text: string) => number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const text of texts) {
    const cut = size(text) <= width ? text : textOf(text, width);
    if (line !== "" && size(line) + 2 + size(cut) > width) {
      lines.push(line);
      line = "";
    }
    line += line === "" ? cut : `${INDENT}${cut}`;
  }
  return [...lines, line];
}
