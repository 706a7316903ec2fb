/**
 * Mutations of the files of a small tokenizer, and what ours makes of them: for each that is read, the ids of a few texts. The
 * same seed makes the same ones, so that tools/reference/judge_tokenizers.py can say what Python makes of them.
 */
import { createHash } from "node:crypto";
import { byteOfCharacter } from "../../src/tokenizer/streaming-decoder.ts";
import { type Tokenizer, TokenizerError } from "../../src/tokenizer/tokenizer.ts";
import { loadTokenizerFiles, type TokenizerFiles } from "../../src/tokenizer/tokenizer-files.ts";
import { type Dice, dice } from "./dice.ts";
import { mutateJson, type Pieces } from "./mutate-json.ts";
import { mutateText } from "./mutate-text.ts";

/** They meet added tokens, with and without space around, contractions, spaces of several kinds, and what no merge touches. */
export const TEXTS = [
  "ab abab  a\n b's<x>ab <|endoftext|>ab",
  " <x>  <y> a<x>b b<x> \u00a0<user>\t<|endoftext|>  x",
  "a<pad>b <pad>s <user>ab zqx azqx zqx's zqxa",
  "",
  "\u0085's \ufeffab \u2028é日ab1 23\u06dd \u2029",
  "abababab ab<x><x>\r\n a a",
] as const;

const PAIRS = [
  "a b",
  "Ġ a",
  "ab ab",
  "Ġa b",
  "Ġ Ġ",
  "< x",
  "<x >",
  "1 2",
  "' s",
  "Ã ©",
  "Ġa bab",
  "b a",
  "ba b",
  "Ġ ab",
];
const merged = PAIRS.map((pair) => pair.replace(" ", ""));
const TOKENS = [...byteOfCharacter().keys(), ...merged, "bab", "<|endoftext|>"];
const vocab = Object.fromEntries([...new Set(TOKENS)].map((token, id) => [token, id]));
const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: false };
const size = Object.keys(vocab).length;
const END = vocab["<|endoftext|>"] as number;

const addedTokens = [
  { id: END, content: "<|endoftext|>", ...flags, normalized: true, special: true },
  { id: size, content: "<x>", ...flags, lstrip: true },
  { id: size + 1, content: "zqx", ...flags, single_word: true, normalized: true },
];
const tokenizerJson = {
  version: "1.0",
  truncation: null,
  padding: null,
  added_tokens: addedTokens,
  normalizer: null,
  pre_tokenizer: byteLevel,
  post_processor: { ...byteLevel, trim_offsets: false },
  decoder: { ...byteLevel, add_prefix_space: true },
  model: {
    type: "BPE",
    dropout: null,
    unk_token: null,
    continuing_subword_prefix: "",
    end_of_word_suffix: "",
    fuse_unk: false,
    byte_fallback: false,
    ignore_merges: false,
    vocab,
    merges: PAIRS,
  },
};
const plain = JSON.stringify({ ...tokenizerJson, added_tokens: addedTokens.slice(0, 1) });
const vocabulary = { "vocab.json": JSON.stringify(vocab), "merges.txt": `#version: 0.2\n${PAIRS.join("\n")}\n` };
const { id: _, ...end } = addedTokens[0] as { id: number };
const config = {
  add_prefix_space: false,
  bos_token: "<|endoftext|>",
  eos_token: { __type: "AddedToken", content: "<|endoftext|>", ...flags },
  pad_token: "<pad>",
  additional_special_tokens: ["<x>", "<y>"],
  model_max_length: 1024,
  tokenizer_class: "GPT2Tokenizer",
};
const decoder = {
  [END]: end,
  [size]: { content: "<x>", ...flags, rstrip: true },
  [size + 1]: { content: "<y>", ...flags },
};

const PIECES: Pieces = {
  keys: [
    ..."add_prefix_space use_regex trim_offsets type content single_word lstrip rstrip normalized special id".split(
      " ",
    ),
    ..."unk_token fuse_unk ignore_merges dropout byte_fallback merges normalizer decoder pre_tokenizer".split(" "),
    ..."post_processor padding truncation added_tokens pad_token bos_token eos_token user_token mask_token".split(" "),
    ..."extra_special_tokens additional_special_tokens added_tokens_decoder split_special_tokens".split(" "),
    ..."tokenizer_class add_bos_token __type <x> <user> 0 a".split(" "),
    `${size}`,
    `${size + 2}`,
  ],
  values: [
    ...[true, false, true, false, null, 0, 1, size, size + 2, 0.5, "", "a", "ab", "<x>", "<user>", "<pad>", " ", "s"],
    ..."GPT2Tokenizer PreTrainedTokenizerFast TokenizersBackend ByteLevel Sequence NFC BPE AddedToken".split(" "),
    ...[[], {}, ["<user>"], ["<x>", "<user>"], byteLevel, { ...byteLevel, add_prefix_space: true, use_regex: false }],
    { type: "Sequence", pretokenizers: [byteLevel] },
    { type: "Sequence", normalizers: [{ type: "NFC" }] },
    { __type: "AddedToken", content: "<user>", ...flags, lstrip: true },
    { content: "<user>", ...flags, single_word: true },
    { id: size + 2, content: "<user>", ...flags, rstrip: true, special: true },
    { id: 3, content: "ab", ...flags },
    { user_token: "<user>" },
    { [size + 2]: { content: "<user>", ...flags, normalized: true } },
    { direction: "Right", max_length: 2, strategy: "LongestFirst", stride: 0 },
  ],
};

