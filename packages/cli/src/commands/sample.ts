/** tsgpt sample: a chain on given logits, each step and the final distribution. No model is needed. */
import { readFile } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import {
  applyChain,
  type Candidates,
  type ChainResult,
  type ChainSpec,
  candidatesOf,
  createGenerator,
  createSampler,
  draw,
  entropy,
  mostProbable,
  nextUniform,
  probabilities,
  type SampleContext,
  SamplingError,
} from "@tsgpt/sampling";
import { type ChainFlags, chainOf } from "../chain-flags.ts";
import { CliError, usageError } from "../cli-error.ts";
import { INTERRUPTED, interruption } from "../interruption.ts";
import { type LogitSource, tokenIds } from "../option-values.ts";
import { percent, stepLines } from "../step-report.ts";

export interface SampleFlags extends ChainFlags {
  readonly logits: LogitSource;
  readonly history: readonly number[];
  readonly promptLength: number;
  readonly draws?: number;
  readonly seed: number;
  readonly json?: boolean;
}

/** Runs the command. @throws CliError for a file that holds no logits, or for what the chain does not allow */
export async function sampleCommand(flags: SampleFlags): Promise<void> {
  const chain = chainOf(flags, resolvedIds(flags), { defaults: false });
  const logits = await readLogits(flags.logits);
  const context: SampleContext = { history: flags.history, promptLength: flags.promptLength };
  const generator = createGenerator(flags.seed);
  const result = explained(() => applyChain(chain, logits, context, { uniform: () => nextUniform(generator) }));
  const counts = flags.draws === undefined ? undefined : await drawCounts(chain, logits, context, result, flags);
  if (flags.draws !== undefined && !counts) return;
  const all = inOrder(result.candidates, logits.length);
  if (flags.json) {
    const { steps } = result;
    const draws = counts && { count: flags.draws, seed: flags.seed, counts: Array.from(counts) };
    const report = { dialect: flags.dialect, chain, history: flags.history, steps, probabilities: Array.from(all) };
    process.stdout.write(`${JSON.stringify({ ...report, ...(draws && { draws }) })}\n`);
  } else process.stdout.write(describe(logits, result, all, counts, flags));
}

function resolvedIds({ banned, dryBreaker }: SampleFlags) {
  return { banned: banned?.map(tokenIds), dryBreakers: dryBreaker?.flatMap(tokenIds) };
}

async function readLogits(source: LogitSource): Promise<Float64Array> {
  if ("row" in source) return Float64Array.from(source.row);
  const { file } = source;
  const text = await readFile(file, "utf8").catch((cause: Error) => {
    throw new CliError(`cannot read ${JSON.stringify(file)}: ${cause.message}`, 1);
  });
  const rule = `${JSON.stringify(file)} must hold a JSON array of numbers, with null for -Infinity`;
  let row: unknown;
  try {
    row = JSON.parse(text);
  } catch (cause) {
    throw new CliError(`${rule}; ${(cause as Error).message}`, 1);
  }
  if (!Array.isArray(row) || row.length === 0) throw new CliError(rule, 1);
  const wrong = row.findIndex((logit) => logit !== null && typeof logit !== "number");
  if (wrong >= 0) throw new CliError(`${rule}; item ${wrong} is ${JSON.stringify(row[wrong])}`, 1);
  return Float64Array.from(row, (logit: number | null) => logit ?? -Infinity);
}

/** A SamplingError is about what was typed. */
function explained<Result>(apply: () => Result): Result {
  try {
    return apply();
  } catch (error) {
    if (error instanceof SamplingError) throw usageError(error.message);
    throw error;
  }
}

/** How often each token is drawn; undefined if Ctrl-C came first. Where chance acts (xtc), it acts anew for each draw. */
async function drawCounts(
  chain: ChainSpec,
  logits: Float64Array,
  context: SampleContext,
  { candidates }: ChainResult,
  { draws = 0, seed }: SampleFlags,
): Promise<Float64Array | undefined> {
  const { signal } = interruption();
  const sampler = createSampler(chain, { seed });
  const byChance = chain.some(({ type }) => type === "xtc");
  const counts = new Float64Array(logits.length);
  for (let i = 0; i < draws; i++) {
    const id = byChance ? sampler(logits, context) : draw(candidates, sampler.generator);
    (counts[id] as number)++;
    if (i % 10_000 > 0) continue;
    await setImmediate();
    if (!signal.aborted) continue;
    process.exitCode = INTERRUPTED;
    return undefined;
  }
  return counts;
}

/** The probability of every token, 0 for those that are gone. [V] */
function inOrder(candidates: Candidates, size: number): Float64Array {
  const all = new Float64Array(size);
  for (const [i, probability] of probabilities(candidates).entries()) all[candidates.ids[i] as number] = probability;
  return all;
}

const ROWS = 20;

function describe(
  logits: Float64Array,
  { candidates, steps }: ChainResult,
  final: Float64Array,
  counts: Float64Array | undefined,
  { draws = 0 }: SampleFlags,
): string {
  const given = candidatesOf(logits);
  const before = inOrder(given, logits.length);
  const bits = (entropy(given) / Math.LN2).toFixed(2);
  const head = `${logits.length} logits, ${given.ids.length} tokens that may come, entropy ${bits} bits\n`;
  const shown = mostProbable(candidates, ROWS).map(({ id }) => id);
  const gone = Array.from(given.ids).filter((id) => final[id] === 0 && given.ids.length <= ROWS);
  const rows = [...shown, ...gone].map((id) => [
    String(id),
    String(Number((logits[id] as number).toPrecision(6))),
    (before[id] as number).toFixed(5),
    (final[id] as number).toFixed(5),
    ...(counts ? [`${counts[id]}`, percent((counts[id] as number) / draws)] : []),
  ]);
  const names = ["token", "logit", "softmax", "final", ...(counts ? ["drawn", "of all draws"] : [])];
  const rest = candidates.ids.length - shown.length;
  const more = rest > 0 ? `  and ${rest} more; --json has all\n` : "";
  return `${head}${steps.map((step) => stepLines(step, String)).join("")}\n${table([names, ...rows])}${more}`;
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) => row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join("  ");
  return rows.map((row) => `  ${line(row)}\n`).join("");
}
