/** tsgpt bench: tokens per second of prefill and decode, and with --compare-cache what the KV cache is worth. */
import {
  cacheBytes,
  type GenerationSpeed,
  type Model,
  measureGeneration,
  type PresetName,
  presetConfig,
  randomModel,
  type Speed,
  weightBytes,
} from "@tsgpt/gpt";
import { describeMachine, loadModel, machine } from "@tsgpt/gpt/node";
import { createEngine, type EngineOptions } from "@tsgpt/tensor";
import { interruption } from "../interruption.ts";
import { BUNDLED, modelFolder } from "../model-folder.ts";

export interface BenchFlags extends EngineOptions {
  readonly model?: string;
  readonly preset?: PresetName;
  readonly promptTokens: number;
  readonly newTokens: number;
  readonly depth: number;
  readonly runs: number;
  readonly compareCache?: boolean;
  readonly json?: boolean;
  readonly markdown?: boolean;
}

/** Runs the command. @throws what loading and measuring throw, ContextOverflowError if the tokens do not fit */
export async function benchCommand(flags: BenchFlags): Promise<void> {
  const { signal } = interruption();
  const start = performance.now();
  progress(`loading ${flags.preset ?? flags.model ?? BUNDLED}`);
  const model = await load(flags, signal);
  const loadSeconds = (performance.now() - start) / 1000;
  const measure = (useCache: boolean) => {
    const what = useCache ? "with the cache" : "without a cache";
    const onRun = (run: number, runs: number) => progress(`${what}: run ${run} of ${runs}`);
    const { promptTokens, newTokens, depth, runs } = flags;
    return measureGeneration(model, { promptTokens, newTokens, depth, runs, useCache, signal, onRun });
  };
  const cached = await measure(true);
  const uncached = flags.compareCache ? await measure(false) : undefined;
  progress("");
  if (flags.json) process.stdout.write(`${JSON.stringify(asJson(model, cached, uncached, loadSeconds))}\n`);
  else process.stdout.write(asTable(model, cached, uncached, flags.markdown === true));
}

async function load({ model, preset, ...options }: BenchFlags, signal: AbortSignal): Promise<Model> {
  const engine = await createEngine(options);
  if (preset === undefined) return loadModel(modelFolder(model ?? BUNDLED), { engine, signal });
  return randomModel(preset, presetConfig(preset), engine, 0, { signal });
}

function asJson(model: Model, cached: GenerationSpeed, uncached: GenerationSpeed | undefined, loadSeconds: number) {
  const { promptTokens, newTokens, depth } = cached;
  return {
    machine: machine(),
    date: new Date().toISOString(),
    model: model.name,
    kernels: model.engine.kernelSet,
    threads: model.engine.threads,
    promptTokens,
    newTokens,
    depth,
    prefill: speedAsJson(cached.prefill),
    decode: speedAsJson(cached.decode),
    ...(uncached && { withoutCache: { decode: speedAsJson(uncached.decode) } }),
    load: { seconds: loadSeconds },
    memory: { weightBytes: weightBytes(model), cacheBytes: cacheBytes(model.config, heldTokens(cached)) },
  };
}

function speedAsJson({ median, mean, standardDeviation, runs }: Speed) {
  return { tokensPerSecond: median, mean, standardDeviation, runs };
}

/** Tokens that the cache is made for: the longer of the two measurements. */
function heldTokens({ promptTokens, newTokens, depth }: GenerationSpeed): number {
  return Math.max(promptTokens, depth + newTokens);
}

function asTable(
  model: Model,
  cached: GenerationSpeed,
  uncached: GenerationSpeed | undefined,
  markdown: boolean,
): string {
  const { promptTokens, newTokens, depth } = cached;
  const steps = `decode, ${newTokens} tokens from position ${depth + 1}`;
  const rows: [string, Speed][] = [
    [`prefill, ${promptTokens} tokens`, cached.prefill],
    [steps, cached.decode],
  ];
  if (uncached) rows.push([`${steps}, no cache`, uncached.decode]);
  const cells = [
    ["tokens/s", "median", "mean", "deviation", "runs"],
    ...rows.map(([name, speed]) => [
      name,
      ...[speed.median, speed.mean, speed.standardDeviation].map((value) => value.toFixed(1)),
      String(speed.runs.length),
    ]),
  ];
  const { kernelSet, threads } = model.engine;
  const head = `${model.name}, ${(weightBytes(model) / 1e6).toFixed(1)} MB of weights, ${kernelSet} kernels, ${threads} ${threads === 1 ? "thread" : "threads"}\n${describeMachine(machine())}\n\n`;
  const ratio = uncached
    ? `\nThe cache makes decoding ${(cached.decode.median / uncached.decode.median).toFixed(1)} times as fast.\n`
    : "";
  return `${head}${markdown ? markdownTable(cells) : plainTable(cells)}${ratio}`;
}

function plainTable(cells: readonly (readonly string[])[]): string {
  const widths = (cells[0] as string[]).map((_, column) =>
    Math.max(...cells.map((row) => (row[column] as string).length)),
  );
  const pad = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widths[column] as number) : cell.padStart(widths[column] as number);
  return cells.map((row) => `${row.map(pad).join("  ")}\n`).join("");
}

function markdownTable([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (row: readonly string[]) => `| ${row.join(" | ")} |\n`;
  return line(head) + line(head.map((_, column) => (column === 0 ? "---" : "---:"))) + rows.map(line).join("");
}

/** One line on a terminal's stderr that the next one replaces. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}
