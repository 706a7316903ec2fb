/** The files of a tiny model with a tokenizer, in memory, and what must be read from them, wherever they are. */
import { configKeys, fileBytes, tinyTensors } from "./tiny-checkpoint.ts";

export type Files = Map<string, Uint8Array>;

export const INDEX = "model.safetensors.index.json";
export const SHARDS = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"] as const;

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** config.json, model.safetensors, vocab.json and merges.txt. */
export function tinyFiles(): Files {
  return new Map([
    ["config.json", utf8(JSON.stringify(configKeys))],
    ["model.safetensors", fileBytes(tinyTensors())],
    ["vocab.json", utf8('{"a":0,"b":1,"ab":6}')],
    ["merges.txt", utf8("#version: 0.2\na b\n")],
  ]);
}

/** The same in two shards, with a generation_config.json. */
export function shardedFiles(): Files {
  const files = tinyFiles();
  files.delete("model.safetensors");
  const weightMap: Record<string, string> = {};
  for (const [i, name] of SHARDS.entries()) {
    const part = [...tinyTensors()].filter((_, index) => index % 2 === i);
    for (const [tensor] of part) weightMap[tensor] = name;
    files.set(name, fileBytes(part));
  }
  files.set(INDEX, utf8(JSON.stringify({ weight_map: weightMap })));
  files.set("generation_config.json", utf8('{"top_k":7}'));
  return files;
}
