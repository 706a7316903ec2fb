/** tsgpt logits, compare and tokens as processes, and the comparison itself. */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { memorySource, readTensors } from "@tsgpt/gpt";
import { writeSafetensorsFile } from "@tsgpt/gpt/node";
import { describe, expect, test } from "vitest";
import { compareTensors } from "../src/commands/compare.ts";
import { emptyFolder, fixture, tsgpt } from "./process.ts";

const TINY = fixture("tiny-tied");

async function dump(...args: string[]): Promise<string> {
  const file = join(emptyFolder(), "dump.safetensors");
  const outcome = await tsgpt(["logits", "--model", TINY, "--tokens", "1,2,3,4", "--output", file, ...args]);
  expect(outcome).toMatchObject({ code: 0, stdout: "" });
  expect(outcome.stderr).toContain(`wrote ${file}: logits [`);
  return file;
}

const read = (file: string) => readTensors(memorySource(file, readFileSync(file)));

describe.concurrent("tsgpt logits", () => {
  test("writes ids and logits [T, V]", async () => {
    const tensors = await read(await dump());
    expect([...tensors.keys()].sort()).toEqual(["ids", "logits"]);
    expect(Array.from(tensors.get("ids")?.data ?? [])).toEqual([1, 2, 3, 4]);
    expect(tensors.get("logits")?.shape[0]).toBe(4);
  });

  test("--last writes the last row of the same logits", async () => {
    const [all, last] = await Promise.all(
      [dump(), dump("--last")].map(async (file) => (await read(await file)).get("logits")),
    );
    expect(last?.shape).toEqual([1, all?.shape[1]]);
    expect(last?.data).toEqual(all?.data.slice(-(last?.data.length ?? 0)));
  });

  test("says on stderr what the file holds, where it is, and how large", async () => {
    const run = (file: string, ...args: string[]) =>
      tsgpt(["logits", "--model", TINY, "--tokens", "1,2,3,4", "--output", file, ...args]);
    const [a, b] = [join(emptyFolder(), "a"), join(emptyFolder(), "b")];
    const size = (file: string) => `${(statSync(file).size / 1000).toPrecision(3)} kB`;
    const plain = await run(a);
    expect(plain.stderr).toBe(`wrote ${a}: logits [4, 61], and the ids; ${size(a)}\n`);
    const traced = await run(b, "--trace", "--last");
    expect(traced.stderr).toBe(
      `wrote ${b}: logits [1, 61] and ${3 + 3 * 15} other activations, and the ids; ${size(b)}\n`,
    );
  });

  test.each(["step", "prefill:1", "prefill:3", "prefill:4"])("--cache %s gives the trace of one pass", async (how) => {
    const [whole, fed] = await Promise.all([dump("--trace"), dump("--trace", "--cache", how)]);
    const { code, stdout } = await tsgpt(["compare", fed, whole]);
    expect(stdout).toMatch(/all \d+ agree/);
    expect(code).toBe(0);
  });

  test("a prompt as text is tokenized", async () => {
    const file = join(emptyFolder(), "x.safetensors");
    await tsgpt(["logits", "--prompt", "Once upon a time", "--output", file]);
    const { stdout } = await tsgpt(["tokens", "Once upon a time", "--json"]);
    expect(Array.from((await read(file)).get("ids")?.data ?? [])).toEqual(JSON.parse(stdout).ids);
  });
});

describe.concurrent("tsgpt compare", () => {
  const write = async (tensors: Record<string, { shape: number[]; data: number[] }>) => {
    const file = join(emptyFolder(), "x.safetensors");
    const entries = Object.entries(tensors).map(
      ([key, { shape, data }]) => [key, { dtype: "F32", shape, data: Float32Array.from(data) }] as const,
    );
    await writeSafetensorsFile(file, new Map(entries));
    return file;
  };

  test("names the first wrong activation in the model's order, and exits with 1", async () => {
    const good = { logits: { shape: [2], data: [1, 2] }, hook_embed: { shape: [2], data: [1, 2] } };
    const bad = { logits: { shape: [2], data: [9, 2] }, hook_embed: { shape: [2], data: [1, 9] } };
    const { code, stdout } = await tsgpt(["compare", await write(bad), await write(good)]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^hook_embed +MISMATCH +\[2\] +largest difference 7\.00e\+0 at \[1\]\nlogits/);
    expect(stdout).toMatch(/2 of 2 differ; the first is hook_embed\n$/);
  });

  test("lists what one file alone has, and widens by --atol and --rtol", async () => {
    const [a, b] = [
      await write({ logits: { shape: [1], data: [1.01] }, mine: { shape: [1], data: [0] } }),
      await write({ logits: { shape: [1], data: [1] }, yours: { shape: [1], data: [0] } }),
    ];
    const strict = await tsgpt(["compare", a, b]);
    expect(strict.code).toBe(1);
    expect(strict.stdout).toContain(`only in ${a}: mine\nonly in ${b}: yours\n`);
    expect((await tsgpt(["compare", a, b, "--atol", "0.02"])).code).toBe(0);
    expect((await tsgpt(["compare", a, b, "--rtol", "0.02"])).code).toBe(0);
  });
});

