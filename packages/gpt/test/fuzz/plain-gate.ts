/**
 * The six rules of a safetensors file, one after another, as plainly as they are told: what the gate (src/checkpoint/safetensors.ts)
 * is judged by. Slow, written apart from it, and shares nothing with it. Ours beyond the reference reader: no key twice, no
 * number that is not whole and spelled in digits alone, no half of a surrogate pair, anywhere.
 */
import { isUtf8 } from "node:buffer";
import { type Json, plainJson } from "./plain-json.ts";

export interface PlainTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

const DTYPES = new Map<bigint, string>([
  [4n, "F4"],
  [6n, "F6_E2M3 F6_E3M2"],
  [8n, "BOOL U8 I8 F8_E5M2 F8_E4M3 F8_E8M0 F8_E4M3FNUZ F8_E5M2FNUZ"],
  [16n, "I16 U16 F16 BF16"],
  [32n, "I32 U32 F32"],
  [64n, "I64 U64 F64 C64"],
]);
const BITS = new Map([...DTYPES].flatMap(([bits, names]) => names.split(" ").map((name) => [name, bits] as const)));
const LARGEST = BigInt(Number.MAX_SAFE_INTEGER);

/** The tensors of a file that keeps all six rules, or the number of the rule that it breaks first. */
export function plainGate(file: Uint8Array): Map<string, PlainTensor> | 1 | 2 | 3 | 4 | 5 | 6 {
  if (file.length < 8) return 1;
  const length = Buffer.from(file).readBigUInt64LE(0);
  if (length > 100_000_000n || length > BigInt(file.length - 8)) return 1;
  const header = Buffer.from(file.subarray(8, 8 + Number(length)));
  if (!isUtf8(header)) return 2;
  const json = plainJson(header.toString("utf8"));
  if (json?.kind !== "object") return 2;
  if (!isStrict(json)) return 6;
  const tensors = new Map<string, PlainTensor>();
  for (const [name, value] of json.pairs) {
    if (name === "__metadata__") {
      if (value.kind === "word" && value.word === "null") continue;
      if (value.kind !== "object" || value.pairs.some(([, text]) => text.kind !== "string")) return 6;
    } else {
      const tensor = plainTensor(value);
      if (!tensor) return 4;
      tensors.set(name, tensor);
    }
  }
  return plainLayout([...tensors.values()], file.length - 8 - Number(length)) ?? tensors;
}

/** Rule 6, but for the metadata. */
function isStrict(json: Json): boolean {
  if (json.kind === "string") return !hasLoneSurrogate(json.text);
  if (json.kind === "number") return /^[0-9]+$/.test(json.spelling);
  if (json.kind === "array") return json.items.every(isStrict);
  if (json.kind === "word") return true;
  const keys = json.pairs.map(([key]) => key);
  return (
    new Set(keys).size === keys.length && json.pairs.every(([key, value]) => !hasLoneSurrogate(key) && isStrict(value))
  );
}

function hasLoneSurrogate(text: string): boolean {
  return [...text].some((character) => character.length === 1 && character >= "\ud800" && character <= "\udfff");
}

/** Rule 4, and that there are dtype, shape and offsets. */
function plainTensor(json: Json): PlainTensor | undefined {
  if (json.kind !== "object") return undefined;
  const { dtype, shape, data_offsets } = Object.fromEntries(json.pairs);
  const offsets = wholeNumbers(data_offsets);
  const sizes = wholeNumbers(shape);
  const size = dtype?.kind === "string" ? BITS.get(dtype.text) : undefined;
  if (dtype?.kind !== "string" || !size || !sizes || offsets?.length !== 2) return undefined;
  const [begin, end] = offsets as [bigint, bigint];
  let bits = 1n;
  for (const factor of [...sizes, size]) {
    bits *= factor;
    if (bits > LARGEST) return undefined;
  }
  if (bits !== 8n * (end - begin)) return undefined;
  return { dtype: dtype.text, shape: sizes.map(Number), begin: Number(begin), end: Number(end) };
}

function wholeNumbers(json: Json | undefined): bigint[] | undefined {
  if (json?.kind !== "array") return undefined;
  const numbers = json.items.map((item) => (item.kind === "number" ? BigInt(item.spelling) : -1n));
  return numbers.every((number) => number >= 0n && number <= LARGEST) ? numbers : undefined;
}

/** Rules 3 and 5: no byte of the data without a tensor, none with two. */
function plainLayout(tensors: readonly PlainTensor[], size: number): 3 | 5 | undefined {
  const filled = tensors.filter(({ begin, end }) => end > begin).sort((a, b) => a.begin - b.begin);
  let last = 0;
  for (const { begin, end } of filled) {
    if (begin !== last) return 3;
    last = end;
  }
  const isBoundary = (at: number) => at === last || filled.some(({ begin }) => begin === at);
  if (tensors.some(({ begin, end }) => end < begin || (begin === end && !isBoundary(begin)))) return 3;
  return last === size ? undefined : 5;
}
