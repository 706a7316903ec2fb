/** tsgpt convert: a model's folder with its matrices in another dtype. */
import { convertModel } from "@tsgpt/gpt/node";
import { CliError } from "../cli-error.ts";
import { command } from "../command.ts";
import { findModel } from "../model/find-model.ts";
import { type OptionsOf, option } from "../options/option.ts";
import { interruption } from "../terminal/interruption.ts";
import { withLoadProgress } from "../terminal/load-progress.ts";
import { note } from "../terminal/note.ts";
import { reportWritten } from "../terminal/report-written.ts";

const options = [
  option("--dtype <type>", "of the weights that are matrices", {
    choices: ["f32", "f16", "bf16", "int8"],
    mandatory: true,
  }),
] as const;

type ConvertFlags = OptionsOf<typeof options>;

export const convert = command({
  name: "convert",
  summary: "write a model in another dtype, as safetensors",
  arguments: [
    ["<model>", "a model's folder, a name in weights/, or a model of the hub"],
    ["<output>", "where to write: a new folder, or an empty one"],
  ],
  options,
  help: `Examples:
  $ tsgpt convert gpt2-xl gpt2-xl-int8 --dtype int8
  $ tsgpt generate --model gpt2-xl-int8 "Once upon a time"

Layer norms, biases and positions stay as they are, and so do config.json and the tokenizer. What is written loads to the
same numbers as the original with --dtype. The layout of int8 is in docs/int8-layout.md; only tsgpt reads it.`,
  action: convertCommand,
});

/** Runs the command. @throws CliError if the folder holds something or cannot be written; what loading throws; AbortError at Ctrl-C */
async function convertCommand(model: string, output: string, { dtype }: ConvertFlags): Promise<void> {
  const { signal } = interruption();
  const { folder } = await findModel({ model }, signal);
  const writing = withLoadProgress(
    (onProgress) => convertModel(folder, output, dtype, { signal, onProgress, onNote: note }),
    { doing: "writing" },
  );
  await writing.catch((cause: Error) => {
    if (cause.name !== "Error") throw cause; // it names its file, or is Ctrl-C
    throw new CliError(`cannot write ${JSON.stringify(output)}: ${cause.message}`, 1);
  });
  await reportWritten(output, `${model} in ${dtype}`);
}
