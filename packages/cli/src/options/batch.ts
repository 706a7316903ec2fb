/** The options of tsgpt batch: where the results go, and which part of the work is done here by how many workers. */
import type { Part } from "@tsgpt/batch";
import { InvalidArgumentError } from "commander";
import { engineOptions } from "./engine.ts";
import { modelOptions } from "./model.ts";
import { type OptionsOf, option } from "./option.ts";
import { path, wholeNumber } from "./values.ts";

const SHARD_BYTES = 65_536;
const MOST_WORKERS = 64;

export const batchOptions = [
  option("--output <folder>", "the folder of the results; a batch that is there already is resumed", {
    parse: path,
    mandatory: true,
  }),
  option("--shard <I/N>", "do only part I of N, counted from 0, as a scheduler's array job does", { parse: part }),
  option("--workers <n>", "worker threads, each with an engine and a copy of the model", {
    parse: wholeNumber(1, MOST_WORKERS),
    default: 1,
  }),
  option("--shard-bytes <n>", "input bytes of a shard, which is answered as a whole or not at all", {
    parse: wholeNumber(1),
    default: SHARD_BYTES,
  }),
  option("--queue <url>", "redis://host:port: share the shards with all that run the same command, by BullMQ", {
    parse: redisUrl,
    conflicts: "shard",
  }),
  option("--quiet", "no progress and no summary on stderr"),
  ...modelOptions,
  ...engineOptions,
] as const;

export type BatchFlags = OptionsOf<typeof batchOptions>;

/** The address of a Redis server. */
function redisUrl(text: string): string {
  if (URL.canParse(text) && /^rediss?:\/\/[^/]/.test(text)) return text;
  throw new InvalidArgumentError("must be redis://host:port, or rediss: for TLS");
}

/** `0/8` is the first of eight parts. */
function part(text: string): Part {
  const [, index, count] = /^(\d{1,9})\/(\d{1,9})$/.exec(text)?.map(Number) ?? [];
  if (index !== undefined && count !== undefined && index < count) return { index, count };
  throw new InvalidArgumentError("must be I/N, with I from 0 to N - 1: 0/8 is the first of eight parts");
}

/** The argument of every job. */
export const INPUTS = [
  "[input...]",
  'JSONL files: each line a JSON string, or an object with the text as "input"',
] as const;

/** The help text on shards, for every job. */
export const BATCH_HELP = `\
Each line gives one entry, in the output folder: {"line": N, "run": ..., "input": ..., and the keys of --json}; a line
that cannot be answered gives an entry with "error". tsgpt batch merge joins them. The same command again resumes what
Ctrl-C or a kill has stopped; with other options, inputs or another model the folder is refused.

--shard: the parts may run at the same time, on any machines that share the output folder and have the same inputs; then
merge. --queue: all that run the same command take shards from one queue; the results are the files, as always, so a
lost queue loses nothing. --workers: without --threads, the workers share the cores. The exit code is 0 once every line
has its entry, errors included: running it again would give the same.`;
