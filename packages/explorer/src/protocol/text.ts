/** Requests of the text: its prompt, and the tokens after it. */
import type { ChainFlags, ChainSpec, Dialect, SamplerState } from "@tsgpt/sampling";

/** A token of the text. */
export interface Token {
  readonly id: number;
  /** Its text; U+FFFD for the bytes of an incomplete character. */
  readonly text: string;
}

export interface GeneratedToken extends Token {
  /** ln p under the raw logits, in nats. */
  readonly logprob: number;
  /** Whether it was chosen by hand, so that it took no random number. */
  readonly isChosen: boolean;
}

export interface LikelyToken extends Token {
  readonly probability: number;
}

/** Why no token can follow: an end-of-text token, or the end of the context. */
export type End = "eos" | "context";

/** Why a run ended: also its number of tokens, or a cancellation. */
export type RunEnd = End | "length" | "cancelled";

/** How the text after the prompt has changed: the first `kept` generated tokens are as they were. */
export interface TextChange {
  readonly kept: number;
  readonly added: readonly GeneratedToken[];
  /** The likeliest next tokens under the raw logits, the most probable first. */
  readonly likeliest: readonly LikelyToken[];
  readonly end: End | undefined;
  /** The position from which the last pass computed; what is before it came from the cache. */
  readonly computedFrom: number;
}

/**
 * How tokens are drawn: the options of `tsgpt generate`, in camelCase. An omitted one has the default of the model or
 * else of the dialect.
 */
export interface Sampling extends ChainFlags {
  readonly dialect: Dialect;
  readonly greedy?: boolean | undefined;
}

/** The symbols that a token's bytes form, before the merges or after one of them. */
export interface MergeStep {
  /** Of the merge, from 0; undefined before the first. */
  readonly rank: number | undefined;
  /** Indices among the token's bytes: where each symbol begins. */
  readonly begins: readonly number[];
  /** Where the symbol begins that the merge made. */
  readonly merged: number | undefined;
}

export interface TokenDetails {
  readonly id: number;
  /** None for an id that only the model has. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** How merges make the token of its bytes; undefined if none do. */
  readonly steps: readonly MergeStep[] | undefined;
}

/** A generated token of a text that is opened again. */
export type PastToken = Pick<GeneratedToken, "id" | "isChosen">;

export interface TextRequests {
  /** Starts a text. Reports the prompt's tokens before it computes. */
  open: {
    asks: {
      readonly prompt: string;
      readonly seed: number;
      readonly sampling: Sampling;
      /** Generated tokens of a text that is opened again; none by default. */
      readonly past?: readonly PastToken[];
      /** The sampler's state after them; by default, the one that drawing them with this sampling leaves. */
      readonly random?: SamplerState | undefined;
    };
    reports: readonly Token[];
    gives: TextChange;
  };
  /** Appends a token: the given one, or one that is drawn. */
  step: { asks: { readonly id: number | undefined }; reports: never; gives: TextChange };
  /** Draws tokens until there are `maxTokens` after the prompt. Cancelled, it results in what it has. */
  run: {
    asks: { readonly maxTokens: number };
    reports: TextChange;
    gives: { readonly change: TextChange; readonly end: RunEnd };
  };
  /** Removes the last generated token; its random numbers will be drawn again. */
  back: { asks: object; reports: never; gives: TextChange };
  /** The whole text that the worker has. */
  text: { asks: object; reports: never; gives: { readonly prompt: readonly Token[]; readonly change: TextChange } };
  /** What a token is made of. */
  token: { asks: { readonly id: number }; reports: never; gives: TokenDetails };
  /** Draws the tokens to come in another way, also in a run; the text stays as it is, and so do the random numbers. */
  sampling: { asks: Sampling; reports: never; gives: { readonly chain: ChainSpec } };
}