export interface MutationKind {
  readonly name: string;
  /** The file that is changed. */
  readonly file: keyof TokenizerFiles;
  /** Sets of files to begin with. */
  readonly begin: readonly TokenizerFiles[];
}

const withConfig = (files: TokenizerFiles, value: unknown): TokenizerFiles => ({
  ...files,
  "tokenizer_config.json": JSON.stringify(value),
});
const fast = { ...config, tokenizer_class: "PreTrainedTokenizerFast" };
const { tokenizer_class: _class, ...unnamed } = config;
const whole = { "tokenizer.json": JSON.stringify(tokenizerJson) };
const tokensMap = { pad_token: "<pad>", bos_token: { content: "<x>", ...flags, lstrip: true }, user_token: "<user>" };

export const mutationKinds: readonly MutationKind[] = [
  { name: "tokenizer.json", file: "tokenizer.json", begin: [whole, { "tokenizer.json": plain }] },
  {
    name: "tokenizer_config.json",
    file: "tokenizer_config.json",
    begin: [
      config,
      fast,
      unnamed,
      { ...config, added_tokens_decoder: decoder },
      { ...fast, added_tokens_decoder: decoder },
    ]
      .map((value) => withConfig({ "tokenizer.json": plain }, value))
      .concat([withConfig(whole, config), withConfig(whole, fast)]),
  },
  {
    name: "tokenizer_config.json beside vocab.json",
    file: "tokenizer_config.json",
    begin: [withConfig(vocabulary, unnamed), withConfig(vocabulary, { ...unnamed, added_tokens_decoder: decoder })],
  },
  {
    name: "special_tokens_map.json",
    file: "special_tokens_map.json",
    begin: [whole, withConfig({ "tokenizer.json": plain }, config), withConfig(whole, fast), vocabulary].map(
      (files) => ({
        ...files,
        "added_tokens.json": JSON.stringify({ "<x>": vocab["<x>"], "<y>": size }),
        "special_tokens_map.json": JSON.stringify(tokensMap),
      }),
    ),
  },
];

/** Files with one of them changed. */
export function mutation({ file, begin }: MutationKind, random: Dice): TokenizerFiles {
  const files = random.pick(begin);
  const text = files[file] as string;
  const isLarge = (key: string) => (key === "vocab" || key === "merges") && random.below(10) > 0;
  const changed = mutateJson(JSON.parse(text), PIECES, random, (key) => !isLarge(key));
  const written = JSON.stringify(changed) ?? "";
  return { ...files, [file]: random.below(4) === 0 ? mutateText(written, random) : written };
}

export interface Mutated {
  readonly files: TokenizerFiles;
  /** Of each text the ids, null where it has a byte that no token stands for; undefined if the files are refused. */
  readonly ids: readonly (readonly number[] | null)[] | undefined;
}

/** One mutation after the other, for ever. @throws what reading them throws but for a TokenizerError of one line */
export function* mutations(kind: MutationKind, seed: number): Generator<Mutated> {
  const random = dice(seed);
  for (;;) {
    const files = mutation(kind, random);
    yield { files, ids: idsOf(files) };
  }
}

/** Reads `inputs` mutations; what is thrown that should not be, at most ten. */
export function fuzzTokenizer(kind: MutationKind, inputs: number, seed: number): string[] {
  const random = dice(seed);
  const findings: string[] = [];
  for (let input = 0; input < inputs && findings.length < 10; input++) {
    const files = mutation(kind, random);
    try {
      idsOf(files);
    } catch (error) {
      findings.push(`${JSON.stringify(files)}: ${error}`);
    }
  }
  return findings;
}

function idsOf(files: TokenizerFiles): Mutated["ids"] {
  try {
    const tokenizer = loadTokenizerFiles(files);
    return TEXTS.map((text) => encodeOrNull(text, tokenizer));
  } catch (error) {
    if (error instanceof TokenizerError && !error.message.includes("\n")) return undefined;
    throw error;
  }
}

function encodeOrNull(text: string, tokenizer: Tokenizer | undefined): readonly number[] | null {
  try {
    return tokenizer?.encode(text) ?? null;
  } catch (error) {
    if (error instanceof RangeError && error.message.startsWith("encode: no token stands for byte")) return null;
    throw error;
  }
}

/** Six hexadecimal digits of what ids there are. */
export const digestOf = (ids: Mutated["ids"]): string =>
  createHash("sha256").update(JSON.stringify(ids)).digest("hex").slice(0, 6);
