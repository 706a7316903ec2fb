/** The defaults of the options of `tsgpt train`, as its help shows them: a column per preset, and one for --from. */
import { presetConfig } from "@tsgpt/gpt";
import { type Defaults, fineTuning, type Preset, presetNames, trainingPreset } from "@tsgpt/train";

type Row = readonly [label: string, ofPreset: (preset: Preset) => string | number, ofModel: string | number];

const COLUMN = 12;
const LABEL = 18;

/** A line per setting. */
export function defaultsTable(): string {
  const presets = presetNames.map(trainingPreset);
  const heads = line("", [...presetNames, "--from"]);
  const lines = rows(fineTuning(presetConfig("gpt2"))).map(([label, ofPreset, ofModel]) =>
    line(label, [...presets.map(ofPreset), ofModel]),
  );
  return [heads, ...lines].join("\n");
}

function line(label: string, cells: readonly (string | number)[]): string {
  return `  ${label.padEnd(LABEL)}${cells.map((cell) => String(cell).padEnd(COLUMN)).join("")}`.trimEnd();
}

function rows(model: Defaults): readonly Row[] {
  return [
    ["layers, width", ({ shape: { nLayer, nEmbd } }) => `${nLayer}, ${nEmbd}`, "the model's"],
    ["heads", ({ shape }) => shape.nHead, "the model's"],
    ["parameters", (preset) => `${(parametersOf(preset) / 1e6).toFixed(1)} M`, "the model's"],
    ["longest context", ({ shape }) => shape.nPositions, "the model's"],
    ["--vocab-size", ({ vocabSize }) => vocabSize, ""],
    ["--context", ({ context }) => context, `the model's, at most ${model.context}`],
    ["--batch-size", ({ batchSize }) => batchSize, model.batchSize],
    ["--accumulate", ({ accumulate }) => accumulate, model.accumulate],
    ["--steps", ({ steps }) => steps, model.steps],
    ["--learning-rate", ({ learningRate }) => learningRate, model.learningRate],
    ["--warmup", ({ warmup }) => warmup, model.warmup],
    ["--save-every", ({ every }) => every, model.every],
    ["--eval-every", ({ every }) => every, model.every],
    ["--sample-every", ({ every }) => every, model.every],
  ];
}

/** 12 C^2 + 13 C of each block, the embeddings, and the last layer norm; the head is tied. */
function parametersOf({ shape: { nLayer, nEmbd, nPositions }, vocabSize }: Preset): number {
  return nLayer * (12 * nEmbd ** 2 + 13 * nEmbd) + (vocabSize + nPositions) * nEmbd + 2 * nEmbd;
}
