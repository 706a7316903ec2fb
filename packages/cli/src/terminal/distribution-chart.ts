/** A sorted distribution as a bar chart of 80 columns: the most probable tokens, then the tail in ranges of ranks. */
import type { KeptShare, Profile, Share } from "@tsgpt/sampling";
import { bar, type Fill } from "./bar.ts";
import type { ShowToken } from "./token-text.ts";

/** Columns of the chart. */
export const WIDTH = 80;

/** An additional column, between the token and its probability. */
export interface TokenColumn {
  readonly title: string;
  readonly cell: (share: Share | KeptShare) => string;
  /** The title of the probability next to it; "probability" unless given. */
  readonly probabilityTitle?: string;
}

interface Row {
  /** Rank, token, the additional column, probability. */
  readonly cells: readonly string[];
  readonly probability: number;
  /** The character of its bar: for one token, or for a range. */
  readonly fill: Fill;
}

const LONGEST_TOKEN = 20;
const GAP = "  ";

/** The chart, each line with a final newline. */
export function distributionChart({ top, tail }: Profile, show: ShowToken, column?: TokenColumn): string {
  const named = top.map((share, i): Row => {
    const cells = [`${i + 1}`, clipped(show(share.id)), column?.cell(share) ?? "", fixedPercent(share.probability)];
    return { cells, probability: share.probability, fill: "█" };
  });
  const rest = tail.map(({ from, to, probability }): Row => {
    const [rank, count] = from === to ? [`${from}`, "1 token"] : [`${from}-${to}`, `${to - from + 1} tokens`];
    return { cells: [rank, count, "", fixedPercent(probability)], probability, fill: "░" };
  });
  const rows = [...named, ...rest];
  const titles = ["rank", "token", column?.title ?? "", column?.probabilityTitle ?? "probability"];
  const left = aligned([titles, ...rows.map(({ cells }) => cells)]);
  const right = ["so far", ...cumulative(rows)];
  const longest = Math.max(...right.map((cell) => cell.length));
  const barWidth = WIDTH - lengthOf(left[0] as string) - 2 * GAP.length - longest;
  const bars = ["", ...barsOf(rows, barWidth)];
  const line = (start: string, i: number) =>
    `${start}${GAP}${bars[i]?.padEnd(barWidth)}${GAP}${right[i]?.padStart(longest)}\n`;
  return left.map(line).join("");
}

/** The cells of each row in columns: tokens left-aligned, the others right-aligned; empty columns are omitted. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => lengthOf(row[column] ?? ""))));
  return rows.map((row) => {
    const padded = row.map((cell, column) => {
      const blank = " ".repeat((widths[column] ?? 0) - lengthOf(cell));
      return column === 1 ? cell + blank : blank + cell;
    });
    return GAP + padded.filter((cell) => cell !== "").join(GAP);
  });
}

/** Cumulative probabilities; one that rounds to 100% but is less is shown as >99.99%. */
function cumulative(rows: readonly Row[]): string[] {
  let sum = 0;
  return rows.map(({ probability }, i) => {
    sum += probability;
    const isLess = rows.slice(i + 1).some((row) => row.probability > 0);
    return isLess && fixedPercent(sum) === "100.00%" ? ">99.99%" : fixedPercent(sum);
  });
}

/** Bars in proportion to the probabilities; the longest has `width` characters. */
function barsOf(rows: readonly Row[], width: number): string[] {
  const largest = Math.max(...rows.map(({ probability }) => probability));
  return rows.map(({ probability, fill }) => bar(probability / largest, width, fill));
}

/** A percentage with two decimals: 41.20%; below 0.01% with two significant digits. */
export function fixedPercent(probability: number): string {
  const percentage = 100 * probability;
  if (percentage === 0) return "0%";
  return percentage >= 0.01 ? `${percentage.toFixed(2)}%` : `${Number(percentage.toPrecision(2))}%`;
}

function clipped(token: string): string {
  const characters = [...token];
  return characters.length <= LONGEST_TOKEN ? token : `${characters.slice(0, LONGEST_TOKEN - 1).join("")}…`;
}

/** In characters, not in UTF-16 units. */
function lengthOf(text: string): number {
  return [...text].length;
}
