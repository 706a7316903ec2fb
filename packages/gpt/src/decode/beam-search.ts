/**
 * Beam search: N texts are continued side by side, and of their N V continuations the N of the largest summed ln p go on.
 * It follows transformers 5.18, generation/utils.py, `_beam_search` with do_sample False, step by step: the same sequences and
 * scores. Left out: several prompts at once, stop strings, beam sampling. Differs: a token of probability 0 is never taken, so that
 * fewer beams may go on, where transformers fills up with copies; sums are float64, there float32, so that a near-tie may fall otherwise.
 */

import { KVCache } from "../kv-cache.ts";
import type { Model } from "../model.ts";
import { yieldToEventLoop } from "../pass/event-loop.ts";
import { interruptibleForward } from "../pass/interruptible-forward.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { type BeamOptions, type BeamRules, beamRules } from "./beam-rules.ts";
import { checkedPrompt, type FinishReason, type SampleContext } from "./continuation.ts";
import { largest, type Place } from "./largest.ts";
import { logProbabilities } from "./log-sum-exp.ts";
import { type HeldCache, reorder } from "./reorder.ts";

/** ln p of every token, [V], -Infinity for one that may not come, from logits [V] that are its own to change. */
export type LogProbabilities = (logits: Float32Array, context: SampleContext) => ArrayLike<number>;

export interface BeamSearchOptions extends BeamOptions {
  /** What the scores sum; without it, log-softmax of the logits. A processor of transformers' changes that, not the logits. */
  readonly distribution?: LogProbabilities | undefined;
}

export interface BeamSequence {
  /** The ids generated, the end-of-text token included. */
  readonly ids: readonly number[];
  /** Their text, "" without a tokenizer. */
  readonly text: string;
  /** Summed ln p over length ** lengthPenalty, in nats: transformers' sequences_scores. */
  readonly score: number;
  readonly finishReason: FinishReason;
}

export interface BeamSearchResult {
  /** numReturn of them, the best first; fewer if fewer were found, and never none. */
  readonly sequences: readonly BeamSequence[];
  /** Bytes of keys and values copied between caches; all other reordering copied nothing. */
  readonly copiedBytes: number;
}

/** A text under way: its ids, prompt included, and the sum of ln p of those generated. */
interface Beam {
  readonly ids: readonly number[];
  readonly sum: number;
}

/** A text that goes no further. */
interface Ended {
  readonly ids: readonly number[];
  readonly score: number;
  readonly finishReason: FinishReason;
}

interface State {
  /** Tokens that each beam has generated. */
  readonly length: number;
  /** At most N, the largest sum first. */
  readonly beams: readonly Beam[];
  /** The index of each beam's parent in the step before. */
  readonly parents: readonly number[];
  /** At most N, the best first. */
  readonly ended: readonly Ended[];
}

/**
 * The best continuations of a prompt. At equal sums the better beam comes first, then the lower id; at equal scores the text
 * that ended first. An abort returns what was found by then: ended texts, and those under way with the reason "abort".
 * @throws RangeError for a prompt or option that cannot be; ContextOverflowError for a prompt longer than nPositions;
 * EngineError if the engine has no room for N caches; Error if logits or `distribution` are not numbers, or leave no token
 * @see https://github.com/huggingface/transformers/blob/v5.18.0/src/transformers/generation/utils.py
 */
export async function beamSearch(
  model: Model,
  prompt: string | readonly number[],
  options: BeamSearchOptions,
): Promise<BeamSearchResult> {
  const ids = checkedPrompt(model, prompt, options, "beamSearch");
  const rules = beamRules(model.config, ids.length, options);
  const { beams, numReturn = 1 } = options;
  const caches: KVCache[] = [];
  try {
    while (caches.length < beams) caches.push(new KVCache(model.config, model.engine, ids.length + rules.limit));
    const { ended, copiedBytes } = await search(model, ids, rules, caches, options);
    const sequences = ended.slice(0, numReturn).map((text) => shown(model, text, ids.length));
    return { sequences, copiedBytes };
  } finally {
    for (const cache of caches) cache.dispose();
  }
}

