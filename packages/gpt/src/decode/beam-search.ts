/**
 * Beam search: N texts are continued in parallel, and of their N V continuations the N with the largest summed ln p are
 * kept.
 * Follows transformers 5.18, generation/utils.py, `_beam_search` with do_sample False, step by step: the same sequences
 * and scores. Left out: batches of prompts, stop strings, beam sampling. Differs: a token of probability 0 is never
 * chosen, so fewer than N beams may remain, where transformers adds duplicates; sums are float64 instead of float32, so
 * near-ties may be decided differently.
 */
import { type Checks, checkOptions } from "@tsgpt/numeric";
import { KVCache } from "../kv-cache.ts";
import type { Model } from "../model.ts";
import { yieldToEventLoop } from "../pass/event-loop.ts";
import { interruptibleForward } from "../pass/interruptible-forward.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { type BeamOptions, type BeamRules, beamOptionChecks, beamRules } from "./beam-rules.ts";
import { type FinishReason, idsToContinue, type SampleContext } from "./continuation.ts";
import { largest, type Place } from "./largest.ts";
import { logProbabilities } from "./log-sum-exp.ts";
import { type HeldCache, reorder } from "./reorder.ts";

/** Maps logits [V], which it may modify, to ln p of every token [V]; -Infinity excludes a token. */
export type LogProbabilities = (logits: Float32Array, context: SampleContext) => ArrayLike<number>;

/** How a prompt is continued by beam search. */
export interface BeamSearchOptions extends BeamOptions {
  /**
   * What scores are summed from; by default, log-softmax of the logits. transformers' processors act on it, not on the
   * logits.
   */
  readonly distribution?: LogProbabilities | undefined;
}

/** One continuation that beam search found. */
export interface BeamSequence {
  /** The generated ids, end-of-text token included. */
  readonly ids: readonly number[];
  /** Their text, "" without a tokenizer. */
  readonly text: string;
  /** Summed ln p over length ** lengthPenalty, in nats: transformers' sequences_scores. */
  readonly score: number;
  readonly finishReason: FinishReason;
}

/** What beam search found. */
export interface BeamSearchResult {
  /** Up to numReturn of them, best first; at least one. */
  readonly sequences: readonly BeamSequence[];
  /** Bytes of keys and values copied between caches; reordering alone copies nothing. */
  readonly copiedBytes: number;
}

const CHECKS: Checks<BeamSearchOptions> = { ...beamOptionChecks, distribution: "function" };

/** An unfinished text: its ids, prompt included, and the summed ln p of the generated ones. */
interface Beam {
  readonly ids: readonly number[];
  readonly sum: number;
}

/** A finished text. */
interface Ended {
  readonly ids: readonly number[];
  readonly score: number;
  readonly finishReason: FinishReason;
}

interface State {
  /** Tokens generated per beam. */
  readonly length: number;
  /** At most N, largest sum first. */
  readonly beams: readonly Beam[];
  /** The index of each beam's parent in the previous step. */
  readonly parents: readonly number[];
  /** At most N, best first. */
  readonly ended: readonly Ended[];
}

/**
 * The best continuations of a prompt. At equal sums the better beam comes first, then the lower id; at equal scores the
 * text that ended first. An abort returns what was found so far: finished texts, and unfinished ones with the reason
 * "abort".
 * @throws RangeError for an invalid prompt or option; ContextOverflowError for a prompt longer than nPositions;
 * EngineError if the engine has no memory for N caches; Error if logits or `distribution` are not numbers, or leave no
 * token
 * @see https://github.com/huggingface/transformers/blob/v5.18.0/src/transformers/generation/utils.py
 */
export async function beamSearch(
  model: Model,
  prompt: string | readonly number[],
  options: BeamSearchOptions,
): Promise<BeamSearchResult> {
  checkOptions("beamSearch", options, CHECKS);
  const ids = idsToContinue(model, prompt, options, "beamSearch");
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

/** Steps until the search ends or is aborted; all texts found, best first. */
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
 * The logits after each beam, [V] each, by one pass over all; undefined if aborted. The first step processes the prompt
 * once: there is one beam, and its children receive copies of its cache rows.
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
  if (row?.length !== size)
    throw new RangeError(`beamSearch: distribution gave ${row?.length ?? "no"} numbers for ${size} tokens`);
  for (let id = 0; id < size; id++) {
    const logProbability = row[id];
    if (typeof logProbability === "number" && logProbability < Number.POSITIVE_INFINITY) continue;
    throw new RangeError(`beamSearch: distribution gave ${row[id]} for token ${id}; ln p is a number, or -Infinity`);
  }
  return row;
}

/**
 * One step: of the best candidates, those among the N best that end are scored, and the N best of the others continue.
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

/** The n with the largest score, largest first; ties keep the given order. */
function best(n: number, texts: readonly Ended[]): Ended[] {
  return texts.toSorted((a, b) => b.score - a.score).slice(0, n);
}

/** A finished text as it is returned: without the prompt, and decoded. */
function shown({ tokenizer }: Model, { ids, score, finishReason }: Ended, promptLength: number): BeamSequence {
  const generated = ids.slice(promptLength);
  const visible = finishReason === "eos" ? generated.slice(0, -1) : generated;
  return { ids: generated, text: tokenizer ? textOf(visible, tokenizer) : "", score, finishReason };
}

function textOf(ids: readonly number[], tokenizer: Tokenizer): string {
  const decoder = tokenizer.streamingDecoder();
  return ids.map((id) => decoder.push(id)).join("") + decoder.end();
}
