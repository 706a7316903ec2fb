/**
 * Contrastive search (Su et al. 2022, arXiv 2202.06417, equation 5): of the k most probable tokens, chooses the one
 * that maximizes (1 - alpha) p(v) - alpha max_j cos(h_v, h_j), where h_v is the hidden state of v (after the last layer
 * norm) and h_j those of all previous tokens: probable, but not a repetition. Deterministic. In transformers:
 * transformers-community/contrastive-search.
 */
import { type Checks, checkOptions } from "@tsgpt/numeric";
import { layerNorm, onHeap, type Tensor } from "@tsgpt/tensor";
import { blockKeys } from "../activation-keys.ts";
import { cacheFor } from "../generate.ts";
import type { KVCache } from "../kv-cache.ts";
import type { Model } from "../model.ts";
import { yieldToEventLoop } from "../pass/event-loop.ts";
import { interruptibleForward } from "../pass/interruptible-forward.ts";
import type { Sequence } from "../pass/sequences.ts";
import { record } from "../trace.ts";
import {
  type Continuation,
  continuation,
  type FinishReason,
  type GeneratedToken,
  idsToContinue,
  type TextOptions,
  textOptionChecks,
} from "./continuation.ts";
import { checkedDistribution, type DistributionOf, softmaxDistribution } from "./distribution.ts";
import { fittingCaches } from "./fitting-caches.ts";
import { largest } from "./largest.ts";

const TOP_K = 4;

/** How many candidates are compared, and how similarity is penalized. */
export interface ContrastiveOptions extends TextOptions {
  /** k, the number of candidates; each is a row of every pass and has a cache. Default 4. */
  readonly topK?: number | undefined;
  /** alpha, from 0 (the most probable token) to 1 (the least similar candidate). Default 0.6. */
  readonly penaltyAlpha?: number | undefined;
  /** p; by default, the model's own. */
  readonly distribution?: DistributionOf | undefined;
}

const CHECKS: Checks<ContrastiveOptions> = {
  ...textOptionChecks,
  topK: "number",
  penaltyAlpha: "number",
  distribution: "function",
};

/**
 * The result of a pass for one sequence: the logits after its last token, and each token's hidden state as a unit
 * vector.
 */
interface PassResult {
  readonly logits: Float32Array; // [V]
  readonly directions: readonly Float64Array[]; // T of [C]
}

interface Candidate extends PassResult {
  readonly id: number;
  readonly score: number;
  /** The cache of the text with this token. */
  readonly cache: KVCache;
}

interface Search {
  readonly model: Model;
  readonly text: Continuation;
  readonly topK: number;
  readonly penaltyAlpha: number;
  readonly distribution: DistributionOf;
  readonly signal: AbortSignal | undefined;
}

/**
 * Yields the continuation of a prompt as `generate` does. Each token takes one pass over k caches; if fewer fit, the
 * candidates are processed in groups. Ties go to the more probable token, then to the lower id.
 * @throws what `generate` throws; RangeError for topK below 1 or a penaltyAlpha outside [0, 1]
 */
export function contrastiveSearch(
  model: Model,
  prompt: string | readonly number[],
  options: ContrastiveOptions = {},
): AsyncGenerator<GeneratedToken, FinishReason> {
  checkOptions("contrastiveSearch", options, CHECKS);
  const { topK = TOP_K, penaltyAlpha = 0.6, distribution = softmaxDistribution } = options;
  if (!Number.isInteger(topK) || topK < 1) {
    throw new RangeError(`contrastiveSearch: topK must be a whole number, 1 or more, got ${topK}`);
  }
  if (!(penaltyAlpha >= 0 && penaltyAlpha <= 1)) {
    throw new RangeError(`contrastiveSearch: penaltyAlpha must be from 0 to 1, got ${penaltyAlpha}`);
  }
  const ids = idsToContinue(model, prompt, options, "contrastiveSearch");
  const text = continuation(model, ids, options, "contrastiveSearch");
  const checked = checkedDistribution("contrastiveSearch", distribution);
  return chooseTokens({ model, text, topK, penaltyAlpha, distribution: checked, signal: options.signal });
}

