/** The ways of decoding, each from a prompt to the story or the stories it gives. */
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
import { beamDistribution } from "./beam-distribution.ts";
import type { GenerateFlags } from "./commands/generate.ts";
import { pace, plainPace } from "./pace.ts";
import { type Note, noteTop, recording } from "./recorder.ts";
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
  /** Takes for each story the text that is still held back where it ends early. */
  readonly heldTexts: string[];
}

/** Tells a story, or several. Nothing is written before prompt and options are known to be good. @throws what the strategy throws */
export const tell: { readonly [S in Strategy]: (task: Task) => Promise<Told> } = {
  sample: tellSample,
  samples: tellSamples,
  beams: tellBeams,
  speculative: tellSpeculatively,
  contrastive: tellContrastively,
};

function textOptions({ flags, signal, heldTexts }: Task) {
  const onHeldText = (text: string, story = 0) => {
    heldTexts[story] = text;
  };
  return { maxTokens: flags.maxTokens, stop: flags.stop, ignoreEos: flags.ignoreEos, signal, onHeldText };
}

/** The tokens of a whole story. */
function wholeLength({ model, prompt, flags }: Task): number {
  return Math.min(model.config.nPositions, prompt.ids.length + flags.maxTokens);
}

/** Keys and values of a whole story, `count` times. */
function heldBytes(task: Task, count: number): number {
  return count * cacheBytes(task.model.config, wholeLength(task));
}

async function tellSample(task: Task): Promise<Told> {
  const { model, prompt, flags, seed } = task;
  const notes: Note[] = [];
  const chain = resolveChain(flags, model, prompt.ids.length, { defaults: true });
  const sample = recording(createSampler(chain, { seed }), flags, notes);
  const run = generate(model, prompt.ids, { ...textOptions(task), sample, useCache: flags.cache });
  const { told, end, timings } = await one(task, run, notes);
  const story = { tokens: told, finishReason: end, score: meanLogprob(told) };
  return { ...timings, stories: [story], cacheBytes: flags.cache ? heldBytes(task, 1) : 0 };
}

/** Sample number i has the seed plus i, so that each can be told again alone. */
async function tellSamples(task: Task): Promise<Told> {
  const { model, prompt, flags, seed } = task;
  const notes: Note[][] = [];
  const notesOf = (index: number) => (notes[index] ??= []);
  const chain = resolveChain(flags, model, prompt.ids.length, { defaults: true });
  const workspace = createWorkspace();
  const run = generateSamples(model, prompt.ids, {
    ...textOptions(task),
    count: flags.numSamples as number,
    sampleFor: (index) => recording(createSampler(chain, { seed: seed + index, workspace }), flags, notesOf(index)),
  });
  const { stories, end, times: _, ...timings } = await stream(task, run, notes);
  const told = end.map((finishReason, i) => {
    const tokens = stories[i] ?? [];
    return { tokens, finishReason, score: meanLogprob(tokens) };
  });
  const atOnce = samplesAtOnce(model, wholeLength(task), { count: end.length });
  return { ...timings, stories: told, cacheBytes: heldBytes(task, atOnce) };
}

/** The model's log-probabilities, or those that the processors named leave; no dialect adds a step of its own. */
async function tellBeams(task: Task): Promise<Told> {
  const { model, prompt, flags, signal, write } = task;
  const { beams = 0, lengthPenalty = 1, numReturn, maxTokens, ignoreEos } = flags;
  const distribution = beamDistribution(resolveChain(flags, model, prompt.ids.length, { defaults: false }));
  if (beams === 1) return tellOneBeam(task, distribution, lengthPenalty);
  const start = performance.now();
  const search = { beams, lengthPenalty, numReturn, maxTokens, ignoreEos, distribution, signal };
  const { sequences } = await beamSearch(model, prompt.ids, search);
  const decodeSeconds = (performance.now() - start) / 1000;
  const texts = sequences.map(({ ids }) => ids);
  const tokens = withLogprobs(model, prompt.ids, texts, flags.logprobs);
  const stories = sequences.map(({ score, finishReason }, i) => ({ tokens: tokens[i] ?? [], finishReason, score }));
  write(`${stories.map(({ tokens }) => whole(model, prompt, tokens)).join("\n\n")}\n`);
  return { stories, prefillSeconds: 0, decodeSeconds, cacheBytes: heldBytes(task, beams) };
}

/** One beam is greedy search, which transformers does not score; the sum here is a beam's all the same. */
async function tellOneBeam(task: Task, distribution: LogProbabilities, lengthPenalty: number): Promise<Told> {
  const { model, prompt, flags } = task;
  const notes: Note[] = [];
  let sum = 0;
  const sample: Sample = (logits, context) => {
    noteTop(logits, context, flags, notes);
    const row = Float64Array.from(distribution(logits, context));
    const id = argmax(row);
    sum += row[id] as number;
    return id;
  };
  const { told, end, timings } = await one(task, generate(model, prompt.ids, { ...textOptions(task), sample }), notes);
  const score = told.length === 0 ? 0 : sum / told.length ** lengthPenalty;
  return { ...timings, stories: [{ tokens: told, finishReason: end, score }], cacheBytes: heldBytes(task, 1) };
}

async function tellSpeculatively(task: Task): Promise<Told> {
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
  const { told, end, timings, times } = await one(task, run);
  const speedUp = flags.quiet && !flags.json ? undefined : await speedUpOf(task, sampler, times);
  const story = { tokens: told, finishReason: end.finishReason, score: meanLogprob(told) };
  const draftBytes = draft ? heldBytes({ ...task, model: draft }, 1) : 0;
  const cacheBytes = heldBytes(task, 1) + draftBytes;
  return { ...timings, stories: [story], speculation: { ...end, speedUp }, cacheBytes };
}

/** --top-k says how many are looked at; what is left of the chain are processors, and it looks at what they leave. */
async function tellContrastively(task: Task): Promise<Told> {
  const { model, prompt, flags } = task;
  const { penaltyAlpha, topK, ...others } = flags;
  const notes: Note[] = [];
  const chain = resolveChain(others, model, prompt.ids.length, { defaults: false });
  const left = distributionOf(createSampler(chain, { seed: 0 })); // nothing is drawn
  const distribution: DistributionOf = (logits, context) => {
    noteTop(logits, context, flags, notes);
    return left(logits, context);
  };
  const run = contrastiveSearch(model, prompt.ids, { ...textOptions(task), penaltyAlpha, topK, distribution });
  const { told, end, timings } = await one(task, run, notes);
  return {
    ...timings,
    stories: [{ tokens: told, finishReason: end, score: meanLogprob(told) }],
    cacheBytes: heldBytes(task, contrastiveCaches(model, wholeLength(task), topK)),
  };
}

/** What a chain leaves, as strategies want it. */
function distributionOf(sampler: Sampler): DistributionOf {
  return (logits, context) => {
    const candidates = sampler.distribution(logits, context);
    return { ids: candidates.ids, probabilities: probabilities(candidates) };
  };
}

async function one<End>(task: Task, run: AsyncGenerator<GeneratedToken, End>, notes: readonly Note[] = []) {
  const { stories, end, times, ...timings } = await stream(task, run, [notes]);
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
