/** tsgpt logits: logits, and with --trace every activation, as safetensors: how a port is compared with this one. */
import { access, constants, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { checkedPrompt, KVCache, type Model, record, stackTraces, type TensorToWrite } from "@tsgpt/gpt";
import { writeSafetensorsFile } from "@tsgpt/gpt/node";
import type { Tensor } from "@tsgpt/tensor";
import { CliError, usageError } from "../cli-error.ts";
import { command } from "../command.ts";
import { typedText } from "../input/text-argument.ts";
import { findModel } from "../model/find-model.ts";
import { forwardUnlessAborted } from "../model/forward-unless-aborted.ts";
import { loadFound } from "../model/load-model.ts";
import { makeEngine } from "../model/make-engine.ts";
import { engineOptions } from "../options/engine.ts";
import { modelOptions } from "../options/model.ts";
import { type OptionsOf, option } from "../options/option.ts";
import { TEXT_HELP } from "../options/text-help.ts";
import { type Feeding, feeding, path, tokenIds } from "../options/values.ts";
import { INTERRUPTED, interruption } from "../terminal/interruption.ts";
import { pluralize } from "../terminal/pluralize.ts";
import { reportWritten } from "../terminal/report-written.ts";

const options = [
  ...modelOptions,
  ...engineOptions,
  option("--prompt <text>", "a prompt as text, or @file"),
  option("--tokens <ids>", "a prompt as token ids: 1,2,3", { parse: tokenIds }),
  option("--output <file>", "where to write", { parse: path, mandatory: true }),
  option("--trace", "every activation, by TransformerLens's key"),
  option("--last", "logits of the last position alone"),
  option("--cache <how>", "none, step, or prefill:K", { parse: feeding, default: "none" }),
] as const;

type LogitsFlags = OptionsOf<typeof options>;

export const logits = command({
  name: "logits",
  summary: "write logits, and with --trace every activation, as safetensors",
  arguments: [],
  options,
  help: `Examples:
  $ tsgpt logits --tokens 1,2,3 --output ours.safetensors --trace
  $ tsgpt logits --prompt "Once upon a time" --cache prefill:2 --output cached.safetensors

${TEXT_HELP}`,
  action: logitsCommand,
});

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
  const found = await findModel(flags, signal);
  const engine = await makeEngine(flags);
  const model = await loadFound(found, engine, flags.dtype, signal);
  const ids = checkedPrompt(model, prompt, {}, "logits");
  const activations = await run(model, ids, flags, signal);
  const tensors: [string, TensorToWrite][] = [
    ["ids", { dtype: "I64", shape: [ids.length], data: BigInt64Array.from(ids, BigInt) }],
  ];
  for (const [key, { shape, data }] of activations) tensors.push([key, { dtype: "F32", shape, data }]);
  await writeSafetensorsFile(flags.output, tensors).catch((cause: Error) => {
    throw new CliError(`cannot write ${JSON.stringify(flags.output)}: ${cause.message}`, 1);
  });
  await reportWritten(flags.output, contents(activations));
  if (signal.aborted) process.exitCode = INTERRUPTED;
}

/** The activations asked for, of all passes that the way of feeding makes. */
async function run(
  model: Model,
  ids: readonly number[],
  { trace, last, cache: how }: LogitsFlags,
  signal: AbortSignal,
): Promise<Map<string, Tensor>> {
  const cache = how === "none" ? undefined : new KVCache(model.config, model.engine);
  const parts: Map<string, Tensor>[] = [];
  for (const piece of split(ids, how)) {
    const found = new Map<string, Tensor>();
    const recorder = record(found, (key) => trace === true || key === "logits");
    await forwardUnlessAborted(model, piece, { cache, trace: recorder }, signal);
    parts.push(found);
  }
  const joined = stackTraces(parts);
  const rows = joined.get("logits") as Tensor;
  if (last) joined.set("logits", rows.slice(ids.length - 1, ids.length));
  return joined;
}

/** The ids in the pieces they are fed in: all at once, one by one, or the first K at once and then one by one. */
function split(ids: readonly number[], how: Feeding): number[][] {
  if (how === "none") return [[...ids]];
  const first = how === "step" ? 1 : how.prefill;
  if (first > ids.length)
    throw new CliError(`--cache prefill:${first}: the prompt has ${pluralize(ids.length, "token")} only`, 1);
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
