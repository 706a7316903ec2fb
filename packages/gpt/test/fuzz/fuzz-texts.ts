/** The readers of small JSON files against mutated ones: each does its work or throws the error that it says it throws. */
import { memorySource } from "../../src/checkpoint/byte-source.ts";
import { shardedCheckpoint } from "../../src/checkpoint/checkpoint.ts";
import { parseConfig } from "../../src/config/config.ts";
import { configJson } from "../../src/config/config-json.ts";
import { parseGenerationConfig } from "../../src/config/generation-config.ts";
import { presetConfig } from "../../src/config/presets.ts";
import { CheckpointError, ConfigError } from "../../src/errors.ts";
import { TokenizerError } from "../../src/tokenizer/tokenizer.ts";
import { loadTokenizerFiles } from "../../src/tokenizer/tokenizer-files.ts";
import { fileBytes, floats } from "../tiny-checkpoint.ts";
import { dice } from "./dice.ts";
import { mutateText } from "./mutate-text.ts";
import { mutatedFile } from "./mutations.ts";

export interface TextReader {
  readonly name: string;
  readonly text: string;
  readonly error: new (...args: never[]) => Error;
  read(text: string): unknown;
}

const MERGES = "#version: 0.2\na b\n# #\nab ##\n";
const VOCAB = '{"a":0,"b":1,"ab":2,"#":3,"##":4,"ab##":5,"<|endoftext|>":6}';
const SHARD = memorySource("s.safetensors", fileBytes([["a", floats([1])]]));

export const textReaders: readonly TextReader[] = [
  {
    name: "config.json",
    text: configJson(presetConfig("gpt2"), "F32"),
    error: ConfigError,
    read: (text) => parseConfig(text),
  },
  {
    name: "generation_config.json",
    text: mutatedFile("generation_config.json").text,
    error: ConfigError,
    read: (text) => parseGenerationConfig(text),
  },
  {
    name: "model.safetensors.index.json",
    text: '{"metadata":{"total_size":4},"weight_map":{"a":"s.safetensors"}}',
    error: CheckpointError,
    read: (text) => shardedCheckpoint({ name: "index", text }, async () => SHARD),
  },
  {
    name: "vocab.json",
    text: VOCAB,
    error: TokenizerError,
    read: (text) => loadTokenizerFiles({ "vocab.json": text, "merges.txt": MERGES }),
  },
  {
    name: "tokenizer_config.json",
    text: '{"add_prefix_space":false,"eos_token":{"content":"ab","lstrip":true},"added_tokens_decoder":{"6":{"content":"x"}}}',
    error: TokenizerError,
    read: (text) => loadTokenizerFiles({ "vocab.json": VOCAB, "merges.txt": MERGES, "tokenizer_config.json": text }),
  },
];

/** Reads `inputs` mutations of the reader's text; what it throws that it should not, at most ten. */
export async function fuzzText({ text, error, read }: TextReader, inputs: number, seed: number): Promise<string[]> {
  const random = dice(seed);
  const findings: string[] = [];
  for (let input = 0; input < inputs && findings.length < 10; input++) {
    const once = mutateText(text, random);
    const changed = random.below(2) === 0 ? once : mutateText(once, random);
    try {
      await read(changed);
    } catch (thrown) {
      if (!(thrown instanceof error) || thrown.message.includes("\n")) findings.push(`${changed}: ${thrown}`);
    }
  }
  return findings;
}
