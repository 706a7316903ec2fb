/**
 * config.json of a GPT-2 checkpoint, validated: what the forward pass needs, under camelCase names. Follows
 * transformers 5.18, models/gpt2/configuration_gpt2.py: absent keys take its defaults, except bos and eos, which stay
 * absent.
 * A key that would change the forward pass is honored or refused by name; one that cannot (dropout, summary_*,
 * use_cache, dtype, unknown keys) is ignored. Left out: cross attention, quantized weights.
 */
import { ConfigError, quote } from "../errors.ts";
import { ACTIVATIONS, type Activation } from "./activation.ts";
import { checkKeys } from "./check-keys.ts";
import { parseJsonObject } from "./json-object.ts";
import { boolean, custom, finiteNumber, nullish, type Output, object, oneOf, optional, wholeNumber } from "./schema.ts";

/** The config of a model: the keys of config.json in camelCase. */
export interface GPT2Config {
  /** V */
  readonly vocabSize: number;
  /** The longest context, in tokens. */
  readonly nPositions: number;
  /** C */
  readonly nEmbd: number;
  /** L */
  readonly nLayer: number;
  /** H */
  readonly nHead: number;
  /** Width of the MLP; 4 C if the file has none. */
  readonly nInner: number;
  readonly layerNormEpsilon: number;
  readonly activationFunction: Activation;
  /** Scores are divided by sqrt(D). */
  readonly scaleAttnWeights: boolean;
  /** Scores of layer l are divided by l + 1. */
  readonly scaleAttnByInverseLayerIdx: boolean;
  /**
   * Scales before the product and accumulates in float32: mathematically the same, and our kernels accumulate at least
   * as precisely.
   */
  readonly reorderAndUpcastAttn: boolean;
  /** The head is wte, even if the checkpoint has another. */
  readonly tieWordEmbeddings: boolean;
  readonly bosTokenId: number | undefined;
  /** If there are several, each ends a text; eosTokenIds gives them as a list. */
  readonly eosTokenId: number | readonly number[] | undefined;
}

const COUNT = "a whole number, 1 or more";
const count = wholeNumber(COUNT, 1);
const MOST_LAYERS = 10_000; // each layer adds a dozen names to look up, before a file without them is refused
const flag = boolean("true or false");
const tokenId = nullish(wholeNumber("a token id (a whole number, 0 or more) or null"));
export const TOKEN_IDS = "a token id (a whole number, 0 or more), a list of them, or null";
const tokenIds = nullish(custom<number | number[]>(isTokenIds, TOKEN_IDS));
const EPSILON = "a number, 0 or more";

const schema = object(
  {
    vocab_size: optional(count, 50257),
    n_positions: optional(count, 1024),
    n_embd: optional(count, 768),
    n_layer: optional(wholeNumber(`${COUNT}, at most ${MOST_LAYERS}`, 1, MOST_LAYERS), 12),
    n_head: optional(count, 12),
    n_inner: nullish(wholeNumber(`${COUNT}, or null for 4 n_embd`, 1)),
    layer_norm_epsilon: optional(finiteNumber(EPSILON, 0), 1e-5),
    activation_function: optional(oneOf(ACTIVATIONS, `one of ${ACTIVATIONS.join(", ")}`), "gelu_new"),
    scale_attn_weights: optional(flag, true),
    scale_attn_by_inverse_layer_idx: optional(flag, false),
    reorder_and_upcast_attn: optional(flag, false),
    tie_word_embeddings: optional(flag, true),
    bos_token_id: tokenId,
    eos_token_id: tokenIds,
  },
  "an object",
);

type Keys = Output<typeof schema>;

/** transformers' aliases of four keys (GPT2Config.attribute_map). */
const ALIASES = {
  hidden_size: "n_embd",
  max_position_embeddings: "n_positions",
  num_attention_heads: "n_head",
  num_hidden_layers: "n_layer",
} as const;

/** Unsupported keys, unless null or neutral. */
const REFUSED: Readonly<Record<string, { neutral?: (value: unknown) => boolean; reason: string }>> = {
  model_type: { neutral: (value) => value === "gpt2", reason: 'only "gpt2" is supported' },
  add_cross_attention: { neutral: isFalse, reason: "cross attention is not supported" },
  is_encoder_decoder: { neutral: isFalse, reason: "an encoder-decoder is not a GPT-2" },
  attention_head_type: { neutral: (value) => value === "multihead", reason: "multi-query attention is not GPT-2's" },
  position_embedding_type: { neutral: (value) => value === "absolute", reason: "GPT-2's positions are absolute" },
  multi_query: { neutral: isFalse, reason: "multi-query attention is not GPT-2's" },
  pruned_heads: { neutral: isEmpty, reason: "pruned heads are not supported" },
  quantization_config: { reason: "quantized weights are not supported" },
  compression_config: { reason: "quantized weights are not supported" },
  quantization: { reason: "quantized weights are not supported" },
  auto_map: { reason: "the model needs Python code of its own, which is not run" },
};

