/**
 * Random tokens, and the same tokens again: a text that nothing but its repetition predicts, on which induction heads
 * are found. Olsson et al. 2022, "In-context Learning and Induction Heads" (arXiv 2209.11895), has 25 tokens four
 * times, TransformerLens's Main_Demo 50 tokens twice.
 */
import type { Model } from "@tsgpt/gpt";
import { type Checks, checkOptions, createGenerator, nextUniform } from "@tsgpt/numeric";

/** How many texts of repeated random tokens, and how long. */
export interface RepeatedTokensOptions {
  /** Distinct random tokens of a text; default 50, or as many as fit. */
  readonly length?: number | undefined;
  /** How often they occur in it; default 2. */
  readonly times?: number | undefined;
  /** Number of texts; default 10. */
  readonly count?: number | undefined;
  readonly seed?: number | undefined;
}

const CHECKS: Checks<RepeatedTokensOptions> = { length: "number", times: "number", count: "number", seed: "number" };

/**
 * Texts of random tokens that repeat. The model's begin token, or else its first end token, is put before them if it
 * has one, and begin and end tokens do not occur in them. -> B lists of 1 + times * length ids
 * @throws RangeError for an unknown option, a number out of range, or tokens that the vocabulary or the context does
 * not have
 */
export function repeatedTokens({ config }: Pick<Model, "config">, options: RepeatedTokensOptions = {}): number[][] {
  checkOptions("repeatedTokens", options, CHECKS);
  const { times = 2, count = 10, seed = 0 } = options;
  const ends = [config.eosTokenId ?? []].flat();
  const begin = config.bosTokenId ?? ends[0];
  const excluded = new Set([...ends, ...(begin === undefined ? [] : [begin])]);
  const usable = Array.from({ length: config.vocabSize }, (_, id) => id).filter((id) => !excluded.has(id));
  const fits = Math.floor((config.nPositions - (begin === undefined ? 0 : 1)) / times);
  const most = Math.min(usable.length, fits);
  const { length = Math.min(50, most) } = options;
  checkCount("times", times, 2);
  checkCount("count", count, 1);
  checkCount("length", length, 1, most);
  const generator = createGenerator(seed);
  return Array.from({ length: count }, () => {
    const drawn = drawDistinct(usable, length, () => nextUniform(generator));
    const repeated = Array.from({ length: times }, () => drawn).flat();
    return begin === undefined ? repeated : [begin, ...repeated];
  });
}

/** The first `length` steps of a Fisher-Yates shuffle of a copy. */
function drawDistinct(from: readonly number[], length: number, uniform: () => number): number[] {
  const ids = [...from];
  for (let i = 0; i < length; i++) {
    const j = i + Math.floor(uniform() * (ids.length - i));
    [ids[i], ids[j]] = [ids[j] as number, ids[i] as number];
  }
  return ids.slice(0, length);
}

function checkCount(what: string, value: number, least: number, most = Number.MAX_SAFE_INTEGER): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new RangeError(`repeatedTokens: ${what} must be a whole number from ${least} to ${most}, got ${value}`);
}
