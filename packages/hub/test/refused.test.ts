/** What is no model that could be run is refused before its weights are fetched, by one line that says why. */
import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Files, fixtureFiles, text } from "./hub-model.ts";
import { useHub } from "./use-hub.ts";

const at = useHub();
const tokenizer = { "tokenizer.json": fixtureFiles("gpt2-tokenizer")["tokenizer.json"] };
const tied: Files = { ...fixtureFiles("tiny-tied"), ...tokenizer };
const sharded = fixtureFiles("tiny-sharded");

describe("is refused before its weights are fetched:", () => {
  const config = (keys: object): Files => ({ ...tied, "config.json": text({ model_type: "gpt2", ...keys }) });
  test.each<[string, Files, RegExp]>([
    [
      "another architecture",
      config({ model_type: "llama" }),
      /config\.json: "model_type" is "llama": only "gpt2" is supported/,
    ],
    [
      "a config that is a web page",
      { ...tied, "config.json": text("<html>") },
      /config\.json: is a web page, not the file/,
    ],
    ["no config", { "model.safetensors": tied["model.safetensors"] }, /config\.json: is not in org\/model/],
    ["a config of another shape", config({ n_embd: 96 }), /org\/model: model\.safetensors: tensor .*asks for/],
    [
      "weights that are a pickle",
      { "config.json": tied["config.json"], "pytorch_model.bin": text("PK") },
      /only in pytorch_model\.bin, a pickle, which can run any code.*refs\/pr\/N.*save_pretrained/,
    ],
    ["no weights at all", { "config.json": tied["config.json"] }, /has no model\.safetensors/],
    [
      "weights that are a pointer by mistake",
      { ...tied, "model.safetensors": text("version https://git-lfs.github.com/spec/v1\n") },
      /is a Git LFS pointer/,
    ],
    [
      "a generation config that is a pointer by mistake",
      { ...tied, "generation_config.json": text("version https://git-lfs.github.com/spec/v1\n") },
      /generation_config\.json: is a Git LFS pointer, not the file itself/,
    ],
    [
      "a generation config with a wrong value",
      { ...tied, "generation_config.json": text({ eos_token_id: "31" }) },
      /generation_config\.json: "eos_token_id" must be a token id/,
    ],
    [
      "weights that are no safetensors",
      { ...tied, "model.safetensors": Buffer.alloc(5000, 255) },
      /claims a header of/,
    ],
    [
      "a shard outside of the folder",
      {
        "config.json": sharded["config.json"],
        "model.safetensors.index.json": text({ weight_map: { a: "../../x.safetensors" } }),
      },
      /shard "..\/..\/x\.safetensors" must be the plain name/,
    ],
    [
      "a shard that is not there",
      {
        "config.json": sharded["config.json"],
        "model.safetensors.index.json": text({ weight_map: { a: "x.safetensors" } }),
      },
      /names "x\.safetensors", which does not exist/,
    ],
  ])("%s", async (_, files, message) => {
    at.publish(files);
    await expect(at.get()).rejects.toThrow(message);
    expect(
      at.fetched().filter((name) => !name.endsWith("config.json") && name !== "model.safetensors.index.json"),
    ).toEqual([]);
    expect(existsSync(at.path("refs/main"))).toBe(false);
  });

  test.each(["../x", "a/../b", "/etc/passwd", "a\\b", "a b", "x~1", "a:b", ".hidden", "a//b", "x/", "", "a\nb"])(
    "a revision that is no name: %j",
    async (revision) => {
      await expect(at.get({ revision })).rejects.toThrow(/is not a valid name of a branch, tag or commit/);
      expect(at.hub.asked).toEqual([]);
    },
  );

  test.each(["model", "a/b/c", "../b", "a/..", "a/b--c", "a/.b", "a/b.git", "a b/c"])(
    "an id that is none: %j",
    async (id) => {
      await expect(at.get({}, id)).rejects.toThrow(/is not a model id/);
    },
  );

  test("a revision, or a model, that the hub does not have", async () => {
    at.publish(tied);
    await expect(at.get({ revision: "nope" })).rejects.toThrow(
      "org/model at nope: the model has no such revision (HTTP 404)",
    );
    await expect(at.get({}, "org/nope")).rejects.toThrow(/^org\/nope: no such model on .*HF_TOKEN.*\(HTTP 401\)$/);
  });

  test("a DialoGPT's config, with the keys that it has beside GPT-2's, is none of them", async () => {
    const keys = { architectures: ["GPT2LMHeadModel"], task_specific_params: { conversational: { max_length: 1000 } } };
    at.publish({
      ...tied,
      "config.json": text({ ...JSON.parse(Buffer.from(tied["config.json"]).toString()), ...keys, n_ctx: 1024 }),
    });
    await at.get();
  });
});
