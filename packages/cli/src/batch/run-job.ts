/** Runs a job over files of inputs: worker threads answer the shards, and stderr shows how far all of them are. */
import { type Part, runBatch } from "@tsgpt/batch";
import { physicalCores } from "@tsgpt/tensor";
import { CliError, usageError } from "../cli-error.ts";
import { findModel } from "../model/find-model.ts";
import type { BatchFlags } from "../options/batch.ts";
import { batchProgress, finishedText, stoppedText } from "../terminal/batch-report.ts";
import { interruptedCode, termination } from "../terminal/interruption.ts";
import { note } from "../terminal/note.ts";
import { COPIED, type Job, type WorkerData } from "./job.ts";

const WHOLE: Part = { index: 0, count: 1 };
const WORKER = new URL("./worker.js", import.meta.url);

/**
 * Runs the job, or the part of --shard. Lines that cannot be answered do not change the exit code: a scheduler would
 * run them again, in vain. @throws CliError for no inputs; what runBatch throws
 */
export async function runJob(job: Job, paths: readonly string[], flags: BatchFlags): Promise<void> {
  if (paths.length === 0) throw usageError("give the inputs: one or more JSONL files");
  if (paths.includes("-"))
    throw usageError(
      'an input is read more than once, so it must be a file, got "-" for stdin; write its lines to one',
    );
  const { output, shard: part = WHOLE, workers, shardBytes, queue: url, quiet } = flags;
  const { signal } = termination();
  const found = await findModel(flags, signal);
  const data: WorkerData = { job, found, engine: engineOf(flags) };
  const progress = batchProgress(process.stderr, quiet === true);
  const batch = { paths, folder: output, shardBytes, part, workers, module: WORKER, data, signal, copied: COPIED };
  const queue = url === undefined ? undefined : { url, onNote: note };
  const onNote = quiet ? undefined : note;
  const outcome = await runBatch({ ...batch, queue, onNote, onProgress: progress.show })
    .finally(progress.close)
    .catch((error: unknown) => {
      if (signal.aborted) process.stderr.write(stoppedText());
      throw ofWorker(error as Error);
    });
  if (outcome.isStopped) process.exitCode = interruptedCode();
  if (outcome.isStopped) process.stderr.write(stoppedText(outcome));
  else if (!quiet) process.stderr.write(finishedText(outcome, { part, output, seconds: progress.seconds() }));
}

/** The error of a thread, which is copied without its class, so that a usage error has its exit code. */
function ofWorker(error: Error & { readonly exitCode?: unknown }): Error {
  const { name, message, exitCode } = error;
  return name === "CliError" && !(error instanceof CliError) ? new CliError(message, exitCode === 2 ? 2 : 1) : error;
}

/** The workers share the cores, unless --threads says otherwise. */
function engineOf({ dtype, kernels, threads, workers }: BatchFlags): WorkerData["engine"] {
  const given = { dtype, kernels, ...(threads !== undefined && { threads }) };
  if (kernels === "reference" || workers === 1 || threads !== undefined) return given;
  return { ...given, threads: Math.max(1, Math.floor(physicalCores() / workers)) };
}
