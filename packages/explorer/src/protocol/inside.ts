/** Requests of what is inside the model: a block's activations, its heads, and any number of them. */
import type { NumberName, OpenedNumber } from "@tsgpt/analysis";

/** One row of an activation: of one position, and of one head for scores and patterns. */
export interface ActivationRow {
  readonly tensor: string;
  /** Of the row: the index of a number in it is this and what follows. */
  readonly index: readonly number[];
  /** What the rest of the index goes through: [C], [H, D] or [S]. */
  readonly shape: readonly number[];
  readonly values: Float32Array<ArrayBuffer>;
}

/** What a head attends to, over the whole text. */
export interface AttentionMap {
  /** [T, T]; a score of a later token is -Infinity, a weight 0. */
  readonly values: Float32Array<ArrayBuffer>;
  readonly size: number;
}

/** The patterns of one layer's heads, made small. */
export interface Thumbnails {
  readonly layer: number;
  /** The side of a thumbnail: the number of tokens, or less. */
  readonly size: number;
  /** [H, size, size]; each cell is the largest weight of the cells that it stands for. */
  readonly values: Float32Array<ArrayBuffer>;
}

export interface InsideRequests {
  /** A block's activations at one position, in the order of the pass, scores and pattern of one head among them. */
  activations: {
    asks: { readonly layer: number; readonly head: number; readonly position: number };
    reports: never;
    gives: { readonly rows: readonly ActivationRow[] };
  };
  /** The whole map of a head. */
  attention: {
    asks: { readonly layer: number; readonly head: number; readonly of: "scores" | "pattern" };
    reports: never;
    gives: AttentionMap;
  };
  /** What a head attends to from one position: its weights, of the later tokens 0. */
  attended: {
    asks: { readonly layer: number; readonly head: number; readonly position: number };
    reports: never;
    gives: { readonly position: number; readonly weights: Float32Array<ArrayBuffer> };
  };
  /** All heads of all layers; reports each layer. `size` is the largest side of a thumbnail. */
  thumbnails: { asks: { readonly size: number }; reports: Thumbnails; gives: object };
  /** Where a number comes from. */
  number: { asks: NumberName; reports: never; gives: OpenedNumber };
  /** Gives the memory of the block that was asked for last back: nothing shows it any more. */
  forgetBlock: { asks: object; reports: never; gives: undefined };
}
