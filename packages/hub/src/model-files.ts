/** Which of a model's needed files a cached snapshot has. */
import { join } from "node:path";
import {
  COMPANION_FILES,
  FILE_NAMES,
  LARGEST_INDEX,
  parsePythonJson,
  TOKENIZER_FILES,
  VOCABULARY_FILES,
} from "@tsgpt/gpt";
import { readText } from "@tsgpt/gpt/node";
import { absentFiles, type RepoCache, readRef, sizeOf, snapshotPath } from "./cache-layout.ts";
import { type Need, tokenizerFiles } from "./needed-files.ts";

const {
  config: CONFIG,
  generationConfig: GENERATION,
  index: INDEX,
  tokenizer: TOKENIZER,
  weights: WEIGHTS,
} = FILE_NAMES;

/** A cached snapshot. */
export interface Snapshot {
  readonly commit: string;
  readonly folder: string;
  /** Names of needed files that are absent; a tokenizer that the model does not have is not missing. */
  readonly missing: readonly string[];
}

/** The cached snapshot of a revision; undefined if it was never fetched. */
export async function findSnapshot(cache: RepoCache, revision: string, need: Need): Promise<Snapshot | undefined> {
  const commit = await readRef(cache, revision);
  if (commit === undefined) return undefined;
  const folder = snapshotPath(cache, commit);
  const there = new Set<string>();
  for (const name of [CONFIG, GENERATION, ...TOKENIZER_FILES, WEIGHTS, INDEX]) {
    if ((await sizeOf(join(folder, name))) !== undefined) there.add(name);
  }
  if (there.size === 0) return undefined;
  const missing = await missingTokenizer(cache, commit, there);
  if (need === "model") missing.push(...(await missingModel(cache, commit, there)));
  return { commit, folder, missing };
}

/**
 * Missing files of a model without its tokenizer. The generation config is missing if files were fetched one by one and
 * it was not among them.
 */
async function missingModel(cache: RepoCache, commit: string, there: ReadonlySet<string>): Promise<string[]> {
  const missing = await missingWeights(snapshotPath(cache, commit), there);
  if (!there.has(CONFIG)) missing.unshift(CONFIG);
  const absent = await absentFiles(cache, commit);
  if (absent.size > 0 && !there.has(GENERATION) && !absent.has(GENERATION)) missing.push(GENERATION);
  return missing;
}

/** If files were fetched one by one, the tokenizer's companions are either present or known not to exist. */
async function missingTokenizer(cache: RepoCache, commit: string, there: ReadonlySet<string>): Promise<string[]> {
  const absent = await absentFiles(cache, commit);
  if (tokenizerFiles((name) => there.has(name)).length > 0)
    return absent.size === 0 ? [] : COMPANION_FILES.filter((name) => !there.has(name) && !absent.has(name));
  return absent.has(TOKENIZER) && VOCABULARY_FILES.some((name) => absent.has(name)) ? [] : [TOKENIZER];
}

async function missingWeights(folder: string, there: ReadonlySet<string>): Promise<string[]> {
  if (there.has(WEIGHTS)) return [];
  if (!there.has(INDEX)) return [WEIGHTS];
  const shards = await shardsOf(join(folder, INDEX));
  const sizes = await Promise.all(shards.map((shard) => sizeOf(join(folder, shard))));
  return shards.filter((_, i) => sizes[i] === undefined);
}

/** The names in an index, as far as it can be read: the loader reports what is wrong with it. */
async function shardsOf(path: string): Promise<string[]> {
  try {
    const index = parsePythonJson((await readText(path, LARGEST_INDEX)) ?? "") as { weight_map: object };
    return [...new Set(Object.values(index.weight_map).map(String))].sort();
  } catch {
    return [];
  }
}
