/** The ways of decoding, each from a prompt to the story or the stories it gives. */
import {
  beamSearch,
  cacheBytes,
  contrastiveSearch,
  draftModel,
  type GeneratedToken,
  generate,
  generateSamples,
  generateSpeculatively,
  type Model,
  promptLookup,
  type Sample,
  type SpeculativeReport,
} from "@tsgpt/gpt";
import { createSampler, nextUniform, probabilities } from "@tsgpt/sampling";
import { processedLogProbabilities } from "./beam-distribution.ts";
import { usageError } from "./cli-error.ts";
import type { GenerateFlags } from "./commands/generate.ts";
import { pace, plainPace } from "./pace.ts";
import { type Note, recording } from "./recorder.ts";
import { resolveChain } from "./resolve-chain.ts";
import { meanLogprob, withLogprobs } from "./scores.ts";
import { type Prompt, stream, type Telling, type Timings, whole } from "./story.ts";
import type { Strategy } from "./strategy.ts";

export interface Speculation extends SpeculativeReport {
  /** The time that plain generation would have taken over the time it took; undefined where that was not measured. */
  readonly speedUp: number | undefined;
}

export interface Told extends Timings {
  /** The best or first one first. */
  readonly stories: readonly (Telling & { readonly score: number })[];
  readonly speculation?: Speculation;
  /** Of all KV caches; 0 without one. */
  readonly cacheBytes: number;
}

export interface Task {
  readonly model: Model;
  /** Of the draft model, where there is one. */
  readonly draft: Model | undefined;
  readonly prompt: Prompt;
  readonly flags: GenerateFlags;
  readonly seed: number;
  readonly signal: AbortSignal;
  /** Takes the prompt, each piece, and a final newline. */
  readonly write: (text: string) => void;
}

/** Tells a story, or several. Nothing is written before prompt and options are known to be good. @throws what the strategy throws */
export const tell: { readonly [S in Strategy]: (task: Task) => Promise<Told> } = {
  sample: tellSample,
  samples: tellSamples,
  beams: tellBeams,
  speculative: tellSpeculatively,
  contrastive: tellContrastively,
};

function textOptions({ flags, signal }: Task) {
  return { maxTokens: flags.maxTokens, stop: flags.stop, ignoreEos: flags.ignoreEos, signal };
}

/** Keys and values of a whole story, `count` times. */
function heldBytes({ model, prompt, flags }: Task, count: number): number {
  return count * cacheBytes(model.config, Math.min(model.config.nPositions, prompt.ids.length + flags.maxTokens));
}

async function tellSample(task: Task): Promise<Told> {
  const { model, prompt, flags, seed, write } = task;
  const notes: Note[] = [];
  const chain = resolveChain(flags, model, prompt.ids.length, { defaults: true });
  const sample = recording(createSampler(chain, { seed }), flags, notes);
  const run = generate(model, prompt.ids, { ...textOptions(task), sample, useCache: flags.cache });
  const { stories, end, times: _, ...timings } = await stream(model, prompt, run, notes, write);
  const tokens = stories[0] ?? [];
  const told = { tokens, finishReason: end, score: meanLogprob(tokens) };
  return { ...timings, stories: [told], cacheBytes: flags.cache ? heldBytes(task, 1) : 0 };
}

/** Sample number i has the seed plus i, so that each can be told again alone. */
async function tellSamples(task: Task): Promise<Told> {
  const { model, prompt, flags, seed, write } = task;
  const notes: Note[] = [];
  const chain = resolveChain(flags, model, prompt.ids.length, { defaults: true });
  const run = generateSamples(model, prompt.ids, {
    ...textOptions(task),
    count: flags.numSamples as number,
    sampleFor: (index) => recording(createSampler(chain, { seed: seed + index }), flags, notes),
  });
  const { stories, end, times: _, ...timings } = await stream(model, prompt, run, notes, write);
  const told = end.map((finishReason, i) => {
    const tokens = stories[i] ?? [];
    return { tokens, finishReason, score: meanLogprob(tokens) };
  });
  return { ...timings, stories: told, cacheBytes: heldBytes(task, 1) };
}