describe("compareTensors", () => {
  const tolerance = { atol: 1e-5, rtol: 1e-4 };
  const tensor = (data: number[], shape = [data.length]) => ({
    dtype: "F32" as const,
    shape,
    data: Float32Array.from(data),
  });
  const equal = (a: number[], b: number[], key = "logits") =>
    compareTensors(key, tensor(a), tensor(b), tolerance).equal;

  test("equal infinities are equal, opposite ones are not", () => {
    expect(equal([Number.NEGATIVE_INFINITY], [Number.NEGATIVE_INFINITY])).toBe(true);
    expect(equal([Number.POSITIVE_INFINITY], [Number.NEGATIVE_INFINITY])).toBe(false);
    expect(equal([1], [Number.POSITIVE_INFINITY])).toBe(false);
  });

  test("NaN is a mismatch, even with NaN, and is where the largest difference is", () => {
    expect(equal([Number.NaN], [Number.NaN])).toBe(false);
    expect(compareTensors("logits", tensor([5, Number.NaN]), tensor([1, 1]), tolerance).detail).toMatch(/NaN at \[1\]/);
  });

  test("ids must be the same", () => {
    expect(equal([1], [1.00001], "ids")).toBe(false);
    expect(equal([1], [1.00001])).toBe(true);
  });

  test("tensors without elements are equal", () => {
    expect(compareTensors("x", tensor([], [0, 3]), tensor([], [0, 3]), tolerance)).toEqual({
      equal: true,
      detail: "[0, 3]  no elements",
    });
  });

  test("leading dimensions of 1 are dropped, others must agree", () => {
    expect(compareTensors("x", tensor([1, 2], [1, 1, 2]), tensor([1, 2]), tolerance).equal).toBe(true);
    expect(compareTensors("x", tensor([1, 2], [2, 1]), tensor([1, 2], [1, 2]), tolerance).detail).toBe(
      "shapes [2, 1] and [2]",
    );
  });
});

describe.concurrent("tsgpt tokens", () => {
  test("text to ids and back", async () => {
    const { ids, tokens } = JSON.parse((await tsgpt(["tokens", "Once upon a time", "--json"])).stdout);
    expect(tokens.join("")).toBe("Once upon a time");
    expect((await tsgpt(["tokens", "--decode", ids.join()])).stdout).toBe("Once upon a time\n");
    expect(JSON.parse((await tsgpt(["tokens", "--decode", ids.join(), "--json"])).stdout)).toEqual({
      text: "Once upon a time",
    });
  });

  test("stdin without its final newline, as in every command", async () => {
    const { tokens } = JSON.parse((await tsgpt(["tokens", "--json"], { input: "a\n\n" })).stdout);
    expect(tokens.join("")).toBe("a\n");
  });

  test("a folder with a tokenizer.json alone is enough", async () => {
    const { stdout } = await tsgpt(["tokens", "Hello world", "--model", fixture("gpt2-tokenizer"), "--json"]);
    expect(JSON.parse(stdout).ids).toEqual([15496, 995]); // GPT-2's ids, as published
  });
});

test.concurrent.each(["logits", "logits --threads 1", "logits --threads 3"])(
  "tsgpt %s: simd agrees with the reference",
  async (command) => {
    const [, ...threads] = command.split(" ");
    const [reference, simd] = await Promise.all([
      dump("--trace", "--kernels", "reference"),
      dump("--trace", "--kernels", "simd", ...threads),
    ]);
    expect((await tsgpt(["compare", simd, reference])).stdout).toMatch(/all \d+ agree/);
  },
);

test("tsgpt bench --json reports both speeds, and the cache's worth when asked", async () => {
  const args = [
    "bench",
    "--kernels",
    "simd",
    "--model",
    TINY,
    "--prompt-tokens",
    "4",
    "--new-tokens",
    "3",
    "--runs",
    "2",
    "--depth",
    "2",
  ];
  const result = JSON.parse((await tsgpt([...args, "--json", "--compare-cache"])).stdout);
  expect(result).toMatchObject({ promptTokens: 4, newTokens: 3, depth: 2, kernels: "simd" });
  for (const speed of [result.prefill, result.decode, result.withoutCache.decode]) {
    expect(speed.runs).toHaveLength(2);
    expect(speed.mean).toBeCloseTo((speed.runs[0] + speed.runs[1]) / 2, 6);
  }
  expect(result.limits.readGBpsByThreads).toHaveLength(result.threads);
  expect(result.limits.gflops).toBeGreaterThan(0);
  expect(result.decode.shareOfLimit).toBeGreaterThan(0);
  expect(result.prefill.shareOfLimit).toBeGreaterThan(0);
  expect(result.decode.heapBytesPerStep).toBeTypeOf("number");
  expect(result.load.seconds).toBeGreaterThan(0);
  expect(result.memory.weightBytes).toBeGreaterThan(0);
  expect(result.memory.peakBytes).toBeGreaterThan(result.memory.weightBytes);
  expect((await tsgpt([...args, "--markdown"])).stdout).toMatch(
    /\| tokens\/s \| median .*\n\| --- \| ---: .*\n\| prefill, 4 tokens/,
  );
  expect((await tsgpt([...args, "--compare-cache"])).stdout).toMatch(
    /with the cache decoding is \d+\.\d times as fast\n$/,
  );
});
