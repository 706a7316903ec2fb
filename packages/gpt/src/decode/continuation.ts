/**
 * Continuation: the state of a text being generated, for every strategy: its ids, the text to show, and why it ends.
 * generate and the strategies of decode/ differ only in how they find the next id.
 */
import { abortSignal, type Checks, checkOptions, describeValue, type Kind, strings } from "@tsgpt/numeric";
import { checkModel } from "../check-model.ts";
import { eosTokenIds } from "../config/config.ts";
import { promptOverflow } from "../errors.ts";
import type { Model } from "../model.ts";
import { logSumOfExp } from "./log-sum-exp.ts";
import { textStream } from "./text-stream.ts";

/** What a sampler knows of the text. */
export interface SampleContext {
  /** All ids so far, prompt included. */
  readonly history: readonly number[];
  /** The number of prompt ids. */
  readonly promptLength: number;
}

/** Chooses the next id from logits [V], which it may modify. */
export type Sample = (logits: Float32Array, context: SampleContext) => number;

/** When a text ends and what of it is shown: the options that all strategies share. */
export interface TextOptions {
  /** Maximum number of tokens; by default, up to the end of the context. */
  readonly maxTokens?: number | undefined;
  /** Strings that end the text and are not emitted. They need a tokenizer. */
  readonly stop?: readonly string[] | undefined;
  /** Continue past the end-of-text token. */
  readonly ignoreEos?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /**
   * Called with text that is still held back (a possible stop string, an incomplete character) when generation ends
   * early: by an abort, an error, or a caller that stops reading. The tokens' texts and this one make the whole text.
   */
  readonly onHeldText?: ((text: string) => void) | undefined;
}

export const textOptionChecks: Checks<TextOptions> = {
  maxTokens: "number",
  stop: strings,
  ignoreEos: "boolean",
  signal: abortSignal,
  onHeldText: "function",
};

/** A token as it is generated. */
export interface GeneratedToken {
  readonly id: number;
  /**
   * Text that can be shown now: "" while a character or a possible stop string is incomplete, or without a tokenizer.
   */
  readonly text: string;
  /** ln p(id) under the raw logits, in nats, before any sampling step. */
  readonly logprob: number;
  /** Index of the token in the whole sequence. */
  readonly position: number;
}

/** Why a text ended: a token that ends it, the limit, a stop string, the end of the context, or the signal. */
export type FinishReason = "eos" | "length" | "stop" | "context" | "abort";

/** A text being generated: its ids so far, what it may still grow, and the tokens that it takes. */
export interface Continuation extends SampleContext {
  /** Tokens that may still be generated, up to the limit or the end of the context. */
  remainingTokens(): number;
  /** Why the text ended; undefined while it continues. */
  ended(): FinishReason | undefined;
  /** Appends the id that `sample` chooses. @throws RangeError for an invalid id; Error if logits are not finite */
  next(logits: Float32Array, sample: Sample): GeneratedToken;
  /** Passes text that is still held back to `onHeldText`: for a strategy's `finally`. */
  release(): void;
}

/**
 * A continuation of checked ids, with nothing generated yet. `raw`, [V], is used during `next` only: many continuations
 * can share it.
 * @throws RangeError for an empty stop string
 */
export function continuation(
  model: Model,
  ids: readonly number[],
  options: TextOptions,
  by: string,
  raw: Float32Array = new Float32Array(model.config.vocabSize),
): Continuation {
  const { maxTokens = Number.POSITIVE_INFINITY, ignoreEos = false, signal } = options;
  const { nPositions } = model.config;
  const ends = eosTokenIds(model.config);
  const show = textStream(model, options.stop ?? []);
  const history = [...ids];
  const promptLength = ids.length;
  const remainingTokens = () => Math.min(promptLength + maxTokens, nPositions) - history.length;
  let reason: FinishReason | undefined;
  const ended = () => {
    if (reason) return reason;
    if (remainingTokens() === 0) return history.length === promptLength + maxTokens ? "length" : "context";
    return signal?.aborted ? "abort" : undefined;
  };
  const next = (logits: Float32Array, sample: Sample): GeneratedToken => {
    const position = history.length;
    const logSum = logSumOfExp(logits, position, by);
    raw.set(logits);
    const id = sample(logits, { history, promptLength });
    checkChosen(by, "sample", id, raw.length);
    history.push(id);
    const isEos = !ignoreEos && ends.includes(id);
    const { text, stopped } = show(isEos ? undefined : id, isEos || remainingTokens() === 0);
    if (isEos || stopped) reason = isEos ? "eos" : "stop";
    return { id, text, logprob: (raw[id] as number) - logSum, position };
  };
  const release = () => {
    const held = reason === "stop" ? "" : show(undefined, true).text;
    if (held !== "") options.onHeldText?.(held);
  };
  return { history, promptLength, remainingTokens, ended, next, release };
}

