/**
 * Validates the header of a safetensors file: nothing is read by it until every rule of the format holds, so that no
 * view reaches bytes that do not exist or belong to another tensor. Follows the reference reader,
 * huggingface/safetensors 0.8 (tensor.rs), and is stricter: duplicate keys are refused. See
 * docs/decisions/0001-own-safetensors-gate.md.
 */
import { isObject } from "../config/schema.ts";
import { CheckpointError, quote } from "../errors.ts";
import type { ByteSource } from "./byte-source.ts";
import { describeForeignFile } from "./foreign-file.ts";
import { jsonProblem, parseStrictJson } from "./strict-json.ts";

export type Dtype = keyof typeof BITS;

/** Where a tensor lies: [begin, end) counted from `dataStart` of its file, as in the file itself. */
export interface TensorEntry {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** The checked header of a safetensors file. */
export interface SafetensorsHeader {
  /** In header order, except that integer-like names come first. Any string is a legal name, "" and "__proto__" too. */
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  readonly metadata: ReadonlyMap<string, string>;
  /** Offset in the file at which the data begin. */
  readonly dataStart: number;
}

/** Bits per element. */
export const BITS = {
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  BOOL: 8,
  U8: 8,
  I8: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  I64: 64,
  U64: 64,
  F64: 64,
  C64: 64,
} as const;

/** Bytes before the header: its length as a little-endian u64. */
export const LENGTH_BYTES = 8;
const LONGEST_HEADER = 100_000_000;

/**
 * The validated header of a safetensors file; the tensors' bytes are not read.
 * @throws CheckpointError naming the file, the tensor if there is one, and the rule
 * @see https://huggingface.co/docs/safetensors/index#format
 */
export async function readHeader(source: ByteSource): Promise<SafetensorsHeader> {
  const length = await readLength(source);
  const bytes = new Uint8Array(length);
  await source.read(LENGTH_BYTES, bytes);
  const { __metadata__, ...entries } = parseHeader(source.name, bytes);
  const metadata = checkMetadata(source.name, __metadata__);
  const tensors = new Map(Object.entries(entries).map(([name, info]) => [name, checkEntry(source.name, name, info)]));
  const dataStart = LENGTH_BYTES + length;
  checkLayout(source, tensors, dataStart);
  return { tensors, metadata, dataStart };
}

async function readLength(source: ByteSource): Promise<number> {
  const start = new Uint8Array(Math.min(source.size, 64));
  await source.read(0, start);
  // Other formats are recognized only once the length is invalid: "PK" and six zeros would be a valid one, 19,280.
  const fail = (problem: string, range?: readonly [number, number]) =>
    new CheckpointError(source.name, describeForeignFile(start) ?? problem, { range });
  if (source.size < LENGTH_BYTES) {
    throw fail(`has ${source.size} bytes; a safetensors file has at least ${LENGTH_BYTES}`);
  }
  const length = Number(new DataView(start.buffer).getBigUint64(0, true));
  if (length > LONGEST_HEADER) {
    throw fail(`claims a header of ${length} bytes, the most is ${LONGEST_HEADER}: not a safetensors file`);
  }
  if (LENGTH_BYTES + length > source.size) {
    const rest = source.size - LENGTH_BYTES;
    const problem = `claims a header of ${length} bytes and has only ${rest} after its length: cut short`;
    throw fail(problem, [LENGTH_BYTES, LENGTH_BYTES + length]);
  }
  return length;
}

function parseHeader(file: string, bytes: Uint8Array): Readonly<Record<string, unknown>> {
  let value: unknown;
  let text = "";
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    value = parseStrictJson(text);
  } catch (cause) {
    const problem = cause instanceof TypeError ? "is not UTF-8" : jsonProblem(text, cause);
    throw new CheckpointError(file, `the header ${problem}`, {
      range: [LENGTH_BYTES, LENGTH_BYTES + bytes.length],
      cause,
    });
  }
  if (!isObject(value)) throw new CheckpointError(file, `the header must be a JSON object, got ${quote(value)}`);
  return value;
}

function checkMetadata(file: string, value: unknown): Map<string, string> {
  if (value === undefined || value === null) return new Map(); // the reference reader ignores null
  if (!isObject(value))
    throw new CheckpointError(file, `__metadata__ must be an object of strings, got ${quote(value)}`);
  const entries = Object.entries(value);
  const wrong = entries.find(([, text]) => typeof text !== "string");
  if (wrong)
    throw new CheckpointError(file, `__metadata__ holds strings only, got ${quote(wrong[1])} for ${quote(wrong[0])}`);
  return new Map(entries as [string, string][]);
}

function checkEntry(file: string, name: string, info: unknown): TensorEntry {
  const fail = (problem: string) => new CheckpointError(file, problem, { tensor: name });
  if (!isObject(info)) throw fail(`must be an object with dtype, shape and data_offsets, got ${quote(info)}`);
  const { dtype, shape, data_offsets: offsets } = info;
  if (typeof dtype !== "string" || !Object.hasOwn(BITS, dtype)) throw fail(`has unknown dtype ${quote(dtype)}`);
  if (!isCounts(shape)) throw fail(`must have whole numbers, 0 or more, as its shape, got ${quote(shape)}`);
  if (!isCounts(offsets) || offsets.length !== 2)
    throw fail(`must have two whole numbers as data_offsets, got ${quote(offsets)}`);
  const [begin, end] = offsets as [number, number];
  if (end < begin) throw fail(`ends before it begins: data_offsets ${quote(offsets)}`);
  const size = byteSize(dtype as Dtype, shape);
  if (size === undefined) throw fail(`of ${dtype} ${quote(shape)} does not take a whole number of bytes`);
  if (size !== end - begin)
    throw fail(`of ${dtype} ${quote(shape)} takes ${size} bytes, data_offsets ${quote(offsets)} hold ${end - begin}`);
  return { dtype: dtype as Dtype, shape, begin, end };
}

/** Bytes of a tensor; undefined if a product is not a safe integer, or the size is not a whole number of bytes. */
export function byteSize(dtype: Dtype, shape: readonly number[]): number | undefined {
  let bits = 1;
  for (const factor of [...shape, BITS[dtype]]) {
    bits *= factor;
    if (!Number.isSafeInteger(bits)) return undefined;
  }
  return bits % 8 === 0 ? bits / 8 : undefined;
}

/** Sorted by offset, each tensor begins where the previous one ends, and the last one ends with the file. */
function checkLayout(source: ByteSource, tensors: ReadonlyMap<string, TensorEntry>, dataStart: number): void {
  const sorted = [...tensors].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  let last = 0;
  for (const [name, { begin, end }] of sorted) {
    if (begin !== last) {
      const where = begin < last ? "inside the tensor before it, which" : "leaving a hole: what is before it";
      const problem = `begins at byte ${begin} of the data, ${where} ends at ${last}`;
      throw new CheckpointError(source.name, problem, { tensor: name, range: [dataStart + begin, dataStart + end] });
    }
    last = end;
  }
  const excess = source.size - dataStart - last;
  if (excess < 0)
    throw new CheckpointError(source.name, `is cut short: ${-excess} of ${last} bytes of data are missing`);
  if (excess > 0)
    throw new CheckpointError(source.name, `has ${excess} bytes after its last tensor, which no tensor owns`);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((number) => Number.isSafeInteger(number) && number >= 0);
}
