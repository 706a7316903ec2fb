/** The parts of a recipe, one after another, each in a folder of its own; what was ended goes on where it was. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { convertModel, writeRandomModel } from "../../packages/gpt/src/node/index.ts";
import { configOf, OPTIONS, type Recipe, TOKENIZER } from "./recipe.ts";

const MAIN = join(import.meta.dirname, "../../packages/cli/dist/main.js");
const LOGGED_STEPS = 10; // every tenth step of the log is kept
const TERMINATED = 143; // 128 + SIGTERM

/** What a recipe is trained on, where, and until when. */
export interface PartsOptions {
  readonly train: string;
  readonly validation: string;
  readonly output: string;
  /** Ends it as SIGTERM does, after it has saved. */
  readonly signal: AbortSignal;
  /** The reports of `tsgpt train`: shown, as by default, or not. */
  readonly reports?: "inherit" | "ignore";
}

/**
 * Trains what is missing of a recipe in `output`: part N leaves output/N/model, in F16. A part whose model is there is
 * done, wherever that was trained. The exit code of the `tsgpt train` that failed or was ended, otherwise 0.
 */
export async function trainParts({ shape, parts }: Recipe, options: PartsOptions): Promise<number> {
  const { train, validation, output, signal } = options;
  for (const [index, ofPart] of parts.entries()) {
    if (signal.aborted) return TERMINATED;
    const folder = partFolder(output, index);
    if (existsSync(join(folder, "model"))) continue;
    await mkdir(folder, { recursive: true });
    const code = await trainPart(folder, options, async () => {
      const from = index === 0 ? await newModel(shape, output) : join(partFolder(output, index - 1), "model");
      return [train, "--validation", validation, "--from", from, ...OPTIONS, ...ofPart];
    });
    if (code !== 0) return code;
  }
  return 0;
}

/** The model of the last part. */
export function trainedModel({ parts }: Recipe, output: string): string {
  return join(partFolder(output, parts.length - 1), "model");
}

/** The logs of all parts as one: its steps and tokens count on, and of the losses every tenth is kept. */
export async function joinedLog({ parts }: Recipe, output: string): Promise<string> {
  const lines: string[] = [];
  let [steps, tokens] = [0, 0]; // of the parts before
  for (const index of parts.keys()) {
    const own = parsed(await readFile(join(partFolder(output, index), "log.jsonl"), "utf8"));
    lines.push(...own.filter(isKept).map((line) => JSON.stringify(countedOn(line, steps, tokens))));
    const last = own.findLast((line) => line.tokens !== undefined);
    steps += last?.step ?? 0;
    tokens += last?.tokens ?? 0;
  }
  return `${lines.join("\n")}\n`;
}

interface Line {
  readonly step: number;
  readonly loss?: number;
  readonly tokens?: number;
}

function parsed(log: string): Line[] {
  const lines = log.split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line) as Line);
}

/** All evaluations and samples, the first step, and every tenth. */
function isKept({ step, loss }: Line): boolean {
  return loss === undefined || step === 1 || step % LOGGED_STEPS === 0;
}

function countedOn(line: Line, steps: number, tokens: number): Line {
  const counted = { ...line, step: line.step + steps };
  return line.tokens === undefined ? counted : { ...counted, tokens: line.tokens + tokens };
}

function partFolder(output: string, index: number): string {
  return join(output, String(index + 1));
}

/** Goes on with a part, or begins it with the options; then its model is written, whole or not at all. */
async function trainPart(
  folder: string,
  options: PartsOptions,
  begin: () => Promise<readonly string[]>,
): Promise<number> {
  const run = join(folder, "run");
  const args = existsSync(run) ? ["--resume"] : await begin();
  const code = await runTrain([...args, "--log", join(folder, "log.jsonl"), "--output", run], options);
  if (code !== 0) return code;
  const unfinished = join(folder, "model.unfinished");
  await rm(unfinished, { recursive: true, force: true });
  await convertModel(run, unfinished, "f16");
  await rename(unfinished, join(folder, "model"));
  return 0;
}

async function newModel(shape: Recipe["shape"], output: string): Promise<string> {
  const start = join(output, "start");
  await rm(start, { recursive: true, force: true });
  await writeRandomModel(start, configOf(shape), { seed: 1 });
  await copyFile(TOKENIZER, join(start, "tokenizer.json"));
  return start;
}

/** The exit code of `tsgpt train`. */
function runTrain(args: readonly string[], { signal, reports = "inherit" }: PartsOptions): Promise<number> {
  const child = spawn(process.execPath, [MAIN, "train", ...args], { stdio: reports });
  const terminate = () => child.kill("SIGTERM");
  signal.addEventListener("abort", terminate);
  return new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (status) => resolve(status ?? 1));
  }).finally(() => signal.removeEventListener("abort", terminate));
}
