/** The text of a tokenizer.json for a byte-level BPE, byte for byte as tokenizers 0.23 saves it. */
import type { Pair } from "./learn-merges.ts";

export interface TokenizerContents {
  /** By id. */
  readonly tokens: readonly string[];
  /** In order of rank. */
  readonly merges: readonly Pair[];
  /** The first tokens. */
  readonly specialTokens: readonly string[];
}

const BYTE_LEVEL = { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true };

/** Ends with no line break. */
export function writeTokenizerJson({ tokens, merges, specialTokens }: TokenizerContents): string {
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  const json = {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: specialTokens.map((content, id) => ({ id, content, ...flags })),
    normalizer: null,
    pre_tokenizer: { ...BYTE_LEVEL, add_prefix_space: false },
    post_processor: { ...BYTE_LEVEL, trim_offsets: false },
    decoder: BYTE_LEVEL,
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: {},
      merges: merges.map(([left, right]) => [tokens[left], tokens[right]]),
    },
  };
  // An object would put the tokens that are digits first, whatever their ids.
  const vocab = tokens.map((token, id) => `\n      ${JSON.stringify(token)}: ${id}`).join(",");
  return JSON.stringify(json, null, 2).replace('"vocab": {}', () => `"vocab": {${vocab}\n    }`);
}
