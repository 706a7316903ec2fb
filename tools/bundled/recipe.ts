/** How the bundled model is trained: the corpus by its digests, and the options of `tsgpt train` for each of its sizes. */
import { join } from "node:path";
import { type GPT2Config, presetConfig } from "../../packages/gpt/src/index.ts";

/** The corpus is not in this repository; weights/fairytales/SOURCES.tsv lists its texts. SHA-256 of each file. */
export const CORPUS = {
  "train.txt": "532174ba0a1ca1c21ae9b4934c0e03cc9e3a4477d7027f28c106be26ba0136a0",
  "validation.txt": "ca53a5fd06823ca636ae36a2b8145b78ba8db8ae154c1631915bcc40fead1264",
} as const;

/** The tokenizer that all versions of the model have. */
export const TOKENIZER = join(import.meta.dirname, "../../weights/fairytales/tokenizer.json");

/** The first version of the model, to compare with. */
export const FIRST_VERSION = join(import.meta.dirname, "../../packages/gpt/test/fixtures/fairytales-1");

/** T of a window, in training and on the held-out text. */
export const CONTEXT = 512;

/** How a model of one size is trained. */
export interface Recipe {
  /** Of the model with random weights that the first part begins with. */
  readonly shape: Pick<GPT2Config, "nLayer" | "nHead" | "nEmbd">;
  /** Options of `tsgpt train`; each part begins with the F16 model of the one before, and with a new optimizer. */
  readonly parts: readonly (readonly string[])[];
}

/** What the parts of the larger model share; a step of 8,192 tokens takes six seconds on two cores. */
const LARGER = [
  ...["--batch-size", "16", "--learning-rate", "0.005"],
  ...["--eval-every", "200", "--save-every", "50", "--sample-every", "400"],
];

/** The same shape as the first version, and a larger one. */
export const RECIPES = {
  "3.6M": {
    shape: { nLayer: 6, nHead: 6, nEmbd: 192 },
    parts: [
      [
        ...["--steps", "4500", "--batch-size", "8", "--learning-rate", "0.003"],
        ...["--warmup", "100", "--schedule", "cosine"],
        ...["--eval-every", "300", "--save-every", "100", "--sample-every", "1500", "--seed", "1"],
      ],
    ],
  },
  "7.5M": {
    shape: { nLayer: 8, nHead: 8, nEmbd: 256 },
    parts: [
      [...LARGER, "--steps", "1260", "--warmup", "100", "--schedule", "constant", "--seed", "1"],
      [...LARGER, "--steps", "840", "--warmup", "30", "--schedule", "linear", "--seed", "2"],
    ],
  },
} as const satisfies Record<string, Recipe>;

/** The name of a recipe. */
export type RecipeName = keyof typeof RECIPES;

/** What all parts of the recipes share. */
export const OPTIONS = [
  ...["--optimizer", "muon", "--weight-decay", "0.1", "--clip", "1"],
  ...["--context", String(CONTEXT), "--accumulate", "1"],
];

/** The config of a new model; id 0 is the end of text, which begins and ends a story. */
export function configOf({ nLayer, nHead, nEmbd }: Recipe["shape"]): GPT2Config {
  const shape = { nLayer, nHead, nEmbd, nInner: 4 * nEmbd, nPositions: CONTEXT, vocabSize: 4096 };
  return { ...presetConfig("gpt2"), ...shape, bosTokenId: 0, eosTokenId: 0 };
}
