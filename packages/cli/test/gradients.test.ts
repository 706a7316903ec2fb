/** tsgpt gradients: its file, compared with PyTorch's by tsgpt compare, and what it refuses. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { memorySource, readTensors } from "@tsgpt/gpt";
import { describe, expect, test } from "vitest";
import { cleanEnvironment } from "./clean-environment.ts";
import { fails } from "./fails.ts";
import { emptyFolder, fixture, MAIN, spawned, tsgpt } from "./process.ts";

const SEQUENCES: number[][] = JSON.parse(readFileSync(fixture("gradients/sequences.json"), "utf8"));
const TOKENS = SEQUENCES.flatMap((ids) => ["--tokens", ids.join(",")]);
const TINY = fixture("tiny-tied");

const newFile = () => join(emptyFolder(), "gradients.safetensors");
const read = (file: string) => readTensors(memorySource(file, readFileSync(file)));

async function gradientsOf(model: string, ...more: string[]): Promise<string> {
  const file = newFile();
  const outcome = await tsgpt(["gradients", "--model", fixture(model), ...TOKENS, "--output", file, ...more]);
  expect(outcome).toMatchObject({ code: 0, stdout: "" });
  return file;
}

describe.concurrent("tsgpt gradients", () => {
  test.each(["tiny-tied", "tiny-untied", "tiny-bf16"])("%s: every tensor agrees with PyTorch's", async (model) => {
    const [ours, theirs] = [await gradientsOf(model), fixture(`gradients/${model}.safetensors`)];
    const { code, stdout } = await tsgpt(["compare", ours, theirs, "--atol", "2e-6"]);
    expect(stdout).toMatch(/loss +ok/);
    expect(stdout).toContain(`all ${(await read(theirs)).size} agree`);
    expect(stdout).not.toContain("only in");
    expect(code).toBe(0);
  });

  test("names are those of the checkpoint; compare disregards the prefix that only one of two files has", async () => {
    const bare = await gradientsOf("tiny-no-prefix-with-masks");
    expect([...(await read(bare)).keys()].slice(0, 3)).toEqual(["loss", "wte.weight", "wpe.weight"]);
    const { stdout } = await tsgpt(["compare", bare, fixture("gradients/tiny-no-prefix-with-masks.safetensors")]);
    expect(stdout).toMatch(/^h\.0\.attn\.c_attn\.bias +ok/m);
    expect(stdout).toContain("all 29 agree");
  });

  test("loss is a scalar; gradients have the checkpoint's names, shapes and order of the pass", async () => {
    const [file, stored] = [await gradientsOf("tiny-untied"), fixture("tiny-untied/model.safetensors")];
    const [tensors, checkpoint] = [await read(file), await read(stored)];
    expect(tensors.get("loss")?.shape).toEqual([]);
    expect([...tensors.keys()][1]).toBe("transformer.wte.weight");
    const shapes = (of: typeof tensors) => [...of].map(([name, { shape }]) => `${name} ${shape}`).sort();
    expect(shapes(tensors)).toEqual([...shapes(checkpoint), "loss "].sort());
  });

  test("--recompute and the threads change no bit; the reference kernels little", async () => {
    const file = await gradientsOf("tiny-tied", "--threads", "1");
    const [recomputed, reference] = [
      await gradientsOf("tiny-tied", "--recompute", "--threads", "2"),
      await gradientsOf("tiny-tied", "--kernels", "reference"),
    ];
    expect(readFileSync(recomputed)).toEqual(readFileSync(file));
    expect((await tsgpt(["compare", reference, file])).code).toBe(0);
  });

  test("says on stderr what it wrote, and replaces a file", async () => {
    const file = newFile();
    writeFileSync(file, "old");
    const { stderr } = await tsgpt(["gradients", "--model", TINY, "--tokens", "1,2,3", "--output", file]);
    expect(stderr).toMatch(/^wrote .*: loss \d\.\d{4} and the gradients of 40 parameters; [\d.]+ kB\n$/);
    expect((await read(file)).size).toBe(41);
  });
});

describe.concurrent("refused", () => {
  const refused = (code: number, args: string[], message: RegExp) =>
    fails(code, ["gradients", "--model", TINY, "--output", newFile(), ...args], message);

  test("no tokens, or what is none", async () => {
    await refused(2, [], /required option '--tokens <ids>' not specified/);
    await refused(2, ["--tokens", "1,x"], /--tokens .*"x" is not a whole number from 0/);
  });

  test("a single token, which has nothing to predict", () =>
    refused(
      1,
      ["--tokens", "1,2", "--tokens", "5"],
      /^error: sequence 1: needs 2 ids or more, an input and its target; got 1/,
    ));

  test("an id that the model does not have", () =>
    refused(1, ["--tokens", "1,61"], /^error: sequence 0: id 61 at position 1 is not in the vocabulary: 0 to 60/));

  test("more tokens than the context: 24 inputs, each with its target", () =>
    refused(1, ["--tokens", new Array(26).fill(1).join(",")], /25.* 24/));

  test("an output that is a folder, in no folder, or a file of the model", async () => {
    const to = (file: string) => ["gradients", "--model", TINY, "--tokens", "1,2", "--output", file];
    await fails(1, to(emptyFolder()), /cannot write .*: it exists and is not a file/);
    await fails(1, to("/nowhere/x"), /cannot write "\/nowhere\/x"/);
    await fails(2, to(join(TINY, "model.safetensors")), /is the same file as --model; give another/);
  });

  test("a dtype: gradients are those of float32 weights", () =>
    refused(2, ["--tokens", "1,2", "--dtype", "bf16"], /unknown option '--dtype'/));
});

test("Ctrl-C during the pass ends it with exit code 130, and nothing is written", async () => {
  const file = newFile();
  const args = ["gradients", "--model", fixture("fairytales-1"), "--threads", "1"];
  const start = performance.now();
  await spawned([...args, "--tokens", "1,2", "--output", newFile()]);
  const untilPass = performance.now() - start;
  const long = Array.from({ length: 64 }, (_, i) => i).join(",");
  const many = new Array(100).fill(["--tokens", long]).flat(); // a pass of many times that
  const child = spawn(process.execPath, [MAIN, ...args, "--output", file, ...many], {
    stdio: "ignore",
    env: cleanEnvironment(),
  });
  const closed = once(child, "close");
  await new Promise((resolve) => setTimeout(resolve, 1.5 * untilPass)); // in the pass, far from its end
  child.kill("SIGINT");
  expect((await closed)[0]).toBe(130);
  expect(existsSync(file)).toBe(false);
});