/** Steps until the search is over, or aborted; all that were found, the best first. */
async function search(
  model: Model,
  prompt: readonly number[],
  rules: BeamRules,
  caches: readonly KVCache[],
  { beams: n, distribution, signal }: BeamSearchOptions,
): Promise<{ ended: readonly Ended[]; copiedBytes: number }> {
  let state: State = { length: 0, beams: [{ ids: prompt, sum: 0 }], parents: [0], ended: [] };
  let held: readonly HeldCache[] = caches.map((cache) => ({ cache, ids: [] }));
  let copiedBytes = 0;
  while (!isOver(state, rules, n)) {
    const moved = reorder(held, state.parents);
    copiedBytes += moved.copiedBytes;
    const logits = await nextLogits(model, state.beams, moved.held, signal);
    if (!logits) return { ended: best(n, [...state.ended, ...endAll(state, rules, "abort")]), copiedBytes };
    held = moved.held.map((own, i) => ({ ...own, ids: state.beams[i]?.ids ?? own.ids }));
    const rows = state.beams.map((beam, i) => scoresOf(logits[i] as Float32Array, beam, prompt.length, distribution));
    const places = largest(
      rules.considered,
      rows,
      state.beams.map(({ sum }) => sum),
    );
    state = advance(state, places, rules, n);
    await yieldToEventLoop();
  }
  return { ended: rules.limit === 0 ? endAll(state, rules, rules.atLimit) : state.ended, copiedBytes };
}

/**
 * The logits after each beam, [V] each, by one pass over all; undefined if aborted. The first step feeds the prompt, once: there is one
 * beam then, and its children are handed copies of its rows.
 */
async function nextLogits(model: Model, beams: readonly Beam[], held: readonly HeldCache[], signal?: AbortSignal) {
  const sequences = beams.map(({ ids }, i) => {
    const { cache } = held[i] as HeldCache;
    return { ids: ids.slice(cache.length), cache };
  });
  if (signal?.aborted) return undefined;
  const logits = await interruptibleForward(model, sequences, { positions: "last" }, signal);
  return logits && beams.map((_, i) => logits.row(i).data);
}

function scoresOf(logits: Float32Array, { ids }: Beam, promptLength: number, distribution?: LogProbabilities) {
  if (!distribution) return logProbabilities(logits, ids.length, "beamSearch");
  const size = logits.length;
  const row = distribution(logits, { history: ids, promptLength });
  if (row.length !== size)
    throw new RangeError(`beamSearch: distribution gave ${row.length} numbers for ${size} tokens`);
  for (let id = 0; id < size; id++) {
    if ((row[id] as number) < Number.POSITIVE_INFINITY) continue;
    throw new RangeError(`beamSearch: distribution gave ${row[id]} for token ${id}; ln p is a number, or -Infinity`);
  }
  return row;
}

/**
 * One step: of the best continuations, as many as the rules say, those among the N best that end are
 * scored, and the N best of those that do not go on.
 */
function advance(
  { beams, ended, length: before }: State,
  places: readonly Place[],
  rules: BeamRules,
  n: number,
): State {
  const length = before + 1;
  if (places.length === 0 && ended.length === 0) {
    throw new Error(`beamSearch: distribution leaves no token at position ${beams[0]?.ids.length}, all are -Infinity`);
  }
  const children = places.map(({ row, index, score: sum }) => {
    return { parent: row, sum, ids: [...(beams[row] as Beam).ids, index], end: rules.endOf(index, length) };
  });
  const newlyEnded = children.slice(0, n).flatMap(({ ids, sum, end }) => {
    return end ? [{ ids, score: rules.score(sum, length), finishReason: end }] : [];
  });
  const next = children.filter(({ end }) => !end).slice(0, n);
  return { length, beams: next, parents: next.map(({ parent }) => parent), ended: best(n, [...ended, ...newlyEnded]) };
}

function isOver({ beams, ended, length }: State, rules: BeamRules, n: number): boolean {
  const [first] = beams;
  if (!first || length === rules.limit) return true;
  const worst = ended[n - 1];
  return worst !== undefined && rules.isSettled(first.sum, worst.score, length);
}

function endAll({ beams, length }: State, rules: BeamRules, finishReason: FinishReason): Ended[] {
  return beams.map(({ ids, sum }) => ({ ids, score: rules.score(sum, length), finishReason }));
}

/** The n of the largest score, the largest first; at equal scores in the order given. */
function best(n: number, texts: readonly Ended[]): Ended[] {
  return texts.toSorted((a, b) => b.score - a.score).slice(0, n);
}

/** An ended text as it is returned: without the prompt, and with its text. */
function shown({ tokenizer }: Model, { ids, score, finishReason }: Ended, promptLength: number): BeamSequence {
  const generated = ids.slice(promptLength);
  const visible = finishReason === "eos" ? generated.slice(0, -1) : generated;
  return { ids: generated, text: tokenizer ? textOf(visible, tokenizer) : "", score, finishReason };
}

function textOf(ids: readonly number[], tokenizer: Tokenizer): string {
  const decoder = tokenizer.streamingDecoder();
  return ids.map((id) => decoder.push(id)).join("") + decoder.end();
}
