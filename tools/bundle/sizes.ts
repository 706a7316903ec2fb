/** What a bundle weighs: all of its scripts, as they are and as a server sends them. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";

/** Bytes that a bundle of the core may have at most, minified, after gzip: an application's, and one of all exports. */
export const LARGEST_BUNDLE = 80_000;

export function rawBytes(folder: string): number {
  return sum(folder, (script) => script.length);
}

export function gzipBytes(folder: string): number {
  return sum(folder, (script) => gzipSync(script, { level: 9 }).length);
}

export function brotliBytes(folder: string): number {
  return sum(folder, (script) => brotliCompressSync(script).length);
}

function sum(folder: string, size: (script: Buffer) => number): number {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".js"));
  return names.reduce((total, name) => total + size(readFileSync(join(folder, name))), 0);
}
