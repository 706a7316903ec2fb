/**
 * tsgpt bench: speed of prefill and decode, compared with the limits of the machine, and optionally without a KV
 * cache.
 */
import {
  cacheBytes,
  type Model,
  type PresetName,
  presetConfig,
  presetNames,
  randomModel,
  weightBytes,
} from "@tsgpt/gpt";
import { type GenerationSpeed, type MeasureOptions, measureGeneration } from "@tsgpt/measure";
import { idleBytes, machine, peakBytes } from "@tsgpt/measure/node";
import { usageError } from "../cli-error.ts";
import { command } from "../command.ts";
import { BUNDLED } from "../model/bundled-models.ts";
import { type FoundModel, findModel } from "../model/find-model.ts";
import { loadFound } from "../model/load-model.ts";
import { makeEngine } from "../model/make-engine.ts";
import { type EngineFlags, engineOptions } from "../options/engine.ts";
import { optionalModelOptions } from "../options/model.ts";
import { conflicting, type OptionsOf, option } from "../options/option.ts";
import { wholeNumber } from "../options/values.ts";
import { type BenchReport, reportTable, shareOfMultiplyAdds } from "../terminal/bench-report.ts";
import { interruption } from "../terminal/interruption.ts";
import { withLoadProgress } from "../terminal/load-progress.ts";

const options = [
  ...conflicting("preset", optionalModelOptions(`default: "${BUNDLED}"`)),
  ...engineOptions,
  option("--preset <size>", "a model of this shape with random weights", { choices: presetNames }),
  option("--prompt-tokens <n>", "length of the prompt, processed from an empty cache", {
    parse: wholeNumber(1),
    default: 64,
  }),
  option("--new-tokens <n>", "tokens to decode one by one", { parse: wholeNumber(1), default: 32 }),
  option("--depth <n>", "tokens in the cache when decoding starts", { parse: wholeNumber(0), default: 0 }),
  option("--runs <n>", "runs to take median, mean and standard deviation of", { parse: wholeNumber(1), default: 5 }),
  option("--compare-cache", "also decode without a KV cache"),
  option("--json", "print one JSON object", { conflicts: "markdown" }),
  option("--markdown", "print a Markdown table"),
] as const;

type BenchFlags = OptionsOf<typeof options>;

export const bench = command({
  name: "bench",
  summary: "tokens per second of prefill and decode",
  arguments: [],
  options,
  help: `Examples:
  $ tsgpt bench
  $ tsgpt bench --compare-cache --new-tokens 16 --depth 200
  $ tsgpt bench --preset gpt2 --prompt-tokens 16 --new-tokens 8 --runs 3 --json`,
  action: benchCommand,
});

/** Runs the command. @throws what loading and measuring throw, CliError if the tokens do not fit */
async function benchCommand(flags: BenchFlags): Promise<void> {
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
  if (typeof found !== "string") return loadFound(found, engine, dtype, signal);
  return withLoadProgress((onProgress) =>
    randomModel(found, presetConfig(found), engine, 0, { dtype, signal, onProgress }),
  );
}

function checkFits({ config: { nPositions } }: Model, { promptTokens, newTokens, depth }: BenchFlags): void {
  const most = nPositions.toLocaleString("en");
  if (promptTokens > nPositions) {
    const got = promptTokens.toLocaleString("en");
    throw usageError(`the prompt has ${got} tokens; the model takes ${most}; lower --prompt-tokens`);
  }
  if (depth + newTokens <= nPositions) return;
  const got = `${depth} + ${newTokens} = ${(depth + newTokens).toLocaleString("en")}`;
  throw usageError(`--depth plus --new-tokens must be at most ${most}, the tokens that the model takes; got ${got}`);
}

function measure(model: Model, flags: BenchFlags, options: MeasureOptions): Promise<GenerationSpeed> {
  const { promptTokens, newTokens, depth, runs } = flags;
  const what = options.useCache === false ? "without a cache" : "with the cache";
  const onRun = (run: number, all: number) => progress(`${what}: run ${run} of ${all}`);
  return measureGeneration(model, { promptTokens, newTokens, depth, runs, onRun, ...options });
}

/** Measured after the first run, before the measurement of the limits allocates memory. */
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

/** Shows one line on stderr, where that is a terminal; the next line replaces it. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}
