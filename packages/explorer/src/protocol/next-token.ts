/** Requests of the distribution of the next token. */

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

export interface NextTokenRequests {
  /** The distribution of the next token. */
  distribution: { asks: object; reports: never; gives: Distribution };
}
