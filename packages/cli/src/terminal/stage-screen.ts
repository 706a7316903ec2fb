/** A stage of tsgpt explain as text for a terminal: title, formula, facts, and tables with bars and shades. */
import { type Cell, type Column, STAGE_NAMES, type Stage, type Table } from "@tsgpt/analysis";
import { bar, signedBar } from "./bar.ts";
import { shade, shadeLegend } from "./shade.ts";
import { wrapped } from "./step-report.ts";

export interface ScreenOptions {
  /** Columns of the terminal. */
  readonly width: number;
  readonly color: boolean;
}

const INDENT = "  ";
const LONGEST_TEXT = 24;
const [SHORTEST_BAR, LONGEST_BAR] = [8, 60];

/** The screen, each line with a final newline. */
export function stageScreen({ name, title, formula, facts, tables }: Stage, options: ScreenOptions): string {
  const { width } = options;
  const head = `── ${STAGE_NAMES.indexOf(name) + 1} of ${STAGE_NAMES.length}: ${name} `;
  const above = [
    head.padEnd(width, "─"),
    wrapped(title, "", width),
    ...formula.map((line) => wrapped(line, INDENT, width)),
    ...facts.map((fact) => wrapped(fact, "", width)),
  ];
  return `${above.join("\n")}\n${tables.map((table) => `\n${tableLines(table, options)}`).join("")}`;
}

/** How the columns of a table are laid out. */
interface Layout extends ScreenOptions {
  readonly columns: readonly Column[];
  readonly widths: readonly number[];
  /** Whether a bar may go to the left. */
  readonly isSigned: boolean;
}

function tableLines({ caption, columns, rows, marked, sumsFrom = rows.length, notes }: Table, options: ScreenOptions) {
  const layout = { ...options, columns, widths: widthsOf(columns, rows, options.width), isSigned: hasNegative(rows) };
  const heads = lineOf(titlesOf(columns), layout, "█");
  const lines = rows.flatMap((row, i) => {
    const [first = "", ...more] = lineOf(row, layout, i >= sumsFrom ? "░" : "█");
    return [i === marked ? `>${first.slice(1)}` : first, ...more];
  });
  const legend = columns.some(({ kind }) => kind === "shade") ? [INDENT + shadeLegend(options.color)] : [];
  const below = [...legend, ...notes.map((note) => wrapped(note, INDENT, options.width))];
  return [wrapped(caption, "", options.width), ...heads, ...lines, ...below].map((line) => `${line}\n`).join("");
}

/** The titles; those of shades are wider than a column, and every second or third is written over several of them. */
function titlesOf(columns: readonly Column[]): string[] {
  const shades = columns.filter(({ kind }) => kind === "shade");
  const span = Math.ceil((Math.max(...shades.map(({ title }) => title.length)) + 1) / 2);
  const before = columns.length - shades.length;
  return columns.map(({ title, kind }, at) => {
    if (kind !== "shade") return title;
    const [first, part] = [at - before - ((at - before) % span), (at - before) % span];
    const whole = first + span <= shades.length ? (shades[first]?.title ?? "") : "";
    return whole.padEnd(2 * span).slice(2 * part, 2 * part + 2);
  });
}

function hasNegative(rows: Table["rows"]): boolean {
  return rows.some((row) => row.some((cell) => typeof cell === "number" && cell < 0));
}

/** The width of each column; a bar or a list takes what the others leave. */
function widthsOf(columns: readonly Column[], rows: Table["rows"], width: number): number[] {
  const fixed = columns.map(({ title, kind }, at) => {
    if (kind === "shade") return 2;
    if (kind === "bar" || kind === "list") return 0;
    return Math.max(...[title, ...rows.map((row) => textOf(row[at]))].map(lengthOf));
  });
  const gaps = columns.reduce((sum, { kind }, at) => sum + gapBefore(kind, columns[at - 1]).length, 0);
  const left = width - fixed.reduce((sum, own) => sum + own, 0) - gaps;
  return columns.map(({ kind }, at) => {
    if (kind === "bar") return Math.min(LONGEST_BAR, Math.max(SHORTEST_BAR, left));
    return kind === "list" ? Math.max(LONGEST_TEXT, left) : (fixed[at] as number);
  });
}

/** Shades are side by side. */
function gapBefore(kind: Column["kind"], previous: Column | undefined): string {
  return kind === "shade" && previous?.kind === "shade" ? "" : INDENT;
}

/** The lines of a row: several if a list is broken. */
function lineOf(row: readonly Cell[], layout: Layout, fill: "█" | "░"): string[] {
  const { columns, widths } = layout;
  let line = "";
  const more: string[] = [];
  for (const [at, column] of columns.entries()) {
    const width = widths[at] as number;
    line += gapBefore(column.kind, columns[at - 1]);
    const cell = row[at];
    if (typeof cell !== "object") {
      line += cellText(cell, column.kind, width, layout, fill);
      continue;
    }
    const [first = "", ...rest] = brokenList(cell, width);
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
  const text = textOf(cell);
  const blank = " ".repeat(Math.max(0, width - lengthOf(text)));
  return kind === "text" || kind === "list" ? text + blank : blank + text;
}

/** A list as lines of at most `width`. */
function brokenList(texts: readonly string[], width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const text of texts) {
    if (line !== "" && lengthOf(line) + 2 + lengthOf(text) > width) {
      lines.push(line);
      line = "";
    }
    line += line === "" ? text : `${INDENT}${text}`;
  }
  return [...lines, line];
}

/** The text of a cell, clipped. */
function textOf(cell: Cell): string {
  if (typeof cell !== "string") return "";
  const characters = [...cell];
  return characters.length <= LONGEST_TEXT ? cell : `${characters.slice(0, LONGEST_TEXT - 1).join("")}…`;
}

/** In characters, not in UTF-16 units. */
function lengthOf(text: string): number {
  return [...text].length;
}
