/** tsgpt logits: logits, and with --trace every activation, as safetensors: how a port is compared with this one. */
import { access, constants, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { forward, KVCache, type Model, promptIds, record, stackTraces, type TensorToWrite } from "@tsgpt/gpt";
import { loadModel, writeSafetensorsFile } from "@tsgpt/gpt/node";
import { createEngine, type EngineOptions, type Tensor } from "@tsgpt/tensor";
import { CliError, usageError } from "../cli-error.ts";
import { withLoadProgress } from "../load-progress.ts";
import { modelFolder } from "../model-folder.ts";
import type { Feeding } from "../option-values.ts";

export interface LogitsFlags extends EngineOptions {
  readonly model: string;
  readonly prompt?: string;
  readonly tokens?: readonly number[];
  readonly output: string;
  readonly trace?: boolean;
  readonly last?: boolean;
  readonly cache: Feeding;
}

/** Runs the command. @throws CliError for no prompt or two, a place that cannot be written, a prefill too long */
export async function logitsCommand(flags: LogitsFlags): Promise<void> {
  if ((flags.prompt === undefined) === (flags.tokens === undefined))
    throw usageError("give --prompt or --tokens, one of them");
  await checkWritable(flags.output);
  const engine = await createEngine(flags);
  const model = await withLoadProgress((onProgress) => loadModel(modelFolder(flags.model), { engine, onProgress }));
  const ids = promptIds(model, flags.tokens ?? flags.prompt ?? "");
  checkIds(model, ids);
  const activations = run(model, ids, flags);
  const tensors: [string, TensorToWrite][] = [
    ["ids", { dtype: "I64", shape: [ids.length], data: BigInt64Array.from(ids, BigInt) }],
  ];
  for (const [key, { shape, data }] of activations) tensors.push([key, { dtype: "F32", shape, data }]);
  await writeSafetensorsFile(flags.output, tensors);
}

/** @throws CliError for an id that the model does not have */
function checkIds({ config: { vocabSize } }: Model, ids: readonly number[]): void {
  const unknown = ids.find((id) => id >= vocabSize);
  if (unknown !== undefined) throw new CliError(`token id ${unknown} is out of range: 0 to ${vocabSize - 1}`, 1);
}

/** The activations asked for, of all passes that the way of feeding makes. */
function run(model: Model, ids: readonly number[], { trace, last, cache: feeding }: LogitsFlags): Map<string, Tensor> {
  const cache = feeding === "none" ? undefined : new KVCache(model.config, model.engine);
  const parts = split(ids, feeding).map((piece) => {
    const found = new Map<string, Tensor>();
    forward(model, piece, { cache, trace: record(found, (key) => trace === true || key === "logits") });
    return found;
  });
  const joined = stackTraces(parts);
  const logits = joined.get("logits") as Tensor;
  if (last) joined.set("logits", logits.slice(ids.length - 1, ids.length));
  return joined;
}

/** The ids in the pieces they are fed in: all at once, one by one, or the first K at once and then one by one. */
function split(ids: readonly number[], feeding: Feeding): number[][] {
  if (feeding === "none") return [[...ids]];
  const first = feeding === "step" ? 1 : feeding.prefill;
  if (first > ids.length) throw new CliError(`--cache prefill:${first}: the prompt has ${ids.length} tokens only`, 1);
  return [ids.slice(0, first), ...ids.slice(first).map((id) => [id])];
}

async function checkWritable(path: string): Promise<void> {
  const isFolder = await stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
  const writable = await access(dirname(path), constants.W_OK).then(
    () => true,
    () => false,
  );
  if (isFolder || !writable) throw new CliError(`cannot write ${JSON.stringify(path)}`, 1);
}
