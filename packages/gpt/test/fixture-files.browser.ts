/** fixture-files.ts in a browser: files over fetch, and a model as a page loads one. */
import type { Engine } from "@tsgpt/tensor";
import { loadModel } from "../src/load-model.ts";
import type { Model } from "../src/model.ts";

const fetched = new Map<string, Promise<Uint8Array>>();

/** A file's bytes, kept for the next who asks; `path` is from the repository's root. */
export function readBytes(path: string): Promise<Uint8Array> {
  const bytes = fetched.get(path) ?? fetchBytes(path);
  fetched.set(path, bytes);
  return bytes;
}

export const loadFixture = (folder: string, engine: Engine): Promise<Model> => loadModel(`/${folder}`, { engine });

async function fetchBytes(path: string): Promise<Uint8Array> {
  const response = await fetch(`/${path}`);
  if (response.ok) return new Uint8Array(await response.arrayBuffer());
  throw new Error(`${path}: ${response.status} ${response.statusText}`);
}
