import { expect, test } from "vitest";
import { parseConfig } from "../src/config/config.ts";
import { parseConfigs, parseGenerationConfig } from "../src/config/generation-config.ts";
import { ConfigError } from "../src/errors.ts";

const parse = (keys: object) => parseGenerationConfig(JSON.stringify(keys));
const FILE = "generation_config.json";

test("every key that counts is read", () => {
  const keys = {
    bos_token_id: 1,
    eos_token_id: [2, 3],
    do_sample: true,
    temperature: 0.7,
    top_k: 40,
    top_p: 0.9,
    min_p: 0.05,
    typical_p: 0.95,
    epsilon_cutoff: 0.0003,
    eta_cutoff: 0.0004,
    repetition_penalty: 1.2,
    no_repeat_ngram_size: 3,
    length_penalty: -0.5,
    bad_words_ids: [[1], [2, 3]],
    suppress_tokens: [4],
    begin_suppress_tokens: [5, 6],
    forced_bos_token_id: 7,
    forced_eos_token_id: 8,
    min_length: 9,
    min_new_tokens: 10,
    max_length: 11,
    max_new_tokens: 12,
  };
  const { file, unapplied, ...parsed } = parse(keys);
  expect([file, unapplied]).toEqual([FILE, {}]);
  expect(Object.values(parsed)).toEqual(Object.values(keys));
});

test("null is what is not there", () => {
  const keys = ["eos_token_id", "do_sample", "temperature", "top_k", "bad_words_ids", "suppress_tokens", "num_beams"];
  expect(parse(Object.fromEntries(keys.map((key) => [key, null])))).toEqual({ file: FILE, unapplied: {} });
});

test("a list of one end token is that token", () => {
  expect(parse({ eos_token_id: [5] }).eosTokenId).toBe(5);
});

test("what changes no text is let pass, whatever it holds", () => {
  const keys = { _from_model_config: true, transformers_version: 4, pad_token_id: -1, use_cache: "x", mine: {} };
  expect(parse(keys)).toEqual({ file: FILE, unapplied: {} });
});

test("what would change a text and is not applied is told, unless it is neutral", () => {
  const keys = { num_beams: 4, guidance_scale: 1.5, early_stopping: true, stop_strings: ["a"] };
  expect(parse(keys).unapplied).toEqual(keys);
  const neutral = { num_beams: 1, guidance_scale: 1, early_stopping: false, stop_strings: null, penalty_alpha: 0 };
  expect(parse(neutral).unapplied).toEqual({});
});

const TOKENS = "a token id (a whole number, 0 or more), a list of them, or null";
test.each([
  ["bos_token_id", [1], "a token id (a whole number, 0 or more) or null, got [1] (array)"],
  ["eos_token_id", "31", `${TOKENS}, got "31" (string)`],
  ["eos_token_id", [], `${TOKENS}, got [] (array)`],
  ["eos_token_id", 1.5, `${TOKENS}, got 1.5 (number)`],
  ["do_sample", 1, "true, false or null, got 1 (number)"],
  ["temperature", "0.5", 'a finite number, got "0.5" (string)'],
  ["top_k", 1.5, "a whole number, 0 or more, got 1.5 (number)"],
  ["no_repeat_ngram_size", -1, "a whole number, 0 or more, got -1 (number)"],
  ["bad_words_ids", [], "a list of lists of token ids, none of them empty, or null, got [] (array)"],
  ["bad_words_ids", [[]], "a list of lists of token ids, none of them empty, or null, got [[]] (array)"],
  ["bad_words_ids", [1], "a list of lists of token ids, none of them empty, or null, got [1] (array)"],
  ["suppress_tokens", [-1], "a list of token ids or null, got [-1] (array)"],
  ["begin_suppress_tokens", 3, "a list of token ids or null, got 3 (number)"],
  ["max_new_tokens", 0, "a whole number, 1 or more, got 0 (number)"],
])("a wrong %s is named with what was expected and got", (key, value, message) => {
  expect(() => parse({ [key]: value })).toThrow(new ConfigError(FILE, `"${key}" must be ${message}`));
});

test.each([
  ["{", /^generation_config\.json: is not valid JSON: .+$/],
  ['{"temperature":NaN}', /^generation_config\.json: "temperature" must be a finite number, got NaN \(number\)$/],
  [
    '{"eos_token_id":[1,Infinity]}',
    /^generation_config\.json: "eos_token_id" must be .*, got \[1,"Infinity"\] \(array\)$/,
  ],
  ["[]", /^generation_config\.json: must hold a JSON object, got \[\]$/],
  ["<!DOCTYPE html>", /^generation_config\.json: is a web page, not the file: .+$/],
])("%j is none", (text, message) => {
  expect(() => parseGenerationConfig(text)).toThrow(message);
});

const config = { name: "config.json", text: '{"model_type":"gpt2","bos_token_id":1,"eos_token_id":2,"top_k":3}' };

test("its end tokens are the model's, even if it names none; a begin token of config.json stays", () => {
  const { eosTokenId: _, ...rest } = parseConfig(config.text);
  const withEos = parseConfigs(config, { name: FILE, text: '{"eos_token_id":[5,6],"bos_token_id":4}' });
  expect(withEos.config).toEqual({ ...rest, bosTokenId: 4, eosTokenId: [5, 6] });
  const without = parseConfigs(config, { name: FILE, text: "{}" });
  expect(without).toEqual({ config: { ...rest, eosTokenId: undefined }, generation: { file: FILE, unapplied: {} } });
});

test("without it config.json is read in its place", () => {
  expect(parseConfigs(config)).toEqual({
    config: parseConfig(config.text),
    generation: { file: "config.json", bosTokenId: 1, eosTokenId: 2, topK: 3, unapplied: {} },
  });
});
