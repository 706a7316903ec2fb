/** Refuses a log that would destroy what a run reads, or the other files that it writes. */
import { basename, dirname, join, resolve } from "node:path";
import { usageError } from "../cli-error.ts";
import { findModel } from "../model/find-model.ts";
import { checkOwnInput, type InputFile, STDIN } from "../output/own-input.ts";
import { checkWritable, destinationOf } from "../output/write-text.ts";
import type { Request } from "./flags.ts";
import { RUN_FILES } from "./run-folder.ts";

/** @throws CliError for a log that is a file of the run, or one that it reads, or that cannot be written */
export async function checkLog({ texts, flags }: Request, folder: string, signal: AbortSignal): Promise<void> {
  const { log, tokenizer, batches, validation, from } = flags;
  if (log === undefined) return;
  await checkOutput(log, folder);
  const files = texts.flatMap((source) => ("file" in source ? [source.file] : []));
  const others = [tokenizer, batches, validation].filter((path) => path !== undefined);
  const read = [...files, ...others].map((path): InputFile => [path, JSON.stringify(path)]);
  const stdin = texts.some((source) => "stdin" in source) ? [STDIN] : [];
  await checkOwnInput("--log", log, [...read, ...stdin, ...(await sourceModel(from, signal))]);
  await checkWritable(log, { devices: true });
}

/** The log may be in the folder, under another name than its files have, even those that are not there yet. */
async function checkOutput(log: string, folder: string): Promise<void> {
  const path = join(await destinationOf(dirname(resolve(log))), basename(log));
  const output = await destinationOf(folder);
  if (path === output) throw usageError(`--log ${JSON.stringify(log)} is the folder of --output; give another`);
  if (dirname(path) === output && RUN_FILES.includes(basename(path)))
    throw usageError(`--log ${JSON.stringify(log)} is a file of the run in --output; give another`);
  const files = RUN_FILES.map((name): InputFile => [join(folder, name), `${name} in --output`]);
  await checkOwnInput("--log", log, files); // by a link
}

/** The folder of --from, if it is on this machine: a run that goes on needs it no more. */
async function sourceModel(from: string | undefined, signal: AbortSignal): Promise<InputFile[]> {
  if (from === undefined) return [];
  const found = await findModel({ model: from, offline: true }, signal).catch(() => undefined);
  return found ? [[found.folder, "--from"]] : [];
}
