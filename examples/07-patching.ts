/** Activation patching: where in the model is the word that two prompts differ in, layer by layer? As a heat map. */
import { activationPatchingSweep, logitDifference } from "@tsgpt/analysis";
import { loadModel } from "@tsgpt/gpt/node";
import { createEngine } from "@tsgpt/tensor";

const engine = await createEngine();
const model = await loadModel("weights/fairytales", { engine }); // run it from the repository's root
const { tokenizer } = model;
if (!tokenizer) throw new Error("the bundled model has a tokenizer");

const clean = tokenizer.encode("The fox met the wolf. The fox said to the");
const corrupted = tokenizer.encode("The fox met the king. The fox said to the");
const [wolf = 0, king = 0] = tokenizer.encode(" wolf king");
const common = { clean, corrupted, metric: logitDifference(wolf, king), positions: "last" } as const;

/** 0: as in the corrupted prompt, the king; 1: as in the clean one, the wolf. */
const share = (value: number, from: number, to: number) => (value - from) / (to - from);
const cell = (x: number) =>
  `${" ░▒▓█".charAt(Math.round(4 * Math.min(1, Math.max(0, x)))).repeat(2)}${x.toFixed(2).padStart(5)}`;

/** A row per position or head, a column per layer. */
async function heatMap(activation: "residPre" | "z", over: "positions" | "heads", names: readonly string[]) {
  const sweep = await activationPatchingSweep(model, { ...common, activation, over });
  console.log(`${activation}: clean ${sweep.clean.toFixed(2)}, corrupted ${sweep.corrupted.toFixed(2)}`);
  console.log(`layer   ${sweep.values.map((_, layer) => String(layer).padStart(7)).join("  ")}`);
  for (const [i, name] of names.entries()) {
    const cells = sweep.values.map((row) => cell(share(row[i] as number, sweep.corrupted, sweep.clean)));
    console.log(`${name.padEnd(8)}${cells.join("  ")}`);
  }
}

const heads = Array.from({ length: model.config.nHead }, (_, head) => `head ${head}`);
await heatMap(
  "residPre",
  "positions",
  corrupted.map((id) => tokenizer.decode([id])),
);
await heatMap("z", "heads", heads);
engine.dispose();