async function* chooseTokens(search: Search): AsyncGenerator<GeneratedToken, FinishReason> {
  const { model, text } = search;
  const count = contrastiveCaches(model, text.promptLength + text.remainingTokens(), search.topK);
  const caches = [cacheFor(model, text)];
  try {
    const [prompt] = (await feed(search, [{ ids: text.history, cache: caches[0] }])) ?? [];
    let last = prompt;
    const before = [...(prompt?.directions ?? [])];
    while (caches.length < count) caches.push((caches[0] as KVCache).fork());
    for (;;) {
      const reason = text.ended();
      if (reason) return reason;
      const best = last && (await bestCandidate(search, last.logits, before, caches));
      if (!last || !best) return "abort";
      yield text.next(last.logits, () => best.id);
      before.push(...best.directions);
      last = best;
      await yieldToEventLoop();
    }
  } finally {
    text.release();
    for (const cache of caches) cache.dispose();
  }
}

/** The number of caches for texts of `tokens` tokens and `topK` candidates: one each, or as many as fit, at least 2. */
export function contrastiveCaches(model: Model, tokens: number, topK: number = TOP_K): number {
  return topK === 1 ? 1 : Math.max(2, fittingCaches(model, tokens, Math.min(topK, model.config.vocabSize)));
}

/**
 * The best candidate; undefined if aborted. Each is fed to a cache of its own, all in one pass; with fewer caches than
 * candidates, the best so far keeps its cache and the others are reused. Finally the best one's row is copied to all
 * caches: nothing is computed twice.
 */
async function bestCandidate(
  search: Search,
  logits: Float32Array,
  before: readonly Float64Array[],
  caches: readonly KVCache[],
): Promise<Candidate | undefined> {
  const { text, topK, distribution } = search;
  const length = text.history.length;
  const { ids, probabilities } = distribution(logits.slice(), text);
  const places = largest(topK, [probabilities], [0]);
  let best: Candidate | undefined;
  while (places.length > 0) {
    const free = caches.filter((cache) => cache !== best?.cache);
    const group = places.splice(0, free.length).map(({ index, score: probability }, i) => {
      return { id: ids[index] as number, probability, cache: free[i] as KVCache };
    });
    for (const { cache } of group) cache.truncate(length);
    const seen = await feed(
      search,
      group.map(({ id, cache }) => ({ ids: [id], cache })),
    );
    if (!seen) return undefined;
    for (const [i, { id, probability, cache }] of group.entries()) {
      const { logits, directions } = seen[i] as PassResult;
      const score = scoreOf(search, probability, largestCosine(directions[0] as Float64Array, before));
      if (!best || score > best.score) best = { logits, directions, id, score, cache };
    }
  }
  if (!best) throw new RangeError(`contrastiveSearch: distribution leaves no token at position ${length}`);
  for (const cache of caches) if (cache !== best.cache) cache.copyFrom(best.cache, length);
  return best;
}

/** (1 - alpha) p(v) - alpha max_j cos(h_v, h_j) */
function scoreOf({ penaltyAlpha }: Search, probability: number, similarity: number): number {
  return (1 - penaltyAlpha) * probability - penaltyAlpha * similarity;
}

/**
 * Feeds sequences; undefined if aborted. Hidden states are the final layer norm of the last block's output. T ids -> T
 * of [C]
 */
async function feed({ model, signal }: Search, sequences: readonly Sequence[]): Promise<PassResult[] | undefined> {
  const { config, parameters, engine } = model;
  const key = blockKeys(config.nLayer - 1).residPost;
  const seen = sequences.map(() => new Map<string, Tensor>());
  const trace = record(seen, (other) => other === key);
  const logits = await interruptibleForward(model, sequences, { positions: "last", trace }, signal);
  return (
    logits &&
    seen.map((own, i) => {
      // [T, C]
      const hidden = layerNorm(own.get(key) as Tensor, parameters.lnF, config.layerNormEpsilon, onHeap(engine));
      const rows = Array.from({ length: hidden.shape[0] as number }, (_, t) => hidden.row(t).data);
      return { logits: logits.row(i).data, directions: rows.map(direction) };
    })
  );
}

/** x / |x|, so that a cosine is a dot product; a zero vector stays zero. [C] -> [C] */
function direction(x: Float32Array): Float64Array {
  let squares = 0;
  for (const value of x) squares += value * value;
  const length = Math.sqrt(squares) || 1;
  return Float64Array.from(x, (value) => value / length);
}

/** The largest cosine between a direction and any of the others. */
function largestCosine(own: Float64Array, others: readonly Float64Array[]): number {
  return Math.max(...others.map((other) => other.reduce((sum, value, i) => sum + value * (own[i] as number), 0)));
}
