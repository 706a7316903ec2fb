/** tsgpt logits: logits, and with --trace every activation, as safetensors: how a port is compared with this one. */
import { access, constants, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { checkedPrompt, KVCache, type Model, record, stackTraces, type TensorToWrite } from "@tsgpt/gpt";
import { loadModel, writeSafetensorsFile } from "@tsgpt/gpt/node";
import type { Tensor } from "@tsgpt/tensor";
import { CliError, usageError } from "../cli-error.ts";
import { counted } from "../counted.ts";
import type { EngineFlags } from "../declare/engine-options.ts";
import { findModel, type ModelFlags } from "../find-model.ts";
import { forwardUnlessAborted } from "../forward-unless-aborted.ts";
import { INTERRUPTED, interruption } from "../interruption.ts";
import { withLoadProgress } from "../load-progress.ts";
import { makeEngine } from "../make-engine.ts";
import { note } from "../note.ts";
import type { Feeding } from "../option-values.ts";
import { sayWritten } from "../say-written.ts";
import { typedText } from "../text-argument.ts";

export interface LogitsFlags extends EngineFlags, ModelFlags {
  readonly prompt?: string;
  readonly tokens?: readonly number[];
  readonly output: string;
  readonly trace?: boolean;
  readonly last?: boolean;
  readonly cache: Feeding;
}

/**
 * Runs the command. @throws CliError for no prompt or two, a text that cannot be read, a place that cannot be written, a prefill too
 * long; RangeError for an id that the model does not have; ContextOverflowError; AbortError at Ctrl-C
 */
export async function logitsCommand(flags: LogitsFlags): Promise<void> {
  if ((flags.prompt === undefined) === (flags.tokens === undefined))
    throw usageError("give --prompt or --tokens, one of them");
  const { signal } = interruption();
  const prompt = flags.tokens ?? (await typedText(flags.prompt ?? ""));
  await checkWritable(flags.output);
  const { folder, name } = await findModel(flags, signal);
  const engine = await makeEngine(flags);
  const model = await withLoadProgress((onProgress) =>
    loadModel(folder, { name, engine, dtype: flags.dtype, signal, onProgress, onNote: note }),
  );
  const ids = checkedPrompt(model, prompt, {}, "logits");
  const activations = await run(model, ids, flags, signal);
  const tensors: [string, TensorToWrite][] = [
    ["ids", { dtype: "I64", shape: [ids.length], data: BigInt64Array.from(ids, BigInt) }],
  ];
  for (const [key, { shape, data }] of activations) tensors.push([key, { dtype: "F32", shape, data }]);
  await writeSafetensorsFile(flags.output, tensors).catch((cause: Error) => {
    throw new CliError(`cannot write ${JSON.stringify(flags.output)}: ${cause.message}`, 1);
  });
  await sayWritten(flags.output, contents(activations));
  if (signal.aborted) process.exitCode = INTERRUPTED;
}

/** The activations asked for, of all passes that the way of feeding makes. */
async function run(
  model: Model,
  ids: readonly number[],
  { trace, last, cache: feeding }: LogitsFlags,
  signal: AbortSignal,
): Promise<Map<string, Tensor>> {
  const cache = feeding === "none" ? undefined : new KVCache(model.config, model.engine);
  const parts: Map<string, Tensor>[] = [];
  for (const piece of split(ids, feeding)) {
    const found = new Map<string, Tensor>();
    const recorder = record(found, (key) => trace === true || key === "logits");
    await forwardUnlessAborted(model, piece, { cache, trace: recorder }, signal);
    parts.push(found);
  }
  const joined = stackTraces(parts);
  const logits = joined.get("logits") as Tensor;
  if (last) joined.set("logits", logits.slice(ids.length - 1, ids.length));
  return joined;
}

/** The ids in the pieces they are fed in: all at once, one by one, or the first K at once and then one by one. */
function split(ids: readonly number[], feeding: Feeding): number[][] {
  if (feeding === "none") return [[...ids]];
  const first = feeding === "step" ? 1 : feeding.prefill;
  if (first > ids.length)
    throw new CliError(`--cache prefill:${first}: the prompt has ${counted(ids.length, "token")} only`, 1);
  return [ids.slice(0, first), ...ids.slice(first).map((id) => [id])];
}

/** What the file holds besides the ids: `logits [3, 50257]`, and how many activations. */
function contents(activations: ReadonlyMap<string, Tensor>): string {
  const { shape } = activations.get("logits") as Tensor;
  const others = activations.size - 1;
  const traced = others > 0 ? ` and ${others} other activations` : "";
  return `logits [${shape.join(", ")}]${traced}, and the ids`;
}

async function checkWritable(path: string): Promise<void> {
  const fail = (why: string) => new CliError(`cannot write ${JSON.stringify(path)}: ${why}`, 1);
  const there = await stat(resolve(path)).catch(() => undefined);
  if (there && !there.isFile()) throw fail("it is there and no file"); // a device would be replaced
  await access(dirname(resolve(path)), constants.W_OK).catch((cause: Error) => {
    throw fail(cause.message);
  });
}
