/**
 * The file of --output. Lines are appended in order, each in one write, so that after a kill the file holds whole lines
 * and perhaps the beginning of one, which --resume removes.
 */
import { appendFileSync, closeSync, existsSync, ftruncateSync, openSync, readFileSync } from "node:fs";
import { CliError } from "../cli-error.ts";
import { pluralize } from "../terminal/pluralize.ts";
import { type InputLine, parseInputLine } from "./input-lines.ts";

export interface OutputFile {
  /** How many lines were in it, and how many of them report an error. */
  readonly lines: number;
  readonly failures: number;
  /** Appends text. @throws CliError */
  append(text: string): void;
  close(): void;
}

export interface OutputPlan {
  readonly path: string;
  /** Continue the file if it exists. */
  readonly resume: boolean;
  /** The digest of this run. */
  readonly run: string;
  /** The lines of the file of inputs. */
  readonly inputs: readonly string[];
}

/** @throws CliError for a file that exists, unless it is resumed */
export function checkOutput({ path, resume }: Pick<OutputPlan, "path" | "resume">): void {
  if (resume || !existsSync(path)) return;
  throw new CliError(`${JSON.stringify(path)} exists; --resume continues it, or give another --output`, 1);
}

/**
 * Opens the file, with only the whole lines that it has.
 * @throws CliError if it exists and is not resumed, was begun by another run or with other inputs, or cannot be written
 */
export function openOutput(plan: OutputPlan): OutputFile {
  const { path, resume } = plan;
  checkOutput(plan);
  const bytes = resume && existsSync(path) ? tried(path, "read", () => readFileSync(path)) : Buffer.alloc(0);
  const length = bytes.lastIndexOf("\n") + 1;
  const lines = bytes.subarray(0, length).toString().split("\n").slice(0, -1);
  const failures = lines.filter((line, i) => isFailure(line, i, plan)).length;
  const file = tried(path, "write", () => openSync(path, resume ? "a" : "ax"));
  if (length < bytes.length) tried(path, "write", () => ftruncateSync(file, length));
  return {
    lines: lines.length,
    failures,
    append: (text) => tried(path, "write", () => appendFileSync(file, text)),
    close: () => closeSync(file),
  };
}

/** Whether a line that is there reports an error. @throws CliError if this run would not have written it */
function isFailure(text: string, index: number, { path, run, inputs }: OutputPlan): boolean {
  const refuse = (why: string) => {
    const where = `${JSON.stringify(path)}, line ${index + 1}`;
    return new CliError(
      `cannot resume ${where}: ${why}; resume with what it was begun with, or give another --output`,
      1,
    );
  };
  const entry = entryOf(text);
  if (entry?.line !== index + 1 || entry.run === undefined) throw refuse("it is not a line of tsgpt prompt");
  if (entry.run !== run) throw refuse("it was written with another template, model or options");
  const input = inputs[index];
  if (input === undefined) throw refuse(`--file has only ${pluralize(inputs.length, "line")}`);
  if (!isOf(entry, input)) throw refuse("it was written for another input");
  return entry.error !== undefined;
}

interface Entry extends Partial<InputLine> {
  readonly line?: unknown;
  readonly run?: unknown;
  readonly error?: unknown;
}

function entryOf(text: string): Entry | undefined {
  try {
    return JSON.parse(text) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Whether an entry is that of a line: it has the same input, or the same error of a line that is no input. */
function isOf({ input, extra, error }: Entry, line: string): boolean {
  try {
    return JSON.stringify([input, extra]) === JSON.stringify(inputOf(line));
  } catch (invalid) {
    return input === undefined && error === (invalid as Error).message;
  }
}

function inputOf(line: string): readonly unknown[] {
  const { input, extra } = parseInputLine(line);
  return [input, extra];
}

function tried<T>(path: string, verb: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new CliError(`cannot ${verb} ${JSON.stringify(path)}: ${(error as Error).message}`, 1);
  }
}
