import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { eosTokenIds, parseConfig } from "../src/config/config.ts";
import { ConfigError } from "../src/errors.ts";

const parse = (keys: object) => parseConfig(JSON.stringify({ model_type: "gpt2", ...keys }));

test("a config that says no more than that it is a GPT-2's is transformers' GPT2Config(), but without bos and eos", () => {
  expect(parse({})).toEqual({
    vocabSize: 50257,
    nPositions: 1024,
    nEmbd: 768,
    nLayer: 12,
    nHead: 12,
    nInner: 3072,
    layerNormEpsilon: 1e-5,
    activationFunction: "gelu_new",
    scaleAttnWeights: true,
    scaleAttnByInverseLayerIdx: false,
    reorderAndUpcastAttn: false,
    tieWordEmbeddings: true,
    bosTokenId: undefined,
    eosTokenId: undefined,
  });
});

test("the trained fixture's config is read", () => {
  const text = readFileSync(new URL("./fixtures/fairytales-1/config.json", import.meta.url), "utf8");
  expect(parseConfig(text)).toMatchObject({ nInner: 4 * parseConfig(text).nEmbd, bosTokenId: 0, eosTokenId: 0 });
});

test("every key that the forward pass reads is honored", () => {
  const keys = {
    vocab_size: 10,
    n_positions: 11,
    n_embd: 12,
    n_layer: 2,
    n_head: 3,
    n_inner: 20,
    layer_norm_epsilon: 0.5,
    activation_function: "relu",
    scale_attn_weights: false,
    scale_attn_by_inverse_layer_idx: true,
    reorder_and_upcast_attn: true,
    tie_word_embeddings: false,
    bos_token_id: 1,
    eos_token_id: 2,
  };
  expect(Object.values(parse(keys))).toEqual(Object.values(keys));
});

test.each(["gelu_new", "gelu_pytorch_tanh", "gelu", "quick_gelu", "silu", "swish", "relu"])(
  "activation %s is known",
  (activation) => {
    expect(parse({ activation_function: activation }).activationFunction).toBe(activation);
  },
);

test("keys that cannot change the forward pass are let pass, whatever they hold", () => {
  const keys = {
    summary_type: 3,
    attn_pdrop: "x",
    use_cache: null,
    dtype: "float16",
    n_ctx: 7,
    transformers_version: {},
    mystery: [],
  };
  expect(parse(keys)).toEqual(parse({}));
});

test("transformers' other names of the sizes are honored", () => {
  const keys = { hidden_size: 8, max_position_embeddings: 9, num_attention_heads: 4, num_hidden_layers: 3 };
  expect(parse(keys)).toMatchObject({ nEmbd: 8, nPositions: 9, nHead: 4, nLayer: 3 });
});

test("two names of one size that disagree are refused", () => {
  expect(() => parse({ n_embd: 8, hidden_size: 16 })).toThrow(
    'config.json: "n_embd" is 8 and "hidden_size", its other name, is 16',
  );
});

test("a list of one end token is that token", () => {
  expect(parse({ eos_token_id: [5] }).eosTokenId).toBe(5);
  expect(parse({ eos_token_id: [5, 5] }).eosTokenId).toBe(5);
});

test("of several end tokens all are", () => {
  const config = parse({ eos_token_id: [5, 7, 5] });
  expect(config.eosTokenId).toEqual([5, 7]);
  expect([config, parse({ eos_token_id: 5 }), parse({})].map(eosTokenIds)).toEqual([[5, 7], [5], []]);
});

test("without model_type, a config that has all of GPT-2's sizes is one, as the first releases had it", () => {
  const sizes = { vocab_size: 7, n_positions: 5, n_embd: 4, n_layer: 2, n_head: 2 };
  expect(parseConfig(JSON.stringify(sizes))).toMatchObject({ vocabSize: 7, nPositions: 5 });
});

