/** The text report of tsgpt sample: the distribution before the chain and after each step, and the draws. */
import type { ChainResult, Profile, StepReport } from "@tsgpt/sampling";
import type { Drawn } from "../sample/draw-counts.ts";
import { type Source, spellingOf } from "../sample/logit-source.ts";
import { distributionChart, fixedPercent, type TokenColumn, WIDTH } from "./distribution-chart.ts";
import { pluralize } from "./pluralize.ts";
import { chanceOf, holds, nameOf, percent, sharesLine, wrapped } from "./step-report.ts";
import { quoted, type ShowToken, textOf, tokenShower } from "./token-text.ts";

/** The whole report. */
export function describeSample(source: Source, result: ChainResult, final: Float64Array, drawn?: Drawn): string {
  const { logits } = source;
  const show = tokenShower(spellingOf(source)?.tokenizer);
  const { initial, steps } = result;
  const logit: TokenColumn = { title: "logit", cell: ({ id }) => logitText(logits[id] as number) };
  const blocks = [`${titleOf(source)}\n${before(initial)}\n${distributionChart(initial, show, logit)}`];
  for (const [i, step] of steps.entries()) blocks.push(after(step, steps[i - 1] ?? initial, show));
  if (drawn) blocks.push(drawTable(final, drawn, show));
  return blocks.join("\n");
}

function logitText(logit: number): string {
  return Math.abs(logit) < 1e5 ? logit.toFixed(3) : logit.toPrecision(4);
}

function titleOf({ logits, history, read, spelling }: Source): string {
  const count = pluralize(history.length, "token");
  const text = read?.prompt ?? textOf(spelling?.tokenizer, history);
  const after = text === undefined ? count : ending(text, WIDTH - "the next token after ".length);
  const title = `the next token${history.length > 0 ? ` after ${after}` : ""}`;
  if (spelling) return `${title}\n\n  words    from the tokenizer of model ${spelling.name}`;
  if (!read) return `${title}, by ${pluralize(logits.length, "logit")}\n`;
  return `${title}\n\n  prompt   ${count}, read by model ${read.model.name}`;
}

/** As much of the end of a text as fits, in quotes. */
function ending(text: string, width: number): string {
  const characters = [...text].slice(-width);
  for (let start = 0; ; start++) {
    const end = characters.slice(start).join("");
    const shown = end === text ? quoted(end) : `...${quoted(end)}`;
    if ([...shown].length <= width) return shown;
  }
}

/** Describes the distribution before the chain. */
function before(initial: Profile): string {
  const { kept, entropyBits, headSize, top } = initial;
  const lines = [
    `  tokens   ${kept}`,
    `  entropy  ${entropyBits.toFixed(2)} bits, as of ${asManyAs(entropyBits)}`,
    `  head     ${holds(headSize)} 90%`,
  ];
  if (kept > top.length) lines.push(`  tail     ${percent(tailMass(initial))} beyond the first ${top.length}`);
  return `${lines.join("\n")}\n`;
}

/** The number of equally probable tokens with that entropy. */
function asManyAs(bits: number): string {
  const count = Number((2 ** bits).toPrecision(3));
  return count === 1 ? "1 token that is certain" : `${count} equally probable tokens`;
}

const BEFORE: TokenColumn = {
  title: "before",
  cell: (share) => ("given" in share ? fixedPercent(share.given) : ""),
  probabilityTitle: "after",
};

/** Describes what a step did to the distribution `given`. */
function after(step: StepReport, given: Profile, show: ShowToken): string {
  const { kept, entropyBits, headSize, massRemoved, removed } = step;
  const limit = given.top.length;
  const lines = [
    wrapped(`${nameOf(step.step)}${chanceOf(step)}`, ""),
    `  tokens   ${changed(`${step.before}`, `${kept}`)}`,
    `  entropy  ${changed(given.entropyBits.toFixed(2), entropyBits.toFixed(2))} bits`,
    `  head     ${given.headSize === headSize ? "" : `${given.headSize} -> `}${holds(headSize)} 90%`,
  ];
  if (tailMass(given) > 0 || tailMass(step) > 0) {
    lines.push(`  tail     ${changed(percent(tailMass(given)), percent(tailMass(step)))} beyond the first ${limit}`);
  }
  if (removed.length > 0) {
    lines.push(sharesLine(`  removed  ${percent(massRemoved)}: `, removed, step.before - kept, show));
  }
  return `${lines.join("\n")}\n\n${distributionChart(step, show, BEFORE)}`;
}

function changed(before: string, after: string): string {
  return before === after ? before : `${before} -> ${after}`;
}

function tailMass({ tail }: Profile): number {
  return tail.reduce((sum, { probability }) => sum + probability, 0);
}

const DRAWN_ROWS = 20;

/** The tokens that were or can be drawn, the most probable first. */
function drawTable(final: Float64Array, { counts, count, seed, byChance }: Drawn, show: ShowToken): string {
  const ids = Array.from(final.keys()).filter((id) => (final[id] as number) > 0 || (counts[id] as number) > 0);
  ids.sort((a, b) => (final[b] as number) - (final[a] as number) || (counts[b] as number) - (counts[a] as number));
  const rows = ids
    .slice(0, DRAWN_ROWS)
    .map((id) => [
      show(id),
      (final[id] as number).toFixed(5),
      `${counts[id]}`,
      percent((counts[id] as number) / count),
    ]);
  const more = ids.length - rows.length;
  const rest = more > 0 ? `  and ${more} more; --json has all\n` : "";
  const chance = byChance ? "  xtc drew a new random number for each draw; final is for the one above\n" : "";
  const counted = table([["token", "final", "drawn", "of all draws"], ...rows]);
  return `${pluralize(count, "draw")}, seed ${seed}\n${counted}${rest}${chance}`;
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const padded = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0);
  const line = (row: readonly string[]) => row.map(padded).join("  ");
  return rows.map((row) => `  ${line(row)}\n`).join("");
}
