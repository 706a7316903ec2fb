import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createReferenceEngine } from "@tsgpt/tensor";
import { afterEach, beforeEach, expect, test } from "vitest";
import { randomModel } from "../src/checkpoint/random-parameters.ts";
import { parseConfig } from "../src/config/config.ts";
import { presetConfig, presetNames } from "../src/config/presets.ts";
import { loadModel, writeRandomModel } from "../src/node/index.ts";
import { openFolder } from "../src/node/load-model.ts";
import { tinyConfig } from "./tiny-model.ts";

const engine = createReferenceEngine();
let parent = "";
let folder = "";
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "tsgpt-"));
  folder = join(parent, "model");
});
afterEach(() => rmSync(parent, { recursive: true }));

test("it is a model's folder, and loads as the model that randomModel makes of the seed", async () => {
  await writeRandomModel(folder, tinyConfig, { seed: 3 });
  expect(readdirSync(folder).sort()).toEqual(["config.json", "model.safetensors"]);
  const { config, parameters } = await loadModel(folder, { engine });
  expect(config).toEqual(tinyConfig);
  expect(parameters).toEqual((await randomModel("r", tinyConfig, engine, 3)).parameters);
});

test("a seed writes the same bytes on every machine", async () => {
  await writeRandomModel(folder, tinyConfig, { seed: 1 });
  const hash = createHash("sha256").update(readFileSync(join(folder, "model.safetensors")));
  expect(hash.digest("hex")).toBe("e934a26057b37a89cedd2847886ff6867deda69fb227123c9abe380a6c9538fe");
});

test("names are those of transformers' GPT2LMHeadModel; the head of its own has no prefix", async () => {
  await writeRandomModel(folder, { ...tinyConfig, tieWordEmbeddings: false });
  const checkpoint = await openFolder(folder, "test");
  await checkpoint.close();
  const bare = [...checkpoint.tensors.keys()].filter((name) => !name.startsWith("transformer."));
  expect(bare).toEqual(["lm_head.weight"]);
  expect((await loadModel(folder, { engine })).config.tieWordEmbeddings).toBe(false);
});

test.each([
  ["F16", "float16", 2 ** -11],
  ["BF16", "bfloat16", 2 ** -8],
] as const)("%s is the nearest of each weight, and config.json says so", async (dtype, name, half) => {
  await writeRandomModel(folder, tinyConfig, { seed: 1, dtype });
  const exact = (await randomModel("r", tinyConfig, engine, 1)).parameters.wte.toTensor().data;
  const stored = (await loadModel(folder, { engine })).parameters.wte.toTensor().data;
  expect(
    [...stored].filter((x, i) => Math.abs(x - exact[i]!) > Math.max(half * Math.abs(exact[i]!), 2 ** -25)),
  ).toEqual([]);
  expect(stored).not.toEqual(exact);
  expect(JSON.parse(readFileSync(join(folder, "config.json"), "utf8"))).toMatchObject({ dtype: name, n_inner: null });
});

test("an empty folder is filled, and is the same folder afterwards", async () => {
  mkdirSync(folder);
  const { ino } = statSync(folder);
  await writeRandomModel(folder, tinyConfig);
  expect(readdirSync(folder).sort()).toEqual(["config.json", "model.safetensors"]);
  expect(statSync(folder).ino).toBe(ino);
});

test("an abort leaves an empty folder empty", async () => {
  mkdirSync(folder);
  const controller = new AbortController();
  const onProgress = () => controller.abort();
  await expect(writeRandomModel(folder, tinyConfig, { signal: controller.signal, onProgress })).rejects.toThrow();
  expect(readdirSync(folder)).toEqual([]);
});

test("a folder that holds something is left alone", async () => {
  mkdirSync(folder);
  writeFileSync(join(folder, "mine"), "");
  await expect(writeRandomModel(folder, tinyConfig)).rejects.toThrow("it exists and is not empty");
  expect(readdirSync(parent)).toEqual(["model"]);
  expect(readdirSync(folder)).toEqual(["mine"]);
});

test("so is a file", async () => {
  writeFileSync(folder, "");
  await expect(writeRandomModel(folder, tinyConfig)).rejects.toThrow("it exists and is not a directory");
  expect(statSync(folder).isFile()).toBe(true);
});

test("a parent that is not there is the system's error", async () => {
  await expect(writeRandomModel(join(folder, "deeper"), tinyConfig)).rejects.toThrow("ENOENT");
});

test("an abort in the middle is the signal's reason and leaves nothing", async () => {
  const controller = new AbortController();
  const reason = new Error("stop");
  const onProgress = () => controller.abort(reason);
  await expect(writeRandomModel(folder, tinyConfig, { signal: controller.signal, onProgress })).rejects.toBe(reason);
  expect(readdirSync(parent)).toEqual([]);
});

test("progress counts the tensors' bytes, up to all of them", async () => {
  const calls: [number, number][] = [];
  await writeRandomModel(folder, tinyConfig, {
    dtype: "BF16",
    onProgress: ({ loaded, total }) => calls.push([loaded, total]),
  });
  const total = 2 * 12 * (tinyConfig.vocabSize + tinyConfig.nPositions);
  expect(calls[0]![1]).toBeGreaterThan(total);
  expect(calls.at(-1)![0]).toBe(calls[0]![1]);
});

test.each(presetNames)("the config.json of %s is read back as the preset's", async (preset) => {
  const { configJson } = await import("../src/config/config-json.ts");
  expect(parseConfig(configJson(presetConfig(preset), "F32"))).toEqual(presetConfig(preset));
});
