/** The decoding strategies: each takes a prompt and gives one completion or several. */
import {
  beamSearch,
  cacheBytes,
  contrastiveCaches,
  contrastiveSearch,
  type DistributionOf,
  draftModel,
  type GeneratedToken,
  generate,
  generateSamples,
  generateSpeculatively,
  type LogProbabilities,
  type Model,
  promptLookup,
  type Sample,
  type SpeculativeReport,
  samplesAtOnce,
} from "@tsgpt/gpt";
import { nextUniform } from "@tsgpt/numeric";
import { argmax, createSampler, createWorkspace, probabilities, type Sampler } from "@tsgpt/sampling";
import { resolveChain } from "../options/resolve-chain.ts";
import { beamDistribution } from "./beam-distribution.ts";
import { type Completion, fullText, type Prompt, stream, type Timings } from "./completion.ts";
import { meanLogprob, withLogprobs } from "./logprobs.ts";
import type { FilledFlags } from "./model-defaults.ts";
import { pace, plainPace } from "./pace.ts";
import { recordingSampler, recordTop, type TokenRecord } from "./recorder.ts";
import type { Strategy } from "./strategy.ts";

export interface Speculation extends SpeculativeReport {
  /** Time of plain generation over the time taken; undefined where that was not measured. */
  readonly speedUp: number | undefined;
}

export interface DecodeResult extends Timings {
  /** The best or first one first. */
  readonly completions: readonly (Completion & { readonly score: number })[];
  readonly speculation?: Speculation;
  /** Of all KV caches; 0 without one. */
  readonly cacheBytes: number;
}

export interface Task {
  readonly model: Model;
  /** Of the draft model, where there is one. */
  readonly draft: Model | undefined;
  readonly prompt: Prompt;
  readonly flags: FilledFlags;
  readonly seed: number;
  readonly signal: AbortSignal;
  /** Takes the prompt, each piece, and a final newline. */
  readonly write: (text: string) => void;
  /** Receives, for each completion that ends early, the text still held back: it might have begun a stop string. */
  readonly heldTexts: string[];
}

/**
 * Decodes with a strategy. Nothing is written before prompt and options are checked. @throws what the strategy throws
 */
export const decode: { readonly [S in Strategy]: (task: Task) => Promise<DecodeResult> } = {
  sample: decodeSample,
  samples: decodeSamples,
  beams: decodeBeams,
  speculative: decodeSpeculatively,
  contrastive: decodeContrastively,
};

function textOptions({ flags, signal, heldTexts }: Task) {
  const onHeldText = (text: string, index = 0) => {
    heldTexts[index] = text;
  };
  return { maxTokens: flags.maxTokens, stop: flags.stop, ignoreEos: flags.ignoreEos, signal, onHeldText };
}

/** Tokens of the prompt and the longest completion. */
function wholeLength({ model, prompt, flags }: Task): number {
  return Math.min(model.config.nPositions, prompt.ids.length + flags.maxTokens);
}

/** Bytes of `count` KV caches of that length. */
function cachesBytes(task: Task, count: number): number {
  return count * cacheBytes(task.model.config, wholeLength(task));
}

async function decodeSample(task: Task): Promise<DecodeResult> {
  const { model, prompt, flags, seed } = task;
  const records: TokenRecord[] = [];
  const chain = resolveChain(flags, model, prompt.ids.length, { defaults: true });
  const sample = recordingSampler(createSampler(chain, { seed }), flags, records);
  const run = generate(model, prompt.ids, { ...textOptions(task), sample, useCache: flags.cache });
  const { tokens, end, timings } = await one(task, run, records);
  const completion = { tokens, finishReason: end, score: meanLogprob(tokens) };
  return { ...timings, completions: [completion], cacheBytes: flags.cache ? cachesBytes(task, 1) : 0 };
}

/** Sample number i has the seed plus i, so that each can be reproduced alone. */
async function decodeSamples(task: Task): Promise<DecodeResult> {
  const { model, prompt, flags, seed } = task;
  const records: TokenRecord[][] = [];
  const recordsOf = (index: number) => (records[index] ??= []);
  const chain = resolveChain(flags, model, prompt.ids.length, { defaults: true });
  const workspace = createWorkspace();
  const run = generateSamples(model, prompt.ids, {
    ...textOptions(task),
    count: flags.numSamples as number,
    sampleFor: (index) =>
      recordingSampler(createSampler(chain, { seed: seed + index, workspace }), flags, recordsOf(index)),
  });
  const { tokenLists, end, times: _, ...timings } = await stream(task, run, records);
  const completions = end.map((finishReason, i) => {
    const tokens = tokenLists[i] ?? [];
    return { tokens, finishReason, score: meanLogprob(tokens) };
  });
  const atOnce = samplesAtOnce(model, wholeLength(task), { count: end.length });
  return { ...timings, completions, cacheBytes: cachesBytes(task, atOnce) };
}

/**
 * Scores the model's log-probabilities after the penalties and constraints given; no dialect adds a step of its own.
 */
