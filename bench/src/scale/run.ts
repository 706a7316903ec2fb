/** `pnpm bench-scale`: measures tsgpt batch on this machine, and models more machines from the measured parts. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { describeMachine, machine } from "@tsgpt/measure/node";
import { commandLine, refuse } from "../command-line.ts";
import { digits } from "../tables.ts";
import { type Measured, partsOf } from "./measured.ts";
import { type Parts, predict, type Scenario, workersForRedis } from "./model.ts";
import { countFiles, lookingTime, scanSpeed } from "./parts.ts";
import { countRedis } from "./queue-parts.ts";
import { hasRedis, startRedis } from "./redis.ts";
import { filesTable, partsTable, queueTable, redisTable, throughputTable, workTable } from "./tables.ts";
import { measureThroughput, type Throughput } from "./throughput.ts";
import { JOBS } from "./workload.ts";

const WORKERS = [2, 10, 100, 1000];
const SHARD_BYTES = [1 << 16, 1 << 20, 1 << 24];
const USAGE = `usage: bench-scale [--job generate|score] [--rounds N] [--price USD] [--instance NAME] [--hours N] [--quick]
  [--output FOLDER]

Measures tsgpt batch with one worker and two, without and with a queue on a Redis server that it starts (left out where
redis-server is not installed), and what a shard costs; then models 2 to 1,000 workers on machines like this one. --price:
of a machine like this one for an hour, and --instance its name: assumptions. --hours: length of the modeled job. --quick
checks that everything works; its figures are not representative.`;
const { values } = commandLine(USAGE, () =>
  parseArgs({
    options: {
      job: { type: "string", default: "generate" },
      rounds: { type: "string", default: "3" },
      price: { type: "string", default: "0.1785" },
      instance: { type: "string", default: "c7i.xlarge" },
      hours: { type: "string", default: "1" },
      quick: { type: "boolean", default: false },
      output: { type: "string", default: fileURLToPath(new URL("../../results", import.meta.url)) },
    },
  }),
);
const job = JOBS.find((name) => name === values.job) ?? refuse(`--job must be generate or score, got "${values.job}"`);
const [price, hours] = [positive("price"), positive("hours")];
const rounds = values.quick ? 1 : Math.ceil(positive("rounds"));
const results = resolve(values.output);
mkdirSync(results, { recursive: true });
const scratch = mkdtempSync(join(tmpdir(), "tsgpt-scale-"));
try {
  await run();
} finally {
  rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });
}

function positive(name: "rounds" | "price" | "hours"): number {
  const value = Number(values[name]);
  return value > 0 ? value : refuse(`--${name} must be a number above 0, got ${JSON.stringify(values[name])}`);
}

async function run(): Promise<void> {
  const before = loadavg()[0] as number;
  const throughput = await timed();
  const load = [before, loadavg()[0] as number];
  note("parts of a shard");
  const files = await countFiles(scratch, job, values.quick);
  const scan = await scanSpeed(scratch, values.quick ? 1 << 20 : 1 << 28, 3);
  const listing = await lookingTime(scratch, values.quick ? 100 : 10_000, 5);
  note("counting what Redis does");
  const queue = hasRedis ? await countRedis(scratch, values.quick ? 1 : 60) : undefined;
  save({ throughput, files, scan, listing, queue, load });
}

/** A redis-server of its own, if there is one, deals out the shards of the ways with a queue. */
async function timed(): Promise<Throughput> {
  const linesPerShard = values.quick ? 1 : 16;
  const workload = { job, shards: values.quick ? 4 : 8, linesPerShard, newTokens: values.quick ? 2 : 32 };
  const redis = hasRedis ? await startRedis() : undefined;
  try {
    const onRound = (round: number, what: string) => note(`round ${round + 1} of ${rounds}: ${what}`);
    return await measureThroughput(scratch, { workload, rounds, url: redis?.url, onRound });
  } finally {
    await redis?.stop();
  }
}

function save(measured: Measured): void {
  const { throughput, files, queue, load } = measured;
  const parts = partsOf(measured);
  const predictions = scenarios().map((scenario) => predict(parts, scenario));
  const date = new Date().toISOString().slice(0, 10);
  const { lines, tokens } = throughput;
  const title = `Long jobs: tsgpt batch ${job}, the bundled model, ${lines} lines, ${tokens} tokens, ${rounds} rounds`;
  const text = [
    `# ${title}`,
    `${describeMachine(machine())}; ${date}; load average ${load.map((one) => one.toFixed(1)).join(" before, ")} after.`,
    throughputTable(throughput),
    partsTable(parts),
    filesTable(files.operations),
    ...(queue ? [redisTable(queue)] : []),
    `Modeled: a job of ${hours} h on machines like this one, USD ${price} an hour (${values.instance}, assumed).`,
    workTable(predictions),
    ...(queue ? [queueTable(predictions), limits(parts)] : []),
  ]
    .map((part) => `${part.trimEnd()}\n`)
    .join("\n");
  const name = join(results, `scale-${job}`);
  writeFileSync(`${name}.md`, text);
  const data = {
    machine: machine(),
    date,
    job,
    rounds,
    ...measured,
    parts,
    price,
    instance: values.instance,
    predictions,
  };
  writeFileSync(`${name}.json`, `${JSON.stringify(data)}\n`);
  process.stdout.write(`${text}\n`);
}

function scenarios(): Scenario[] {
  const ofWorkers = (workers: number) => SHARD_BYTES.map((shardBytes) => ({ workers, shardBytes, hours, price }));
  return WORKERS.flatMap(ofWorkers);
}

/** Where one Redis is half busy. */
function limits(parts: Parts): string {
  const most = scenarios()
    .slice(0, SHARD_BYTES.length)
    .map(
      (scenario) => `${digits(workersForRedis(parts, scenario, 0.5))} with shards of ${scenario.shardBytes / 1024} KiB`,
    );
  return `Workers at which Redis is half busy: ${most.join(", ")}.`;
}

function note(text: string): void {
  process.stderr.write(`${text}\n`);
}
