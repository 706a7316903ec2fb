/** `pnpm bench`: measures, and writes tables, numbers and pictures. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Model, presetConfig, randomModel } from "@tsgpt/gpt";
import { loadModel } from "@tsgpt/gpt/node";
import { createEngine, type Engine, WEIGHT_DTYPES } from "@tsgpt/tensor";
import { compareBatch } from "./batch.ts";
import { type CacheRow, compareCache } from "./cache.ts";
import { commandLine, refuse } from "./command-line.ts";
import { compareDtypes } from "./dtypes.ts";
import { measureNearTies } from "./near-ties.ts";
import { benchOps } from "./ops.ts";
import { plotCache, plotRoofline } from "./plot.ts";
import { compareQuality } from "./quality.ts";
import { progress, saver } from "./results.ts";
import { measureRoofline } from "./roofline.ts";
import { measureSampling } from "./sampling.ts";
import {
  batchTable,
  cacheTable,
  dtypesTable,
  nearTiesTable,
  opsTable,
  qualityTable,
  rooflineTable,
  samplingTable,
} from "./tables.ts";

const TEXT = new URL("../texts/tales.txt", import.meta.url);
const BUNDLED = fileURLToPath(new URL("../../weights/fairytales", import.meta.url));

const USAGE = `usage: bench [--only ops|cache|roofline|sampling|near-ties|dtypes|quality|batch] [--kernels auto|simd|reference]
  [--threads N] [--quick] [--output FOLDER]

Writes to bench/results by default. --quick uses few positions and short samples, to check that everything works; its
figures are not representative.`;
const { values } = commandLine(USAGE, () =>
  parseArgs({
    options: {
      only: { type: "string" },
      kernels: { type: "string", default: "auto" },
      threads: { type: "string" },
      quick: { type: "boolean", default: false },
      output: { type: "string", default: fileURLToPath(new URL("../results", import.meta.url)) },
    },
  }),
);
const only = oneOf("only", values.only, [
  "ops",
  "cache",
  "roofline",
  "sampling",
  "near-ties",
  "dtypes",
  "quality",
  "batch",
  undefined,
]);
const kernels = oneOf("kernels", values.kernels, ["auto", "simd", "reference"]);
const threads = values.threads === undefined ? undefined : Number(values.threads); // createEngine checks it
const results = resolve(values.output);
await mkdir(results, { recursive: true });
const save = saver(results);
if (only === undefined || only === "ops") await runOps(values.quick);
if (only === undefined || only === "cache") await runCache(values.quick);
if (only === undefined || only === "roofline") await runRoofline(values.quick);
if (only === undefined || only === "sampling") await runSampling(values.quick);
if (only === undefined || only === "near-ties") await runNearTies(values.quick);
if (only === undefined || only === "dtypes") await runDtypes(values.quick);
if (only === undefined || only === "quality") await runQuality(values.quick);
if (only === undefined || only === "batch") await runBatch(values.quick);
progress("");

function oneOf<Choice extends string | undefined>(
  name: string,
  value: string | undefined,
  choices: readonly Choice[],
): Choice {
  const choice = choices.find((known) => known === value);
  if (choice !== undefined || value === undefined) return choice as Choice;
  return refuse(`--${name} must be one of ${choices.filter(Boolean).join(", ")}, got ${JSON.stringify(value)}`);
}

/** GPT-2's shape in every dtype, each in its own engine. */
async function runDtypes(quick: boolean): Promise<void> {
  const config = presetConfig("gpt2");
  const models: Model[] = [];
  for (const dtype of WEIGHT_DTYPES) {
    models.push(await randomModel("gpt2", config, await createEngine({ kernels, threads }), 0, { dtype }));
  }
  const [{ engine }] = models as [Model];
  const options = quick
    ? { promptTokens: 16, depth: 8, newTokens: 2, rounds: 1 }
    : { promptTokens: 512, depth: 128, newTokens: 32, rounds: 11 };
  const onRound = (round: number, dtype: string) => progress(`dtypes: round ${round + 1}, ${dtype}`);
  const speeds = await compareDtypes(models, { ...options, onRound });
  for (const model of models) model.engine.dispose();
  const node = process.versions.node.split(".")[0];
  const name = node === "20" ? "dtypes" : `dtypes-node${node}`;
  const title = `Storage dtypes: gpt2, ${describe(engine)}; prompts of ${options.promptTokens}, steps after ${options.depth} tokens`;
  await save(name, title, dtypesTable(speeds), { ...sort(engine), ...options, speeds });
}

/** The bundled model in every dtype on a text outside its training data. */
async function runQuality(quick: boolean): Promise<void> {
  const engine = await createEngine({ kernels, threads });
  const models: Model[] = [];
  for (const dtype of WEIGHT_DTYPES) models.push(await loadModel(BUNDLED, { engine, dtype }));
  const [{ config, tokenizer }] = models as [Model];
  const ids = tokenizer?.encode(await readFile(TEXT, "utf8")) ?? [];
  const used = ids.slice(0, quick ? config.nPositions : ids.length);
  const title = `Quality of the storage dtypes: the bundled model, ${describe(engine)}, ${used.length} tokens of tales.txt`;
  const qualities = compareQuality(models, used);
  await save("quality", title, qualityTable(qualities), { ...sort(engine), tokens: used.length, results: qualities });
}

