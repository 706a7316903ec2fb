/**
 * Numbered mutations of a model's small files: the same number makes the same text, so that what the reference says of them can be recorded
 * by number (tools/reference/record_mutations.py).
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { type Dice, dice } from "./dice.ts";
import { mutateText } from "./mutate-text.ts";

export interface MutatedFile {
  readonly name: "config.json" | "generation_config.json" | "model.safetensors.index.json";
  /** The text to begin with. */
  readonly text: string;
  /** What its readers in particular may trip over. */
  readonly pieces: readonly string[];
}

const fixture = (path: string) => readFileSync(new URL(`../fixtures/${path}`, import.meta.url), "utf8");
const compact = (json: string): string => JSON.stringify(JSON.parse(json));

const CONFIG: MutatedFile = {
  name: "config.json",
  text: compact(fixture("tiny-tied/config.json")),
  pieces: [
    ...'"gpt2" "gelu" "relu" "gelu_new" "swish" 1e-05 0.5 3 12 24 48 61 [1,2] [31] {"n_embd":12}'.split(" "),
    ...'"n_ctx":5 "hidden_size":12 "num_hidden_layers":2 "num_attention_heads":3 "n_inner":24 "n_head":4'.split(" "),
    ...'"eos_token_id":[1,2] "eos_token_id":3 "bos_token_id":4 "text_config":{"n_embd":8} "n_layer":2'.split(" "),
    ...'"layer_norm_epsilon":0.5 "tie_word_embeddings":false "scale_attn_weights":false "torch_dtype":"float16"'.split(
      " ",
    ),
    ...'"activation_function":"gelu" "top_k":5 "max_position_embeddings":24 "model_type":"gpt2"'.split(" "),
  ],
};

/** Ids of tiny-tied, 61 tokens; 31 is what it repeats. */
const GENERATION: MutatedFile = {
  name: "generation_config.json",
  text: JSON.stringify({
    bos_token_id: 5,
    eos_token_id: [21, 53],
    do_sample: true,
    temperature: 0.9,
    top_k: 20,
    top_p: 0.95,
    typical_p: 0.98,
    epsilon_cutoff: 0.003,
    repetition_penalty: 1.3,
    no_repeat_ngram_size: 3,
    suppress_tokens: [31],
    begin_suppress_tokens: [3, 44],
    bad_words_ids: [[44], [3, 53]],
    min_new_tokens: 4,
    max_new_tokens: 12,
    pad_token_id: 5,
    transformers_version: "5.18.0",
  }),
  pieces: [
    ..."0.3 0.5 0.8 1.0 1.5 0.05 3 10 24 31 44 60 61 [31] [21,39] [[39],[44,21]] [[31,31]]".split(" "),
    ...'"min_p":0.02 "eta_cutoff":0.01 "min_length":9 "max_length":10 "forced_eos_token_id":7 "forced_bos_token_id":2'.split(
      " ",
    ),
    ...'"eos_token_id":44 "eos_token_id":[3,9] "eos_token_id":null "top_k":0 "top_p":0.5 "temperature":1.7'.split(" "),
    ...'"num_beams":2 "num_beams":1 "do_sample":false "repetition_penalty":0.7 "no_repeat_ngram_size":1'.split(" "),
    ...'"typical_p":0.4 "epsilon_cutoff":0.02 "suppress_tokens":[] "bad_words_ids":[[53]] "max_new_tokens":5'.split(
      " ",
    ),
  ],
};

const { weight_map } = JSON.parse(fixture("tiny-sharded/model.safetensors.index.json")) as { weight_map: object };

const INDEX: MutatedFile = {
  name: "model.safetensors.index.json",
  text: JSON.stringify({
    metadata: { total_size: 19248, format: "pt", parts: [1, 2, 3, 4], of: { a: 1, b: null, c: [{ d: 2 }] } },
    weight_map,
    versions: { transformers: [5, 18], torch: "2.13" },
  }),
  pieces: [
    ...'19248.0 -1.5e300 4812 {} {"total_size":19248.25} {"a":{"b":[null]}} {"a":"b"}'.split(" "),
    ...'"metadata":{} "transformer.wpe.weight" "total_size":19248.5 "metadata":{"total_size":1.5}'.split(" "),
    ...'"metadata":{"a":[-1,{}]} "other":null "version":2 "weight_maps":{"a":1}'.split(" "),
    ...'"model-00001-of-00004.safetensors" "model-00002-of-00004.safetensors" "x.safetensors"'.split(" "),
  ],
};

export const mutatedFiles: readonly MutatedFile[] = [CONFIG, GENERATION, INDEX];

/** The file of that name. */
export function mutatedFile(name: MutatedFile["name"]): MutatedFile {
  return mutatedFiles.find((file) => file.name === name) as MutatedFile;
}

/** Mutation number `index` of a file: of its members, of its tokens, or of both. */
export function mutation({ text, pieces }: MutatedFile, index: number): string {
  const random = dice(index);
  const kind = random.below(3);
  let changed = text;
  for (let change = kind === 0 ? 0 : 1 + random.below(3); change > 0; change--)
    changed = changeMember(changed, pieces, random);
  return kind === 1 ? changed : mutateText(changed, random, pieces);
}

const isPair = (piece: string): boolean => /^"[^"]*":/.test(piece);

/** A member of the object with another value, gone, or a further one at the end, where it counts. */
function changeMember(text: string, pieces: readonly string[], random: Dice): string {
  const [pairs, values] = [pieces.filter(isPair), pieces.filter((piece) => !isPair(piece))];
  const entries = Object.entries(JSON.parse(text) as object).map(([key, value]) => `"${key}":${JSON.stringify(value)}`);
  const at = random.below(entries.length);
  const kind = random.below(4);
  if (kind === 0) entries.splice(at, 1);
  else if (kind === 1)
    entries[at] = `${entries[at]?.split(":")[0]}:${random.pick([...values, "null", "true", "0", "1", "7"])}`;
  else entries.push(random.pick(pairs));
  return `{${entries.join(",")}}`;
}

/** What the reference says, by number: results[which[i]] of mutation indices[i]. */
export interface Recorded<Result> {
  /** SHA-256 of all those texts, joined by line breaks. */
  readonly sha256: string;
  readonly indices: readonly number[];
  readonly which: readonly number[];
  readonly results: readonly Result[];
}

/** SHA-256 of the mutations, by which a recording is known to be of these texts. */
export function digest(file: MutatedFile, indices: readonly number[]): string {
  const hash = createHash("sha256");
  for (const index of indices) hash.update(`${mutation(file, index)}\n`);
  return hash.digest("hex");
}
