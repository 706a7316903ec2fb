/** What a bundle weighs: all of its scripts, as they are and as a server sends them. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";

/** Bytes that an application may have at most, minified, after gzip. */
export const LARGEST_APPLICATION = 80_000;
/** With all that the core exports, which no application uses at once. */
export const LARGEST_EVERYTHING = 90_000;

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
