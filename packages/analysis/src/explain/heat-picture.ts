/**
 * The whole pattern of a head as a picture of T x T cells, in SVG: one path per level, whose runs are strokes of one
 * cell's height. As a row sums to 1, few of its cells are above any level; the lowest levels of a diffuse pattern are
 * left out where they would make the page large.
 */
import type { Picture } from "./stage.ts";

/** The least weight of each level but the first, which is the background. */
const LEVELS = [0.002, 0.01, 0.05, 0.25, 0.5, 0.75] as const;
/** Runs of cells in a picture; 20 bytes each at most. */
const MOST_RUNS = 25_000;
/** CSS pixels that a picture may be wide. */
const WIDEST = 1024;

/** The picture, and the legend of its levels. Its colors are classes of the page's style sheet. */
export function heatPicture({ pattern, marked }: Picture, label: string): string {
  const t = pattern.shape[0] as number;
  const rows = Array.from({ length: t }, (_, i) => pattern.row(i).data);
  const from = firstLevel(rows);
  const paths = pathsOf(rows, from).map((d, level) => (d === "" ? "" : `<path class="level-${level}" d="${d}"/>`));
  const cell = Math.max(1, Math.floor(WIDEST / t));
  return `<svg class="heat" role="img" aria-labelledby="${label}" viewBox="0 -0.5 ${t} ${t}" \
style="width: ${cell * t}px; min-width: ${t}px">
<path class="seen" d="${staircase(t)}"/>
${paths.filter((path) => path !== "").join("\n")}
<path class="here" d="M0 ${marked - 0.5}h${marked + 1}v1h-${marked + 1}z"/>
</svg>
<p class="legend">${legend(from)}</p>`;
}

/** The cells that are not masked: row i has i + 1. */
function staircase(t: number): string {
  return `M0 -0.5${"h1v1".repeat(t)}H0z`;
}

/** The first level that is drawn. */
function firstLevel(rows: readonly Float32Array[]): number {
  let from = 0;
  while (from < LEVELS.length - 1 && countRuns(rows, from) > MOST_RUNS) from++;
  return from;
}

function countRuns(rows: readonly Float32Array[], from: number): number {
  return rows.reduce((sum, row, i) => sum + runsOf(row, i, from).length, 0);
}

interface Run {
  readonly level: number;
  readonly start: number;
  readonly length: number;
}

/** Neighbors of one level in the row of query i, without the background. */
function runsOf(row: Float32Array, i: number, from: number): Run[] {
  const runs: Run[] = [];
  let start = 0;
  let level = levelOf(row[0] as number, from);
  for (let j = 1; j <= i + 1; j++) {
    const next = j <= i ? levelOf(row[j] as number, from) : undefined;
    if (next === level) continue;
    if (level !== undefined) runs.push({ level, start, length: j - start });
    [start, level] = [j, next];
  }
  return runs;
}

/** Undefined for the background. */
function levelOf(weight: number, from: number): number | undefined {
  const level = LEVELS.findLastIndex((least) => weight >= least);
  return level < from ? undefined : level;
}

/** The path of each level. */
function pathsOf(rows: readonly Float32Array[], from: number): string[] {
  const paths = LEVELS.map(() => "");
  for (const [i, row] of rows.entries()) {
    for (const { level, start, length } of runsOf(row, i, from)) paths[level] += `M${start} ${i}h${length}`;
  }
  return paths;
}

function legend(from: number): string {
  const percentages = LEVELS.map((least) => 100 * least);
  const entries = percentages.slice(from).map((least, i) => {
    const next = percentages[from + i + 1];
    const range = next === undefined ? `${least}% or more` : `${least} to ${next}%`;
    return `<span class="swatch level-${from + i}"></span> ${range}`;
  });
  return [`<span class="swatch seen"></span> below ${percentages[from]}%`, ...entries].join("&ensp; ");
}
