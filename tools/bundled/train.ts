/**
 * `pnpm train-bundled --corpus FOLDER --output FOLDER [--recipe 3.6M|7.5M]`: from the corpus to the model. A run that was
 * ended, by Ctrl-C or kill -9, goes on when the same command is given again. At the end OUTPUT/model has what
 * weights/fairytales ships: the model in F16, its tokenizer, the log of its training and the loss curve.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { commandLine, refuse } from "../../bench/src/command-line.ts";
import { convertModel, writeRandomModel } from "../../packages/gpt/src/node/index.ts";
import { printLosses } from "./loss.ts";
import { CORPUS, configOf, OPTIONS, RECIPES, type RecipeName, TOKENIZER } from "./recipe.ts";

const MAIN = join(import.meta.dirname, "../../packages/cli/dist/main.js");
const LOGGED_STEPS = 10; // every tenth step of the log is kept
const USAGE = `usage: pnpm train-bundled --corpus FOLDER --output FOLDER [--recipe ${Object.keys(RECIPES).join("|")}]`;

const OPTIONS_OF_THIS = {
  corpus: { type: "string" },
  output: { type: "string" },
  recipe: { type: "string", default: "7.5M" },
} as const;
const { corpus, output, recipe } = commandLine(USAGE, () => parseArgs({ options: OPTIONS_OF_THIS })).values;
if (corpus === undefined || output === undefined || !Object.hasOwn(RECIPES, recipe)) refuse(USAGE);

await checkCorpus(corpus);
await mkdir(output, { recursive: true });
const run = join(output, "run");
const log = join(output, "log.jsonl");
const code = existsSync(run) ? await train(["--resume", "--log", log]) : await begin(recipe as RecipeName, corpus);
if (code === 0) await finish(corpus);
else process.exitCode = code;

/** Other texts would give another model. */
async function checkCorpus(folder: string): Promise<void> {
  for (const [name, digest] of Object.entries(CORPUS)) {
    const bytes = await readFile(join(folder, name));
    if (createHash("sha256").update(bytes).digest("hex") !== digest)
      throw new Error(`${join(folder, name)} is not the corpus that the recipe names: its SHA-256 differs`);
  }
}

async function begin(name: RecipeName, folder: string): Promise<number> {
  const start = join(output as string, "start");
  await rm(start, { recursive: true, force: true });
  await writeRandomModel(start, configOf(RECIPES[name]), { seed: 1 });
  await copyFile(TOKENIZER, join(start, "tokenizer.json"));
  const texts = [join(folder, "train.txt"), "--validation", join(folder, "validation.txt")];
  return train([...texts, "--from", start, ...OPTIONS, ...RECIPES[name].options, "--log", log]);
}

/** The exit code of `tsgpt train`. Ctrl-C reaches it as well; SIGTERM is passed on: it saves and ends. */
function train(options: readonly string[]): Promise<number> {
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  const child = spawn(process.execPath, [MAIN, "train", ...options, "--output", run], { stdio: "inherit" });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (status) => resolve(status ?? 1));
  });
}

async function finish(folder: string): Promise<void> {
  const model = join(output as string, "model");
  await rm(model, { recursive: true, force: true });
  await convertModel(run, model, "f16");
  await copyFile(join(run, "loss.svg"), join(model, "loss.svg"));
  await writeFile(join(model, "training.jsonl"), shortened(await readFile(log, "utf8")));
  await printLosses([model], folder);
  console.log(`wrote ${model}`);
}

/** All evaluations and samples, and every tenth step. */
function shortened(lines: string): string {
  const kept = lines
    .split("\n")
    .filter((line) => line !== "")
    .filter((line) => {
      const { step, loss } = JSON.parse(line) as { step: number; loss?: number };
      return loss === undefined || step === 1 || step % LOGGED_STEPS === 0;
    });
  return `${kept.join("\n")}\n`;
}
