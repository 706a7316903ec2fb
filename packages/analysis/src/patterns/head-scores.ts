/**
 * What a head attends to, as one number per head. Both scores are mean attention weights, from 0 to 1. Elhage et al.
 * 2021, "A Mathematical Framework for Transformer Circuits": a previous-token head in an early layer lets a later
 * induction head find the token after an earlier occurrence of the current one, and predict it.
 */
import { keyOf, type Model } from "@tsgpt/gpt";
import { type Checks, checkOptions } from "@tsgpt/numeric";
import type { Tensor } from "@tsgpt/tensor";
import { batchChecks, runBatch } from "../patch/run-batch.ts";
import { checkTexts } from "../token-ids.ts";

/** How the runs can be followed and stopped. */
export interface HeadScoreOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called with the number of texts read so far, and in total. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

const CHECKS: Checks<HeadScoreOptions> = { signal: batchChecks.signal, onProgress: batchChecks.onProgress };

/** The keys whose attention weights are summed for a query; undefined if the query does not count. */
type Keys = (ids: ArrayLike<number>, query: number) => readonly number[] | undefined;

/**
 * Induction score: for each query whose token has occurred before, the attention to the tokens after its earlier
 * occurrences, averaged over these queries and all texts; `repeatedTokens` makes such texts. The prefix-matching score
 * of Olsson et al. 2022 (arXiv 2209.11895); the keys are those of TransformerLens's detect_head for "induction_head",
 * which averages over all queries. TransformerLens's Main_Demo averages pattern.diagonal(1 - n) of n tokens repeated
 * once: this, and the last queries before the repetition, which cannot find anything yet. B lists of T ids -> [L][H]
 * @throws RangeError if no token occurs twice, or for an invalid option; what `runBatch` throws
 */
export function inductionScore(
  model: Model,
  texts: readonly ArrayLike<number>[],
  options: HeadScoreOptions = {},
): Promise<number[][]> {
  const score = { by: "inductionScore", keysOf: afterEarlierOccurrences, none: "no token occurs twice in" };
  return meanAttention(model, texts, score, options);
}

/**
 * Previous-token score: the attention to the token before the query, averaged over all queries but the first and all
 * texts. TransformerLens: pattern.diagonal(offset=-1).mean(). B lists of T ids -> [L][H]
 * @throws RangeError if no text has two tokens, or for an invalid option; what `runBatch` throws
 */
export function previousTokenScore(
  model: Model,
  texts: readonly ArrayLike<number>[],
  options: HeadScoreOptions = {},
): Promise<number[][]> {
  const previous: Keys = (_, query) => (query > 0 ? [query - 1] : undefined);
  const score = { by: "previousTokenScore", keysOf: previous, none: "fewer than two tokens in each of" };
  return meanAttention(model, texts, score, options);
}

function afterEarlierOccurrences(ids: ArrayLike<number>, query: number): readonly number[] | undefined {
  const keys: number[] = [];
  for (let i = 0; i < query; i++) if (ids[i] === ids[query]) keys.push(i + 1);
  return keys.length > 0 ? keys : undefined;
}

interface Score {
  /** The function, for messages. */
  readonly by: string;
  readonly keysOf: Keys;
  /** What is wrong with texts in which no query counts. */
  readonly none: string;
}

/** The mean over queries of the attention to their keys, for each layer and head; patterns are not kept. */
async function meanAttention(
  model: Model,
  texts: readonly ArrayLike<number>[],
  { by, keysOf, none }: Score,
  options: HeadScoreOptions,
): Promise<number[][]> {
  checkOptions(by, options, CHECKS);
  checkTexts(texts, by);
  const { nLayer, nHead } = model.config;
  const sums = Array.from({ length: nLayer }, () => new Array<number>(nHead).fill(0));
  const keysOfTexts = texts.map((ids) => Array.from(ids, (_, query) => keysOf(ids, query)));
  const queries = keysOfTexts.flat().filter((keys) => keys !== undefined).length;
  if (queries === 0) throw new RangeError(`${by}: ${none} ${texts.length} texts`);
  const runs = texts.map((ids, i) => ({
    ids,
    hooks: sums.map((ofLayer, layer) => ({
      names: keyOf("pattern", layer),
      hook: (pattern: Tensor) => addAttention(ofLayer, pattern, keysOfTexts[i] as ReturnType<Keys>[]),
    })),
  }));
  for await (const _ of runBatch(model, runs, { ...options, positions: "last" }));
  return sums.map((ofLayer) => ofLayer.map((sum) => sum / queries));
}

/** Adds to each head's sum the weights of the keys of each query. pattern [H, T, T] */
function addAttention(sums: number[], pattern: Tensor, keysOfQueries: readonly ReturnType<Keys>[]): undefined {
  for (let head = 0; head < sums.length; head++) {
    const rows = pattern.row(head);
    for (const [query, keys = []] of keysOfQueries.entries()) {
      for (const key of keys) (sums[head] as number) += rows.row(query).data[key] as number;
    }
  }
}
