/** Our trainer: a process that follows trainer.ts. Before it is ready it writes the file that the other one reads. */
import { createInterface } from "node:readline";
import { randomModel } from "@tsgpt/gpt";
import { writeSafetensorsFile } from "@tsgpt/gpt/node";
import { createEngine, type Engine } from "@tsgpt/tensor";
import { createAdamW, createLearner, type Learner, type Optimizer } from "@tsgpt/train";
import { ADAMW, BATCHES, batch, CONFIG, type Sizes } from "./shape.ts";
import type { Assignment, Reply, Request } from "./trainer.ts";

const LIMIT_PASSES = 5;

interface Run {
  readonly learner: Learner;
  readonly optimizer: Optimizer;
  steps: number;
}

const { path, threads, b, t } = JSON.parse(process.argv[2] as string) as Assignment;
const engine = await createEngine({ threads });
const batches = Array.from({ length: BATCHES }, (_, i) => batch(i, { b, t }));
const run = await startRun(engine);
await writeFile(path, run.learner, { b, t });
reply({ description: `tsgpt, ${engine.kernelSet} kernels, ${engine.threads} threads, Node ${process.versions.node}` });
for await (const line of createInterface({ input: process.stdin })) reply(answer(JSON.parse(line)));
process.exit(); // whoever asked is gone

function reply(message: Reply): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

async function startRun(engine: Engine): Promise<Run> {
  const { betas, epsilon, weightDecay } = ADAMW;
  const learner = createLearner(await randomModel("bundled shape", CONFIG, engine));
  const optimizer = createAdamW(learner.parameters, { betas, epsilon, weightDecay });
  return { learner, optimizer, steps: 0 };
}

async function writeFile(path: string, { parameters }: Learner, { b, t }: Pick<Sizes, "b" | "t">): Promise<void> {
  const ids = Int32Array.from(batches.flat().flatMap((list) => Array.from(list)));
  await writeSafetensorsFile(path, [
    ...parameters.map(({ name, value: { data, shape } }) => [name, { dtype: "F32", shape, data }] as const),
    ["ids", { dtype: "I32", shape: [BATCHES, b, t + 1], data: ids }],
  ]);
}

function answer(request: Request): Reply {
  if (request.want === "limit") return { flopsPerSecond: multiplyAddLimit() };
  const started = performance.now();
  const losses = Array.from({ length: request.steps }, step);
  return { losses, milliseconds: performance.now() - started };
}

/** One update; returns the loss before it. */
function step(): number {
  const { learner, optimizer } = run;
  learner.clearGradients();
  const loss = learner.accumulate(batches[run.steps++ % BATCHES] as Int32Array[]);
  optimizer.update(run.steps, ADAMW.learningRate);
  learner.changed();
  return loss;
}

/** Multiply-adds in registers, on all threads; the reference kernels have no limit of their own. */
function multiplyAddLimit(): number {
  const limits = engine.limits?.(1);
  if (!limits) return Number.NaN;
  const passes = Array.from({ length: LIMIT_PASSES }, () => limits.multiplyAddPass());
  limits.dispose();
  return Math.max(...passes);
}
