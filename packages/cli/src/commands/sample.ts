/** tsgpt sample: a chain on given logits, each step and the final distribution. No model is needed. */
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
import { type ChainFlags, chainOf, flagName } from "../chain-flags.ts";
import { CliError, usageError } from "../cli-error.ts";
import { INTERRUPTED, interruption } from "../interruption.ts";
import { type LogitSource, tokenIds } from "../option-values.ts";
import { percent, stepLines } from "../step-report.ts";
import { readText } from "../text-argument.ts";

export interface SampleFlags extends ChainFlags {
  readonly logits: LogitSource;
  readonly history?: readonly number[];
  readonly promptLength: number;
  readonly draws?: number;
  readonly seed?: number;
  readonly json?: boolean;
}

/** Runs the command. @throws CliError for a file that holds no logits, or for what the chain does not allow */
export async function sampleCommand(flags: SampleFlags): Promise<void> {
  const chain = chainOf(flags, resolvedIds(flags), { defaults: false });
  const { history = [], promptLength, draws: count, seed = 0 } = flags;
  const byChance = chain.some(({ type }) => type === "xtc");
  if (flags.seed !== undefined && count === undefined && !byChance) {
    throw usageError("--seed does nothing without --draws or --xtc-probability; give that too");
  }
  const logits = await readLogits(flags.logits);
  const context: SampleContext = { history, promptLength };
  const generator = createGenerator(seed);
  const result = explained(() => applyChain(chain, logits, context, { uniform: () => nextUniform(generator) }));
  const drawn =
    count === undefined ? undefined : await drawCounts({ chain, logits, context, byChance, count, seed }, result);
  if (count !== undefined && !drawn) return;
  const final = inOrder(result.candidates, logits.length);
  if (flags.json) {
    const report = { dialect: flags.dialect, chain, history, steps: result.steps, probabilities: Array.from(final) };
    const draws = drawn && { draws: { count, seed, counts: Array.from(drawn.counts) } };
    process.stdout.write(`${JSON.stringify({ ...report, ...draws })}\n`);
  } else process.stdout.write(describe(logits, result, final, drawn));
}

function resolvedIds({ banned, dryBreaker }: SampleFlags) {
  return { banned: banned?.map(tokenIds), dryBreakers: dryBreaker?.flatMap(tokenIds) };
}

async function readLogits(source: LogitSource): Promise<Float64Array> {
  if ("row" in source) return Float64Array.from(source.row);
  const { file } = source;
  const text = await readText(file);
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

/** A SamplingError is about what was typed, and names it so. */
function explained<Result>(apply: () => Result): Result {
  try {
    return apply();
  } catch (error) {
    if (error instanceof SamplingError)
      throw usageError(error.message.replace(/^(history|promptLength|logits)\b/, flagName));
    throw error;
  }
}

interface Draws {
  readonly chain: ChainSpec;
  readonly logits: Float64Array;
  readonly context: SampleContext;
  /** Whether a step acts by chance: it then acts anew for each draw. */
  readonly byChance: boolean;
  readonly count: number;
  readonly seed: number;
}

interface Drawn extends Pick<Draws, "byChance" | "count"> {
  /** How often each token was drawn. [V] */
  readonly counts: Float64Array;
}

const TURN = 50; // milliseconds after which Ctrl-C is looked for

/** Draws, and counts; undefined if Ctrl-C came first. */
async function drawCounts(
  { chain, logits, context, byChance, count, seed }: Draws,
  { candidates }: ChainResult,
): Promise<Drawn | undefined> {
  const { signal } = interruption();
  const sampler = createSampler(chain, { seed });
  const counts = new Float64Array(logits.length);
  let turn = performance.now();
  for (let i = 0; i < count; i++) {
    const id = byChance ? sampler(logits, context) : draw(candidates, sampler.generator);
    (counts[id] as number)++;
    if (performance.now() - turn < TURN) continue;
    await setImmediate();
    turn = performance.now();
    if (!signal.aborted) continue;
    process.exitCode = INTERRUPTED;
    return undefined;
  }
  return { counts, count, byChance };
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
  drawn: Drawn | undefined,
): string {
  const given = candidatesOf(logits);
  const before = inOrder(given, logits.length);
  const bits = (entropy(given) / Math.LN2).toFixed(2);
  const head = `${logits.length} logits, ${given.ids.length} tokens that may come, entropy ${bits} bits\n`;
  const shown = mostProbable(candidates, ROWS).map(({ id }) => id);
  const gone = given.ids.length <= ROWS ? Array.from(given.ids).filter((id) => !shown.includes(id)) : [];
  const rows = [...shown, ...gone].map((id) => [
    String(id),
    String(Number((logits[id] as number).toPrecision(6))),
    (before[id] as number).toFixed(5),
    (final[id] as number).toFixed(5),
    ...(drawn ? [`${drawn.counts[id]}`, percent((drawn.counts[id] as number) / drawn.count)] : []),
  ]);
  const names = ["token", "logit", "softmax", "final", ...(drawn ? ["drawn", "of all draws"] : [])];
  const rest = candidates.ids.length - shown.length;
  const more = rest > 0 ? `  and ${rest} more; --json has all\n` : "";
  const chance = drawn?.byChance ? "  xtc took its chance anew for each draw; final is after the one above\n" : "";
  return `${head}${steps.map((step) => stepLines(step, String)).join("")}\n${table([names, ...rows])}${more}${chance}`;
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) => row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join("  ");
  return rows.map((row) => `  ${line(row)}\n`).join("");
}
