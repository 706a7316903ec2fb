/**
 * pnpm bench [--only ops|cache] [--quick]: writes tables, numbers and pictures to bench/results.
 * --quick takes few positions and short samples, to see that everything works; its figures are not for showing.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Model, presetConfig, randomModel } from "@tsgpt/gpt";
import { describeMachine, loadModel, machine } from "@tsgpt/gpt/node";
import { createReferenceEngine } from "@tsgpt/tensor";
import { type CacheRow, compareCache } from "./cache.ts";
import { benchOps } from "./ops.ts";
import { plotCache } from "./plot.ts";
import { cacheTable, opsTable } from "./tables.ts";

const RESULTS = fileURLToPath(new URL("../results/", import.meta.url));
const BUNDLED = fileURLToPath(new URL("../../weights/fairytales", import.meta.url));

const { values } = parseArgs({ options: { only: { type: "string" }, quick: { type: "boolean", default: false } } });
if (values.only !== undefined && values.only !== "ops" && values.only !== "cache") {
  process.stderr.write(`error: --only must be ops or cache, got ${JSON.stringify(values.only)}\n`);
  process.exit(2);
}
await mkdir(RESULTS, { recursive: true });
if (values.only !== "cache") await runOps(values.quick);
if (values.only !== "ops") await runCache(values.quick);
progress("");

async function runOps(quick: boolean): Promise<void> {
  const engine = createReferenceEngine();
  const results = await benchOps(engine, quick ? 20 : 1000, (name) => progress(name));
  await save("ops", `Operations, ${engine.kernelSet} kernels`, opsTable(results), {
    kernels: engine.kernelSet,
    results,
  });
}

async function runCache(quick: boolean): Promise<void> {
  const bundled = await loadModel(BUNDLED);
  await runModel(bundled, "cache-bundled", upTo(bundled.config.nPositions, quick ? 128 : 1), quick);
  const gpt2 = await randomModel("gpt2", presetConfig("gpt2"), createReferenceEngine());
  await runModel(gpt2, "cache-gpt2", upTo(quick ? 4 : 48, 1), quick);
}

/** 1, 1 + step, ... and the last. */
function upTo(last: number, step: number): number[] {
  const positions = Array.from({ length: Math.ceil(last / step) }, (_, i) => 1 + i * step);
  return positions.at(-1) === last ? positions : [...positions, last];
}

async function runModel(model: Model, name: string, positions: readonly number[], quick: boolean): Promise<void> {
  const onPosition = (what: string, done: number, count: number) => progress(`${what}: ${done} of ${count}`);
  const rows: CacheRow[] = await compareCache(model, {
    positions,
    cachedRuns: quick ? 1 : 3,
    uncachedRuns: 1,
    onPosition,
  });
  const title = `One more token, with and without a KV cache: ${model.name}`;
  await save(name, title, cacheTable(rows), { model: model.name, kernels: model.engine.kernelSet, rows });
  await writeFile(`${RESULTS}${name}.svg`, plotCache(rows, title));
}

async function save(name: string, title: string, table: string, data: object): Promise<void> {
  const date = new Date().toISOString().slice(0, 10);
  const text = `# ${title}\n\n${describeMachine(machine())}; ${date}.\n\n${table}`;
  await writeFile(`${RESULTS}${name}.md`, text);
  await writeFile(`${RESULTS}${name}.json`, `${JSON.stringify({ machine: machine(), date, ...data })}\n`);
  progress("");
  process.stdout.write(`${text}\n`);
}

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}
