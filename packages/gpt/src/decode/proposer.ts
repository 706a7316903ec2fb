/** A proposer cheaply guesses the next few tokens; speculative decoding checks them all in one pass of the model. */
import type { Model } from "../model.ts";
import type { SampleContext } from "./continuation.ts";
import type { Distribution, DistributionOf } from "./distribution.ts";

/** A proposed token. */
export interface Proposal {
  readonly id: number;
  /** The distribution that the id was drawn from: q. */
  readonly from: Distribution;
}

/** Proposes the next tokens of a text, for speculative decoding. */
export interface Proposer {
  /** At most `count` tokens to follow the history, each conditioned on those before it; may be fewer, or none. */
  propose(context: SampleContext, count: number): Promise<Proposal[]>;
  /** Releases its memory. */
  dispose(): void;
}

/** What a proposer is created for: one text of one model. */
export interface ProposerTask {
  readonly target: Model;
  /** The maximum length of the text in tokens. */
  readonly capacity: number;
  readonly distribution: DistributionOf;
  /** The next number in [0, 1). */
  readonly uniform: () => number;
  readonly signal: AbortSignal | undefined;
}

/** Creates a proposer for a text; it allocates memory on first use. @throws RangeError for an incompatible model */
export type ProposerFor = (task: ProposerTask) => Proposer;
