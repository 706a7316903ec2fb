/** Which files of a model are needed, and which of them a snapshot in the cache has. Never more, and never one that runs code. */

import { join } from "node:path";
import { COMPANION_FILES, FILE_NAMES, parsePythonJson, TOKENIZER_FILES, VOCABULARY_FILES } from "@tsgpt/gpt";
import { LARGEST_INDEX, readText } from "@tsgpt/gpt/node";
import { absentFiles, type RepoCache, readRef, sizeOf, snapshotPath } from "./cache-layout.ts";
import { HubError } from "./hub-error.ts";

const {
  config: CONFIG,
  generationConfig: GENERATION,
  index: INDEX,
  tokenizer: TOKENIZER,
  weights: WEIGHTS,
} = FILE_NAMES;

/** The tokenizer alone, or all that a model is. */
export type Need = "tokenizer" | "model";

const PICKLES = /^(pytorch_model.*\.bin|.*\.(pt|pth|ckpt|pkl))$/;

/** A snapshot in the cache. */
export interface Snapshot {
  readonly commit: string;
  readonly folder: string;
  /** Names of what is needed and not there; a tokenizer that the model does not have is not missing. */
  readonly missing: readonly string[];
}

/** The files of the tokenizer, of those that there are: one or two and what stands beside them, or none. */
export function tokenizerFiles(has: (name: string) => boolean): readonly string[] {
  const forms = [[TOKENIZER], VOCABULARY_FILES];
  const form = forms.find((names) => names.every(has));
  return form ? [...form, ...COMPANION_FILES.filter(has)] : [];
}

/**
 * The file that the weights are in, or that names their shards. @throws HubError if there is neither
 * @see https://huggingface.co/docs/hub/security-pickle
 */
export function weightsFile(has: (name: string) => boolean, names: Iterable<string>, id: string): string {
  if (has(WEIGHTS)) return WEIGHTS;
  if (has(INDEX)) return INDEX;
  const pickle = [...names].find((name) => PICKLES.test(name));
  if (pickle === undefined) throw new HubError(`${id}: has no ${WEIGHTS}, and no ${INDEX}: nothing that could be run`);
  throw new HubError(
    `${id}: its weights are only in ${pickle}, a pickle, which can run any code when it is read: not fetched. ` +
      `Its page may have a pull request with safetensors (--revision refs/pr/N); or in Python: ` +
      `AutoModelForCausalLM.from_pretrained("${id}").save_pretrained("folder")`,
  );
}

/** The snapshot of a revision in the cache; undefined if it was never fetched. */
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

/** Of a model but for its tokenizer. A generation config is missing where files were asked for one by one and it was not. */
async function missingModel(cache: RepoCache, commit: string, there: ReadonlySet<string>): Promise<string[]> {
  const missing = await missingWeights(snapshotPath(cache, commit), there);
  if (!there.has(CONFIG)) missing.unshift(CONFIG);
  const absent = await absentFiles(cache, commit);
  if (absent.size > 0 && !there.has(GENERATION) && !absent.has(GENERATION)) missing.push(GENERATION);
  return missing;
}

/** Where files were asked for one by one, what stands beside the tokenizer is either there or known not to be. */
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

/** The names in an index, as far as they can be read: the loader tells what is wrong with it. */
async function shardsOf(path: string): Promise<string[]> {
  try {
    const index = parsePythonJson((await readText(path, LARGEST_INDEX)) ?? "") as { weight_map: object };
    return [...new Set(Object.values(index.weight_map).map(String))].sort();
  } catch {
    return [];
  }
}
