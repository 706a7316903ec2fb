/**
 * GPT-2's byte-level BPE from the files of a model's folder that has no tokenizer.json: vocab.json and merges.txt (OpenAI's
 * encoder.json and vocab.bpe under transformers' names), and what else names special tokens. Follows transformers 5.18,
 * models/gpt2/tokenization_gpt2.py. Left out: special tokens that no file gives an id, which transformers would append.
 */
import { z } from "zod";
import { parseStrictJson } from "./checkpoint/strict-json.ts";
import { quote } from "./errors.ts";
import { createTokenizer, type Tokenizer, TokenizerError, type TokenizerJson } from "./tokenizer.ts";

const VOCAB = "vocab.json";
const MERGES = "merges.txt";
const ADDED = "added_tokens.json";
const SPECIAL = "special_tokens_map.json";
const CONFIG = "tokenizer_config.json";

/** The files that are looked at. */
export const TOKENIZER_FILES = [VOCAB, MERGES, ADDED, SPECIAL, CONFIG] as const;

/** Their texts, by name. */
export type TokenizerFiles = Readonly<Partial<Record<(typeof TOKENIZER_FILES)[number], string>>>;

/** transformers' for the beginning, the end and the unknown, where no file has others. */
const END_OF_TEXT = "<|endoftext|>";

const id = z.int({ error: "an id, a whole number, 0 or more" }).nonnegative();
const ids = z.record(z.string(), id, { error: "an object from token to id" });
const described = z.looseObject({ content: z.string() });
const special = z.union([z.string(), described], { error: "a token or an object with its content" }).nullish();
const specials = z.looseObject({
  bos_token: special,
  eos_token: special,
  unk_token: special,
  pad_token: special,
  sep_token: special,
  cls_token: special,
  mask_token: special,
  additional_special_tokens: z.array(special).nullish(),
});
const tokenizerConfig = specials.extend({
  add_prefix_space: z.boolean({ error: "true or false" }).nullish(),
  added_tokens_decoder: z.record(z.string().regex(/^\d+$/), described).nullish(),
});

type Specials = z.infer<typeof specials>;
type AddedToken = TokenizerJson["added_tokens"][number];

/**
 * The tokenizer of these files; undefined if there is neither a vocab.json nor a merges.txt. Ids must be below `vocabSize`,
 * config.json's, where that is given.
 * @throws TokenizerError naming the file and what is wrong in it, or the file that is missing
 */
export function loadTokenizerFiles(files: TokenizerFiles, vocabSize = Number.POSITIVE_INFINITY): Tokenizer | undefined {
  const { [VOCAB]: vocabText, [MERGES]: mergesText } = files;
  if (vocabText === undefined && mergesText === undefined) return undefined;
  if (vocabText === undefined) throw new TokenizerError(`${VOCAB}: is not there; ${MERGES} alone is no tokenizer`);
  if (mergesText === undefined) throw new TokenizerError(`${MERGES}: is not there; ${VOCAB} alone is no tokenizer`);
  const vocab = parse(VOCAB, vocabText, ids);
  const merges = parseMerges(mergesText, vocab);
  const config = parse(CONFIG, files[CONFIG] ?? "{}", tokenizerConfig);
  const added = addedTokens(files, config, vocab);
  checkIds(vocab, added, vocabSize);
  const byteLevel = { type: "ByteLevel" as const, add_prefix_space: config.add_prefix_space ?? false, use_regex: true };
  const json = {
    model: { type: "BPE" as const, vocab, merges },
    pre_tokenizer: byteLevel,
    decoder: byteLevel,
    added_tokens: added,
  };
  return createTokenizer({ normalizer: null, post_processor: null, ...json }, VOCAB);
}

