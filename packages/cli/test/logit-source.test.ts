/** Where tsgpt sample has its logits from: files of JSON and of tsgpt logits, and the options that go with each source. */
import { mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TensorToWrite } from "@tsgpt/gpt";
import { writeSafetensorsFile } from "@tsgpt/gpt/node";
import { describe, expect, test, vi } from "vitest";
import { logitsCommand } from "../src/commands/logits.ts";
import { type SampleFlags, sampleCommand } from "../src/commands/sample.ts";
import { createProgram } from "../src/program.ts";
import { captured } from "./captured.ts";
import { emptyFolder, fixture, tsgpt } from "./process.ts";

const TRAINED = fixture("fairytales-1");
const ONCE = "Once upon a"; // three tokens
const ENGINE = { kernels: "reference", dtype: "auto" } as const; // the same numbers on every machine
const run = (flags: Partial<SampleFlags>) => captured(() => sampleCommand({ dialect: "lecture", ...ENGINE, ...flags }));
const json = async (flags: Partial<SampleFlags>) => JSON.parse(await run({ ...flags, json: true }));

/** What tsgpt logits writes of a prompt. */
async function dumped(prompt: string, last: boolean): Promise<string> {
  const output = join(emptyFolder(), "x.safetensors");
  const said = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  await logitsCommand({ ...ENGINE, model: TRAINED, prompt, output, last, cache: "none" });
  said.mockRestore();
  return output;
}

/** A file of tensors by hand. */
async function written(tensors: Record<string, TensorToWrite>): Promise<string> {
  const file = join(emptyFolder(), "x.safetensors");
  await writeSafetensorsFile(file, new Map(Object.entries(tensors)));
  return file;
}
const floats = (shape: number[], ...data: number[]): TensorToWrite => ({
  dtype: "F32",
  shape,
  data: Float32Array.from(data),
});
const integers = (...ids: number[]): TensorToWrite => {
  return { dtype: "I64", shape: [ids.length], data: BigInt64Array.from(ids, BigInt) };
};

/** Parses a command line, and runs it. */
const called = async (...args: string[]) =>
  (await createProgram("sample")).parseAsync(["sample", ...args], { from: "user" });

describe("a usage error", () => {
  test.each([
    ["--prompt", "x"],
    ["--kernels", "reference"],
    ["--threads", "1"],
    ["--dtype", "f32"],
    ["--min-tokens", "1"],
  ])("--logits with %s", async (...option) => {
    await expect(called("--logits", "1,2", ...option)).rejects.toThrow(
      new RegExp(`${option[0]}.* cannot be used with option '--`),
    );
  });

  test.each([["--revision", "main"], ["--offline"], ["--cache-dir", "x"]])(
    "--logits with %s, and no --model",
    async (...option) => {
      await expect(called("--logits", "1,2", ...option)).rejects.toThrow(
        `with --logits, ${option[0]} does nothing without --model; give that too`,
      );
    },
  );

  test.each(["--history", "--prompt-length"])("--prompt with %s", async (option) => {
    await expect(called("--prompt", "x", option, "1")).rejects.toThrow(
      new RegExp(`${option}.* cannot be used with option '--prompt`),
    );
  });
});

describe("--logits @row.json", () => {
  test("a file holds a JSON array, null for -inf", async () => {
    const file = join(emptyFolder(), "row.json");
    writeFileSync(file, "[1, null, 2.5e0]\n");
    const share = 1 / (1 + Math.exp(1.5));
    expect((await json({ logits: { file } })).probabilities).toEqual(
      [share, 0, 1 - share].map((p) => expect.closeTo(p, 12)),
    );
  });

  const file = (content: string | Uint8Array) => {
    const path = join(emptyFolder(), "row.json");
    writeFileSync(path, content);
    return path;
  };
  const huge = () => {
    const path = file("");
    truncateSync(path, 3 * 2 ** 30); // no blocks on the disk
    return path;
  };
  const folder = () => {
    const path = join(emptyFolder(), "row.json");
    mkdirSync(path);
    return path;
  };
  test.each<[string, () => string, RegExp]>([
    [
      "is not JSON",
      () => file("0.8,0.9\nmore\nand more"),
      /must hold a JSON array of numbers.*; expected the end at line 1, column 4, got ","$/m,
    ],
    ["is empty", () => file(""), /must hold a JSON array of numbers/],
    ["holds an empty array", () => file("[]"), /must hold a JSON array of numbers/],
    ["holds an object", () => file('{"0": 1}'), /must hold a JSON array of numbers/],
    ["holds a string", () => file('[1, "2"]'), /must hold a JSON array of numbers.*; item 1 is "2"/],
    ["holds a row in a row", () => file("[[1, 2]]"), /item 0 is \[1,2\]/],
    ["is missing", () => join(emptyFolder(), "row.json"), /cannot read ".*row\.json": ENOENT/],
    ["is a folder", folder, /cannot read ".*row\.json": EISDIR/],
    ["has 3 GB", huge, /cannot read ".*row\.json": .*2 GiB/],
    ["is not UTF-8", () => file(Uint8Array.of(0x5b, 0xff)), /is not UTF-8 text/],
  ])("a file that %s: exit code 1", async (_, path, message) => {
    const { code, stdout, stderr } = await tsgpt(["sample", "--logits", `@${path()}`]);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split("\n").length).toBeLessThanOrEqual(3);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  });
});

