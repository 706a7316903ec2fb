/** tsgpt convert: writes a model with its weight matrices in another dtype. */
import { convertModel } from "@tsgpt/gpt/node";
import { WEIGHT_DTYPES } from "@tsgpt/tensor";
import { CliError, usageError } from "../cli-error.ts";
import { command } from "../command.ts";
import { findModel } from "../model/find-model.ts";
import { type OptionsOf, option } from "../options/option.ts";
import { interruption } from "../terminal/interruption.ts";
import { withLoadProgress } from "../terminal/load-progress.ts";
import { note } from "../terminal/note.ts";
import { reportWritten } from "../terminal/report-written.ts";

const options = [
  option("--dtype <type>", "dtype of the weight matrices", {
    choices: WEIGHT_DTYPES,
    mandatory: true,
  }),
] as const;

type ConvertFlags = OptionsOf<typeof options>;

export const convert = command({
  name: "convert",
  summary: "write a model in another dtype, as safetensors",
  arguments: [
    ["<model>", "a folder, a bundled model, or a model of the hub"],
    ["<output>", "a new folder, or an empty one"],
  ],
  options,
  help: `Examples:
  $ tsgpt convert gpt2-xl gpt2-xl-int8 --dtype int8
  $ tsgpt generate --model gpt2-xl-int8 "Once upon a time"

Layer norms, biases, position embeddings, config.json and the tokenizer are copied unchanged. The converted model
loads to the same numbers as the original with --dtype. docs/int8-layout.md describes the layout of int8, which only
tsgpt reads.`,
  action: convertCommand,
});

/**
 * Runs the command. @throws CliError if the folder is not empty or cannot be written; what loading throws; AbortError
 * at Ctrl-C
 */
async function convertCommand(model: string, output: string, { dtype }: ConvertFlags): Promise<void> {
  if (output === "") throw usageError("the output must not be empty; . is the current folder");
  const { signal } = interruption();
  const { folder } = await findModel({ model }, signal);
  const writing = withLoadProgress(
    (onProgress) => convertModel(folder, output, dtype, { signal, onProgress, onNote: note }),
    { doing: "writing" },
  );
  await writing.catch((cause: Error) => {
    if (cause.name !== "Error") throw cause; // the message names its file, or it is Ctrl-C
    throw new CliError(`cannot write ${JSON.stringify(output)}: ${cause.message}`, 1);
  });
  await reportWritten(output, `${model} in ${dtype}`);
}
