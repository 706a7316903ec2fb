/**
 * The process of one contestant: loads its engine, says that it is ready, and then does what it is told.
 * Argument: an Assignment as JSON. Ends with the process that started it.
 */
import { type Model, presetConfig, randomModel } from "@tsgpt/gpt";
import { createEngine } from "@tsgpt/tensor";
import type { Contestant, Running } from "./contest.ts";
import { type LanguageModel, languageModelContestant, type Sizes } from "./engines/language-model.ts";
import { onnxruntimeNode, onnxruntimeWeb } from "./engines/onnxruntime.ts";
import { tfjsProduct, tsgptProduct } from "./engines/product.ts";
import { tsgptModel } from "./engines/tsgpt.ts";

export type EngineName = "tsgpt" | "onnxruntime-node" | "onnxruntime-web" | "tsgpt-linear" | "tfjs-backend-wasm";

export interface Assignment {
  readonly engine: EngineName;
  readonly threads: number;
  readonly sizes: Sizes;
  /** The ONNX file. */
  readonly path: string;
}

export type Request = { readonly want: "outputs" } | { readonly want: "time"; readonly task: string };

export type Reply =
  | ({ readonly kind: "ready" } & Running)
  | { readonly kind: "outputs"; readonly outputs: Float32Array }
  | { readonly kind: "time"; readonly milliseconds: number }
  | { readonly kind: "error"; readonly message: string };

const config = presetConfig("gpt2");
// Whom it would tell may be gone: then there is nothing left to do.
const reply = (message: Reply) => process.send?.(message, undefined, {}, (error) => error && process.exit());

process.on("disconnect", () => process.exit());
await answer(async () => {
  const contestant = await createContestant(JSON.parse(process.argv[2] as string));
  process.on("message", (request: Request) => answer(() => respond(contestant, request)));
  return { kind: "ready", kernels: contestant.kernels, threads: contestant.threads };
});

async function answer(work: () => Promise<Reply>): Promise<void> {
  try {
    reply(await work());
  } catch (error) {
    reply({ kind: "error", message: error instanceof Error ? error.message : String(error) });
  }
}

async function respond({ outputs, tasks }: Contestant, request: Request): Promise<Reply> {
  if (request.want === "outputs") return { kind: "outputs", outputs: await outputs() };
  const task = tasks[request.task];
  if (!task) throw new RangeError(`task must be one of ${Object.keys(tasks).join(", ")}, got ${request.task}`);
  return { kind: "time", milliseconds: await task() };
}

async function createContestant(assignment: Assignment): Promise<Contestant> {
  if (assignment.engine === "tfjs-backend-wasm") return tfjsProduct();
  if (assignment.engine === "tsgpt-linear") return tsgptProduct(assignment.threads);
  return languageModelContestant(await loadLanguageModel(assignment), assignment.sizes, config.vocabSize);
}

async function loadLanguageModel({ engine, threads, path }: Assignment): Promise<LanguageModel> {
  if (engine === "onnxruntime-node") return onnxruntimeNode(path, config, threads);
  if (engine === "onnxruntime-web") return onnxruntimeWeb(path, config, threads);
  return tsgptModel(await ourModel(threads), config.nPositions);
}

async function ourModel(threads: number): Promise<Model> {
  return randomModel("gpt2", config, await createEngine({ threads }));
}
