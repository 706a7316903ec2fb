/** What a step of a chain did, in words a person reads. */
import type { Share, StepReport, StepSpec } from "@tsgpt/sampling";

/** How a token is shown: its text in quotes, or without a tokenizer its id. */
export type ShowToken = (id: number) => string;

const SHOWN = 5;

/** Two or three lines: what the step is, how many are left, what it removed, and who leads now. */
export function stepLines(report: StepReport, show: ShowToken): string {
  const { step, before, kept, massRemoved, removed, entropyBits, top } = report;
  const left = kept === before ? `${kept} left` : `${before} -> ${kept} left, mass removed ${percent(massRemoved)}`;
  const chance = report.uniform === undefined ? "" : `, chance ${report.uniform.toFixed(3)}`;
  const mu = report.mu === undefined ? "" : `, mu ${report.mu.toFixed(2)} bits`;
  const lines = [`  ${nameOf(step)}: ${left}, entropy ${entropyBits.toFixed(2)} bits${chance}${mu}`];
  lines.push(`    ahead: ${shares(top, kept, show)}`);
  if (kept < before) lines.push(`    cut: ${shares(removed, before - kept, show)}`);
  return `${lines.join("\n")}\n`;
}

/** `top-p (p 0.9)`; parameters that are lists only by their length. */
function nameOf({ type, ...parameters }: StepSpec): string {
  const shown = Object.entries(parameters).map(([name, value]) => `${name} ${short(value)}`);
  return shown.length === 0 ? type : `${type} (${shown.join(", ")})`;
}

function short(value: unknown): string {
  const json = typeof value === "string" ? value : JSON.stringify(value);
  return json.length <= 40 ? json : `${json.slice(0, 37)}...`;
}

function shares(list: readonly Share[], count: number, show: ShowToken): string {
  const shown = list.slice(0, SHOWN).map(({ id, probability }) => `${show(id)} ${percent(probability)}`);
  const more = count - shown.length;
  return more > 0 ? `${shown.join(", ")}, and ${more} more` : shown.join(", ");
}

/** Three significant digits: 41.2%, 0.00031%. */
export function percent(share: number): string {
  return share === 0 ? "0%" : `${Number((100 * share).toPrecision(3))}%`;
}
