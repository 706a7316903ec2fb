/** What a model is, from its config and the headers of its weights; its tensors are not read. */
import { expect, test } from "vitest";
import { inspectSource } from "../src/load-model.ts";
import { config, tinyTensors } from "./tiny-checkpoint.ts";
import { type Files, SHARDS, shardedFiles, tinyFiles } from "./tiny-files.ts";

const parameters = [...tinyTensors().values()].reduce((sum, { data }) => sum + data.byteLength / 4, 0);
const listed = (files: Files) => [...files].map(([name, bytes]) => new File([bytes as Uint8Array<ArrayBuffer>], name));

test("one file of weights", async () => {
  const summary = { parameters, dtypes: { F32: parameters }, bytes: 4 * parameters };
  const weights = ["model.safetensors"];
  expect(await inspectSource(listed(tinyFiles()))).toEqual({ name: "model", config, summary, weights });
});

test("shards, from a function: only their headers are read", async () => {
  const asked: string[] = [];
  const files = shardedFiles();
  const inspected = await inspectSource((name) => {
    asked.push(name);
    return files.get(name);
  });
  expect([inspected.summary.parameters, inspected.weights]).toEqual([parameters, [...SHARDS]]);
  expect(asked).not.toContain("vocab.json");
});

test("a model that cannot be loaded is refused in the loader's words", async () => {
  const files = tinyFiles().set("model.safetensors", new Uint8Array(7));
  await expect(inspectSource(listed(files))).rejects.toThrow(
    "model.safetensors: has 7 bytes; a safetensors file has at least 8",
  );
});

test("an abort is its reason", async () => {
  await expect(inspectSource(listed(tinyFiles()), AbortSignal.abort())).rejects.toMatchObject({ name: "AbortError" });
});
