/**
 * A text in a model: its ids, the KV cache and the residual streams of its tokens, the logits after its last one, and
 * the sampler. The cache and the residual streams always are those of the history's first `cache.length` tokens, and
 * the logits those after all of it, also after an error or a cancellation.
 */
import { type NamedHook, traceOfHooks } from "@tsgpt/analysis";
import {
  chainTraces,
  eosTokenIds,
  interruptibleForward,
  KVCache,
  logSumOfExp,
  promptIds,
  type Trace,
} from "@tsgpt/gpt";
import {
  type ChainSpec,
  createSampler,
  createWorkspace,
  type Sampler,
  type SamplerState,
  type StepSpec,
  type Workspace,
} from "@tsgpt/sampling";
import type { End, PastToken, Sampling } from "../protocol/text.ts";
import { chainOf, type DrawnModel } from "./chain.ts";
import { checkPast } from "./past.ts";
import { createResiduals, type Residuals } from "./residuals.ts";

/** A generated token, and the state that the sampler had before it was drawn. */
interface Draw {
  readonly logprob: number;
  /** Whether the token was given, so that no number was drawn. */
  readonly isChosen: boolean;
  readonly samplerState: SamplerState;
}

export interface Session {
  readonly model: DrawnModel;
  readonly cache: KVCache;
  readonly residuals: Residuals;
  /** After the last token of the history. [V] */
  readonly logits: Float32Array<ArrayBuffer>;
  /** The ids of the prompt and of the generated tokens. */
  history: readonly number[];
  promptLength: number;
  /** One for each generated token. */
  draws: readonly Draw[];
  /** The first position that the last pass computed; what is before it came from the cache. */
  computedFrom: number;
  /** How the text started, and how its next token is drawn. */
  opening: Omit<Opening, "past" | "random">;
  /** Whether the sampler's state follows from seed, sampling and tokens: not after a change of the sampling. */
  isReplayable: boolean;
  /** Changes of the model by hand, on every pass. */
  hooks: readonly NamedHook[];
  chain: ChainSpec;
  sampler: Sampler;
  /** Of this sampler and those before it. */
  readonly workspace: Workspace;
}

/** How a text starts: how its tokens are drawn, and those that it already has. */
export interface Opening {
  /** The text of the prompt; by default, that of its ids. */
  readonly prompt?: string | undefined;
  readonly seed: number;
  readonly sampling: Sampling;
  readonly past?: readonly PastToken[] | undefined;
  /** The sampler's state after them; by default, the one that drawing them with this sampling leaves. */
  readonly random?: SamplerState | undefined;
}

/** A session without a text. @throws EngineError if there is no memory for the cache or the residual streams */
export function createSession(model: DrawnModel): Session {
  const opening: Opening = { seed: 0, sampling: { dialect: "lecture" } };
  const chain = chainOf(model, opening.sampling);
  const workspace = createWorkspace();
  return {
    model,
    cache: new KVCache(model.config, model.engine),
    residuals: createResiduals(model.config),
    logits: new Float32Array(model.config.vocabSize),
    history: [],
    promptLength: 0,
    draws: [],
    computedFrom: 0,
    opening,
    isReplayable: true,
    hooks: [],
    chain,
    sampler: createSampler(chain, { seed: opening.seed, workspace }),
    workspace,
  };
}

/** The ids of a prompt; for an empty one, the model's begin- or end-of-text id. */
export function encode({ model }: Session, prompt: string): number[] {
  return promptIds(model, prompt, "prompt");
}

/**
 * Starts a text. What it has in common with the text before is not computed again. Past tokens take the random numbers
 * that they took when they were drawn, so that the next one is what it would have been.
 * @throws RangeError for an invalid seed or id, or for more tokens than the context has; SamplingError for invalid
 * sampling; the signal's reason if it aborts
 */
export async function open(
  session: Session,
  ids: readonly number[],
  opening: Opening,
  signal: AbortSignal,
): Promise<void> {
  const { past = [], random, ...start } = opening;
  checkFits(session, ids);
  checkPast(session.model.config, ids.length, past);
  const chain = chainOf(session.model, start.sampling);
  const sampler = createSampler(chain, { seed: start.seed, workspace: session.workspace });
  session.cache.truncate(Math.min(commonLength(session.history, ids), session.cache.length, ids.length - 1));
  await feed(session, ids, signal);
  const isReplayable = random === undefined;
  Object.assign(session, { history: ids, promptLength: ids.length, draws: [], opening: start, isReplayable });
  Object.assign(session, { chain, sampler });
  for (const { id, isChosen } of past) await append(session, id, isChosen, signal);
  if (random) sampler.restore(random);
}

