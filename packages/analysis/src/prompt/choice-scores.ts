/**
 * The likelihood of each of several choices after a prompt. A prompt is computed once; its cache is forked for every
 * choice, and the choices run as one batch. The scores are those of one full pass per choice, to the bit: the kernels
 * add in one order.
 */
import { fittingCaches, interruptibleForward, KVCache, logSumOfExp, type Model } from "@tsgpt/gpt";
import { abortSignal, type Checks, checkOptions } from "@tsgpt/numeric";
import type { ChoiceTokens } from "./choice-tokens.ts";

/** A scored token of a choice. */
export interface ChoiceToken {
  readonly id: number;
  /** ln p(token | the tokens before it). */
  readonly logprob: number;
}

/** How choices are scored, and how the work can be followed and stopped. */
export interface ScoreChoicesOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called with the tokens of each choice of a prompt as soon as they are scored, in the order of the prompts. */
  readonly onScored?: ((prompt: number, choices: readonly (readonly ChoiceToken[])[]) => void) | undefined;
}

const CHECKS: Checks<ScoreChoicesOptions> = { signal: abortSignal, onScored: "function" };

/** Caches that exist at once; more do not make a pass faster. */
const CACHES = 32;
/** Rows of V logits that a pass over choices computes at once; a longer choice is a pass of its own. */
const ROWS = 32;

/** A prompt being scored. */
interface Job extends ChoiceTokens {
  readonly cache: KVCache | undefined;
  readonly scored: readonly ChoiceToken[][];
}

/** A choice of more than one token: its first is scored after the prompt, the others in a pass of their own. */
interface Continued {
  readonly job: Job;
  readonly choice: number;
}

/**
 * The scored tokens of each choice of each prompt.
 * @throws RangeError for an invalid option; the signal's AbortError between two layers; like `forwardBatch`
 */
export async function scoreChoices(
  model: Model,
  prompts: readonly ChoiceTokens[],
  options: ScoreChoicesOptions = {},
): Promise<(readonly (readonly ChoiceToken[])[])[]> {
  checkOptions("scoreChoices", options, CHECKS);
  const { signal, onScored } = options;
  const results: (readonly (readonly ChoiceToken[])[])[] = [];
  const most = fittingCaches(model, Math.max(1, ...prompts.map(capacityOf)), CACHES);
  for (const group of groupsOf(prompts, most, model.config.nPositions)) {
    for (const scored of await scoreGroup(model, group, { most, signal })) {
      onScored?.(results.length, scored);
      results.push(scored);
    }
  }
  return results;
}

/** Tokens that are fed: the last one of a choice is scored only. */
function capacityOf({ shared, rests }: ChoiceTokens): number {
  return shared.length + Math.max(...rests.map(({ length }) => length)) - 1;
}

/** The caches of a prompt: its own, and one for each choice of several tokens. */
function cachesOf({ rests }: ChoiceTokens): number {
  const forks = rests.filter(({ length }) => length > 1).length;
  return forks === 0 ? 1 : 1 + forks;
}

/** Groups consecutive prompts whose caches, and whose tokens in one pass, are within the limits. */
function groupsOf(prompts: readonly ChoiceTokens[], caches: number, tokens: number): ChoiceTokens[][] {
  const groups: ChoiceTokens[][] = [];
  let [cachesLeft, tokensLeft] = [0, 0];
  for (const prompt of prompts) {
    if (cachesLeft < cachesOf(prompt) || tokensLeft < prompt.shared.length) {
      groups.push([]);
      [cachesLeft, tokensLeft] = [caches, tokens];
    }
    groups.at(-1)?.push(prompt);
    cachesLeft -= cachesOf(prompt);
    tokensLeft -= prompt.shared.length;
  }
  return groups;
}

interface GroupSettings {
  /** Caches that fit. */
  readonly most: number;
  readonly signal: AbortSignal | undefined;
}

async function scoreGroup(
  model: Model,
  group: readonly ChoiceTokens[],
  { most, signal }: GroupSettings,
): Promise<ChoiceToken[][][]> {
  const jobs: Job[] = [];
  try {
    for (const prompt of group) {
      const isContinued = prompt.rests.some(({ length }) => length > 1);
      const cache = isContinued ? new KVCache(model.config, model.engine, capacityOf(prompt)) : undefined;
      jobs.push({ ...prompt, cache, scored: prompt.rests.map(() => []) });
    }
    await scoreFirst(model, jobs, signal);
    for (const part of partsOf(jobs, Math.max(1, most - jobs.length))) await scoreRest(model, part, signal);
    return jobs.map(({ scored }) => [...scored]);
  } finally {
    for (const { cache } of jobs) cache?.dispose();
  }
}

/** One pass over the prompts, whose last logits score the first token of every choice. */
async function scoreFirst(model: Model, jobs: readonly Job[], signal: AbortSignal | undefined): Promise<void> {
  const sequences = jobs.map(({ shared, cache }) => ({ ids: shared, cache }));
  const logits = await interruptibleForward(model, sequences, { positions: "last" }, signal); // [B, V]
  if (!logits) return signal?.throwIfAborted();
  for (const [i, { rests, scored, shared }] of jobs.entries()) {
    const scoreOf = scorer(logits.row(i).data, shared.length - 1);
    for (const [choice, rest] of rests.entries()) scored[choice]?.push(scoreOf(rest[0] as number));
  }
}

/** The choices of several tokens, in parts that are one pass each. */
function partsOf(jobs: readonly Job[], mostForks: number): Continued[][] {
  const parts: Continued[][] = [];
  let rows = 0;
  for (const job of jobs) {
    for (const [choice, { length }] of job.rests.entries()) {
      if (length === 1) continue;
      const last = parts.at(-1);
      if (!last || last.length === mostForks || rows + length - 1 > ROWS) {
        parts.push([]);
        rows = 0;
      }
      parts.at(-1)?.push({ job, choice });
      rows += length - 1;
    }
  }
  return parts;
}

/** One pass over choices, each after a fork of its prompt's cache: scores all of their tokens but the first. */
async function scoreRest(model: Model, part: readonly Continued[], signal: AbortSignal | undefined): Promise<void> {
  const forks: KVCache[] = [];
  try {
    const sequences = part.map(({ job, choice }) => {
      const cache = (job.cache as KVCache).fork();
      forks.push(cache);
      return { ids: (job.rests[choice] as readonly number[]).slice(0, -1), cache };
    });
    const logits = await interruptibleForward(model, sequences, {}, signal); // [sum of T, V]
    if (!logits) return signal?.throwIfAborted();
    let row = 0;
    for (const { job, choice } of part) {
      for (const [i, id] of (job.rests[choice] as readonly number[]).slice(1).entries()) {
        job.scored[choice]?.push(scorer(logits.row(row++).data, job.shared.length + i)(id));
      }
    }
  } finally {
    for (const cache of forks) cache.dispose();
  }
}

/** Scores tokens after the logits at a position. */
function scorer(logits: Float32Array, position: number): (id: number) => ChoiceToken {
  const logSum = logSumOfExp(logits, position, "scoreChoices");
  return (id) => ({ id, logprob: (logits[id] as number) - logSum });
}
