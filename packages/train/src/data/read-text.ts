/** Reads a text to train on from a file, or anything like one. */
import type { ByteSource } from "@tsgpt/gpt";
import { DataError } from "./data-error.ts";

/** Bytes; JavaScript's strings have at most 2^29 - 24 characters. */
const LARGEST = 500_000_000;

/**
 * The text of a source.
 * @throws DataError naming it, if it is empty, larger than 500 MB, or not UTF-8; what the source throws
 */
export async function readText(source: ByteSource): Promise<string> {
  const { name, size } = source;
  if (size === 0) throw new DataError(`${name}: is empty; a text is needed`);
  if (size > LARGEST) {
    throw new DataError(`${name}: has ${size} bytes, the most is ${LARGEST}: split it into several files`);
  }
  const bytes = new Uint8Array(size);
  await source.read(0, bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    const at = invalidByte(bytes);
    const byte = `0x${(bytes[at] as number).toString(16).padStart(2, "0")}`;
    throw new DataError(`${name}: is not UTF-8: byte ${at} is ${byte}; convert it to UTF-8`);
  }
}

/** Where the first sequence begins that is not UTF-8: the longest valid prefix, found by halving. */
function invalidByte(bytes: Uint8Array): number {
  let valid = 0;
  let rest = bytes.length;
  while (rest - valid > 1) {
    const middle = (valid + rest) >> 1;
    if (isPrefix(bytes.subarray(0, middle))) valid = middle;
    else rest = middle;
  }
  while (valid > 0 && !isWhole(bytes.subarray(0, valid))) valid--;
  return valid;
}

/** Whether bytes could follow that make these UTF-8. */
const isPrefix = (bytes: Uint8Array): boolean => decodes(bytes, true);
const isWhole = (bytes: Uint8Array): boolean => decodes(bytes, false);

function decodes(bytes: Uint8Array, stream: boolean): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream });
    return true;
  } catch {
    return false;
  }
}
