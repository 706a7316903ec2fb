/**
 * npm start -- [--threads N,N] [--rounds N] [--quick]: tsgpt and its peers on the same weights, interleaved; writes
 * bench/results/peers.md and peers.json. Progress goes to stderr.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { open, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { presetConfig, randomModel } from "@tsgpt/gpt";
import { describeMachine, machine } from "@tsgpt/measure/node";
import { createReferenceEngine } from "@tsgpt/tensor";
import { checkAgreement, type RemoteContestant, runRounds } from "./contest.ts";
import type { EngineName } from "./contestant-process.ts";
import { PRODUCT } from "./engines/product.ts";
import { gpt2Onnx } from "./onnx/gpt2.ts";
import { type Options, parseOptions, USAGE, UsageError } from "./options.ts";
import { startContestant } from "./remote-contestant.ts";
import { type Competitor, type Result, rate, type Task, tables } from "./report.ts";

interface Contest {
  /** Ours first. */
  readonly engines: readonly EngineName[];
  readonly tasks: readonly Task[];
}

const HERE = new URL("../../", import.meta.url); // bench/peers, from dist/src

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  try {
    const options = parseOptions(args);
    if (options) await compare(options);
    else process.stdout.write(USAGE);
    return 0;
  } catch (error) {
    const isUsage = error instanceof UsageError;
    const hint = isUsage ? "npm start -- --help lists the options\n" : "";
    process.stderr.write(`error: ${(error as Error).message}\n${hint}`);
    return isUsage ? 2 : 1;
  }
}

async function compare(options: Options): Promise<void> {
  const contests = planContests(options);
  const path = join(temporaryFolder(), "gpt2.onnx");
  await writeModel(path);
  const results: Result[] = [];
  for (const contest of contests) {
    for (const threads of options.threads) results.push(...(await hold(contest, threads, path, options)));
  }
  const tasks = contests.flatMap((contest) => contest.tasks);
  await report(results, tasks, options);
}

/** Half a gigabyte lies in it: it goes with this process, however that ends. */
function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "tsgpt-peers-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  process.once("SIGINT", () => process.exit(130));
  process.once("SIGTERM", () => process.exit(143));
  return folder;
}

function planContests({ sizes: { prompt, context, steps } }: Options): Contest[] {
  const { m, k, n } = PRODUCT;
  const tokens = "tokens/s";
  const decode = `Decode: ${steps} greedy steps after ${context} tokens`;
  return [
    {
      engines: ["tsgpt", "onnxruntime-node", "onnxruntime-web"],
      tasks: [
        { name: "decode", title: decode, unit: tokens, amount: steps },
        { name: "prefill", title: `Prefill: ${prompt} tokens in one pass`, unit: tokens, amount: prompt },
      ],
    },
    {
      engines: ["tsgpt-linear", "tfjs-backend-wasm"],
      tasks: [
        {
          name: "product",
          title: `Product: [${m}, ${k}] x [${k}, ${n}] + [${n}]`,
          unit: "GFLOP/s",
          amount: (2 * m * k * n) / 1e9,
        },
      ],
    },
  ];
}

/** The weights that every process of ours draws for itself, as the file that the others read. */
async function writeModel(path: string): Promise<void> {
  progress("writing the model as ONNX");
  const { pieces } = gpt2Onnx(await randomModel("gpt2", presetConfig("gpt2"), createReferenceEngine()));
  const file = await open(path, "wx");
  try {
    for (const piece of pieces) await file.writeFile(piece);
  } finally {
    await file.close();
  }
}

async function hold(contest: Contest, threads: number, path: string, { sizes, rounds }: Options): Promise<Result[]> {
  const contestants: RemoteContestant[] = [];
  try {
    for (const engine of contest.engines) {
      progress(`${engine}: loading, threads: ${threads}`);
      contestants.push(await startContestant({ engine, threads, sizes, path }));
    }
    progress("comparing outputs");
    const differences = await checkAgreement(contestants);
    const competitors: Competitor[] = contestants.map(({ name, kernels, threads }, i) => {
      return { name, running: { kernels, threads }, difference: differences[i] as number };
    });
    const names = contest.tasks.map(({ name }) => name);
    const times = await runRounds(contestants, names, rounds, (text) => progress(`threads: ${threads}; ${text}`));
    return contest.tasks.flatMap((task) => rate(task, threads, competitors, times.get(task.name) ?? []));
  } finally {
    for (const contestant of contestants) contestant.stop();
  }
}

async function report(results: readonly Result[], tasks: readonly Task[], { rounds, sizes, quick }: Options) {
  const { dependencies: versions } = JSON.parse(await readFile(new URL("package.json", HERE), "utf8"));
  const date = new Date().toISOString().slice(0, 10);
  const listed = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const text = `# tsgpt and its peers: GPT-2 124M, random float32 weights, batch 1

${describeMachine(machine())}; ${date}. ${listed.join(", ")}.
Interleaved rounds: ${rounds}, a process for each engine. Rates are medians; a ratio is taken within each round, and the median shown.

${tables(results, tasks)}`;
  process.stdout.write(text);
  if (quick) return;
  const folder = new URL("../results/", HERE);
  await writeFile(new URL("peers.md", folder), text);
  const data = { machine: machine(), date, versions, model: "gpt2, random weights", rounds, sizes, results };
  await writeFile(new URL("peers.json", folder), `${JSON.stringify(data)}\n`);
  progress(`written: ${fileURLToPath(folder)}peers.md and peers.json`);
}

function progress(text: string): void {
  process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${text}` : `${text}\n`);
}
