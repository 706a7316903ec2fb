/**
 * `pnpm bundled-loss --corpus FOLDER [MODEL...]`: the loss of models on the held-out stories, that of the first version
 * beside it. The whole file is one token stream, with the end-of-text mark before, between and after its documents; it is
 * cut into disjoint windows of 512 inputs, the last of which may be shorter, and every token but the first is predicted.
 */
import { readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { commandLine, refuse } from "../../bench/src/command-line.ts";
import type { Tokenizer } from "../../packages/gpt/src/index.ts";
import { loadModel } from "../../packages/gpt/src/node/index.ts";
import { createEngine } from "../../packages/tensor/src/index.ts";
import { consecutiveWindows, encodeDocuments, evaluate, splitDocuments } from "../../packages/train/src/index.ts";
import { CONTEXT, FIRST_VERSION } from "./recipe.ts";

const USAGE = "usage: pnpm bundled-loss --corpus FOLDER [MODEL...]";

/** The loss of a model on a text. */
export interface HeldOutLoss {
  /** Tokens that were predicted. */
  readonly positions: number;
  readonly nats: number;
  readonly bitsPerByte: number;
}

/** The loss of the model in a folder on the corpus's held-out stories. */
export async function heldOutLoss(folder: string, corpus: string): Promise<HeldOutLoss> {
  const text = await readFile(join(corpus, "validation.txt"), "utf8");
  const model = await loadModel(folder, { dtype: "f32", engine: (await createEngine()) as never });
  try {
    const { ids, bytes } = await encodeDocuments(splitDocuments(text), model.tokenizer as Tokenizer);
    const positions = ids.length - 1;
    const nats = await evaluate(model, consecutiveWindows(ids, CONTEXT));
    return { positions, nats, bitsPerByte: (nats * positions) / bytes / Math.LN2 };
  } finally {
    model.engine.dispose();
  }
}

/** One line for each model. */
export async function printLosses(models: readonly string[], corpus: string): Promise<void> {
  for (const folder of [FIRST_VERSION, ...models]) {
    const { positions, nats, bitsPerByte } = await heldOutLoss(folder, corpus);
    const loss = `${nats.toFixed(4)} nats a token (perplexity ${Math.exp(nats).toFixed(2)}), ${bitsPerByte.toFixed(4)} bits a byte`;
    console.log(`${basename(resolve(folder))}: ${loss}, over ${positions.toLocaleString("en")} positions`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const options = { corpus: { type: "string" } } as const;
  const { values, positionals } = commandLine(USAGE, () => parseArgs({ options, allowPositionals: true }));
  await printLosses(positionals, values.corpus ?? refuse(USAGE));
}
