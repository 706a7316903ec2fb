/** tsgpt bench: tokens per second of prefill and decode, beside the machine's limits; --compare-cache adds decode without a cache. */
import { cacheBytes, type Model, type PresetName, presetConfig, randomModel, weightBytes } from "@tsgpt/gpt";
import { loadModel } from "@tsgpt/gpt/node";
import { type GenerationSpeed, type MeasureOptions, measureGeneration } from "@tsgpt/measure";
import { idleBytes, machine, peakBytes } from "@tsgpt/measure/node";
import { type BenchReport, reportTable, shareOfMultiplyAdds } from "../bench-report.ts";
import { CliError } from "../cli-error.ts";
import type { EngineFlags } from "../declare/engine-options.ts";
import { BUNDLED, type FoundModel, findModel, type ModelFlags } from "../find-model.ts";
import { interruption } from "../interruption.ts";
import { withLoadProgress } from "../load-progress.ts";
import { makeEngine } from "../make-engine.ts";
import { note } from "../note.ts";

export interface BenchFlags extends EngineFlags, Partial<ModelFlags> {
  readonly preset?: PresetName;
  readonly promptTokens: number;
  readonly newTokens: number;
  readonly depth: number;
  readonly runs: number;
  readonly compareCache?: boolean;
  readonly json?: boolean;
  readonly markdown?: boolean;
}

/** Runs the command. @throws what loading and measuring throw, CliError if the tokens do not fit */
export async function benchCommand(flags: BenchFlags): Promise<void> {
  const { signal } = interruption();
  const { model: name = BUNDLED, preset } = flags;
  const found = preset === undefined ? await findModel({ ...flags, model: name }, signal) : preset;
  const start = performance.now();
  const model = await load(found, flags, signal);
  const loadSeconds = (performance.now() - start) / 1000;
  checkFits(model, flags);
  let memory: BenchReport["memory"] | undefined;
  const onWarm = () => {
    memory = memoryOf(model, flags);
  };
  const cached = await measure(model, flags, { limits: true, heapUsed, onWarm, signal });
  const uncached = flags.compareCache ? await measure(model, flags, { useCache: false, signal }) : undefined;
  progress("");
  const report = asReport(model, cached, uncached, loadSeconds, memory as BenchReport["memory"]);
  if (flags.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  else process.stdout.write(reportTable(report, flags.markdown === true));
}

async function load(
  found: FoundModel | PresetName,
  { dtype, ...options }: EngineFlags,
  signal: AbortSignal,
): Promise<Model> {
  const engine = await makeEngine(options);
  return withLoadProgress((onProgress) =>
    typeof found === "string"
      ? randomModel(found, presetConfig(found), engine, 0, { dtype, signal, onProgress })
      : loadModel(found.folder, { name: found.name, engine, dtype, signal, onProgress, onNote: note }),
  );
}

function checkFits({ config: { nPositions } }: Model, { promptTokens, newTokens, depth }: BenchFlags): void {
  const most = nPositions.toLocaleString("en");
  if (promptTokens > nPositions) {
    const got = promptTokens.toLocaleString("en");
    throw new CliError(`the prompt has ${got} tokens; the model takes ${most}; lower --prompt-tokens`, 1);
  }
  if (depth + newTokens <= nPositions) return;
  const got = `${depth} + ${newTokens} = ${(depth + newTokens).toLocaleString("en")}`;
  throw new CliError(
    `--depth plus --new-tokens must be at most ${most}, the tokens that the model takes; got ${got}`,
    1,
  );
}

function measure(model: Model, flags: BenchFlags, options: MeasureOptions): Promise<GenerationSpeed> {
  const { promptTokens, newTokens, depth, runs } = flags;
  const what = options.useCache === false ? "without a cache" : "with the cache";
  const onRun = (run: number, all: number) => progress(`${what}: run ${run} of ${all}`);
  return measureGeneration(model, { promptTokens, newTokens, depth, runs, onRun, ...options });
}

/** After the first run and before the limits take memory of their own. */
function memoryOf(model: Model, { promptTokens, newTokens, depth }: BenchFlags): BenchReport["memory"] {
  return {
    peakBytes: peakBytes() - idleBytes(),
    weightBytes: weightBytes(model),
    cacheBytes: cacheBytes(model.config, Math.max(promptTokens, depth + newTokens)),
    arenaBytes: model.engine.arenaBytes,
  };
}

function heapUsed(): number {
  return process.memoryUsage().heapUsed;
}

function asReport(
  model: Model,
  cached: GenerationSpeed,
  uncached: GenerationSpeed | undefined,
  seconds: number,
  memory: BenchReport["memory"],
): BenchReport {
  const { promptTokens, newTokens, depth, limits, heapBytesPerStep = 0 } = cached;
  return {
    machine: machine(),
    date: new Date().toISOString(),
    model: model.name,
    kernels: model.engine.kernelSet,
    dtype: model.parameters.wte.dtype,
    threads: model.engine.threads,
    promptTokens,
    newTokens,
    depth,
    limits: limits
      ? {
          readGBps: limits.readBytesPerSecond / 1e9,
          readGBpsByThreads: limits.readBytesPerSecondByThreads.map((rate) => rate / 1e9),
          gflops: limits.flopsPerSecond / 1e9,
        }
      : null,
    prefill: { ...speed(cached.prefill), shareOfLimit: shareOfMultiplyAdds(model, cached) ?? null },
    decode: { ...speed(cached.decode), shareOfLimit: cached.shareOfReadLimit ?? null, heapBytesPerStep },
    ...(uncached && { withoutCache: { decode: speed(uncached.decode) } }),
    load: { seconds },
    memory,
  };
}

function speed({ median, mean, standardDeviation, runs }: GenerationSpeed["decode"]) {
  return { tokensPerSecond: median, mean, standardDeviation, runs };
}

/** One line on a terminal's stderr that the next one replaces. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}