/** @throws RangeError for a prompt of more tokens than the context has */
export function checkFits({ model }: Session, ids: readonly number[]): void {
  const { nPositions } = model.config;
  if (ids.length > nPositions) {
    throw new RangeError(`The prompt has ${ids.length} tokens, the model reads at most ${nPositions}; shorten it`);
  }
}

/**
 * Draws the tokens to come in another way. Random numbers go on where they were. Mirostat's mu belongs to one target
 * and rate: with others it starts anew, also for tokens that Back removes.
 * @throws SamplingError for invalid sampling
 */
export function setSampling(session: Session, sampling: Sampling): void {
  const chain = chainOf(session.model, sampling);
  const sampler = createSampler(chain, { seed: 0, workspace: session.workspace });
  const keepsMu = JSON.stringify(mirostatOf(chain)) === JSON.stringify(mirostatOf(session.chain));
  const carried = (state: SamplerState): SamplerState => (keepsMu ? state : { ...state, mu: undefined });
  sampler.restore(carried(session.sampler.state()));
  const draws = session.draws.map((draw) => ({ ...draw, samplerState: carried(draw.samplerState) }));
  const isReplayable = draws.length === 0;
  Object.assign(session, { chain, sampler, draws, isReplayable, opening: { ...session.opening, sampling } });
}

function mirostatOf(chain: ChainSpec): StepSpec | undefined {
  return chain.find(({ type }) => type === "mirostat");
}

/** Appends a token: `id`, or one that is drawn. Does nothing at the end of the text. */
export async function step(session: Session, id: number | undefined, signal: AbortSignal): Promise<void> {
  await append(session, id, id !== undefined, signal);
}

/** A token that is not chosen takes its random number, also if it is known. */
async function append(session: Session, id: number | undefined, isChosen: boolean, signal: AbortSignal): Promise<void> {
  if (endOf(session) !== undefined) return;
  const { history, promptLength, draws, sampler, logits } = session;
  const samplerState = sampler.state();
  try {
    const drawn = isChosen ? undefined : sampler(logits, { history, promptLength });
    const next = id ?? (drawn as number);
    const logprob = (logits[next] as number) - logSumOfExp(logits, history.length, "step");
    const ids = [...history, next];
    await feed(session, ids, signal);
    Object.assign(session, { history: ids, draws: [...draws, { logprob, isChosen, samplerState }] });
  } catch (error) {
    sampler.restore(samplerState);
    throw error;
  }
}

/** Removes the last generated token, if there is one; its random numbers will be drawn again. */
export async function back(session: Session, signal: AbortSignal): Promise<void> {
  const draw = session.draws.at(-1);
  if (!draw) return;
  const ids = session.history.slice(0, -1);
  session.cache.truncate(Math.min(session.cache.length, ids.length - 1));
  await feed(session, ids, signal);
  session.sampler.restore(draw.samplerState);
  const draws = session.draws.slice(0, -1);
  Object.assign(session, { history: ids, draws, isReplayable: session.isReplayable || draws.length === 0 });
}

/** Why no token can follow. */
export function endOf({ model: { config }, history, draws }: Session): End | undefined {
  if (draws.length > 0 && eosTokenIds(config).includes(history.at(-1) as number)) return "eos";
  return history.length >= config.nPositions ? "context" : undefined;
}

/** @throws RangeError without a text */
export function checkHasText({ history }: Session): void {
  if (history.length === 0) throw new RangeError("there is no text yet; open one first");
}

/** Computes what a cancelled change of the text has taken from the cache. @throws the signal's reason if it aborts */
export async function complete(session: Session, signal: AbortSignal): Promise<void> {
  if (session.cache.length < session.history.length) await feed(session, session.history, signal);
}

/** Computes what the cache does not have of `ids`, at least their last token, and the logits after it. */
async function feed(session: Session, ids: readonly number[], signal: AbortSignal): Promise<void> {
  const { model, cache, residuals, logits } = session;
  const trace = chainTraces(interventionsOf(session, ids), residuals.trace);
  const options = { positions: "last", into: logits, trace } as const;
  const computedFrom = cache.length;
  const result = await interruptibleForward(model, [{ ids: ids.slice(cache.length), cache }], options, signal);
  if (!result) signal.throwIfAborted();
  session.computedFrom = computedFrom;
}

/** The changes by hand of a pass over a text, by default over the history. */
export function interventionsOf({ model, hooks, history }: Session, ids: readonly number[] = history): Trace {
  return traceOfHooks(model, [{ ids, hooks }], "explorer");
}

/** How many tokens two texts have in common from the first. */
export function commonLength(a: readonly number[], b: readonly number[]): number {
  const end = Math.min(a.length, b.length);
  let length = 0;
  while (length < end && a[length] === b[length]) length++;
  return length;
}
