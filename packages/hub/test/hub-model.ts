/** Models for a local hub: the files of a repo, small, or as large as a test of resuming wants. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { listExpected } from "../../gpt/src/checkpoint/names.ts";
import { type TensorToWrite, writeSafetensors } from "../../gpt/src/checkpoint/write-safetensors.ts";
import { parseConfig } from "../../gpt/src/config/config.ts";

export type Files = Record<string, Uint8Array>;

/** The files of a fixture's folder, without the reference's activations. */
export function fixtureFiles(name: string): Files {
  const folder = fileURLToPath(new URL(`../../gpt/test/fixtures/${name}/`, import.meta.url));
  const names = readdirSync(folder).filter((file) => /^(config|generation|tokenizer|model|vocab|merges)/.test(file));
  return Object.fromEntries(names.map((file) => [file, readFileSync(`${folder}${file}`)]));
}

export const text = (value: unknown): Uint8Array =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value));

/** A model of one layer whose weights take about so many bytes; `seed` makes them others. */
export function modelOf(bytes: number, seed = 1): Files {
  const keys = { model_type: "gpt2", n_layer: 1, n_head: 1, n_embd: 16, n_positions: 8 };
  const config = { ...keys, vocab_size: Math.max(16, Math.round(bytes / 64)) };
  const weights = listExpected(parseConfig(JSON.stringify(config))).map(({ name, shape }): [string, TensorToWrite] => {
    const size = shape.reduce((product, n) => product * n, 1);
    const data = Float32Array.from({ length: size }, (_, i) => Math.sin(seed + i));
    return [name, { dtype: "F32", shape, data }];
  });
  return { "config.json": text(config), "model.safetensors": Buffer.concat(writeSafetensors(weights)) };
}
