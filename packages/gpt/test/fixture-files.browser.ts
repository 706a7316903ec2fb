/** fixture-files.ts in a browser: files over fetch, and a model from the core's parts, as a page loads one. */
import type { Engine } from "@tsgpt/tensor";
import { memorySource } from "../src/checkpoint/byte-source.ts";
import { shardedCheckpoint, singleFileCheckpoint } from "../src/checkpoint/checkpoint.ts";
import { loadParameters } from "../src/checkpoint/parameters.ts";
import { parseConfig } from "../src/config/config.ts";
import type { Model } from "../src/model.ts";
import { loadTokenizer } from "../src/tokenizer/tokenizer-files.ts";

const fetched = new Map<string, Promise<Uint8Array | undefined>>();

/** A file's bytes, kept for the next who asks; `path` is from the repository's root. */
export async function readBytes(path: string): Promise<Uint8Array> {
  const bytes = await maybeRead(path);
  if (!bytes) throw new Error(`${path} is not there`);
  return bytes;
}

export async function loadFixture(folder: string, engine: Engine): Promise<Model> {
  const text = async (name: string) => new TextDecoder().decode(await readBytes(`${folder}/${name}`));
  const open = async (name: string) => memorySource(name, await readBytes(`${folder}/${name}`));
  const config = parseConfig(await text("config.json"), "config.json");
  const isOneFile = await maybeRead(`${folder}/model.safetensors`);
  const index = "model.safetensors.index.json";
  const checkpoint = isOneFile
    ? await singleFileCheckpoint(await open("model.safetensors"))
    : await shardedCheckpoint({ name: index, text: await text(index) }, open);
  const parameters = await loadParameters(checkpoint, config, engine);
  const hasTokenizer = await maybeRead(`${folder}/tokenizer.json`);
  const tokenizer = hasTokenizer ? loadTokenizer(await text("tokenizer.json")) : undefined;
  return { name: folder, config, parameters, engine, tokenizer };
}

function maybeRead(path: string): Promise<Uint8Array | undefined> {
  const bytes = fetched.get(path) ?? fetchBytes(path);
  fetched.set(path, bytes);
  return bytes;
}

async function fetchBytes(path: string): Promise<Uint8Array | undefined> {
  const response = await fetch(`/${path}`);
  if (response.ok) return new Uint8Array(await response.arrayBuffer());
  if (response.status === 404) return undefined;
  throw new Error(`${path}: ${response.status} ${response.statusText}`);
}
