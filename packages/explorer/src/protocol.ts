/**
 * What the page and its worker send to one another: requests with an id, which are answered once and may be cancelled.
 * A request may report progress, at most once a frame. Large results are transferred.
 */

/** A token of the text. */
export interface Token {
  readonly id: number;
  /** Its text; U+FFFD for the bytes of an incomplete character. */
  readonly text: string;
}

export interface GeneratedToken extends Token {
  /** ln p under the raw logits, in nats. */
  readonly logprob: number;
}

export interface LikelyToken extends Token {
  readonly probability: number;
}

/** The model that is loaded, and what it runs on. */
export interface ModelInfo {
  readonly name: string;
  readonly vocabSize: number;
  readonly kernels: string;
  readonly threads: number;
  /** Why the engine is slower than it could be, as sentences; none if it is not. */
  readonly notes: readonly string[];
}

/** Bytes of weights. */
export interface LoadProgress {
  readonly loaded: number;
  readonly total: number;
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
}

/** What a step of the sampling chain did. */
interface ChainStep {
  readonly type: string;
  /** Tokens that it left, and their probability in the distribution that it received. */
  readonly kept: number;
  readonly mass: number;
  /** Of the distribution that it left, in bits. */
  readonly entropy: number;
  /** Tokens that it removed, the most probable first. */
  readonly cut: readonly number[];
}

export interface Distribution {
  /** [V] */
  readonly logits: Float32Array<ArrayBuffer>;
  /** Their softmax. [V] */
  readonly probabilities: Float64Array<ArrayBuffer>;
  readonly chain: readonly ChainStep[];
}

/** What one layer would predict: the residual stream at a position through the final norm and the head. */
export interface LensCell {
  /** The activation that was read: the embedding's sum, or a block's output. */
  readonly hook: string;
  readonly likeliest: readonly LikelyToken[];
}

/** Every request: what it asks, what it reports on the way, and what it results in. */
export interface Requests {
  /** Loads a model from the URL of its folder. */
  load: { asks: { readonly url: string }; reports: LoadProgress; gives: ModelInfo };
  /** Starts a text. Reports the prompt's tokens before it computes. */
  open: { asks: { readonly prompt: string; readonly seed: number }; reports: readonly Token[]; gives: TextChange };
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
  /** The distribution of the next token. */
  distribution: { asks: object; reports: never; gives: Distribution };
  /** The logit lens at one position: L + 1 cells, from the embedding up. */
  lens: { asks: { readonly position: number }; reports: never; gives: readonly LensCell[] };
}

export type RequestType = keyof Requests;

export type ToWorker =
  | {
      [Type in RequestType]: { readonly type: Type; readonly request: number; readonly asks: Requests[Type]["asks"] };
    }[RequestType]
  | { readonly type: "cancel"; readonly request: number };

export type FromWorker =
  | { readonly type: "progress"; readonly request: number; readonly value: unknown }
  | { readonly type: "result"; readonly request: number; readonly value: unknown }
  | { readonly type: "error"; readonly request: number; readonly name: string; readonly message: string };
