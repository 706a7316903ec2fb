/**
 * Three sizes of a new model, and the settings that train them, or fine-tune any model, without any option. The shapes
 * of tiny and small are ours (small is that of the bundled model); gpt2 is the published one.
 */
import { type GPT2Config, presetConfig } from "@tsgpt/gpt";

/** The settings of a run. */
export interface Defaults {
  /** T of a sequence. */
  readonly context: number;
  /** Sequences of a batch. */
  readonly batchSize: number;
  /** Batches of a step. */
  readonly accumulate: number;
  readonly steps: number;
  readonly learningRate: number;
  /** Steps; a shorter run takes those of `warmupFor`. */
  readonly warmup: number;
  /** Steps between two checkpoints, evaluations and samples. */
  readonly every: number;
}

/** A new model and the settings of its training. */
export interface Preset extends Defaults {
  /** The shape, except for the vocabulary. */
  readonly shape: Pick<GPT2Config, "nLayer" | "nHead" | "nEmbd" | "nPositions">;
  /** Of the tokenizer that is trained; the model has as many as that has. */
  readonly vocabSize: number;
}

const PRESETS = {
  tiny: {
    shape: { nLayer: 4, nHead: 4, nEmbd: 64, nPositions: 256 },
    vocabSize: 1024,
    context: 64,
    batchSize: 16,
    accumulate: 1,
    steps: 1000,
    learningRate: 3e-3,
    warmup: 50,
    every: 100,
  },
  small: {
    shape: { nLayer: 6, nHead: 6, nEmbd: 192, nPositions: 512 },
    vocabSize: 4096,
    context: 512,
    batchSize: 8,
    accumulate: 1,
    steps: 5000,
    learningRate: 2e-3,
    warmup: 100,
    every: 100,
  },
  gpt2: {
    shape: { nLayer: 12, nHead: 12, nEmbd: 768, nPositions: 1024 },
    vocabSize: 50257,
    context: 1024,
    batchSize: 4,
    accumulate: 8,
    steps: 20_000,
    learningRate: 6e-4,
    warmup: 700,
    every: 50,
  },
} as const satisfies Record<string, Preset>;

/**
 * A size of a new model.
 * @useDeclaredType
 */
export type PresetName = keyof typeof PRESETS;

/** The names of the presets, smallest first. */
export const presetNames: readonly PresetName[] = Object.keys(PRESETS) as PresetName[];

/** The settings of a preset. */
export function trainingPreset(name: PresetName): Preset {
  return PRESETS[name];
}

/** The warmup of a run of so many steps: `warmup`, but at most a tenth of the steps, and at least 1. */
export function warmupFor({ warmup }: Pick<Defaults, "warmup">, steps: number): number {
  return Math.min(warmup, Math.max(1, Math.floor(steps / 10)));
}

const LONGEST = 256;

/** The settings that fine-tune a model; its context, but at most 256. */
export function fineTuning(config: GPT2Config): Defaults {
  const context = Math.min(config.nPositions, LONGEST);
  return { context, batchSize: 8, accumulate: 1, steps: 500, learningRate: 3e-4, warmup: 20, every: 50 };
}

/** The config of a new model with this preset's shape; `endOfText` begins and ends its texts, if there is one. */
export function configOf(
  { shape: { nLayer, nHead, nEmbd, nPositions } }: Preset,
  vocabSize: number,
  endOfText: number | undefined,
): GPT2Config {
  const shape = { nLayer, nHead, nEmbd, nPositions, nInner: 4 * nEmbd };
  return { ...presetConfig("gpt2"), ...shape, vocabSize, bosTokenId: endOfText, eosTokenId: endOfText };
}
