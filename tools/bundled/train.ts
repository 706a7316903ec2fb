/**
 * `pnpm train-bundled --corpus FOLDER --output FOLDER [--recipe 3.6M|7.5M]`: from the corpus to the model. A run that was
 * ended, by Ctrl-C or kill -9, goes on when the same command is given again. At the end OUTPUT/model is the model in F16
 * with its tokenizer, and OUTPUT/log.jsonl the log of its training.
 */
import { createHash } from "node:crypto";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { commandLine, refuse } from "../../bench/src/command-line.ts";
import { printLosses } from "./loss.ts";
import { joinedLog, trainedModel, trainParts } from "./parts.ts";
import { CORPUS, RECIPES, type RecipeName } from "./recipe.ts";

const USAGE = `usage: pnpm train-bundled --corpus FOLDER --output FOLDER [--recipe ${Object.keys(RECIPES).join("|")}]`;

const OPTIONS_OF_THIS = {
  corpus: { type: "string" },
  output: { type: "string" },
  recipe: { type: "string", default: "7.5M" },
} as const;
const { corpus, output, recipe: name } = commandLine(USAGE, () => parseArgs({ options: OPTIONS_OF_THIS })).values;
if (corpus === undefined || output === undefined || !Object.hasOwn(RECIPES, name)) refuse(USAGE);
const recipe = RECIPES[name as RecipeName];

await checkCorpus(corpus);
await mkdir(output, { recursive: true });
const ended = new AbortController();
process.on("SIGTERM", () => ended.abort());
process.on("SIGINT", () => {}); // Ctrl-C reaches `tsgpt train` too, which saves
const texts = { train: join(corpus, "train.txt"), validation: join(corpus, "validation.txt") };
const code = await trainParts(recipe, { ...texts, output, signal: ended.signal });
if (code === 0) await finish(corpus, output);
else process.exitCode = code;

/** Other texts would give another model. */
async function checkCorpus(folder: string): Promise<void> {
  for (const [name, digest] of Object.entries(CORPUS)) {
    const bytes = await readFile(join(folder, name));
    if (createHash("sha256").update(bytes).digest("hex") !== digest)
      throw new Error(`${join(folder, name)} is not the corpus that the recipe names: its SHA-256 differs`);
  }
}

async function finish(corpusFolder: string, outputFolder: string): Promise<void> {
  const model = join(outputFolder, "model");
  await rm(model, { recursive: true, force: true });
  await cp(trainedModel(recipe, outputFolder), model, { recursive: true });
  await writeFile(join(outputFolder, "log.jsonl"), await joinedLog(recipe, outputFolder));
  await printLosses([model], corpusFolder);
  console.log(`wrote ${model}`);
}
