/**
 * tsgpt gradients: writes the loss of token sequences and its gradient with respect to every parameter, as safetensors,
 * to compare another backward pass with.
 */
import { type TensorToWrite, yieldToEventLoop } from "@tsgpt/gpt";
import { parameterNames, writeSafetensorsFile } from "@tsgpt/gpt/node";
import { checkSequences, createLearner, type Learner } from "@tsgpt/train";
import { CliError } from "../cli-error.ts";
import { command } from "../command.ts";
import { findModel } from "../model/find-model.ts";
import { loadFound } from "../model/load-model.ts";
import { makeEngine } from "../model/make-engine.ts";
import { kernelOptions } from "../options/engine.ts";
import { modelOptions } from "../options/model.ts";
import { type OptionsOf, option } from "../options/option.ts";
import { gatherTokens, path } from "../options/values.ts";
import { checkOwnInput } from "../output/own-input.ts";
import { checkWritable, destinationOf } from "../output/write-text.ts";
import { interruption } from "../terminal/interruption.ts";
import { pluralize } from "../terminal/pluralize.ts";
import { reportWritten } from "../terminal/report-written.ts";

const options = [
  ...modelOptions,
  ...kernelOptions,
  option("--tokens <ids>", "a sequence of two or more token ids: 1,2,3; may be repeated", {
    parse: gatherTokens,
    mandatory: true,
  }),
  option("--output <file>", "the file to write", { parse: path, mandatory: true }),
  option("--recompute", "keep less of the forward pass and compute it again: less memory, more time, the same bits"),
] as const;

export const gradients = command({
  name: "gradients",
  summary: "write the loss of token ids and the gradient of every parameter, as safetensors",
  arguments: [],
  options,
  help: `Examples:
  $ tsgpt gradients --tokens 1,2,3 --output ours.safetensors
  $ tsgpt gradients --tokens 1,2,3,4 --tokens 9,8,7 --output ours.safetensors
  $ tsgpt compare mine.safetensors ours.safetensors

The file holds "loss", a float32 scalar: the mean cross-entropy, in nats, of every token but the first of each
sequence, over all of them; and the gradient of that mean with respect to each parameter, float32, under the
name and in the shape that it has in the checkpoint. A head that is tied to the token embedding has no entry of
its own: wte.weight holds the sum. Weights of another dtype are widened to float32.`,
  action: gradientsCommand,
});

/**
 * Runs the command. @throws CliError for an output that is a file of the model or cannot be written; RangeError for a
 * sequence of one token, or an id outside the vocabulary; ContextOverflowError; AbortError at Ctrl-C
 */
export async function gradientsCommand(flags: OptionsOf<typeof options>): Promise<void> {
  const { signal } = interruption();
  await checkWritable(flags.output, { devices: false });
  const found = await findModel(flags, signal);
  await checkOwnInput("--output", flags.output, [[found.folder, "--model"]]);
  const names = await parameterNames(found.folder);
  const model = await loadFound(found, await makeEngine(flags), "f32", signal);
  const learner = createLearner(model, { recompute: flags.recompute });
  const { parameters } = learner;
  const loss = await accumulated(learner, flags.tokens, signal);
  const tensors: [string, TensorToWrite][] = [["loss", { dtype: "F32", shape: [], data: Float32Array.of(loss) }]];
  for (const [i, { gradient }] of parameters.entries()) {
    const { shape, data } = gradient;
    tensors.push([names[i] as string, { dtype: "F32", shape, data }]);
  }
  await writeSafetensorsFile(await destinationOf(flags.output), tensors).catch((cause: Error) => {
    throw new CliError(`cannot write ${JSON.stringify(flags.output)}: ${cause.message}`, 1);
  });
  const gradientsOf = `the gradients of ${pluralize(parameters.length, "parameter")}`;
  await reportWritten(flags.output, `loss ${loss.toFixed(4)} and ${gradientsOf}`);
}

/** The mean loss of all sequences, its gradients in the learner: one after another, and Ctrl-C ends it between two. */
async function accumulated(
  { config, accumulate }: Learner,
  sequences: readonly number[][],
  signal: AbortSignal,
): Promise<number> {
  checkSequences(config, sequences);
  const predictions = sequences.reduce((sum, ids) => sum + ids.length - 1, 0);
  let loss = 0;
  for (const ids of sequences) {
    const share = (ids.length - 1) / predictions;
    loss += share * accumulate([ids], share);
    await yieldToEventLoop();
    signal.throwIfAborted();
  }
  return loss;
}
