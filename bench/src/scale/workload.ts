/** Inputs of batches: as many lines as wanted, all of about one length, each different. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const TEXT = new URL("../../texts/tales.txt", import.meta.url);

export const JOBS = ["generate", "score"] as const;
export type JobName = (typeof JOBS)[number];

/** Lines of input in shards of so many lines. */
export interface Workload {
  readonly job: JobName;
  readonly path: string;
  readonly lines: number;
  readonly shardBytes: number;
  /** Options of the job. */
  readonly options: readonly string[];
}

export interface WorkloadOptions {
  readonly job: JobName;
  readonly shards: number;
  readonly linesPerShard: number;
  /** Of each line; for the job generate. */
  readonly newTokens: number;
}

/** Writes the inputs to a folder. */
export function writeWorkload(folder: string, name: string, options: WorkloadOptions): Workload {
  const { job, shards, linesPerShard, newTokens } = options;
  const lines = inputLines(job, shards * linesPerShard);
  const path = join(folder, `${name}.jsonl`);
  writeFileSync(path, lines.join(""));
  const ofJob = job === "score" ? ["--top", "0"] : ["--max-tokens", String(newTokens), "--ignore-eos"];
  const shardBytes = linesPerShard * Buffer.byteLength(lines[0] as string); // all have as many bytes
  return { job, path, lines: lines.length, shardBytes, options: ofJob };
}

/** JSON strings, each with its newline, padded to one number of bytes. */
export function inputLines(job: JobName, count: number): string[] {
  const words = readFileSync(TEXT, "utf8").split(/\s+/).filter(Boolean);
  const length = job === "score" ? 60 : 12;
  const texts = Array.from({ length: count }, (_, i) => `${i}: ${textAt(words, i * length, length)}`);
  const lines = texts.map((text) => JSON.stringify(text));
  const longest = lines.reduce((most, line) => Math.max(most, Buffer.byteLength(line)), 0);
  return lines.map((line) => `${line}${" ".repeat(longest - Buffer.byteLength(line))}\n`);
}

function textAt(words: readonly string[], start: number, count: number): string {
  return Array.from({ length: count }, (_, i) => words[(start + i) % words.length]).join(" ");
}
