/** Requests of the map: what each layer would predict at each position. */
import type { LikelyToken } from "./text.ts";

/** What one layer would predict: the residual stream at a position through the final norm and the head. */
export interface LensCell {
  /** The activation that was read: the embedding's sum, or a block's output. */
  readonly hook: string;
  readonly likeliest: readonly LikelyToken[];
}

export interface MapRequests {
  /** The logit lens at one position: L + 1 cells, from the embedding up. */
  lens: { asks: { readonly position: number }; reports: never; gives: readonly LensCell[] };
}
