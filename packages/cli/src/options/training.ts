/** The options of `tsgpt train`. None has a default value here: omitted ones depend on the preset, or were saved. */
import { presetNames, SCHEDULES } from "@tsgpt/train";
import { usageError } from "../cli-error.ts";
import { kernelOptions } from "./engine.ts";
import { type OptionsOf, option } from "./option.ts";
import { numberFrom, path, positiveNumber, wholeNumber } from "./values.ts";

const count = { parse: wholeNumber(1) };

export const trainingOptions = [
  option("--output <folder>", "a new folder, or an empty one; with --resume, that of the run", {
    parse: path,
    mandatory: true,
  }),
  option(
    "--resume",
    "continue the run in the output folder from its last checkpoint, with its options; with more --steps the " +
      "learning rate follows the schedule of the longer run: where it had fallen, it rises again",
  ),
  { heading: "Model and data:" },
  option("--preset <size>", "shape and settings of a new model (default: tiny)", {
    choices: presetNames,
    conflicts: "from",
  }),
  option("--from <model>", "fine-tune this model: a folder, a bundled model, or a model of the hub", { parse: path }),
  option("--tokenizer <file>", "the tokenizer.json of a new model (default: one is trained on the text)", {
    parse: path,
    conflicts: "from",
  }),
  option("--vocab-size <n>", "tokens of the tokenizer that is trained, or of a model without one", count),
  option("--batches <file>", "train on exactly these batches instead of a text: tensor ids, [steps, B, T + 1]", {
    parse: path,
  }),
  option("--validation <file>", "a text to evaluate on", { parse: path }),
  option("--context <n>", "tokens of a sequence", count),
  option("--batch-size <n>", "sequences of a batch", count),
  option("--accumulate <n>", "batches of a step, whose gradients are averaged", count),
  option("--seed <n>", "of the initial weights, the order of the data, and the samples (default: 1)", {
    parse: wholeNumber(0, 2 ** 32 - 1),
  }),
  { heading: "Length:" },
  option("--steps <n>", "updates", { parse: wholeNumber(1), check: checkLength }),
  option("--epochs <x>", "times that the whole text is used", { parse: positiveNumber(), check: checkLength }),
  option("--minutes <x>", "time spent in steps", { parse: positiveNumber(), check: checkLength }),
  { heading: "Optimizer:" },
  option("--optimizer <name>", "adamw, or muon for the matrices of blocks (default: adamw)", {
    choices: ["adamw", "muon"],
  }),
  option("--learning-rate <x>", "the highest learning rate", { parse: positiveNumber() }),
  option("--warmup <n>", "steps until it is reached (default: the preset's, at most a tenth of the run)", {
    parse: wholeNumber(0),
  }),
  option("--schedule <name>", "how it falls to a tenth afterwards (default: cosine)", { choices: SCHEDULES }),
  option("--weight-decay <x>", "of parameters of two dimensions (default: 0.1)", { parse: numberFrom(0) }),
  option("--clip <x>", "the largest norm of all gradients; 0 disables it (default: 1)", { parse: numberFrom(0) }),
  { heading: "Reports:" },
  option("--eval-every <n>", "steps between evaluations", { parse: wholeNumber(1) }),
  option("--sample-every <n>", "steps between samples; 0 disables them", { parse: wholeNumber(0) }),
  option("--save-every <n>", "steps between checkpoints", count),
  option("--log <file>", "one JSON object per step, as lines of a new file", { parse: path }),
  { heading: "Computation:" },
  option("--recompute", "recompute activations in the backward pass: less memory, more time, the same numbers"),
  ...kernelOptions,
] as const;

export type TrainFlags = OptionsOf<typeof trainingOptions>;

function checkLength({ steps, epochs, minutes }: { steps?: number; epochs?: number; minutes?: number }): void {
  if ([steps, epochs, minutes].filter((given) => given !== undefined).length < 2) return;
  throw usageError("give one of --steps, --epochs and --minutes");
}
