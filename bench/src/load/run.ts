/** `pnpm bench-load`: loads a server with a bounded number of requests, and writes tables and numbers. */
import { mkdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { parseConfig, presetConfig, randomModel } from "@tsgpt/gpt";
import { createEngine, WEIGHT_DTYPES, type WeightDtype } from "@tsgpt/tensor";
import { commandLine, refuse } from "../command-line.ts";
import { progress, saver } from "../results.ts";
import { growthProblem, MOST_GROWTH, watchMemory } from "./memory.ts";
import { type LoadRequest, poissonArrivals, randomRequests } from "./requests.ts";
import { compareStreams, type StreamSpeeds } from "./streams.ts";
import { llamaTrends, summarize } from "./summary.ts";
import { type LoadResult, llamaTable, loadTable, streamsTable } from "./tables.ts";
import { inProcess, startServer, type Target } from "./targets.ts";
import { closedLoop, openLoop, type Timeline } from "./timeline.ts";

const USAGE = `usage: bench-load [--only rates|llama|soak|streams] [--model FOLDER] [--dtype ${WEIGHT_DTYPES.join("|")}]
  [--threads N] [--rates 2,5,10,20] [--requests N] [--clients N] [--soak-rate R] [--minutes N]
  [--cache-memory MIB] [--in-process] [--quick] [--output FOLDER]

rates: Poisson arrivals at each rate, many sequences at once against one at a time. llama: clients that wait for their
answers, in the shape of llama-server's benchmark. soak: one rate for minutes, and the memory; the exit code is 1 if it
grows by more than ${100 * MOST_GROWTH}% after the fourth tenth of the time, when the caches are to be full. streams:
8 streams against one, of GPT-2's shape in f32 and int8, in this process. --cache-memory is the server's. --in-process
leaves HTTP out. --quick checks that everything works; its figures are not representative.`;
const { values } = commandLine(USAGE, () =>
  parseArgs({
    options: {
      only: { type: "string" },
      model: { type: "string", default: fileURLToPath(new URL("../../../weights/fairytales", import.meta.url)) },
      dtype: { type: "string", default: "f32" },
      threads: { type: "string" },
      rates: { type: "string", default: "2,5,10,20" },
      requests: { type: "string", default: "200" },
      clients: { type: "string", default: "8" },
      "soak-rate": { type: "string", default: "5" },
      minutes: { type: "string", default: "10" },
      "cache-memory": { type: "string" },
      "in-process": { type: "boolean", default: false },
      quick: { type: "boolean", default: false },
      output: { type: "string", default: fileURLToPath(new URL("../../results", import.meta.url)) },
    },
  }),
);
const RUNS = { rates: runRates, llama: runLlama, soak: runSoak, streams: runStreams };
const dtype = oneOf("dtype", values.dtype, WEIGHT_DTYPES);
const threads = values.threads === undefined ? undefined : whole("threads", values.threads);
const cacheMemory = values["cache-memory"] === undefined ? undefined : whole("cache-memory", values["cache-memory"]);
const numbers = {
  rates: values.rates.split(",").map((rate) => positive("rates", rate)),
  requests: values.quick ? 6 : whole("requests", values.requests),
  clients: whole("clients", values.clients),
  soakRate: positive("soak-rate", values["soak-rate"]),
  minutes: values.quick ? 0.05 : positive("minutes", values.minutes),
};
const only = values.only === undefined ? undefined : oneOf("only", values.only, Object.keys(RUNS));
const how = values["in-process"] ? "in process" : "over HTTP";
const results = resolve(values.output);
await mkdir(results, { recursive: true });
const save = saver(results);
for (const [name, run] of Object.entries(RUNS)) if (only === undefined || only === name) await run();
progress("");

function oneOf<Choice extends string>(name: string, value: string, choices: readonly Choice[]): Choice {
  return (
    choices.find((known) => known === value) ??
    refuse(`--${name} must be one of ${choices.join(", ")}, got ${JSON.stringify(value)}`)
  );
}

function positive(name: string, value: string): number {
  return Number(value) > 0 ? Number(value) : refuse(`--${name} must be a number above 0, got ${JSON.stringify(value)}`);
}

function whole(name: string, value: string): number {
  return Number.isInteger(positive(name, value))
    ? Number(value)
    : refuse(`--${name} must be a whole number, got ${JSON.stringify(value)}`);
}

async function runRates(): Promise<void> {
  const rows: LoadResult[] = [];
  const ways = { "16 at once": 16, "one at a time": 1 };
  for (const rate of numbers.rates) {
    const arrivals = poissonArrivals(numbers.requests, rate, 1);
    for (const [serving, maxRunning] of Object.entries(ways)) {
      progress(`${rate} requests/s, ${serving}`);
      const sent = await send(maxRunning, numbers.requests, (target, requests) =>
        openLoop(target.client, requests, arrivals),
      );
      rows.push({ serving, rate, summary: summarize(sent.timelines), memory: sent.memory });
    }
  }
  const title = `Load: Poisson arrivals of ${numbers.requests} requests, ${describe()}`;
  await save("load", title, loadTable(rows), { rows });
}

async function runLlama(): Promise<void> {
  progress(`${numbers.clients} clients`);
  const { timelines } = await send(16, numbers.requests, ({ client }, requests) =>
    closedLoop(client, requests, numbers.clients),
  );
  const trends = llamaTrends(timelines);
  const { failed } = summarize(timelines);
  const shape = "Load in the shape of llama-server's benchmark";
  const title = `${shape}: ${numbers.clients} clients, ${failed} failed, ${describe()}`;
  await save("load-llama", title, llamaTable(trends), { trends, failed });
}

async function runSoak(): Promise<void> {
  const { soakRate: rate, minutes } = numbers;
  const count = Math.ceil(60 * minutes * rate);
  progress(`${count} requests in ${minutes} minutes`);
  const { timelines, memory } = await send(16, count, ({ client }, requests) =>
    openLoop(client, requests, poissonArrivals(count, rate, 1)),
  );
  const rows: LoadResult[] = [{ serving: "16 at once", rate, summary: summarize(timelines), memory }];
  const title = `Load for ${minutes} minutes: Poisson arrivals, ${describe()}`;
  await save("load-soak", title, loadTable(rows), { rows });
  const problem = values.quick ? undefined : growthProblem(memory); // too short to fill the caches
  if (problem !== undefined) fail(problem);
}

async function runStreams(): Promise<void> {
  const [promptTokens, newTokens, rounds] = values.quick ? [4, 2, 1] : [16, 64, 7];
  const speeds: StreamSpeeds[] = [];
  for (const stored of ["f32", "int8"] as const satisfies WeightDtype[]) {
    const engine = await createEngine({ threads });
    const model = await randomModel("gpt2", presetConfig("gpt2"), engine, 0, { dtype: stored });
    const onRound = (round: number) => progress(`streams: ${stored}, round ${round + 1}`);
    speeds.push(await compareStreams(model, { streams: 8, promptTokens, newTokens, rounds, onRound }));
    engine.dispose();
  }
  const node = process.versions.node.split(".")[0];
  const title = `Streams: GPT-2's shape, ${newTokens} tokens after ${promptTokens}, the prompt's pass included`;
  await save(node === "20" ? "load-streams" : `load-streams-node${node}`, title, streamsTable(speeds), { speeds });
}

/** Says what went wrong; the exit code will tell. */
function fail(problem: string): void {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
}

/** Sends requests to a fresh target, after a few that are not counted, and watches its memory. */
async function send(
  maxRunning: number,
  count: number,
  drive: (target: Target, requests: readonly LoadRequest[]) => Promise<Timeline[]>,
) {
  const start = values["in-process"] ? inProcess : startServer;
  const target = await start({ model: values.model, dtype, threads, maxRunning, maxWaiting: count, cacheMemory });
  try {
    await closedLoop(target.client, await requestsFor(4, 0), 2); // to warm up
    const watch = watchMemory(target.pid);
    const timelines = await drive(target, await requestsFor(count, 1));
    const { failed, failure } = summarize(timelines);
    if (failed > 0) fail(`${failed} of ${count} requests failed, the first with: ${failure}`);
    return { timelines, memory: await watch.stop() };
  } finally {
    await target.close();
  }
}

/**
 * Prompts that begin with the same tokens, an eighth of the context; then up to a quarter of their own, and as many new
 * ones.
 */
async function requestsFor(count: number, seed: number): Promise<LoadRequest[]> {
  const { vocabSize, nPositions } = parseConfig(await readFile(join(values.model, "config.json"), "utf8"));
  const quarter = Math.min(128, Math.floor(nPositions / 4));
  const shape = {
    vocabSize,
    promptTokens: [1, quarter],
    newTokens: [8, quarter],
    sharedTokens: Math.floor(quarter / 2),
  } as const;
  return randomRequests(count, shape, seed);
}

function describe(): string {
  return `${values.model.split("/").at(-1)} in ${dtype}, ${how}`;
}
