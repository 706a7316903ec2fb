/** A proposer guesses the next few tokens at little cost; speculative decoding has the model check them all in one pass. */

import type { Model } from "../model.ts";
import type { SampleContext } from "./continuation.ts";
import type { Distribution, DistributionOf } from "./distribution.ts";

export interface Proposal {
  readonly id: number;
  /** What the id was drawn from: q. */
  readonly from: Distribution;
}

export interface Proposer {
  /** At most `count` tokens that may follow the history, each given those before it; fewer, or none, if it has no more. */
  propose(context: SampleContext, count: number): Promise<Proposal[]>;
  dispose(): void;
}

/** What a proposer is made for: one text of one model. */
interface ProposerTask {
  readonly target: Model;
  /** The most tokens that the text can have. */
  readonly capacity: number;
  readonly distribution: DistributionOf;
  readonly uniform: () => number;
  readonly signal: AbortSignal | undefined;
}

/** Makes a proposer for a text; the memory it needs it takes when it is first asked. @throws RangeError for a model that it does not fit */
export type ProposerFor = (task: ProposerTask) => Proposer;
