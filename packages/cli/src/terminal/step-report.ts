/** Text reports of what each step of a chain did. */
import type { Profile, Share, StepReport, StepSpec } from "@tsgpt/sampling";
import { distributionChart, WIDTH } from "./distribution-chart.ts";
import { pluralize } from "./pluralize.ts";
import type { ShowToken } from "./token-text.ts";

const SHOWN = 5;

/** The distribution before a chain and what each step did, a few lines each; a chart if there are no steps. */
export function chainLines(initial: Profile, steps: readonly StepReport[], show: ShowToken): string {
  const { kept, top } = initial;
  const head = `  model: ${pluralize(kept, "token")}, ${spread(initial)}\n`;
  if (steps.length === 0) return `${head}${distributionChart(initial, show)}`;
  return `${head}${sharesLine("    top: ", top, kept, show)}\n${steps.map((step) => stepLines(step, show)).join("")}`;
}

/** Three or four lines: the step, the tokens left and removed, and the most probable tokens now. */
function stepLines(report: StepReport, show: ShowToken): string {
  const { step, before, kept, massRemoved, removed, top } = report;
  const left = kept === before ? `${kept} left` : `${before} -> ${kept} left, mass removed ${percent(massRemoved)}`;
  const lines = [wrapped(`${nameOf(step)}: ${left}`, "  "), `    ${spread(report)}${chanceOf(report)}`];
  lines.push(sharesLine("    top: ", top, kept, show));
  if (kept < before) lines.push(sharesLine("    removed: ", removed, before - kept, show));
  return `${lines.join("\n")}\n`;
}

function spread({ entropyBits, headSize }: Profile): string {
  return `entropy ${entropyBits.toFixed(2)} bits, ${holds(headSize)} 90%`;
}

/** `12 tokens hold` */
export function holds(count: number): string {
  return count === 1 ? "1 token holds" : `${count} tokens hold`;
}

/** The random number that a step drew, and mirostat's bound. */
export function chanceOf({ uniform, mu }: StepReport): string {
  const chance = uniform === undefined ? "" : `, random number ${uniform.toFixed(3)}`;
  return mu === undefined ? chance : `${chance}, mu ${mu.toFixed(2)} bits`;
}

/** `top-p (p 0.9)`; long parameters are shortened. */
export function nameOf({ type, ...parameters }: StepSpec): string {
  const shown = Object.entries(parameters).map(([name, value]) => `${name} ${short(value)}`);
  return shown.length === 0 ? type : `${type} (${shown.join(", ")})`;
}

function short(value: unknown): string {
  const json = typeof value === "string" ? value : JSON.stringify(value);
  return json.length <= 40 ? json : `${json.slice(0, 37)}...`;
}

/** Wraps a text at spaces, to the width of a terminal. */
export function wrapped(text: string, indent: string, width = WIDTH): string {
  const lines: string[] = [];
  let line = indent;
  const longest = Math.max(1, width - indent.length - 2); // of a word on a line after the first
  for (const word of text.split(" ").flatMap((one) => piecesOf(one, longest))) {
    if (line.trim() !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = `${indent}  `;
    }
    line += line.trim() === "" ? word : ` ${word}`;
  }
  return [...lines, line].join("\n");
}

/** A word that is longer than a line, cut. */
function piecesOf(word: string, longest: number): string[] {
  return word.length <= longest ? [word] : (word.match(new RegExp(`.{1,${longest}}`, "gsu")) ?? []);
}

/** As many tokens as fit on the line after `label`, at most five, and how many more of `count` there are. */
export function sharesLine(label: string, list: readonly Share[], count: number, show: ShowToken): string {
  const line = (length: number) => {
    const named = list.slice(0, length).map(({ id, probability }) => `${show(id)} ${percent(probability)}`);
    const more = count - named.length;
    return `${label}${named.join(", ")}${more > 0 ? `, and ${more} more` : ""}`;
  };
  let length = Math.min(SHOWN, list.length);
  while (length > 1 && line(length).length > WIDTH) length--;
  return line(length);
}

/** Three significant digits: 41.2%, 0.00031%. */
export function percent(share: number): string {
  return share === 0 ? "0%" : `${Number((100 * share).toPrecision(3))}%`;
}
