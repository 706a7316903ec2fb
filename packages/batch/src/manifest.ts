/**
 * batch.json in the output folder: the inputs, how they are cut into shards, and what their answers depend on. Whoever
 * works on the folder has the same, or is refused.
 */
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { BatchError } from "./batch-error.ts";
import { writeOnce } from "./exactly-once.ts";
import type { Shard } from "./shard.ts";

/** What the answers depend on besides the lines. */
export interface Run {
  /** A digest of all of it. */
  readonly digest: string;
  /** The parts that have a name: the job, the model, the options. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** A file of inputs. */
interface Input {
  /** Its name without folders, which may differ between machines. */
  readonly name: string;
  readonly bytes: number;
}

/** The inputs in shards of at least `shardBytes`. */
export interface Plan {
  readonly shardBytes: number;
  readonly inputs: readonly Input[];
  readonly shards: readonly Shard[];
}

export interface Manifest extends Plan {
  readonly format: typeof FORMAT;
  readonly run: Run;
}

export const MANIFEST = "batch.json";
const FORMAT = "tsgpt-batch-1";

/** The manifest of an output folder; undefined if there is none. @throws BatchError if it cannot be read */
export function readManifest(folder: string): Manifest | undefined {
  const path = join(folder, MANIFEST);
  const text = textOf(path);
  if (text === undefined) return undefined;
  const manifest = parsed(text);
  if (isManifest(manifest)) return manifest;
  const fix = "delete it and run the same batch again, which keeps what is finished, or give another output folder";
  throw new BatchError(`${JSON.stringify(path)} is damaged, or of another version; ${fix}`);
}

/** The text of the manifest; undefined if it, or the folder, does not exist. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    if (["ENOENT", "ENOTDIR"].includes(code)) return undefined;
    throw new BatchError(`cannot read ${JSON.stringify(path)}: ${message}`);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

type Unknown<Type> = { readonly [Key in keyof Type]?: unknown };

function isManifest(value: unknown): value is Manifest {
  if (!isObject(value)) return false;
  const { format, run, shardBytes, inputs, shards }: Unknown<Manifest> = value;
  if (format !== FORMAT || !isObject(run) || !isCount(shardBytes)) return false;
  const { digest, settings }: Unknown<Run> = run;
  if (typeof digest !== "string" || !isObject(settings)) return false;
  if (!Array.isArray(inputs) || !inputs.every(isInput)) return false;
  return Array.isArray(shards) && shards.every((shard) => isShard(shard) && shard.file < inputs.length);
}

function isInput(value: unknown): value is Input {
  if (!isObject(value)) return false;
  const { name, bytes }: Unknown<Input> = value;
  return typeof name === "string" && isCount(bytes);
}

function isShard(value: unknown): value is Shard {
  if (!isObject(value)) return false;
  const { file, start, end, firstLine, lines, sha256 }: Unknown<Shard> = value;
  return [file, start, end, firstLine, lines].every(isCount) && typeof sha256 === "string";
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** Writes the manifest if the folder has none. @throws BatchError if it has that of another run */
export function openManifest(folder: string, plan: Plan, run: Run): Manifest {
  const manifest: Manifest = { format: FORMAT, run, ...plan };
  if (writeOnce(folder, MANIFEST, [`${JSON.stringify(manifest, undefined, 1)}\n`])) return manifest;
  const found = readManifest(folder) as Manifest;
  checkPlan(folder, found, plan);
  checkRun(folder, found.run, run);
  return found;
}

/** @throws BatchError if a folder was begun with other inputs, or cut them into other shards */
export function checkPlan(folder: string, found: Plan, { shardBytes, inputs }: Omit<Plan, "shards">): void {
  if (found.shardBytes !== shardBytes) throw refusal(folder, "shard bytes", found.shardBytes, shardBytes);
  const describe = (files: readonly Input[]) => files.map(({ name, bytes }) => `${name} (${bytes} bytes)`).join(", ");
  if (describe(found.inputs) !== describe(inputs))
    throw refusal(folder, "input", describe(found.inputs), describe(inputs));
}

function checkRun(folder: string, found: Run, run: Run): void {
  if (found.digest === run.digest) return;
  const keys = [...new Set([...Object.keys(found.settings), ...Object.keys(run.settings)])];
  const text = ({ settings }: Run, key: string) => JSON.stringify(settings[key]) ?? "none";
  const key = keys.find((name) => text(found, name) !== text(run, name));
  if (key !== undefined) throw refusal(folder, key, text(found, key), text(run, key));
  throw refusal(folder, "weights or configuration of the model, digest", found.digest, run.digest);
}

function refusal(folder: string, what: string, before: unknown, now: unknown): BatchError {
  const batch = JSON.stringify(folder);
  return new BatchError(
    `${batch} is another batch: it has ${what} ${before}, this one ${now}; give the same, or another output folder`,
  );
}

/** @throws BatchError for two files of the same name, which the entries could not tell apart */
export function inputNames(paths: readonly string[]): string[] {
  const names = paths.map((path) => basename(path));
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice === undefined) return names;
  throw new BatchError(
    `two inputs have the name ${JSON.stringify(twice)}, by which entries name their file; rename one`,
  );
}
