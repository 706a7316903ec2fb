/** tsgpt convert: a model's folder with its matrices in another dtype. */
import { convertModel } from "@tsgpt/gpt/node";
import type { WeightDtype } from "@tsgpt/tensor";
import { CliError } from "../cli-error.ts";
import { findModel } from "../find-model.ts";
import { interruption } from "../interruption.ts";
import { withLoadProgress } from "../load-progress.ts";
import { note } from "../note.ts";
import { sayWritten } from "../say-written.ts";

export interface ConvertFlags {
  readonly dtype: WeightDtype;
}

/** Runs the command. @throws CliError if the folder holds something or cannot be written; what loading throws; AbortError at Ctrl-C */
export async function convertCommand(model: string, output: string, { dtype }: ConvertFlags): Promise<void> {
  const { signal } = interruption();
  const { folder } = await findModel({ model }, signal);
  const convert = withLoadProgress(
    (onProgress) => convertModel(folder, output, dtype, { signal, onProgress, onNote: note }),
    { doing: "writing" },
  );
  await convert.catch((cause: Error) => {
    if (cause.name !== "Error") throw cause; // it names its file, or is Ctrl-C
    throw new CliError(`cannot write ${JSON.stringify(output)}: ${cause.message}`, 1);
  });
  await sayWritten(output, `${model} in ${dtype}`);
}
