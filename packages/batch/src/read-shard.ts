/** Reads the lines of a shard, each as text or as the reason why it has none; checks that the input is what it was. */
import { createHash } from "node:crypto";
import { BatchError } from "./batch-error.ts";
import { chunksOf, type Shard } from "./shard.ts";
import { lineSplitter } from "./split-lines.ts";

/** A line without its end. */
export type Line = { readonly text: string; readonly error?: never } | { readonly error: string };

/** Longer lines are not read: their results could exceed the longest string. */
export const LONGEST_LINE = 1 << 20; // bytes

/** @throws BatchError if the file cannot be read, or is not what the shard was planned from */
export async function readShard(path: string, shard: Shard): Promise<Line[]> {
  const hash = createHash("sha256");
  const lines: Line[] = [];
  const splitter = lineSplitter(LONGEST_LINE, ({ bytes, length }) => {
    const isFirst = shard.firstLine === 1 && lines.length === 0;
    lines.push(bytes ? decoded(bytes, isFirst) : tooLong(length));
  });
  for await (const chunk of chunksOf(path, { range: shard })) {
    hash.update(chunk);
    splitter.push(chunk);
  }
  splitter.end();
  checkHash(path, shard, hash.digest("hex"));
  return lines;
}

/**
 * @throws BatchError if the file cannot be read, or is not what the shard was planned from; the reason of the signal
 */
export async function checkInput(path: string, shard: Shard, signal?: AbortSignal): Promise<void> {
  const hash = createHash("sha256");
  for await (const chunk of chunksOf(path, { range: shard, signal })) hash.update(chunk);
  checkHash(path, shard, hash.digest("hex"));
}

function checkHash(path: string, { firstLine, lines, sha256 }: Shard, found: string): void {
  if (found === sha256) return;
  const where = `${JSON.stringify(path)}, lines ${firstLine} to ${firstLine + lines - 1}`;
  throw new BatchError(`${where} are not what the batch began with; restore them, or give another output folder`);
}

function tooLong(length: number): Line {
  return { error: `the line has ${length} bytes; a line has at most ${LONGEST_LINE}` };
}

const BYTE_ORDER_MARK = /^\uFEFF/;

function decoded(bytes: Uint8Array, isFirst: boolean): Line {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes).replace(/\r$/, "");
    return { text: isFirst ? text.replace(BYTE_ORDER_MARK, "") : text };
  } catch {
    return { error: "the line is not UTF-8 text" };
  }
}