describe("--logits @x.safetensors", () => {
  test.each([false, true])("the last row that tsgpt logits wrote is what the prompt gives; --last %s", async (last) => {
    const flags = { topP: 0.9, repetitionPenalty: 1.3 };
    const { model, prompt, top, initial, steps, ...ofPrompt } = await json({ prompt: ONCE, model: TRAINED, ...flags });
    const {
      top: ids,
      initial: _,
      steps: __,
      ...ofFile
    } = await json({ logits: { file: await dumped(ONCE, last) }, ...flags });
    expect(ofFile).toEqual(ofPrompt);
    expect(ids).toEqual(top.map(({ id, probability }: { id: number; probability: number }) => ({ id, probability })));
  });

  test("its ids are the history and the prompt; --history and --prompt-length overrule them", async () => {
    const file = await written({ ids: integers(1, 0, 1), logits: floats([3, 2], 0, 9, 9, 0, 1, 1) });
    const flags = { logits: { file }, dialect: "openai", presencePenalty: 1 } as const;
    const even = expect.closeTo(0.5, 12);
    const e = expect.closeTo(1 / (1 + Math.exp(-1)), 12); // a logit of 1 beside one of 0
    expect(await json(flags)).toMatchObject({ history: [1, 0, 1], probabilities: [even, even] });
    expect(await json({ ...flags, promptLength: 2 })).toMatchObject({
      history: [1, 0, 1],
      probabilities: [e, expect.anything()],
    });
    expect(await json({ ...flags, history: [0] })).toMatchObject({
      history: [0],
      probabilities: [expect.anything(), e],
    });
  });

  test("without ids there is no history", async () => {
    expect(await json({ logits: { file: await written({ logits: floats([1, 2], 0, 0) }) } })).toMatchObject({
      history: [],
    });
  });

  test("half floats are read as they are", async () => {
    const logits: TensorToWrite = { dtype: "F16", shape: [1, 2], data: Uint8Array.of(0x00, 0x3c, 0x00, 0x40) }; // 1, 2
    const { probabilities } = await json({ logits: { file: await written({ logits }) } });
    expect(probabilities[1]).toBeCloseTo(Math.E / (1 + Math.E), 12);
  });

  test.each<[string, () => Promise<string> | string, RegExp]>([
    [
      "without logits",
      () => written({ ids: integers(0) }),
      /"logits".*must be \[T, V\], as tsgpt logits writes it; it is missing/,
    ],
    ["with logits of one dimension", () => written({ logits: floats([2], 1, 2) }), /must be \[T, V\].*; it is \[2\]/],
    ["with logits of three", () => written({ logits: floats([1, 1, 2], 1, 2) }), /it is \[1, 1, 2\]/],
    ["without a row", () => written({ logits: floats([0, 2]) }), /it is \[0, 2\]/],
    [
      "with another number of ids",
      () => written({ ids: integers(0), logits: floats([2, 1], 1, 2) }),
      /has 2 rows, and ids has 1 token\b/,
    ],
    [
      "with an id beyond the logits",
      () => written({ ids: integers(2), logits: floats([1, 2], 1, 2) }),
      /"ids".*must be from 0 to 1, got 2/,
    ],
    [
      "with a logit that is no number",
      () => written({ logits: floats([1, 2], 1, Number.NaN) }),
      /--logits: every logit must be a finite number/,
    ],
    ["that is not there", () => join(emptyFolder(), "x.safetensors"), /x\.safetensors: does not exist/],
    [
      "that is a folder",
      () => {
        const folder = join(emptyFolder(), "x.safetensors");
        mkdirSync(folder);
        return folder;
      },
      /is not a file/,
    ],
    [
      "that is JSON",
      () => {
        const file = join(emptyFolder(), "x.safetensors");
        writeFileSync(file, "[1, 2]");
        return file;
      },
      /x\.safetensors/,
    ],
  ])("a file %s: an error", async (_, file, message) => {
    await expect(run({ logits: { file: await file() } })).rejects.toThrow(message);
  });
});
