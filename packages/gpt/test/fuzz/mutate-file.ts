/** Changes to a safetensors file: to its bytes, or to its header with the length, and at times the body, made to fit again. */
import { safetensorsFile } from "../safetensors-file.ts";
import type { Dice } from "./dice.ts";
import { mutateText } from "./mutate-text.ts";

const LENGTHS = [
  0n,
  1n,
  7n,
  8n,
  0x4b50n,
  99_999_999n,
  100_000_000n,
  100_000_001n,
  2n ** 32n,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
];

/** A changed copy. */
export function mutateFile(file: Uint8Array, dice: Dice): Uint8Array {
  const parts = split(file);
  if (!parts || dice.below(4) === 0) return mutateBytes(file, dice);
  const text = mutateText(parts.text, dice);
  const body = dice.below(3) === 0 ? new Uint8Array(lastEnd(text) ?? parts.body.length) : parts.body;
  const length = dice.below(16) === 0 ? dice.pick(LENGTHS) : undefined;
  return safetensorsFile(text, body, length);
}

/** Header and body; undefined if the length is none. */
function split(file: Uint8Array): { text: string; body: Uint8Array } | undefined {
  if (file.length < 8) return undefined;
  const length = new DataView(file.buffer, file.byteOffset).getBigUint64(0, true);
  if (length > BigInt(file.length - 8)) return undefined;
  const end = 8 + Number(length);
  return { text: new TextDecoder().decode(file.subarray(8, end)), body: file.subarray(end) };
}

/** The largest second number of two in brackets, where a body may as well end. */
function lastEnd(text: string): number | undefined {
  const ends = [...text.matchAll(/\[\d+,(\d+)\]/g)].map(([, end]) => Number(end)).filter((end) => end <= 4096);
  return ends.length === 0 ? undefined : Math.max(...ends);
}

function mutateBytes(file: Uint8Array, dice: Dice): Uint8Array {
  const bytes = [...file];
  for (let change = dice.below(4); change >= 0; change--) {
    const at = dice.below(bytes.length + 1);
    const kind = dice.below(6);
    if (kind === 0) bytes.splice(at, 1 + dice.below(8));
    else if (kind === 1) bytes.splice(at, 0, ...Array.from({ length: 1 + dice.below(8) }, () => dice.below(256)));
    else if (kind === 2) bytes.length = at;
    else if (kind === 3) bytes.splice(at, 0, ...bytes.slice(at, at + dice.below(32)));
    else if (kind === 4 && at < bytes.length) bytes[at] = dice.below(256);
    else if (at < bytes.length) bytes[at] = (bytes[at] as number) ^ (1 << dice.below(8));
  }
  return Uint8Array.from(bytes);
}
