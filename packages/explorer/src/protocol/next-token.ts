/** Requests of the distribution of the next token. */
import type { StepSpec } from "@tsgpt/sampling";
import type { LikelyToken } from "./text.ts";

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

/** What the chain leaves, in brief. */
export interface Summary {
  /** V */
  readonly vocabSize: number;
  readonly kept: number;
  /** With its probability after the chain. */
  readonly likeliest: LikelyToken;
}

/** A token, with what it has before the chain. */
export interface RankedToken extends LikelyToken {
  readonly logit: number;
}

/** The softmax of the logits, sorted. */
export interface Curve {
  /** From 1, ascending: all of the head, some of the tail, and the last one. */
  readonly ranks: Int32Array<ArrayBuffer>;
  /** Of the token of each of these ranks. */
  readonly probabilities: Float64Array<ArrayBuffer>;
  /** 1 minus the probability of all tokens up to each of these ranks. */
  readonly tails: Float64Array<ArrayBuffer>;
  readonly entropy: number;
  /** The most probable tokens. */
  readonly top: readonly RankedToken[];
}

/** A step, its numbers, and as many of the tokens that it cut as were asked for. */
export interface StepView {
  readonly step: StepSpec;
  readonly kept: number;
  readonly cut: number;
  readonly mass: number;
  readonly entropy: number;
  /** The most probable first, with the probability that they had. */
  readonly cutTokens: readonly LikelyToken[];
  /** The random number that decided whether XTC acts. */
  readonly uniform?: number | undefined;
  /** Mirostat's bound, in bits. */
  readonly mu?: number | undefined;
}

/** The part of the cumulative probabilities, in the order of ids, that one token has. */
export interface Interval extends LikelyToken {
  readonly from: number;
  readonly to: number;
}

/** What Next will do. */
export interface Draw {
  /** The number from [0, 1) that will be drawn; undefined for greedy, which draws none. */
  readonly uniform: number | undefined;
  readonly token: Interval;
  /** The widest intervals, that of the token too, in their order. */
  readonly intervals: readonly Interval[];
}

export interface Chain {
  readonly summary: Summary;
  readonly steps: readonly StepView[];
  /** Undefined where no token can follow. */
  readonly draw: Draw | undefined;
}

/** How many of the tokens that it cut a step should name, by its type; none by default. */
export type CutTokens = Readonly<Partial<Record<StepSpec["type"], number>>>;

export interface NextTokenRequests {
  /** The distribution of the next token, whole. */
  distribution: { asks: object; reports: never; gives: Distribution };
  /** What the chain leaves of it. */
  summary: { asks: object; reports: never; gives: Summary };
  /** The distribution before the chain, as far as it can be seen. */
  curve: { asks: object; reports: never; gives: Curve };
  /** What each step of the chain does, and what will be drawn. */
  chain: { asks: { readonly cutTokens: CutTokens }; reports: never; gives: Chain };
}