test.each([
  ["nothing", {}, '"vocab_size", "n_positions", "n_embd", "n_layer", "n_head"'],
  ["nanoGPT's", { n_layer: 12, n_head: 12, n_embd: 768, block_size: 1024, vocab_size: 50304 }, '"n_positions"'],
  [
    "OpenAI's hparams.json",
    { n_vocab: 50257, n_ctx: 1024, n_embd: 768, n_head: 12, n_layer: 12 },
    '"vocab_size", "n_positions"',
  ],
  [
    "a LLaMA's without its type",
    { hidden_size: 8, num_hidden_layers: 2, num_attention_heads: 2, vocab_size: 7, max_position_embeddings: 5 },
    '"n_positions", "n_embd", "n_layer", "n_head"',
  ],
  ["a tokenizer's", { tokenizer_class: "GPT2Tokenizer" }, '"vocab_size", "n_positions", "n_embd", "n_layer", "n_head"'],
])("%s is of another format, and not read as a default GPT-2", (_, keys, missing) => {
  expect(() => parseConfig(JSON.stringify(keys))).toThrow(
    `config.json: is not a GPT-2 config: it has neither "model_type": "gpt2" nor ${missing}`,
  );
});

test.each([
  ["text_config", { n_embd: 8 }, "n_embd"],
  ["decoder", { vocab_size: 7, n_layer: 2 }, "vocab_size"],
  ["model", { hidden_size: 8 }, "hidden_size"],
])("sizes within %s are a nested config, which is refused", (outer, inner, key) => {
  expect(() => parse({ [outer]: inner })).toThrow(
    `config.json: "${key}" is within "${outer}": a nested config is of another format than GPT-2's`,
  );
});

test("sizes that are at the top may be within something too", () => {
  expect(parse({ n_embd: 24, hidden_size: 24, original: { n_embd: 48, hidden_size: 3 } }).nEmbd).toBe(24);
  expect(parse({ n_embd: 24, original: { hidden_size: 48 } }).nEmbd).toBe(24);
  expect(parse({ hidden_size: 24, original: { n_embd: 48 } }).nEmbd).toBe(24);
});

test.each([
  [
    "version https://git-lfs.github.com/spec/v1\noid sha256:00\n",
    "is a Git LFS pointer, not the file itself: run `git lfs pull`",
  ],
  ["\n<!doctype html><html>Sign in</html>", "is a web page, not the file: the download was answered with an error"],
])("%j in its place is told", (text, message) => {
  expect(() => parseConfig(text)).toThrow(`config.json: ${message}`);
});

test.each([
  ["model_type", "llama", 'only "gpt2" is supported'],
  ["add_cross_attention", true, "cross attention is not supported"],
  ["is_encoder_decoder", true, "an encoder-decoder is not a GPT-2"],
  ["multi_query", true, "multi-query attention is not GPT-2's"],
  ["attention_head_type", "multiquery", "multi-query attention is not GPT-2's"],
  ["position_embedding_type", "rotary", "GPT-2's positions are absolute"],
  ["pruned_heads", { "0": [1] }, "pruned heads are not supported"],
  ["quantization_config", { quant_method: "gptq" }, "quantized weights are not supported"],
  ["compression_config", {}, "quantized weights are not supported"],
  ["quantization", { bits: 4 }, "quantized weights are not supported"],
  ["auto_map", { AutoModel: "m.M" }, "the model needs Python code of its own, which is not run"],
])("%s is refused by name when it changes the model", (key, value, reason) => {
  expect(() => parse({ [key]: value })).toThrow(`config.json: "${key}" is ${JSON.stringify(value)}: ${reason}`);
});

test("the same keys pass with the values that change nothing", () => {
  const keys = {
    model_type: "gpt2",
    add_cross_attention: false,
    attention_head_type: "multihead",
    position_embedding_type: "absolute",
    pruned_heads: {},
    quantization_config: null,
    auto_map: null,
  };
  expect(parse(keys)).toEqual(parse({}));
});

