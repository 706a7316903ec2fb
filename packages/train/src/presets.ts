/**
 * Three sizes of a new model with the settings that train it: enough to begin without any option. The shapes of tiny and
 * small are ours (small is that of the bundled model), gpt2 is the published one.
 */
import { type GPT2Config, presetConfig } from "@tsgpt/gpt";

/** The settings of a run that depend on the size of the model. */
export interface Preset {
  /** One sentence for the help. */
  readonly description: string;
  /** The shape, except for the vocabulary. */
  readonly shape: Pick<GPT2Config, "nLayer" | "nHead" | "nEmbd" | "nPositions">;
  readonly vocabSize: number;
  /** T of a sequence. */
  readonly context: number;
  /** Sequences of a batch. */
  readonly batchSize: number;
  /** Batches of a step. */
  readonly accumulate: number;
  readonly steps: number;
  readonly learningRate: number;
  /** Steps. */
  readonly warmup: number;
  /** Steps between two checkpoints, evaluations and samples. */
  readonly every: number;
}

const PRESETS = {
  tiny: {
    description: "0.3 million parameters, to see it learn in minutes",
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
    description: "3.6 million parameters, the shape of the bundled model",
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
    description: "124 million parameters, the smallest published GPT-2",
    shape: { nLayer: 12, nHead: 12, nEmbd: 768, nPositions: 1024 },
    vocabSize: 50257,
    context: 1024,
    batchSize: 4,
    accumulate: 8,
    steps: 20000,
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

/** The config of a new model with this preset's shape; `eos` is the id of the end-of-text token, if there is one. */
export function configOf(
  { shape: { nLayer, nHead, nEmbd, nPositions } }: Preset,
  vocabSize: number,
  eos: number | undefined,
): GPT2Config {
  const gpt2 = presetConfig("gpt2");
  const size = { nLayer, nHead, nEmbd, nPositions, nInner: 4 * nEmbd };
  return { ...gpt2, ...size, vocabSize, bosTokenId: eos, eosTokenId: eos };
}
