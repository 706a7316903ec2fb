/**
 * tsgpt logits: writes logits, and with --trace every activation, as safetensors, to compare another implementation
 * with.
 */
import {
  chainTraces,
  checkedPrompt,
  KVCache,
  type Model,
  record,
  stackTraces,
  type TensorToWrite,
  type Trace,
} from "@tsgpt/gpt";
import { writeSafetensorsFile } from "@tsgpt/gpt/node";
import type { Tensor } from "@tsgpt/tensor";
import { CliError, usageError } from "../cli-error.ts";
import { command } from "../command.ts";
import { typedText } from "../input/text-argument.ts";
import { INTERVENTION_HELP, interventionOptions, interventions, readInterventions } from "../logits/interventions.ts";
import { findModel } from "../model/find-model.ts";
import { forwardUnlessAborted } from "../model/forward-unless-aborted.ts";
import { loadFound } from "../model/load-model.ts";
import { makeEngine } from "../model/make-engine.ts";
import { engineOptions } from "../options/engine.ts";
import { modelOptions } from "../options/model.ts";
import { type OptionsOf, option } from "../options/option.ts";
import { TEXT_HELP } from "../options/text-help.ts";
import { type Feeding, feeding, path, tokenIds } from "../options/values.ts";
import { checkOwnInput, filesOf } from "../output/own-input.ts";
import { checkWritable, destinationOf } from "../output/write-text.ts";
import { INTERRUPTED, interruption } from "../terminal/interruption.ts";
import { pluralize } from "../terminal/pluralize.ts";
import { reportWritten } from "../terminal/report-written.ts";

const options = [
  ...modelOptions,
  ...engineOptions,
  option("--prompt <text>", "the prompt as text, or @file"),
  option("--tokens <ids>", "the prompt as token ids: 1,2,3", { parse: tokenIds }),
  option("--output <file>", "the file to write", { parse: path, mandatory: true }),
  option("--trace", "also write every activation, under its TransformerLens name"),
  option("--last", "only the logits of the last position"),
  option("--cache <how>", "none, step (token by token), or prefill:K (K tokens, then steps)", {
    parse: feeding,
    default: "none",
  }),
  ...interventionOptions,
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
  $ tsgpt logits --tokens 1,2,3 --zero-head 0.3 --zero-head 5.1 --output ablated.safetensors
  $ tsgpt logits --tokens 1,2,3 --patch blocks.2.hook_resid_pre@1 --patch-tokens 1,9,3 --output patched.safetensors

${INTERVENTION_HELP}

${TEXT_HELP}`,
  action: logitsCommand,
});

/**
 * Runs the command. @throws CliError without a prompt or with two, for a text that cannot be read, an output that is
 * an input or cannot be written, a prefill that is too long, and what `readInterventions` and `interventions` throw;
 * RangeError for an id outside the vocabulary; ContextOverflowError; AbortError at Ctrl-C
 */
export async function logitsCommand(flags: LogitsFlags): Promise<void> {
  if ((flags.prompt === undefined) === (flags.tokens === undefined))
    throw usageError("give --prompt or --tokens, one of them");
  const { signal } = interruption();
  await checkOwnInput(
    "--output",
    flags.output,
    filesOf([flags.prompt, flags.patchPrompt].filter((text) => text !== "-")),
  );
  const prompt = flags.tokens ?? (await typedText(flags.prompt ?? ""));
  const asked = await readInterventions(flags);
  await checkWritable(flags.output, { devices: false });
  const found = await findModel(flags, signal);
  await checkOwnInput("--output", flags.output, [[found.folder, "--model"]]);
  const engine = await makeEngine(flags);
  const model = await loadFound(found, engine, flags.dtype, signal);
  const ids = checkedPrompt(model, prompt, {}, "logits");
  const changes = await interventions(model, ids, asked, signal);
  const activations = await run(model, ids, changes, flags, signal);
  const tensors: [string, TensorToWrite][] = [
    ["ids", { dtype: "I64", shape: [ids.length], data: BigInt64Array.from(ids, BigInt) }],
  ];
  for (const [key, { shape, data }] of activations) tensors.push([key, { dtype: "F32", shape, data }]);
  await writeSafetensorsFile(await destinationOf(flags.output), tensors).catch((cause: Error) => {
    throw new CliError(`cannot write ${JSON.stringify(flags.output)}: ${cause.message}`, 1);
  });
  await reportWritten(flags.output, contents(activations));
  if (signal.aborted) process.exitCode = INTERRUPTED;
}

/** The activations of all passes over the prompt, stacked by name, as `changes` leave them. */
async function run(
  model: Model,
  ids: readonly number[],
  changes: Trace,
  { trace, last, cache: how }: LogitsFlags,
  signal: AbortSignal,
): Promise<Map<string, Tensor>> {
  const cache = how === "none" ? undefined : new KVCache(model.config, model.engine);
  const parts: Map<string, Tensor>[] = [];
  for (const piece of split(ids, how)) {
    const found = new Map<string, Tensor>();
    const recorder = record(found, (key) => trace === true || key === "logits");
    await forwardUnlessAborted(model, piece, { cache, trace: chainTraces(changes, recorder) }, signal);
    parts.push(found);
  }
  const joined = stackTraces(parts);
  const rows = joined.get("logits") as Tensor;
  if (last) joined.set("logits", rows.slice(ids.length - 1, ids.length));
  return joined;
}

/** Splits the ids into the inputs of the passes: all at once, one by one, or the first K and then one by one. */
function split(ids: readonly number[], how: Feeding): number[][] {
  if (how === "none") return [[...ids]];
  const first = how === "step" ? 1 : how.prefill;
  if (first > ids.length)
    throw usageError(`--cache prefill:${first}: the prompt has only ${pluralize(ids.length, "token")}`);
  return [ids.slice(0, first), ...ids.slice(first).map((id) => [id])];
}

/** The contents of the file: `logits [3, 50257]`, the number of activations, and the ids. */
function contents(activations: ReadonlyMap<string, Tensor>): string {
  const { shape } = activations.get("logits") as Tensor;
  const others = activations.size - 1;
  const traced = others > 0 ? ` and ${others} other activations` : "";
  return `logits [${shape.join(", ")}]${traced}, and the ids`;
}