/** The model's log-probabilities, or those that the processors named leave; no dialect adds a step of its own. */
async function tellBeams(task: Task): Promise<Told> {
  const { model, prompt, flags, signal, write } = task;
  const { beams = 0, lengthPenalty = 1, numReturn, maxTokens, ignoreEos } = flags;
  if (beams === 1) return tellOneBeam(task, lengthPenalty);
  const chain = resolveChain(flags, model, prompt.ids.length, { defaults: false });
  const distribution = chain.length === 0 ? undefined : processedLogProbabilities(chain);
  const start = performance.now();
  const search = { beams, lengthPenalty, numReturn, maxTokens, ignoreEos, distribution, signal };
  const { sequences } = await beamSearch(model, prompt.ids, search);
  const decodeSeconds = (performance.now() - start) / 1000;
  const stories = sequences.map(({ ids, score, finishReason }) => {
    return { tokens: withLogprobs(model, prompt.ids, ids, flags.logprobs), finishReason, score };
  });
  write(`${stories.map(({ tokens }) => whole(model, prompt, tokens)).join("\n\n")}\n`);
  return { stories, prefillSeconds: 0, decodeSeconds, cacheBytes: heldBytes(task, beams) };
}

/** One beam is greedy search. */
async function tellOneBeam(task: Task, lengthPenalty: number): Promise<Told> {
  if ((task.flags.numReturn ?? 1) > 1) throw usageError("--num-return must be at most --beams, which is 1");
  const told = await tellSample({ ...task, flags: { ...task.flags, greedy: true } });
  const stories = told.stories.map((story) => {
    const sum = story.tokens.reduce((sum, { logprob }) => sum + logprob, 0);
    return { ...story, score: story.tokens.length === 0 ? 0 : sum / story.tokens.length ** lengthPenalty };
  });
  return { ...told, stories };
}

async function tellSpeculatively(task: Task): Promise<Told> {
  const { model, draft, prompt, flags, seed } = task;
  const chain = resolveChain(flags, model, prompt.ids.length, { defaults: true });
  const sampler = createSampler(chain, { seed });
  const run = generateSpeculatively(model, prompt.ids, {
    ...textOptions(task),
    distribution: (logits, context) => {
      const candidates = sampler.distribution(logits, context);
      return { ids: candidates.ids, probabilities: probabilities(candidates) };
    },
    uniform: () => nextUniform(sampler.generator),
    proposer: draft ? draftModel(draft) : promptLookup(),
    proposals: flags.proposals,
  });
  const { told, end, timings, times } = await one(task, run);
  const speedUp = flags.quiet && !flags.json ? undefined : await speedUpOf(task, sampler, times);
  const story = { tokens: told, finishReason: end.finishReason, score: meanLogprob(told) };
  const draftBytes = draft ? heldBytes({ ...task, model: draft }, 1) : 0;
  const cacheBytes = heldBytes(task, 1) + draftBytes;
  return { ...timings, stories: [story], speculation: { ...end, speedUp }, cacheBytes };
}

async function tellContrastively(task: Task): Promise<Told> {
  const { model, prompt, flags } = task;
  const { penaltyAlpha, topK } = flags;
  const run = contrastiveSearch(model, prompt.ids, { ...textOptions(task), penaltyAlpha, topK });
  const { told, end, timings } = await one(task, run);
  return {
    ...timings,
    stories: [{ tokens: told, finishReason: end, score: meanLogprob(told) }],
    cacheBytes: heldBytes(task, 2),
  };
}

async function one<End>({ model, prompt, write }: Task, run: AsyncGenerator<GeneratedToken, End>) {
  const { stories, end, times, ...timings } = await stream(model, prompt, run, [], write);
  return { told: stories[0] ?? [], end, timings, times };
}

const ENOUGH = 64; // tokens, to know the pace of plain generation

/** Measured at once, for on a shared machine only figures of one moment compare. */
async function speedUpOf({ model, prompt, signal }: Task, sample: Sample, times: readonly number[]) {
  const own = pace(times);
  if (own === undefined) return undefined;
  const count = Math.min(times.length, ENOUGH);
  const plain = await plainPace(model, prompt.ids, { sample, signal, count });
  return plain === undefined ? undefined : plain / own;
}
