/**
 * The file of --output. Lines are appended in order, each in one write, so that after a kill the file holds whole lines
 * and perhaps the beginning of one. --resume removes that, and nothing that this run would not have written.
 */
import { appendFileSync, closeSync, existsSync, ftruncateSync, openSync, readFileSync, statSync } from "node:fs";
import { CliError } from "../cli-error.ts";
import { errorMessage } from "../terminal/error-message.ts";
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

/** @throws CliError for a file that exists, unless it is resumed, and for a folder or a device */
export function checkOutput({ path, resume }: Pick<OutputPlan, "path" | "resume">): void {
  if (!existsSync(path)) return;
  if (!resume) throw new CliError(`${JSON.stringify(path)} exists; --resume continues it, or give another --output`, 1);
  if (!statSync(path).isFile()) throw new CliError(`cannot resume ${JSON.stringify(path)}: it is not a file`, 1);
}

/**
 * Opens the file, with only the whole lines that it has; the beginning of one more, cut off by a kill, is removed.
 * @throws CliError if it exists and is not resumed, was begun by another run or with other inputs, or cannot be written
 */
export function openOutput(plan: OutputPlan): OutputFile {
  const { path, resume } = plan;
  checkOutput(plan);
  const bytes = resume && existsSync(path) ? tried(path, "read", () => readFileSync(path)) : Buffer.alloc(0);
  const length = bytes.lastIndexOf("\n") + 1;
  const lines = bytes.subarray(0, length).toString().split("\n").slice(0, -1);
  const failures = lines.filter((line, i) => isFailure(line, i, plan)).length;
  checkPartial(bytes.subarray(length), lines.length, plan);
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
function isFailure(text: string, index: number, plan: OutputPlan): boolean {
  const { run, inputs } = plan;
  const entry = entryOf(text);
  if (entry?.line !== index + 1 || entry.run === undefined)
    throw refusal(plan, index, "it is not a line of tsgpt prompt");
  if (entry.run !== run) throw refusal(plan, index, "it was written with another template, model or options");
  const input = inputs[index];
  if (input === undefined) throw refusal(plan, index, tooFew(plan));
  if (!isOf(entry, input)) throw refusal(plan, index, "it was written for another input");
  return entry.error !== undefined;
}

/** @throws CliError unless the last line, which has no end, is the beginning of the line that this run would write */
function checkPartial(partial: Uint8Array, index: number, plan: OutputPlan): void {
  if (partial.length === 0) return;
  const input = plan.inputs[index];
  if (input === undefined) throw refusal(plan, index, tooFew(plan));
  const expected = Buffer.from(beginningOf(input, index, plan.run)).subarray(0, partial.length);
  if (expected.compare(partial, 0, expected.length) === 0) return;
  throw refusal(plan, index, "it is cut off, and not the beginning of the line that this run writes there");
}

/** What is known of a line before its input is answered. */
function beginningOf(input: string, index: number, run: string): string {
  try {
    return JSON.stringify({ line: index + 1, run, ...parseInputLine(input) }).slice(0, -1); // more keys follow
  } catch (error) {
    return JSON.stringify({ line: index + 1, run, error: errorMessage(error as Error) });
  }
}

const tooFew = ({ inputs }: OutputPlan): string => `--file has only ${pluralize(inputs.length, "line")}`;

function refusal({ path }: OutputPlan, index: number, why: string): CliError {
  const where = `${JSON.stringify(path)}, line ${index + 1}`;
  return new CliError(
    `cannot resume ${where}: ${why}; resume with what it was begun with, or give another --output`,
    1,
  );
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
