import { spawn } from "node:child_process";
import { cpSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readTensors } from "@tsgpt/gpt";
import { fileSource, writeSafetensorsFile } from "@tsgpt/gpt/node";
import { expect, test } from "vitest";
import { emptyFolder, fixture, MAIN, tsgpt } from "./process.ts";

const MODEL = fixture("fairytales-1");
const logits = async (model: string, dtype: string): Promise<Buffer> => {
  const file = join(emptyFolder(), "logits.safetensors");
  const { code, stderr } = await tsgpt([
    "logits",
    "--model",
    model,
    "--tokens",
    "1,2,3",
    "--dtype",
    dtype,
    "--output",
    file,
  ]);
  expect([code, stderr]).toEqual([0, expect.stringMatching(/^wrote .*\n$/)]);
  return readFileSync(file);
};

test.each(["f32", "f16", "bf16", "int8"])(
  "a model converted to %s gives the logits of the original with --dtype",
  async (dtype) => {
    const out = join(emptyFolder(), "model");
    const { code, stdout, stderr } = await tsgpt(["convert", MODEL, out, "--dtype", dtype]);
    const bytes = readdirSync(out).reduce((sum, name) => sum + statSync(join(out, name)).size, 0);
    const size = (bytes / 1e6).toPrecision(3);
    expect([code, stdout, stderr]).toEqual([0, "", `wrote ${out}: ${MODEL} in ${dtype}; ${size} MB\n`]);
    expect(readdirSync(out).sort()).toEqual(["config.json", "model.safetensors", "tokenizer.json"]);
    expect((await logits(out, dtype)).equals(await logits(MODEL, dtype))).toBe(true);
  },
);

test("a tied head alone, in F64, as other tools write it: each command takes it, and notes that it is narrowed", async () => {
  const [from, out] = [emptyFolder(), join(emptyFolder(), "model")];
  cpSync(join(fixture("tiny-tied"), "config.json"), join(from, "config.json"));
  const source = await fileSource(join(fixture("tiny-tied"), "model.safetensors"));
  const tensors = await readTensors(source);
  await source.close();
  const renamed = [...tensors].map(([name, { shape, data }]) => {
    const stored = name === "transformer.wte.weight" ? "lm_head.weight" : name;
    return [stored, { dtype: "F64", shape, data: Float64Array.from(data) }] as const;
  });
  await writeSafetensorsFile(join(from, "model.safetensors"), renamed);
  const note = "note: model.safetensors: 40 of 40 tensors are F64, narrowed to F32\n";
  const generate = (model: string) =>
    tsgpt(["generate", "--model", model, "--tokens", "1,2,3", "--greedy", "--max-tokens", "3", "--quiet"]);
  expect(await generate(from)).toEqual({ code: 0, stdout: "1 2 3 31 31 31\n", stderr: note });
  const { code, stderr } = await tsgpt(["convert", from, out, "--dtype", "f32"]);
  expect([code, stderr.startsWith(note)]).toEqual([0, true]);
  expect(await generate(out)).toEqual({ code: 0, stdout: "1 2 3 31 31 31\n", stderr: "" });
  expect((await tsgpt(["info", from])).stdout).toContain("6,696 in F64\n");
  expect((await tsgpt(["info", out])).stdout).toContain("6,696 in F32\n");
});

test("a folder that holds something is one clear line, and stays as it is", async () => {
  const folder = emptyFolder();
  writeFileSync(join(folder, "mine"), "");
  const { code, stderr } = await tsgpt(["convert", MODEL, folder, "--dtype", "int8"]);
  expect(code).toBe(1);
  expect(stderr).toBe(`error: cannot write "${folder}": it exists and is not empty\nsee tsgpt convert --help\n`);
  expect(readdirSync(folder)).toEqual(["mine"]);
});

test("a model that is none is said so, and nothing is left", async () => {
  const [from, to] = [emptyFolder(), emptyFolder()];
  const { code, stderr } = await tsgpt(["convert", from, join(to, "x"), "--dtype", "f16"]);
  expect(code).toBe(1);
  expect(stderr).toContain("config.json: is not in");
  expect(readdirSync(to)).toEqual([]);
});

test("an int8 model asked for in f32 is one clear line", async () => {
  const out = join(emptyFolder(), "model");
  await tsgpt(["convert", fixture("tiny-f16"), out, "--dtype", "int8"]);
  const { code, stderr } = await tsgpt(["generate", "--model", out, "--tokens", "1", "--dtype", "f32"]);
  expect(code).toBe(1);
  expect(stderr).toContain("model.safetensors: holds int8 numbers, which are kept in int8, not in f32");
});

test("Ctrl-C ends with 130 and leaves nothing", async () => {
  const folder = emptyFolder();
  const child = spawn(process.execPath, [MAIN, "convert", MODEL, join(folder, "x"), "--dtype", "int8"]);
  while (readdirSync(folder).length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  child.kill("SIGINT");
  expect(await new Promise((resolve) => child.on("close", resolve))).toBe(130);
  expect(readdirSync(folder)).toEqual([]);
});

test("--verbose says the dtype and what the weights take", async () => {
  const run = ["generate", "--model", MODEL, "Once", "--max-tokens", "1", "--dtype", "int8"];
  const { stderr } = await tsgpt([...run, "--verbose"]);
  expect(stderr).toMatch(/; int8 weights 4\.0 MB, cache/);
});

test("a dtype that there is not is a usage error", async () => {
  const { code, stderr } = await tsgpt(["generate", "Once", "--dtype", "int4"]);
  expect(code).toBe(2);
  expect(stderr).toContain("Allowed choices are auto, f32, f16, bf16, int8");
});
