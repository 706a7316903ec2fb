/**
 * The log of a run: a JSON object per line. A resumed run keeps the lines up to its checkpoint and drops those of steps
 * that were lost, so that the log is the one of an undisturbed run; what it lacks of its last step is made up for.
 */
import { closeSync, openSync, writeSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import type { StepReport } from "@tsgpt/train";
import { CliError } from "../cli-error.ts";
import { destinationOf, writeText } from "../output/write-text.ts";
import { removeLeftovers } from "./leftovers.ts";

/** A line of the log; only a step has a loss. */
export type LogRecord =
  | StepReport
  | { readonly step: number; readonly validationLoss: number; readonly validationBitsPerByte: number }
  | { readonly step: number; readonly sample: string }
  | { readonly step: number; readonly peakBytes: number };

/** An open log. */
export interface LogFile {
  /** @throws CliError if it cannot be written */
  write(record: LogRecord): void;
  close(): void;
}

/** Opens a log, anew or after the lines up to `step`, if there are any. @throws CliError if it cannot be written */
export async function openLog(path: string, step: number): Promise<LogFile> {
  const there = await stat(path).catch(() => undefined);
  if (!there || there.isFile()) {
    const destination = await destinationOf(path);
    await removeLeftovers(dirname(destination), [basename(destination)]);
    await writeText(path, there && step > 0 ? await linesUpTo(path, step) : "");
  }
  const file = attempt(path, () => openSync(path, "a"));
  return {
    write: (record) =>
      attempt(path, () => {
        const bytes = Buffer.from(`${JSON.stringify(record)}\n`);
        for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
      }),
    close: () => closeSync(file),
  };
}

/** What a log has of a step, which is nothing if it was not kept then. */
export async function recordsOf(path: string, step: number): Promise<LogRecord[]> {
  const there = await stat(path).catch(() => undefined);
  return there?.isFile() ? (await recordsUpTo(path, step)).filter((record) => record.step === step) : [];
}

/** The lines of steps up to `step`, without the memory of an earlier end. */
async function linesUpTo(path: string, step: number): Promise<string> {
  const kept = (await recordsUpTo(path, step)).filter((record) => !("peakBytes" in record));
  return kept.map((record) => `${JSON.stringify(record)}\n`).join("");
}

/** The records of whole lines of steps up to `step`; a line that is none is dropped. */
async function recordsUpTo(path: string, step: number): Promise<LogRecord[]> {
  const lines = (await readFile(path, "utf8")).split("\n").slice(0, -1);
  return lines.flatMap((line) => {
    try {
      const record = JSON.parse(line);
      return record.step <= step ? [record] : [];
    } catch {
      return [];
    }
  });
}

function attempt<Result>(path: string, work: () => Result): Result {
  try {
    return work();
  } catch (cause) {
    throw new CliError(`cannot write ${JSON.stringify(path)}: ${(cause as Error).message}`, 1);
  }
}