function parse<Schema extends z.ZodType>(file: string, text: string, schema: Schema): z.infer<Schema> {
  let value: unknown;
  try {
    value = schema === (ids as z.ZodType) ? parseStrictJson(text) : JSON.parse(text); // a token twice is an error
  } catch (cause) {
    throw new TokenizerError(`${file}: is not JSON: ${quote((cause as Error).message).slice(1, -1)}`, { cause });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0] as z.core.$ZodIssue;
  const where = path.length === 0 ? "the whole" : path.map((key) => quote(key)).join(".");
  throw new TokenizerError(`${file}: ${where} must be ${message}`);
}

/** One pair a line, the most urgent first. Only the first line may be a comment: "# #" is a merge of GPT-2's. */
function parseMerges(text: string, vocab: Readonly<Record<string, number>>): [string, string][] {
  const lines = text.split(/\r?\n/);
  while (lines.at(-1) === "") lines.pop();
  const first = lines[0]?.startsWith("#version") ? 1 : 0;
  return lines.slice(first).map((line, i) => {
    const fail = (problem: string) => new TokenizerError(`${MERGES}: line ${first + i + 1} ${problem}`);
    const [left, right, more] = line.split(" ");
    if (!left || !right || more !== undefined)
      throw fail(`must be two tokens with a space between, got ${quote(line)}`);
    const unknown = [left, right, left + right].find((token) => !Object.hasOwn(vocab, token));
    if (unknown !== undefined) throw fail(`is ${quote(line)}, and ${VOCAB} has no token ${quote(unknown)}`);
    return [left, right];
  });
}

/** Tokens that are found in a text before it is split: those added to the vocabulary, and the special ones. */
function addedTokens(
  files: TokenizerFiles,
  config: z.infer<typeof tokenizerConfig>,
  vocab: Readonly<Record<string, number>>,
): AddedToken[] {
  const added = new Map<string, AddedToken>();
  for (const [content, id] of Object.entries(parse(ADDED, files[ADDED] ?? "{}", ids)))
    added.set(content, { id, content });
  for (const [id, token] of Object.entries(config.added_tokens_decoder ?? {}))
    added.set(token.content, { ...token, id: Number(id) });
  const named = { ...config, ...parse(SPECIAL, files[SPECIAL] ?? "{}", specials) };
  for (const content of specialTokens(named)) {
    const id = added.get(content)?.id ?? (Object.hasOwn(vocab, content) ? vocab[content] : undefined);
    if (id !== undefined) added.set(content, { ...added.get(content), id, content, special: true });
  }
  return [...added.values()];
}

function specialTokens(named: Specials): string[] {
  const { bos_token = END_OF_TEXT, eos_token = END_OF_TEXT, unk_token = END_OF_TEXT } = named;
  const { pad_token, sep_token, cls_token, mask_token, additional_special_tokens } = named;
  const rest = [pad_token, sep_token, cls_token, mask_token, ...(additional_special_tokens ?? [])];
  const tokens = [bos_token, eos_token, unk_token, ...rest].filter((token) => token !== null && token !== undefined);
  return tokens.map((token) => (typeof token === "string" ? token : token.content));
}

function checkIds(vocab: Readonly<Record<string, number>>, added: readonly AddedToken[], vocabSize: number): void {
  const tokens = new Map<number, string>();
  const entries = [...Object.entries(vocab), ...added.map(({ content, id }) => [content, id] as const)];
  for (const [token, id] of entries) {
    const other = tokens.get(id);
    if (other !== undefined && other !== token)
      throw new TokenizerError(`${VOCAB}: ${quote(other)} and ${quote(token)} have one id, ${id}`);
    if (id >= vocabSize)
      throw new TokenizerError(`${VOCAB}: ${quote(token)} has id ${id}, config.json's vocab_size is ${vocabSize}`);
    tokens.set(id, token);
  }
  const moved = added.find(({ content, id }) => Object.hasOwn(vocab, content) && vocab[content] !== id);
  if (moved)
    throw new TokenizerError(
      `${VOCAB}: ${quote(moved.content)} has id ${vocab[moved.content]}, and ${moved.id} where it is added`,
    );
}