/** @throws RangeError unless `id`, which the caller's function `what` chose, is that of a token */
export function checkChosen(by: string, what: string, id: number, vocabSize: number): void {
  if (Number.isInteger(id) && id >= 0 && id < vocabSize) return;
  const chosen = typeof id === "number" ? `id ${id}` : describeValue(id);
  throw new RangeError(`${by}: ${what} chose ${chosen}; ids go from 0 to ${vocabSize - 1}`);
}

export const promptKind: Kind<string | readonly number[]> = {
  rule: "a text or a list of token ids",
  holds: (value) => typeof value === "string" || Array.isArray(value) || ArrayBuffer.isView(value),
};

/**
 * The ids of a prompt; for an empty one, the model's begin- or end-of-text id.
 * @throws RangeError for no model, what is neither text nor a list, text without a tokenizer, or an empty prompt if the
 * model has no such id
 */
export function promptIds(model: Model, prompt: string | readonly number[], by = "generate"): number[] {
  checkModel(by, model);
  const { tokenizer, config, name } = model;
  if (!promptKind.holds(prompt)) {
    throw new RangeError(`${by}: the prompt must be ${promptKind.rule}, got ${describeValue(prompt)}`);
  }
  if (typeof prompt === "string" && prompt !== "" && !tokenizer) {
    throw new RangeError(`${by}: model "${name}" has no tokenizer, so a prompt must be given as token ids`);
  }
  const ids = typeof prompt === "string" ? (prompt === "" ? [] : (tokenizer?.encode(prompt) ?? [])) : [...prompt];
  if (ids.length > 0) return ids;
  const start = config.bosTokenId ?? eosTokenIds(config)[0];
  if (start === undefined) {
    throw new RangeError(`${by}: the prompt is empty and model "${name}" has no bos or eos token to start from`);
  }
  return [start];
}

/**
 * The ids of a prompt, after checking them and the options.
 * @throws RangeError for an invalid prompt or option; ContextOverflowError for more ids than nPositions
 */
export function checkedPrompt(
  model: Model,
  prompt: string | readonly number[],
  options: TextOptions,
  by: string,
): number[] {
  checkOptions(by, options, textOptionChecks);
  return idsToContinue(model, prompt, options, by);
}

/** The same for options of which the types have been checked. */
export function idsToContinue(
  model: Model,
  prompt: string | readonly number[],
  options: TextOptions,
  by: string,
): number[] {
  const { maxTokens = Number.POSITIVE_INFINITY, stop = [] } = options;
  const ids = promptIds(model, prompt, by);
  const { config, tokenizer } = model;
  if (maxTokens !== Number.POSITIVE_INFINITY && (!Number.isInteger(maxTokens) || maxTokens < 0)) {
    throw new RangeError(`${by}: maxTokens must be a whole number, 0 or more, got ${maxTokens}`);
  }
  if (stop.length > 0 && !tokenizer) throw new RangeError(`${by}: stop strings need a model with a tokenizer`);
  const unknown = ids.findIndex((id) => !Number.isInteger(id) || id < 0 || id >= config.vocabSize);
  if (unknown >= 0) {
    const range = `ids go from 0 to ${config.vocabSize - 1}`;
    throw new RangeError(`${by}: the prompt's token id ${String(ids[unknown])} is out of range; ${range}`);
  }
  if (ids.length > config.nPositions) throw promptOverflow(by, ids.length, config.nPositions);
  return ids;
}