async function decodeBeams(task: Task): Promise<DecodeResult> {
  const { model, prompt, flags, signal, write } = task;
  const { beams = 0, lengthPenalty = 1, numReturn, maxTokens, ignoreEos } = flags;
  const distribution = beamDistribution(resolveChain(flags, model, prompt.ids.length, { defaults: false }));
  if (beams === 1) return decodeOneBeam(task, distribution, lengthPenalty);
  const start = performance.now();
  const search = { beams, lengthPenalty, numReturn, maxTokens, ignoreEos, distribution, signal };
  const { sequences } = await beamSearch(model, prompt.ids, search);
  const decodeSeconds = (performance.now() - start) / 1000;
  const texts = sequences.map(({ ids }) => ids);
  const tokens = withLogprobs(model, prompt.ids, texts, flags.logprobs);
  const completions = sequences.map(({ score, finishReason }, i) => ({ tokens: tokens[i] ?? [], finishReason, score }));
  write(`${completions.map(({ tokens }) => fullText(model, prompt, tokens)).join("\n\n")}\n`);
  return { completions, prefillSeconds: 0, decodeSeconds, cacheBytes: cachesBytes(task, beams) };
}

/** One beam is greedy search, which transformers does not score; it is scored here as any beam is. */
async function decodeOneBeam(task: Task, distribution: LogProbabilities, lengthPenalty: number): Promise<DecodeResult> {
  const { model, prompt, flags } = task;
  const records: TokenRecord[] = [];
  let sum = 0;
  const sample: Sample = (logits, context) => {
    recordTop(logits, context, flags, records);
    const row = Float64Array.from(distribution(logits, context));
    const id = argmax(row);
    sum += row[id] as number;
    return id;
  };
  const run = generate(model, prompt.ids, { ...textOptions(task), sample });
  const { tokens, end, timings } = await one(task, run, records);
  const score = tokens.length === 0 ? 0 : sum / tokens.length ** lengthPenalty;
  return { ...timings, completions: [{ tokens, finishReason: end, score }], cacheBytes: cachesBytes(task, 1) };
}

async function decodeSpeculatively(task: Task): Promise<DecodeResult> {
  const { model, draft, prompt, flags, seed } = task;
  const chain = resolveChain(flags, model, prompt.ids.length, { defaults: true });
  const sampler = createSampler(chain, { seed });
  const run = generateSpeculatively(model, prompt.ids, {
    ...textOptions(task),
    distribution: distributionOf(sampler),
    uniform: () => nextUniform(sampler.generator),
    proposer: draft ? draftModel(draft) : promptLookup(),
    proposals: flags.proposals,
  });
  const { tokens, end, timings, times } = await one(task, run);
  const speedUp = flags.quiet && !flags.json ? undefined : await speedUpOf(task, sampler, times);
  const completion = { tokens, finishReason: end.finishReason, score: meanLogprob(tokens) };
  const draftBytes = draft ? cachesBytes({ ...task, model: draft }, 1) : 0;
  const cacheBytes = cachesBytes(task, 1) + draftBytes;
  return { ...timings, completions: [completion], speculation: { ...end, speedUp }, cacheBytes };
}

/** --top-k is the number of candidates; they are ranked after the penalties and constraints of the chain. */
async function decodeContrastively(task: Task): Promise<DecodeResult> {
  const { model, prompt, flags } = task;
  const { penaltyAlpha, topK, ...others } = flags;
  const records: TokenRecord[] = [];
  const chain = resolveChain(others, model, prompt.ids.length, { defaults: false });
  const left = distributionOf(createSampler(chain, { seed: 0 })); // nothing is drawn
  const distribution: DistributionOf = (logits, context) => {
    recordTop(logits, context, flags, records);
    return left(logits, context);
  };
  const run = contrastiveSearch(model, prompt.ids, { ...textOptions(task), penaltyAlpha, topK, distribution });
  const { tokens, end, timings } = await one(task, run, records);
  return {
    ...timings,
    completions: [{ tokens, finishReason: end, score: meanLogprob(tokens) }],
    cacheBytes: cachesBytes(task, contrastiveCaches(model, wholeLength(task), topK)),
  };
}

/** The distribution after a chain, in the form that the strategies take. */
function distributionOf(sampler: Sampler): DistributionOf {
  return (logits, context) => {
    const candidates = sampler.distribution(logits, context);
    return { ids: candidates.ids, probabilities: probabilities(candidates) };
  };
}

/** Streams a single completion. */
async function one<End>(task: Task, run: AsyncGenerator<GeneratedToken, End>, records: readonly TokenRecord[] = []) {
  const { tokenLists, end, times, ...timings } = await stream(task, run, [records]);
  return { tokens: tokenLists[0] ?? [], end, timings, times };
}

const ENOUGH = 64; // tokens to measure the speed of plain generation

/** Measured right after the run: on a shared machine only timings of the same moment are comparable. */
async function speedUpOf({ model, prompt, signal }: Task, sample: Sample, times: readonly number[]) {
  const own = pace(times);
  if (own === undefined) return undefined;
  const count = Math.min(times.length, ENOUGH);
  const plain = await plainPace(model, prompt.ids, { sample, signal, count });
  return plain === undefined ? undefined : plain / own;
}
