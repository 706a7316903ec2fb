/** What is trained: the shape of the bundled model, batches of random ids, and how many operations that takes. */
import { type GPT2Config, presetConfig } from "@tsgpt/gpt";

export interface Sizes {
  /** Sequences of a batch. */
  readonly b: number;
  /** Tokens of a sequence. */
  readonly t: number;
  /** Optimizer steps of a turn. */
  readonly steps: number;
}

/** The bundled model's: 3.55 million parameters. */
export const CONFIG: GPT2Config = {
  ...presetConfig("gpt2"),
  nEmbd: 192,
  nInner: 768,
  nHead: 6,
  nLayer: 6,
  nPositions: 512,
  vocabSize: 4096,
};

/** AdamW's constants, the same on both sides. */
export const ADAMW = { learningRate: 1e-3, betas: [0.9, 0.95], epsilon: 1e-8, weightDecay: 0.1 } as const;

/** Steps whose losses are compared before anything is timed. */
export const COMPARED_STEPS = 4;

/**
 * Floating-point operations of a token: 6 for each weight that is multiplied by (forward, and two products backward),
 * and attention over (T + 1) / 2 keys on average. What is computed twice counts once.
 */
export function flopsPerToken({ nEmbd: c, nInner, nLayer, vocabSize }: GPT2Config, t: number): number {
  const weights = nLayer * (4 * c * c + 2 * c * nInner) + vocabSize * c;
  return 6 * weights + nLayer * 12 * c * ((t + 1) / 2);
}

/** Batches in the file; after the last the first comes again. */
export const BATCHES = 8;

/** Token ids of a batch, as random as a multiplicative hash: B lists of T + 1. */
export function batch(index: number, { b, t }: Pick<Sizes, "b" | "t">): Int32Array[] {
  const first = index * b * (t + 1);
  return Array.from({ length: b }, (_, sequence) =>
    Int32Array.from({ length: t + 1 }, (_, i) => {
      const mixed = Math.imul(first + sequence * (t + 1) + i + 1, 0x9e3779b1);
      return (Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b) >>> 8) % CONFIG.vocabSize;
    }),
  );
}
