/** The logits of tsgpt sample: computed by a model from a prompt, given as a list, or read from a file. */
import {
  type ByteSource,
  CheckpointError,
  checkedPrompt,
  type Model,
  parseJsonText,
  readHeader,
  readTensor,
  type SafetensorsHeader,
} from "@tsgpt/gpt";
import { fileSource } from "@tsgpt/gpt/node";
import { CliError, usageError } from "../cli-error.ts";
import { readText, typedText } from "../input/text-argument.ts";
import { BUNDLED } from "../model/bundled-models.ts";
import { findModel } from "../model/find-model.ts";
import { findTokenizer } from "../model/find-tokenizer.ts";
import { forwardUnlessAborted } from "../model/forward-unless-aborted.ts";
import { loadFound } from "../model/load-model.ts";
import { makeEngine } from "../model/make-engine.ts";
import type { EngineFlags } from "../options/engine.ts";
import type { ModelFlags } from "../options/model.ts";
import type { NamedTokenizer } from "../options/resolve-chain.ts";
import type { LogitSource } from "../options/values.ts";
import { interruption } from "../terminal/interruption.ts";
import { pluralize } from "../terminal/pluralize.ts";

export interface SourceFlags extends EngineFlags, Partial<ModelFlags> {
  readonly prompt?: string;
  readonly logits?: LogitSource;
  readonly history?: readonly number[];
  readonly promptLength?: number;
}

/** Logits of the next token, and the tokens before it. */
export interface Source {
  /** [V] */
  readonly logits: Float32Array | Float64Array;
  readonly history: readonly number[];
  readonly promptLength: number;
  /** The model and the prompt, where a model computed the logits. */
  readonly read?: { readonly model: Model; readonly prompt: string };
  /** The tokenizer of --model, where the logits were given. */
  readonly spelling?: NamedTokenizer;
}

/** The tokenizer that gives tokens their text; undefined for logits without one. */
export function spellingOf({ read, spelling }: Source): NamedTokenizer | undefined {
  return read?.model ?? spelling;
}

/** @throws CliError unless either a prompt or logits are given, or for a file without logits; what loading throws */
export async function readSource(flags: SourceFlags): Promise<Source> {
  const { prompt, logits } = flags;
  if ((prompt === undefined) === (logits === undefined)) throw usageError("give --prompt or --logits, one of them");
  if (logits === undefined) return readPrompt(await typedText(prompt ?? ""), flags);
  const spelling = await findSpelling(flags);
  const source = await readLogits(logits, flags);
  return spelling ? { ...source, spelling } : source;
}

/** The tokenizer of --model, whose vocabulary may be smaller than the number of logits. */
async function findSpelling({ model, ...flags }: SourceFlags): Promise<NamedTokenizer | undefined> {
  if (model !== undefined) return findTokenizer({ ...flags, model }, interruption().signal);
  const { revision, offline, cacheDir } = flags;
  const hub = { "--revision": revision, "--offline": offline, "--cache-dir": cacheDir };
  const option = Object.entries(hub).find(([, value]) => value !== undefined)?.[0];
  if (option) throw usageError(`with --logits, ${option} does nothing without --model; give that too`);
  return undefined;
}

async function readLogits(logits: LogitSource, { history, promptLength }: SourceFlags): Promise<Source> {
  if ("row" in logits) return typed(Float64Array.from(logits.row), history, promptLength);
  if (!logits.file.endsWith(".safetensors")) return typed(await readJson(logits.file), history, promptLength);
  const { row, ids } = await readDump(logits.file);
  if (history) return typed(row, history, promptLength);
  return { logits: row, history: ids, promptLength: promptLength ?? ids.length };
}

function typed(logits: Source["logits"], history: readonly number[] = [], promptLength = 0): Source {
  return { logits, history, promptLength };
}

/** The logits after a prompt, whose tokens are the history. */
async function readPrompt(prompt: string, flags: SourceFlags): Promise<Source> {
  const { signal } = interruption();
  const found = await findModel({ ...flags, model: flags.model ?? BUNDLED }, signal);
  const engine = await makeEngine(flags);
  const model = await loadFound(found, engine, flags.dtype, signal);
  if (!model.tokenizer && prompt !== "") throw noTokenizer(model);
  const ids = checkedPrompt(model, prompt, {}, "sample");
  const { data } = await forwardUnlessAborted(model, ids, { positions: "last" }, signal);
  return { logits: data.slice(), history: ids, promptLength: ids.length, read: { model, prompt } };
}

function noTokenizer({ name }: Model): CliError {
  const way = "tsgpt logits --tokens 1,2,3 --output x.safetensors, then tsgpt sample --logits @x.safetensors";
  return new CliError(`model ${JSON.stringify(name)} has no tokenizer for --prompt; use token ids: ${way}`, 1);
}

/** A JSON array of numbers. [V] */
async function readJson(file: string): Promise<Float64Array> {
  const text = await readText(file);
  const rule = `${JSON.stringify(file)} must hold a JSON array of numbers, with null for -Infinity`;
  let row: unknown;
  try {
    row = parseJsonText(text);
  } catch (cause) {
    throw new CliError(`${rule}; ${(cause as Error).message}`, 1);
  }
  if (!Array.isArray(row) || row.length === 0) throw new CliError(rule, 1);
  const wrong = row.findIndex((logit) => logit !== null && typeof logit !== "number");
  if (wrong >= 0) throw new CliError(`${rule}; item ${wrong} is ${JSON.stringify(row[wrong])}`, 1);
  return Float64Array.from(row, (logit: number | null) => logit ?? -Infinity);
}

/** The last row of the logits that tsgpt logits wrote, and the ids in the file, if any. [V] and [T] */
async function readDump(file: string) {
  const source = await fileSource(file);
  try {
    const header = await readHeader(source);
    const { row, rows } = await readLastRow(source, header);
    const ids = header.tensors.has("ids") ? Array.from((await readTensor(source, header, "ids")).data) : [];
    if (ids.length > 0 && rows > 1 && rows !== ids.length) {
      throw new CheckpointError(file, `has ${rows} rows, and ids has ${pluralize(ids.length, "token")}`, {
        tensor: "logits",
      });
    }
    const wrong = ids.find((id) => !Number.isInteger(id) || id < 0 || id >= row.length);
    if (wrong === undefined) return { row, ids };
    throw new CheckpointError(file, `must be from 0 to ${row.length - 1}, got ${wrong}`, { tensor: "ids" });
  } finally {
    await source.close();
  }
}

async function readLastRow(source: ByteSource, header: SafetensorsHeader) {
  const all = header.tensors.get("logits");
  const [rows, size, ...others] = all?.shape ?? [];
  if (!all || !rows || !size || others.length > 0) {
    const got = all ? `is [${all.shape.join(", ")}]` : "is missing";
    const rule = "must be [T, V], as tsgpt logits writes it";
    throw new CheckpointError(source.name, `${rule}; it ${got}`, { tensor: "logits" });
  }
  const begin = all.end - (all.end - all.begin) / rows;
  const last = new Map([["logits", { ...all, shape: [size], begin }]]);
  const { data: row } = await readTensor(source, { ...header, tensors: last }, "logits");
  return { row, rows };
}
