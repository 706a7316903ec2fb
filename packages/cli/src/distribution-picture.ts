/** A distribution as a terminal shows it: its most probable tokens with a bar each, and its tail in parts, sorted, 80 columns wide. */
import type { KeptShare, Profile, Share } from "@tsgpt/sampling";
import type { ShowToken } from "./token-text.ts";

/** Columns of a terminal. */
export const WIDTH = 80;

/** A further column: what stands above it, and what it says of a token. */
export interface TokenColumn {
  readonly name: string;
  readonly cell: (share: Share | KeptShare) => string;
  /** What stands above the probability. */
  readonly probability: string;
}

interface Row {
  readonly rank: string;
  readonly token: string;
  readonly further: string;
  readonly probability: number;
  /** What a cell of the bar is drawn with: one token, or many together. */
  readonly ink: "█" | "░";
}

/** The lines of a distribution, each with a final newline. */
export function picture({ top, tail }: Profile, show: ShowToken, column?: TokenColumn): string {
  const rows: Row[] = [
    ...top.map((share, i): Row => {
      const token = clipped(show(share.id));
      return { rank: `${i + 1}`, token, further: column?.cell(share) ?? "", probability: share.probability, ink: "█" };
    }),
    ...tail.map(({ from, to, probability }): Row => {
      const [rank, count] = [from === to ? `${from}` : `${from}-${to}`, to - from + 1];
      return { rank, token: `${count} ${count === 1 ? "token" : "tokens"}`, further: "", probability, ink: "░" };
    }),
  ];
  return lines(rows, column ?? { name: "", probability: "probability" });
}

const LONGEST_TOKEN = 20;
const GAP = "  ";

function lines(rows: readonly Row[], heads: Pick<TokenColumn, "name" | "probability">): string {
  const so = runningTotals(rows);
  const cells = rows.map(({ rank, token, further, probability }, i) => [
    rank,
    token,
    further,
    wideShare(probability),
    so[i],
  ]);
  const table = [["rank", "token", heads.name, heads.probability, "so far"], ...cells] as string[][];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...table.map((row) => lengthOf(row[column] as string))));
  const taken = widths.reduce((sum, width) => sum + (width > 0 ? width + GAP.length : 0), 0);
  const room = WIDTH - taken - GAP.length;
  const largest = Math.max(...rows.map(({ probability }) => probability));
  return table
    .map((row, i) => {
      const [rank, token, more, probability, total] = row.map((cell, column) =>
        padded(cell, widths[column] as number, column),
      );
      const drawn = i === 0 ? "" : bar(rows[i - 1] as Row, largest, room);
      const shown = [rank, token, more, probability, drawn.padEnd(room), total].filter((cell) => cell !== "");
      return `${GAP}${shown.join(GAP)}\n`;
    })
    .join("");
}

function padded(cell: string, width: number, column: number): string {
  const blank = " ".repeat(width - lengthOf(cell));
  return column === 1 ? cell + blank : blank + cell;
}

/** What each row and those above it hold together. */
function runningTotals(rows: readonly Row[]): string[] {
  let sum = 0;
  return rows.map(({ probability }, i) => {
    sum += probability;
    const rest = rows.slice(i + 1).reduce((left, row) => left + row.probability, 0);
    return rest > 0 && wideShare(sum) === "100.00%" ? ">99.99%" : wideShare(sum);
  });
}

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

function bar({ probability, ink }: Row, largest: number, room: number): string {
  const eighths = Math.round((8 * room * probability) / largest);
  return ink === "░" ? ink.repeat(Math.round(eighths / 8)) : ink.repeat(eighths >> 3) + EIGHTHS[eighths & 7];
}

/** For a column: 41.20%, and two digits of what is below 0.01%. */
export function wideShare(probability: number): string {
  if (probability === 0) return "0%";
  return probability >= 0.0001
    ? `${(100 * probability).toFixed(2)}%`
    : `${Number((100 * probability).toPrecision(2))}%`;
}

function clipped(token: string): string {
  const characters = [...token];
  return characters.length <= LONGEST_TOKEN ? token : `${characters.slice(0, LONGEST_TOKEN - 1).join("")}…`;
}

/** In characters, not in UTF-16 units. */
function lengthOf(text: string): number {
  return [...text].length;
}