/** GPT-2's shape, batches of sequences. */
async function runBatch(quick: boolean): Promise<void> {
  const engine = await createEngine({ kernels, threads });
  const gpt2 = await randomModel("gpt2", presetConfig("gpt2"), engine, 0, { dtype: "f32" });
  const sizes = quick ? [1, 2] : [1, 2, 3, 4, 6, 8, 12, 16, 32];
  const counts = quick
    ? { depth: 8, promptTokens: 4, newTokens: 2, rounds: 1 }
    : { depth: 128, promptTokens: 16, newTokens: 64, rounds: 7 };
  const options = { ...counts, sizes, beams: 4, samples: 8 };
  const onRound = (round: number, what: string) => progress(`batch: round ${round + 1}, ${what}`);
  const times = await compareBatch(gpt2, { ...options, onRound });
  const texts = `samples and beams of ${options.newTokens} tokens after ${options.promptTokens}, the prompt's pass included`;
  const what = `steps after ${options.depth} tokens; ${texts}`;
  const title = `Sequences side by side: ${gpt2.name} in f32, ${describe(engine)}; ${what}`;
  await save(`batch-${engine.kernelSet}`, title, batchTable(times), { ...sort(engine), ...options, times });
}

async function runOps(quick: boolean): Promise<void> {
  const engine = await createEngine({ kernels, threads });
  const operations = await benchOps(engine, quick ? 20 : 1000, (name) => progress(name));
  await save(`ops-${engine.kernelSet}`, `Operations, ${engine.kernelSet} kernels`, opsTable(operations), {
    ...sort(engine),
    results: operations,
  });
}

/**
 * Positions over the full context of the bundled model; for GPT-2's shape as many as the kernels compute in a few
 * minutes.
 */
async function runCache(quick: boolean): Promise<void> {
  const bundled = await loadModel(BUNDLED, { engine: await createEngine({ kernels, threads }) });
  const last = bundled.config.nPositions;
  const simd = bundled.engine.kernelSet === "simd";
  const runs = quick ? 1 : simd ? 15 : 3;
  await runModel(bundled, "cache-bundled", quick ? positionsUpTo(last, 256) : positionsUpTo(last, simd ? 8 : 32), runs);
  const gpt2 = await randomModel("gpt2", presetConfig("gpt2"), await createEngine({ kernels, threads }));
  const positions = simd ? positionsUpTo(1024, 64) : positionsUpTo(48, 8);
  await runModel(gpt2, "cache-gpt2", quick ? [1, 2] : positions, quick ? 1 : simd ? 5 : 3);
}

/** GPT-2's shape, from a single step to a full prompt; the reference kernels measure no limits. */
async function runRoofline(quick: boolean): Promise<void> {
  const engine = await createEngine({ kernels, threads });
  if (!engine.limits) return;
  const gpt2 = await randomModel("gpt2", presetConfig("gpt2"), engine);
  const tokens = quick ? [1, 16] : [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];
  const roofline = await measureRoofline(gpt2, tokens, quick ? 1 : 5, (count) => progress(`roofline: ${count} tokens`));
  const title = `Roofline: ${gpt2.name}, ${describe(engine)}`;
  await save("roofline", title, rooflineTable(roofline.points), { ...sort(engine), ...roofline });
  await writeFile(join(results, "roofline.svg"), plotRoofline(roofline, title));
}

/** Chains compared with decode steps of GPT-2's shape. */
async function runSampling(quick: boolean): Promise<void> {
  const engine = await createEngine({ kernels, threads });
  const gpt2 = await randomModel("gpt2", presetConfig("gpt2"), engine);
  const cost = measureSampling(gpt2, quick ? 5 : 200, (round) => progress(`sampling: round ${round}`));
  const title = `Choosing a token of ${gpt2.config.vocabSize}: ${describe(engine)}`;
  await save(`sampling-${engine.kernelSet}`, title, samplingTable(cost), { ...sort(engine), ...cost });
}

/** The bundled model with both kernel sets; counts may differ slightly between machines. */
async function runNearTies(quick: boolean): Promise<void> {
  const reference = await loadModel(BUNDLED, { engine: await createEngine({ kernels: "reference" }) });
  const simd = await loadModel(BUNDLED, { engine: await createEngine({ kernels: "simd", threads }) });
  const [texts, length] = quick ? [1, 20] : [20, 250];
  const onText = (text: number) => progress(`near-ties: text ${text} of ${texts}`);
  const ties = await measureNearTies(reference, simd, { texts, length, onText });
  await save("near-ties", "Where the kernel sets choose different tokens: fairytales", nearTiesTable(ties), ties);
}

/** The powers of two, every multiple of `step`, and the last. */
function positionsUpTo(last: number, step: number): number[] {
  const all = Array.from({ length: last }, (_, i) => i + 1);
  return all.filter((position) => Number.isInteger(Math.log2(position)) || position % step === 0 || position === last);
}

async function runModel(model: Model, name: string, positions: readonly number[], runs: number): Promise<void> {
  const { engine } = model;
  const onPosition = (what: string, done: number, count: number) => progress(`${what}: ${done} of ${count}`);
  const rows: CacheRow[] = await compareCache(model, { positions, runs, onPosition });
  const title = `One more token, with and without a KV cache: ${model.name}, ${describe(engine)}`;
  const file = `${name}-${engine.kernelSet}`;
  await save(file, title, cacheTable(rows), { model: model.name, ...sort(engine), runs, rows });
  await writeFile(join(results, `${file}.svg`), plotCache(rows, title));
}

function sort({ kernelSet, threads }: Engine) {
  return { kernels: kernelSet, threads };
}

function describe({ kernelSet, threads }: Engine): string {
  return `${kernelSet} kernels, ${threads} ${threads === 1 ? "thread" : "threads"}`;
}
