/**
 * The errors of this package. A message names its subject, the rule broken, the values got and the fix, on one line.
 * Names from a file are quoted, shortened and stripped of control characters, because the file may be hostile.
 */

/** Where in a file the problem is. */
export interface CheckpointErrorDetails {
  /** The tensor at fault. */
  readonly tensor?: string | undefined;
  /** The bytes at fault: [begin, end) within the file. */
  readonly range?: readonly [number, number] | undefined;
  readonly cause?: unknown;
}

/** Weights that cannot be read, or do not fit the model. */
export class CheckpointError extends Error {
  override readonly name = "CheckpointError";
  readonly file: string;
  /** The message without the file. */
  readonly problem: string;
  readonly tensor: string | undefined;
  readonly range: readonly [number, number] | undefined;

  /** The message is `file: tensor "name" problem (bytes begin to end)`, omitting the parts that are not given. */
  constructor(file: string, problem: string, { tensor, range, cause }: CheckpointErrorDetails = {}) {
    const subject = tensor === undefined ? "" : `tensor ${quote(tensor)} `;
    const where = range ? ` (bytes ${range[0]} to ${range[1]})` : "";
    super(`${file}: ${subject}${problem}${where}`, cause === undefined ? undefined : { cause });
    this.file = file;
    this.problem = `${subject}${problem}${where}`;
    this.tensor = tensor;
    this.range = range;
  }
}

/** A config.json that is missing, invalid, or of an unsupported model. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly file: string;

  constructor(file: string, problem: string, cause?: unknown) {
    super(`${file}: ${problem}`, cause === undefined ? undefined : { cause });
    this.file = file;
  }
}

/** The numbers of tokens that did not fit. */
export interface ContextOverflow {
  readonly past: number;
  readonly adding: number;
  readonly limit: number;
  readonly what: "cache capacity" | "nPositions";
  /** The sequence of a batched pass, from 0. */
  readonly sequence?: number | undefined;
}

const OVERFLOW_FIX = {
  "cache capacity": "make the cache larger, truncate it, or feed fewer tokens",
  nPositions: "the model has no positions beyond these: feed fewer tokens",
};

/** More tokens than the cache or the model can take. No cache has changed. */
export class ContextOverflowError extends Error implements ContextOverflow {
  override readonly name = "ContextOverflowError";
  readonly past: number;
  readonly adding: number;
  readonly limit: number;
  readonly what: ContextOverflow["what"];
  readonly sequence: number | undefined;

  constructor({ past, adding, limit, what, sequence }: ContextOverflow, message?: string) {
    const who = sequence === undefined ? "" : ` of sequence ${sequence}`;
    const sum = `${past} past + ${adding} new tokens = ${past + adding}, ${what} is ${limit}`;
    super(message ?? `context overflow${who}: ${sum}; ${OVERFLOW_FIX[what]}`);
    this.past = past;
    this.adding = adding;
    this.limit = limit;
    this.what = what;
    this.sequence = sequence;
  }
}

/** The error for a prompt of `adding` tokens, more than the model's `limit`; `by` is the function called. */
export function promptOverflow(by: string, adding: number, limit: number): ContextOverflowError {
  const [tokens, most] = [adding, limit].map((count) => count.toLocaleString("en"));
  const message = `${by}: the prompt has ${tokens} tokens; the model takes ${most}; shorten the prompt`;
  return new ContextOverflowError({ past: 0, adding, limit, what: "nPositions" }, message);
}

const LONGEST_SHOWN = 80;

/** An external value for a message: JSON on one line, at most 80 characters, without control characters. */
export function quote(value: unknown): string {
  if (typeof value === "number") return String(value);
  const short = typeof value === "string" ? value.slice(0, LONGEST_SHOWN + 1) : value;
  const json = (JSON.stringify(short, showNumber) ?? String(short)).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, escapeCharacter);
  return json.length <= LONGEST_SHOWN ? json : `${json.slice(0, LONGEST_SHOWN - 3)}...`;
}

/** JSON would write null for NaN and the infinities. */
function showNumber(_key: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? `${value}` : value;
}

/** An external message on one line, its own quotes unescaped. */
export function oneLine(message: string): string {
  return quote(message).slice(1).replace(/"$/, "").replaceAll('\\"', '"');
}

function escapeCharacter(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16)}}`;
}
