/** Requests of the map: what each layer would predict at each position. */
import type { LikelyToken, Token } from "./text.ts";

/** What the residual stream of a position would predict after `depth` blocks; 0 is the embedding. */
export interface LensCell {
  readonly position: number;
  readonly depth: number;
  /** At this position. */
  readonly token: Token;
  /** The likeliest next tokens by the final norm and the head, the most probable first. */
  readonly likeliest: readonly LikelyToken[];
}

/** A position of the text, and what its residual stream would predict. */
export interface LensColumn {
  /** The token at this position. */
  readonly id: number;
  /** The likeliest next token before the first block and after each. [L + 1] */
  readonly cells: readonly LikelyToken[];
}

/** How the columns have changed: the first `kept` are as they were, and `added` follow. */
export interface LensChange {
  readonly kept: number;
  readonly added: readonly LensColumn[];
}

export interface MapRequests {
  lens: { asks: Pick<LensCell, "position" | "depth">; reports: never; gives: LensCell };
  /**
   * Columns after those that are known, which are named by their tokens: as many as a frame has time for, or all. A
   * column depends on the tokens up to it alone.
   */
  lensColumns: { asks: { readonly known: readonly number[] }; reports: never; gives: LensChange };
}
