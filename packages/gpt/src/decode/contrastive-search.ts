/**
 * Contrastive search (Su et al. 2022, arXiv 2202.06417, equation 5): of the k most probable tokens, the one of the largest
 * (1 - alpha) p(v) - alpha max_j cos(h_v, h_j), where h_v is the hidden state that v would have (after the last layer norm), h_j those
 * of all tokens before it: probable, and not what has been said. Deterministic. transformers' is transformers-community/contrastive-search.
 */
import { layerNorm, type Tensor } from "@tsgpt/tensor";
import {
  type Continuation,
  checkedPrompt,
  continuation,
  type FinishReason,
  type GeneratedToken,
  type TextOptions,
} from "../continuation.ts";
import { eventLoopTurn } from "../event-loop.ts";
import { cacheFor } from "../generate.ts";
import { interruptibleForward } from "../interruptible-forward.ts";
import type { KVCache } from "../kv-cache.ts";
import type { Model } from "../model.ts";
import { blockKeys, record } from "../trace.ts";
import { type DistributionOf, softmaxDistribution } from "./distribution.ts";
import { largest } from "./largest.ts";

export interface ContrastiveOptions extends TextOptions {
  /** k, how many of the most probable tokens are looked at; each costs a step. Default 4. */
  readonly topK?: number | undefined;
  /** alpha, from 0 (the most probable token) to 1 (the least similar of the k). Default 0.6. */
  readonly penaltyAlpha?: number | undefined;
  /** p; the model's own by default. */
  readonly distribution?: DistributionOf | undefined;
}

/** What a pass gives: the logits after its last token, and the hidden state of each token as a vector of length 1. */
interface Look {
  readonly logits: Float32Array; // [V]
  readonly directions: readonly Float64Array[]; // T of [C]
}

interface Candidate extends Look {
  readonly id: number;
  readonly score: number;
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
 * Yields the continuation of a prompt as `generate` does, each token chosen by looking k ahead: k steps a token, over two caches.
 * At equal scores the more probable token is chosen, then the lower id.
 * @throws what `generate` throws; RangeError for topK below 1 or a penaltyAlpha outside [0, 1]
 */
export function contrastiveSearch(
  model: Model,
  prompt: string | readonly number[],
  options: ContrastiveOptions = {},
): AsyncGenerator<GeneratedToken, FinishReason> {
  const { topK = 4, penaltyAlpha = 0.6, distribution = softmaxDistribution } = options;
  if (!Number.isInteger(topK) || topK < 1) {
    throw new RangeError(`contrastiveSearch: topK must be a whole number, 1 or more, got ${topK}`);
  }
  if (!(penaltyAlpha >= 0 && penaltyAlpha <= 1)) {
    throw new RangeError(`contrastiveSearch: penaltyAlpha must be from 0 to 1, got ${penaltyAlpha}`);
  }
  const ids = checkedPrompt(model, prompt, options, "contrastiveSearch");
  const text = continuation(model, ids, options, "contrastiveSearch");
  return chooseTokens({ model, text, topK, penaltyAlpha, distribution, signal: options.signal });
}

async function* chooseTokens(search: Search): AsyncGenerator<GeneratedToken, FinishReason> {
  const { model, text } = search;
  const caches = [cacheFor(model, text)];
  try {
    let last = await look(search, text.history, caches[0] as KVCache);
    const before = [...(last?.directions ?? [])];
    caches.push((caches[0] as KVCache).fork());
    for (;;) {
      const reason = text.ended();
      if (reason) return reason;
      const best = last && (await bestCandidate(search, last.logits, before, caches as [KVCache, KVCache]));
      if (!last || !best) return "abort";
      yield text.next(last.logits, () => best.id);
      before.push(...best.directions);
      last = best;
      await eventLoopTurn();
    }
  } finally {
    text.release();
    for (const cache of caches) cache.dispose();
  }
}

/**
 * The candidate to take; undefined if aborted. Each is fed to the second cache, and the best so far has the caches change places,
 * so that the first ends with the best one's row: nothing is computed twice, and the second is then given that row.
 */
async function bestCandidate(
  search: Search,
  logits: Float32Array,
  before: readonly Float64Array[],
  caches: [KVCache, KVCache],
): Promise<Candidate | undefined> {
  const { text, topK, penaltyAlpha, distribution } = search;
  const length = text.history.length;
  const { ids, probabilities } = distribution(logits.slice(), text);
  let best: Candidate | undefined;
  for (const { index, score: probability } of largest(topK, [probabilities], [0])) {
    const id = ids[index] as number;
    caches[1].truncate(length);
    const seen = await look(search, [id], caches[1]);
    if (!seen) return undefined;
    const similarity = largestCosine(seen.directions[0] as Float64Array, before);
    const score = (1 - penaltyAlpha) * probability - penaltyAlpha * similarity;
    if (best && score <= best.score) continue;
    best = { ...seen, id, score };
    caches.reverse();
  }
  if (!best) throw new RangeError(`contrastiveSearch: distribution leaves no token at position ${length}`);
  caches[1].copyFrom(caches[0], length);
  return best;
}

/** Feeds ids; undefined if aborted. The hidden states are the layer norm of what the last block leaves. T ids -> T of [C] */
async function look({ model, signal }: Search, ids: readonly number[], cache: KVCache): Promise<Look | undefined> {
  const { config, parameters } = model;
  const key = blockKeys(config.nLayer - 1).residPost;
  const seen = new Map<string, Tensor>();
  const trace = record(seen, (other) => other === key);
  const logits = await interruptibleForward(model, ids, { cache, positions: "last", trace }, signal);
  if (!logits) return undefined;
  const hidden = layerNorm(seen.get(key) as Tensor, parameters.lnF, config.layerNormEpsilon); // [T, C]
  return { logits: logits.data, directions: ids.map((_, i) => direction(hidden.row(i).data)) };
}

/** x / |x|, so that a cosine is a dot product; zeros stay zeros. [C] -> [C] */
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