const TOKEN_IDS = "a token id (a whole number, 0 or more), a list of them, or null";
test.each([
  ["n_layer", "12", 'must be a whole number, 1 or more, at most 10000, got "12" (string)'],
  ["n_layer", 100_000_000, "must be a whole number, 1 or more, at most 10000, got 100000000 (number)"],
  ["n_head", 0, "must be a whole number, 1 or more, got 0 (number)"],
  ["n_embd", 7.5, "must be a whole number, 1 or more, got 7.5 (number)"],
  ["vocab_size", null, "must be a whole number, 1 or more, got null (null)"],
  ["n_positions", 1e300, "must be a whole number, 1 or more, got 1e+300 (number)"],
  ["n_inner", -1, "must be a whole number, 1 or more, or null for 4 n_embd, got -1 (number)"],
  ["layer_norm_epsilon", -1e-5, "must be a number, 0 or more, got -0.00001 (number)"],
  [
    "activation_function",
    "mish",
    'must be one of gelu_new, gelu_pytorch_tanh, gelu, quick_gelu, silu, swish, relu, got "mish" (string)',
  ],
  ["scale_attn_weights", 1, "must be true or false, got 1 (number)"],
  ["scale_attn_by_inverse_layer_idx", "yes", 'must be true or false, got "yes" (string)'],
  ["reorder_and_upcast_attn", null, "must be true or false, got null (null)"],
  ["tie_word_embeddings", [], "must be true or false, got [] (array)"],
  ["bos_token_id", -1, "must be a token id (a whole number, 0 or more) or null, got -1 (number)"],
  ["eos_token_id", [1, -2], `must be ${TOKEN_IDS}, got [1,-2] (array)`],
  ["eos_token_id", [], `must be ${TOKEN_IDS}, got [] (array)`],
  ["eos_token_id", [[1]], `must be ${TOKEN_IDS}, got [[1]] (array)`],
])("a wrong %s is named with what was expected and got", (key, value, message) => {
  expect(() => parse({ [key]: value })).toThrow(`config.json: "${key}" ${message}`);
});

test("heads must divide the channels", () => {
  expect(() => parse({ n_embd: 10, n_head: 4 })).toThrow('"n_embd" must be a multiple of "n_head", got 10 and 4');
});

test.each(["", "{", '{"layer_norm_epsilon": nan}', '{"layer_norm_epsilon": NaN,}', "// no\n{}"])(
  "%j is not JSON, and the message is one line",
  (text) => {
    const error = catchError(() => parseConfig(text, "a/config.json"));
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toMatch(/^a\/config\.json: is not valid JSON: .+$/);
    expect(error).toMatchObject({ file: "a/config.json" });
  },
);

test("a byte order mark is named", () => {
  const problem = "config.json: begins with a byte order mark: save it as UTF-8 without one";
  expect(catchError(() => parseConfig("\u{feff}{}")).message).toBe(problem);
});

test.each(["NaN", "Infinity", "-Infinity"])(
  "%s, as Python writes it, loads where nothing uses it, and is named where it is used",
  (value) => {
    expect(parseConfig(`{"model_type":"gpt2","summary_first_dropout":${value}}`)).toEqual(
      parse({ model_type: "gpt2" }),
    );
    expect(() => parseConfig(`{"model_type":"gpt2","layer_norm_epsilon":${value}}`)).toThrow(
      `config.json: "layer_norm_epsilon" must be a number, 0 or more, got ${value} (number)`,
    );
  },
);

test.each(["[]", "null", "3", '"gpt2"'])("%s is JSON and no config", (text) => {
  expect(() => parseConfig(text)).toThrow(`config.json: must hold a JSON object, got ${text}`);
});

test("a number too large for a float64 is not a number here", () => {
  expect(() => parseConfig('{"model_type": "gpt2", "layer_norm_epsilon": 1e999}')).toThrow(
    '"layer_norm_epsilon" must be a number, 0 or more',
  );
});

function catchError(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}