/**
 * The config in `text`, a config.json; `file` is its name in messages.
 * @throws ConfigError if it is not JSON, a value has the wrong type, or the model is unsupported
 * @see https://huggingface.co/docs/transformers/model_doc/gpt2#transformers.GPT2Config
 */
export function parseConfig(text: string, file = "config.json"): GPT2Config {
  const raw = parseJsonObject(text, file);
  refuseOtherModels(raw, file);
  refuseOtherFormats(raw, file);
  const given = withoutAliases(raw, file);
  refuseNested(given, file);
  const keys = checkKeys(schema, given, file);
  if (keys.n_embd % keys.n_head !== 0) {
    throw new ConfigError(file, `"n_embd" must be a multiple of "n_head", got ${keys.n_embd} and ${keys.n_head}`);
  }
  return toConfig(keys);
}

function refuseOtherModels(raw: Record<string, unknown>, file: string): void {
  for (const [key, { neutral, reason }] of Object.entries(REFUSED)) {
    const value = raw[key] ?? null;
    if (value !== null && !neutral?.(value)) throw new ConfigError(file, `"${key}" is ${quote(value)}: ${reason}`);
  }
}

/** The keys for the size of a model; their defaults are those of the smallest GPT-2. */
const SIZES = ["vocab_size", "n_positions", "n_embd", "n_layer", "n_head"];

/**
 * Sizes may be omitted only if the file says that it is GPT-2's: with transformers' defaults any JSON object would be
 * one.
 */
function refuseOtherFormats(raw: Record<string, unknown>, file: string): void {
  const missing = SIZES.filter((key) => !Object.hasOwn(raw, key)).map((key) => `"${key}"`);
  if (raw["model_type"] === "gpt2" || missing.length === 0) return;
  throw new ConfigError(file, `is not a GPT-2 config: it has neither "model_type": "gpt2" nor ${missing.join(", ")}`);
}

/** A size that is missing at the top level must not be in a nested object. */
function refuseNested(keys: Record<string, unknown>, file: string): void {
  for (const key of SIZES.filter((size) => !Object.hasOwn(keys, size))) {
    const names = [key, ...Object.entries(ALIASES).flatMap(([alias, of]) => (of === key ? [alias] : []))];
    for (const [outer, value] of Object.entries(keys)) {
      const name = isObject(value) && names.find((within) => Object.hasOwn(value, within));
      if (!name) continue;
      const problem = `"${name}" is within ${quote(outer)}: a nested config is of another format than GPT-2's`;
      throw new ConfigError(file, problem);
    }
  }
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function isFalse(value: unknown): boolean {
  return value === false;
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

function withoutAliases(raw: Record<string, unknown>, file: string): Record<string, unknown> {
  const keys = { ...raw };
  for (const [alias, key] of Object.entries(ALIASES)) {
    if (!Object.hasOwn(raw, alias)) continue;
    if (Object.hasOwn(raw, key) && raw[key] !== raw[alias]) {
      throw new ConfigError(
        file,
        `"${key}" is ${quote(raw[key])} and "${alias}", its other name, is ${quote(raw[alias])}`,
      );
    }
    keys[key] = raw[alias];
  }
  return keys;
}

/** Whether it is an integer, 0 or more. */
export function isTokenId(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Whether it is a token id, or a non-empty list of them. */
export function isTokenIds(value: unknown): value is number | number[] {
  return isTokenId(value) || (Array.isArray(value) && value.length > 0 && value.every(isTokenId));
}

/** Token ids as transformers writes them: a single one as a number or a list; without duplicates. */
export function asTokenIds(ids: number | readonly number[] | null | undefined): GPT2Config["eosTokenId"] {
  if (typeof ids === "number") return ids;
  const [first, ...others] = new Set(ids ?? []);
  return first === undefined || others.length === 0 ? first : [first, ...others];
}

/** The tokens that end a text: none, one or several. */
export function eosTokenIds({ eosTokenId }: Pick<GPT2Config, "eosTokenId">): readonly number[] {
  return typeof eosTokenId === "number" ? [eosTokenId] : (eosTokenId ?? []);
}

function toConfig(keys: Keys): GPT2Config {
  return {
    vocabSize: keys.vocab_size,
    nPositions: keys.n_positions,
    nEmbd: keys.n_embd,
    nLayer: keys.n_layer,
    nHead: keys.n_head,
    nInner: keys.n_inner ?? 4 * keys.n_embd,
    layerNormEpsilon: keys.layer_norm_epsilon,
    activationFunction: keys.activation_function,
    scaleAttnWeights: keys.scale_attn_weights,
    scaleAttnByInverseLayerIdx: keys.scale_attn_by_inverse_layer_idx,
    reorderAndUpcastAttn: keys.reorder_and_upcast_attn,
    tieWordEmbeddings: keys.tie_word_embeddings,
    bosTokenId: keys.bos_token_id ?? undefined,
    eosTokenId: asTokenIds(keys.eos_token_id),
  };
}
