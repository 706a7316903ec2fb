/** tsgpt batch merge: checks that every line is answered once, and joins the answers in order. */
import { randomUUID } from "node:crypto";
import { open, rename, rm, writeFile } from "node:fs/promises";
import { checkBatch, mergedResults } from "@tsgpt/batch";
import { COPIED } from "../../batch/job.ts";
import { CliError } from "../../cli-error.ts";
import { command } from "../../command.ts";
import { type OptionsOf, option } from "../../options/option.ts";
import { path } from "../../options/values.ts";
import { checkWritable, destinationOf } from "../../output/write-text.ts";
import { mergedText } from "../../terminal/batch-report.ts";
import { interruption } from "../../terminal/interruption.ts";
import { writePieces } from "../../terminal/write-pieces.ts";

const options = [
  option("--output <file>", "the file to write (default: stdout)", { parse: path }),
  option("--quiet", "no summary on stderr"),
] as const;

export const merge = command({
  name: "merge",
  summary: "check that every line is answered once, and join the answers in order",
  arguments: [["<folder>", "the --output of the batch"]],
  options,
  help: `Examples:
  $ tsgpt batch merge scores --output scores.jsonl
  $ tsgpt batch merge answers | jq -r .text

Nothing is written unless every line of every input has exactly one entry. The exit code is 1 if one of them is an
error, as it is of tsgpt prompt --file. The folder is left as it is.`,
  action: mergeBatch,
});

/** @throws CliError for an output that cannot be written; what checkBatch throws; AbortError on Ctrl-C */
export async function mergeBatch(folder: string, { output, quiet }: OptionsOf<typeof options>): Promise<void> {
  const { signal } = interruption();
  if (output !== undefined) await checkWritable(output, { devices: false });
  const report = await checkBatch(folder, COPIED, signal);
  signal.throwIfAborted();
  if (output === undefined) await writePieces(mergedResults(folder), { signal });
  else await writeMerged(folder, output, signal);
  if (report.failures > 0) process.exitCode = 1;
  if (!quiet) process.stderr.write(mergedText(report));
}

/** Writes the file beside, under a name of its own: processes of containers have the same numbers. */
async function writeMerged(folder: string, output: string, signal: AbortSignal): Promise<void> {
  const destination = await destinationOf(output);
  const partial = `${destination}.${randomUUID()}.partial`;
  try {
    await writeResults(folder, partial, signal);
    await rename(partial, destination);
  } catch (error) {
    await rm(partial, { force: true });
    if (signal.aborted) throw error;
    throw cannotWrite(output, error as NodeJS.ErrnoException);
  }
}

/** On the disk before the name, or a power cut could leave the name with less behind it. */
async function writeResults(folder: string, path: string, signal: AbortSignal): Promise<void> {
  const file = await open(path, "wx");
  try {
    await writeFile(file, mergedResults(folder), { signal });
    await file.sync();
  } finally {
    await file.close();
  }
}

const FULL = ["ENOSPC", "EDQUOT", "EFBIG"];

function cannotWrite(output: string, { code = "", message }: NodeJS.ErrnoException): CliError {
  const fix = FULL.includes(code) ? "; make space there, or give another --output, and merge again" : "";
  return new CliError(`cannot write ${JSON.stringify(output)}: ${message}${fix}`, 1);
}
