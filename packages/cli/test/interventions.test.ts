/** tsgpt logits with --zero-head and --patch: the numbers of PyTorch, the same bytes for every --cache, and the messages. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { memorySource, readTensors } from "@tsgpt/gpt";
import { describe, expect, test } from "vitest";
import { FULL } from "../../../test/setup/sample.ts";
import { fails } from "./fails.ts";
import { emptyFolder, fixture, tsgpt } from "./process.ts";

const UNTIED = fixture("tiny-untied");
const reference = JSON.parse(readFileSync(fixture("interventions/tiny-untied.json"), "utf8"));
const OTHER: readonly string[] = ["--patch-tokens", reference.OTHER.join()];
const SHORT: readonly string[] = ["--patch-tokens", reference.SHORT.join()];

async function dump(...args: readonly string[]): Promise<Buffer> {
  const file = join(emptyFolder(), "dump.safetensors");
  const outcome = await tsgpt([
    "logits",
    "--model",
    UNTIED,
    "--tokens",
    reference.ids.join(),
    "--output",
    file,
    ...args,
  ]);
  expect(outcome).toMatchObject({ code: 0, stdout: "" });
  return readFileSync(file);
}

const read = async (...args: readonly string[]) => readTensors(memorySource("dump", await dump(...args)));

interface Case {
  readonly kind: string;
  readonly key: string;
  readonly part: { readonly head?: number; readonly position?: number };
  readonly logits: readonly number[];
}

const logitsOf = (kind: string, key: string, part: Case["part"]): readonly number[] =>
  (reference.cases as Case[]).find(
    (one) => one.kind === kind && one.key === key && JSON.stringify(one.part) === JSON.stringify(part),
  )?.logits ?? [];

const PRE = "blocks.1.hook_resid_pre";
const PATTERN = "blocks.0.attn.hook_pattern";

describe("within 1e-5 of PyTorch in float64", () => {
  test.each<[string, readonly string[], readonly number[]]>([
    ["a head set to 0", ["--zero-head", "1.2"], logitsOf("zero", "blocks.1.attn.hook_z", { head: 2 })],
    ["a whole activation", ["--patch", PATTERN, ...OTHER], logitsOf("patch", PATTERN, {})],
    ["a position", ["--patch", `${PRE}@4`, ...SHORT], logitsOf("patch", PRE, { position: 4 })],
    ["logits themselves", ["--patch", "logits", ...OTHER], logitsOf("patch", "logits", {})],
  ])("%s", async (_, args, expected) => {
    expect(expected).toHaveLength(61);
    const logits = (await read(...args, "--last")).get("logits");
    const largest = Math.max(...expected.map(Math.abs));
    const differences = expected.map((value, id) => Math.abs(Number(logits?.data[id]) - value) / largest);
    expect(logits?.shape).toEqual([1, 61]);
    expect(Math.max(...differences)).toBeLessThan(1e-5);
  });
});

const MANY = `--patch ${PATTERN}@3 --patch blocks.0.attn.hook_k@5 --patch ${PRE}@2 --zero-head 1.0 --zero-head 0.2`;

const cases = ["reference f32", "simd int8", "simd f32", "reference bf16"];

describe.each((FULL ? cases : cases.slice(0, 2)).map((name) => name.split(" ")))("%s kernels, %s", (kernels, dtype) => {
  test("the file is the same bytes for every --cache", async () => {
    const args = ["--trace", ...MANY.split(" "), ...SHORT, "--kernels", kernels, "--dtype", dtype];
    const whole = await dump(...args);
    for (const how of FULL ? ["step", "prefill:1", "prefill:4", "prefill:11"] : ["step", "prefill:4"]) {
      expect((await dump(...args, "--cache", how)).equals(whole), how).toBe(true);
    }
  });

  test("patched with itself: the bytes of the run without", async () => {
    const own = ["--patch-tokens", reference.ids.join(), "--kernels", kernels, "--dtype", dtype, "--trace"];
    const patches = ["blocks.0.attn.hook_attn_scores", "blocks.1.attn.hook_pattern", "blocks.0.mlp.hook_pre", "logits"];
    const plain = await dump("--trace", "--kernels", kernels, "--dtype", dtype);
    const patched = await dump(...own, ...patches.flatMap((key) => ["--patch", key]), "--cache", "prefill:3");
    expect(patched.equals(plain)).toBe(true);
  });
});

test("the trace has what the run used: the head's zeros at every position, the other prompt's row", async () => {
  const file = join(emptyFolder(), "other.safetensors");
  await tsgpt(["logits", "--model", UNTIED, "--tokens", reference.SHORT.join(), "--trace", "--output", file]);
  const other = await readTensors(memorySource(file, readFileSync(file)));
  const z = "blocks.1.attn.hook_z";
  // The patch first, then the zeros: head 1 of the patched position is 0 too.
  const tensors = await read("--trace", "--zero-head", "1.1", "--patch", `${z}@4`, ...SHORT);
  const { data = [], shape } = tensors.get(z) ?? {};
  expect(shape).toEqual([11, 3, 4]);
  const headOf = (position: number, head: number) =>
    Array.from(data)
      .slice((3 * position + head) * 4)
      .slice(0, 4);
  for (let position = 0; position < 11; position++) {
    expect(headOf(position, 1)).toEqual([0, 0, 0, 0]);
    expect(headOf(position, 0).every((value) => value !== 0)).toBe(true);
  }
  const expected = Array.from(other.get(z)?.data ?? []).slice(4 * 12, 4 * 12 + 4);
  expect(headOf(4, 0)).toEqual(expected);
});

test("--patch-prompt is a text, or @file, with the model's own tokens", async () => {
  const write = async (...args: readonly string[]) => {
    const output = join(emptyFolder(), "x");
    const prompt = ["--model", fixture("fairytales-1"), "--prompt", "The king had a", "--output", output];
    expect(await tsgpt(["logits", ...prompt, "--last", "--patch", PRE, ...args])).toMatchObject({ code: 0 });
    return readFileSync(output);
  };
  const { stdout } = await tsgpt(["tokens", "The wolf had a", "--model", fixture("fairytales-1"), "--json"]);
  const [text, ids] = [
    await write("--patch-prompt", "The wolf had a"),
    await write("--patch-tokens", JSON.parse(stdout).ids.join()),
  ];
  expect(text.equals(ids)).toBe(true);
});

describe("bad input is one clear line:", () => {
  const one = (text: string) =>
    new RegExp(`^error: ${text.replaceAll(/[.?()[\]<>]/g, "\\$&")}\nsee tsgpt logits --help\n$`);
  const other = "--patch-tokens 1,2,3";
  test.each<[number, string, string]>([
    [2, "--zero-head 2.0", "--zero-head 2.0: layer must be a whole number from 0 to 1, got 2"],
    [2, "--zero-head 0.3", "--zero-head 0.3: head must be a whole number from 0 to 2, got 3"],
    [
      2,
      "--zero-head 0",
      "option '--zero-head <layer.head>' argument '0' is invalid: must be LAYER.HEAD, such as 0.3, both counted from 0 and without leading zeros",
    ],
    [
      2,
      `--patch hook_embed@-1 ${other}`,
      "option '--patch <key[@position]>' argument 'hook_embed@-1' is invalid: must be KEY or KEY@POSITION, such as blocks.0.hook_resid_pre@3",
    ],
    [
      2,
      `--zero-head 0.03`,
      "option '--zero-head <layer.head>' argument '0.03' is invalid: must be LAYER.HEAD, such as 0.3, both counted from 0 and without leading zeros",
    ],
    [
      2,
      `--patch ${PRE}@02 ${other}`,
      `option '--patch <key[@position]>' argument '${PRE}@02' is invalid: must be KEY or KEY@POSITION, such as blocks.0.hook_resid_pre@3`,
    ],
    [2, `--patch ids ${other}`, "--patch ids: ids are the prompt, not an activation; give another with --tokens"],
    [
      2,
      `--patch blocks.1.hook_resid ${other}`,
      '--patch blocks.1.hook_resid: no activation is called "blocks.1.hook_resid" in a model of layers 0 to 1; did you mean "blocks.1.hook_resid_pre"?',
    ],
    [
      2,
      `--patch ${PRE} ${other},4`,
      `--patch ${PRE}: without a position both texts must have the same number of tokens; the source has 4, this text 3`,
    ],
    [2, `--patch ${PRE}@3 ${other},4`, `--patch ${PRE}@3: position must be a whole number from 0 to 2, got 3`],
    [
      2,
      `--patch ${PRE}@2 --patch-tokens 1,2`,
      `--patch ${PRE}@2: position 2 must be in both texts; the source ends at position 1`,
    ],
    [2, `--patch ${PRE}`, "--patch needs another prompt: --patch-prompt or --patch-tokens"],
    [2, other, "--patch-tokens needs --patch, the activation to take from it"],
    [2, "--patch-prompt x", "--patch-prompt needs --patch, the activation to take from it"],
    [2, `--patch ${PRE} ${other} --patch-prompt x`, "give --patch-prompt or --patch-tokens, not both"],
    [
      1,
      `--patch ${PRE} --patch-tokens 1,2,61`,
      "--patch-tokens: the prompt's token id 61 is out of range; ids go from 0 to 60",
    ],
    [
      1,
      `--patch ${PRE} --patch-prompt x`,
      '--patch-prompt: model "tiny-untied" has no tokenizer, so a prompt must be given as token ids',
    ],
  ])("exit code %d: %s", (code, args, message) => {
    const output = join(emptyFolder(), "x");
    return fails(
      code,
      ["logits", "--model", UNTIED, "--tokens", "1,2,3", "--output", output, ...args.split(" ")],
      one(message),
    );
  });
});
