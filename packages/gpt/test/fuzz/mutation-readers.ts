/** What is read of the mutated files (mutations.ts), in the form that the reference's answers are recorded in. */
import { readFileSync } from "node:fs";
import { memorySource } from "../../src/checkpoint/byte-source.ts";
import { shardedCheckpoint } from "../../src/checkpoint/checkpoint.ts";
import { findTensors } from "../../src/checkpoint/find-tensors.ts";
import { listExpected } from "../../src/checkpoint/names.ts";
import { eosTokenIds, parseConfig } from "../../src/config/config.ts";
import { parseGenerationConfig } from "../../src/config/generation-config.ts";
import { CheckpointError, ConfigError } from "../../src/errors.ts";
import type { MutatedFile } from "./mutations.ts";

export interface MutationReader {
  /** What a text that is refused must throw. */
  readonly error: typeof ConfigError | typeof CheckpointError;
  readonly read: (text: string) => unknown;
}

const SHARDED = new URL("../fixtures/tiny-sharded/", import.meta.url);
const bytes = (name: string) => readFileSync(new URL(name, SHARDED));
const shards = new Map(
  [1, 2, 3, 4].map((number) => {
    const name = `model-0000${number}-of-00004.safetensors`;
    return [name, memorySource(name, bytes(name))];
  }),
);
const config = parseConfig(bytes("config.json").toString());

/** Where each tensor that the model needs lies. */
async function readIndex(text: string): Promise<readonly string[]> {
  const checkpoint = await shardedCheckpoint({ name: "index", text }, async (shard) => {
    const source = shards.get(shard);
    if (!source) throw new CheckpointError(shard, "does not exist");
    return source;
  });
  const { found } = findTensors(checkpoint, config, listExpected(config), "auto");
  return [...found].map(([name, { tensor }]) => `${name} ${tensor.source.name} ${tensor.begin} ${tensor.end}`);
}

/** GPT2Config's values, in the order of the recording. */
function readConfig(text: string): readonly unknown[] {
  const { bosTokenId, eosTokenId, ...config } = parseConfig(text);
  return [...Object.values(config), bosTokenId ?? null, eosTokenIds({ eosTokenId })];
}

export const mutationReaders: { readonly [N in MutatedFile["name"]]: MutationReader } = {
  "config.json": { error: ConfigError, read: readConfig },
  "generation_config.json": { error: ConfigError, read: (text) => parseGenerationConfig(text) },
  "model.safetensors.index.json": { error: CheckpointError, read: readIndex },
};
