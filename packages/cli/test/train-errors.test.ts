/** What `tsgpt train` refuses before it writes anything. */
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BatchSource } from "@tsgpt/train";
import { describe, expect, test } from "vitest";
import { durationOf, type TrainingData } from "../src/train/data.ts";
import {
  checkRequest,
  FIXED,
  type Request,
  requestOf,
  resumedRequest,
  type Settings,
  settingsOf,
  warmedUp,
} from "../src/train/flags.ts";
import { fails } from "./fails.ts";
import { emptyFolder, fixture } from "./process.ts";

const BATCHES = join(fixture("training"), "batches.safetensors");
const folder = emptyFolder();
const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const SHORT = file("short.txt", "The fox.\n");

test.each([
  ["a missing file", [join(folder, "missing.txt")], /missing\.txt: does not exist\n/],
  ["a folder", [folder], /: is not a file\n/],
  ["an empty file", [file("empty.txt", "")], /empty\.txt: is empty; a text is needed\n/],
  [
    "only marks",
    [file("marks.txt", "\n<|endoftext|>\n")],
    /the text is empty: it has only line breaks and end-of-text/,
  ],
  ["bytes", [file("bytes.txt", Uint8Array.of(255, 254))], /bytes\.txt: is not UTF-8: byte 0 is 0xff; convert it/],
  [
    "a missing file with a space in its name",
    ["my missing story.txt"],
    /"my missing story.txt" does not exist; a text that looks like the name of a file is given on standard input, with -/,
  ],
  [
    "a validation text that is empty",
    [SHORT, "--context", "2", "--validation", file("line.txt", "\n")],
    /^error: --validation ".*line.txt": the text is empty: /,
  ],
  ["a text shorter than the context", [SHORT], /the text has 5 tokens, and context 64 takes 65: give a longer text/],
  [
    "a context above the preset's",
    [SHORT, "--context", "257"],
    /must be at most 256, the context of preset tiny, got 257/,
  ],
  [
    "a context above the model's",
    [SHORT, "--from", fixture("tiny-tied"), "--context", "25"],
    /--context must be at most 24, the context of the model, got 25\n/,
  ],
  [
    "a model without a tokenizer",
    [SHORT, "--from", fixture("tiny-tied")],
    /"tiny-tied" has no tokenizer, and a text needs/,
  ],
  ["more steps than batches", ["--batches", BATCHES, "--steps", "101"], /--steps must be at most 100, the batches of/],
  [
    "a remainder",
    ["--batches", BATCHES, "--accumulate", "3"],
    /has 100 batches, which --accumulate 3 does not divide\n/,
  ],
  ["nothing to resume", ["--resume"], /has no checkpoint\.safetensors to resume from; without --resume a run begins\n/],
  ["the log as an input", [SHORT, "--log", SHORT], /--log .* is the same file as .*; give another\n/],
])("%s is one clear line, and nothing is written", async (_, args, message) => {
  const output = join(folder, "output");
  await fails(
    /usage|must be|is the same|divide/.test(String(message)) ? 2 : 1,
    ["train", ...args, "--output", output],
    message,
  );
  expect(existsSync(output)).toBe(false);
});

test("an output folder that holds something stays as it is", async () => {
  const output = emptyFolder();
  writeFileSync(join(output, "mine"), "");
  await fails(1, ["train", SHORT, "--output", output], /^error: cannot write ".*": it exists and is not empty\n/);
  expect(readdirSync(output)).toEqual(["mine"]);
});

const FLAGS = { output: "run", kernels: "auto" } as const;
const text = { typed: "a text" };
const refusal = (request: Request) => () => checkRequest(request);

describe("flags that contradict each other", () => {
  test.each([
    [[], {}, "give a text to train on, such as story.txt, or - for standard input; or --batches"],
    [[text], { batches: "b" }, "give a text or --batches, not both"],
    [[text], { evalEvery: 1 }, "--eval-every evaluates on the text of --validation; give that too"],
    [[text], { vocabSize: 256 }, "--vocab-size must be at least 257, for 256 bytes and the end-of-text mark, got 256"],
    [
      [text],
      { from: "gpt2", vocabSize: 300 },
      "--vocab-size cannot be combined with --from: the model has a vocabulary",
    ],
    [[text], { tokenizer: "t", vocabSize: 300 }, "--vocab-size cannot be combined with --tokenizer: the tokenizer has"],
    [[], { batches: "b", context: 2 }, "--context cannot be combined with --batches: the batches have a context"],
    [[], { batches: "b", batchSize: 2 }, "--batch-size cannot be combined with --batches: the batches have a size"],
    [[], { batches: "b", epochs: 2 }, "--epochs cannot be combined with --batches: the batches are used once"],
  ])("%j %j", (texts, flags, message) => {
    expect(refusal(requestOf(texts, { ...FLAGS, ...flags }))).toThrow(message);
  });

  test("two lengths", async () => {
    await fails(
      2,
      ["train", "x", "--output", "y", "--steps", "1", "--minutes", "1"],
      /give one of --steps, --epochs and/,
    );
  });

  test("a vocabulary of any size is for batches", () => {
    expect(refusal(requestOf([], { ...FLAGS, batches: "b", vocabSize: 5 }))).not.toThrow();
  });
});

describe("--resume", () => {
  const DEFAULTS = { context: 8, batchSize: 2, accumulate: 1, steps: 10, learningRate: 0.1, warmup: 1, every: 5 };
  const saved = requestOf([text], { ...FLAGS, steps: 20, learningRate: 0.5, threads: 1 });
  const resume = (flags: object) =>
    resumedRequest(saved, settingsOf(saved.flags, DEFAULTS), requestOf([], { ...FLAGS, ...flags }));

  test("takes what is not given from the checkpoint", () => {
    expect(resume({})).toEqual(saved);
  });

  test("another length replaces the length, other options those of the same name", () => {
    expect(resume({ minutes: 3, learningRate: 0.2, kernels: "simd" }).flags).toEqual({
      kernels: "simd",
      minutes: 3,
      learningRate: 0.2,
      threads: 1,
    });
  });

  test("the sizes of a step may change", () => {
    expect(resume({ batchSize: 4, accumulate: 2 }).flags).toMatchObject({ batchSize: 4, accumulate: 2 });
  });

  test.each(FIXED)("%s may not", (key) => {
    expect(() => resume({ [key]: "other" })).toThrow(/: the run began with.*; leave it out, or begin another$/);
  });

  test("the same value, given or by default, is not a change", () => {
    expect(resume({ context: 8, seed: 1, optimizer: "adamw", preset: "tiny" }).texts).toEqual([text]);
  });

  test("a text from standard input must be given again", () => {
    const ofStdin = { ...saved, texts: [{ stdin: true }] as const };
    const settings = settingsOf(saved.flags, DEFAULTS);
    const none = requestOf([], FLAGS);
    const again = requestOf([{ stdin: true }], FLAGS);
    expect(() => resumedRequest(ofStdin, settings, none)).toThrow(
      "the text of the run came from standard input; give it again there, and - as the text",
    );
    expect(resumedRequest(ofStdin, settings, again)).toEqual(ofStdin);
  });

  test.each([
    [{ seed: 2 }, "--seed 2: the run began with --seed 1; leave it out, or begin another"],
    [{ context: 4 }, "--context 4: the run began with --context 8; leave it out, or begin another"],
    [{ from: "gpt2" }, "--from gpt2: the run began without it; leave it out, or begin another"],
  ])("%j is refused", (flags, message) => {
    expect(() => resume(flags)).toThrow(message);
  });
});

test("omitted options are the preset's; --clip 0 disables clipping", () => {
  const defaults = { context: 8, batchSize: 2, accumulate: 3, steps: 10, learningRate: 0.1, warmup: 1, every: 5 };
  expect(settingsOf({ kernels: "auto", clip: 0, saveEvery: 2 }, defaults)).toEqual({
    ...defaults,
    schedule: "cosine",
    weightDecay: 0.1,
    clip: undefined,
    seed: 1,
    optimizer: "adamw",
    evalEvery: 5,
    sampleEvery: 5,
    saveEvery: 2,
  });
});

describe("the length of a run", () => {
  const batches = { batchSize: 4, context: 8, tokensPerEpoch: 1000 } as BatchSource;
  const ofText = { batches, count: undefined, bitsPerByte: 0.5, close: async () => {} };
  const settings = { steps: 7, accumulate: 2 } as Settings;
  const of = (flags: object, data: TrainingData = ofText, used = { step: 0, tokens: 0 }) =>
    durationOf({ kernels: "auto", ...flags }, data, settings, used);

  test.each([
    [{}, { steps: 7 }], // the preset's
    [{ steps: 3 }, { steps: 3 }],
    [{ epochs: 2 }, { steps: 32 }], // 2000 tokens in steps of 64
    [{ epochs: 0.001 }, { steps: 1 }],
    [{ minutes: 0.5 }, { seconds: 30 }],
  ])("%j of a text: %j", (flags, duration) => {
    expect(of(flags)).toEqual(duration);
  });

  test("a file of batches is used once, or for fewer steps", () => {
    const ofFile = { ...ofText, count: 10 };
    expect(of({}, ofFile)).toEqual({ steps: 5 });
    expect(of({ steps: 2 }, ofFile)).toEqual({ steps: 2 });
    expect(() => of({ steps: 6 }, ofFile)).toThrow(
      "--steps must be at most 5, as --batches has 10 batches, and --accumulate takes 2 for a step, got 6",
    );
    expect(() => of({}, { ...ofText, count: 11 })).toThrow(
      "--batches has 11 batches, which --accumulate 2 does not divide",
    );
  });

  test.each([
    [{ epochs: 2 }, { step: 16, tokens: 1024 }, { steps: 32 }], // of the same size, 64 tokens
    [{ epochs: 2 }, { step: 16, tokens: 512 }, { steps: 40 }], // of half the size: 1488 left
    [{ epochs: 2 }, { step: 8, tokens: 1024 }, { steps: 24 }], // of twice the size: 976 left
    [{ epochs: 1 }, { step: 16, tokens: 1024 }, { steps: 16 }], // past the end
    [{ steps: 20 }, { step: 16, tokens: 512 }, { steps: 20 }],
  ])("%j of a text, resumed at %j: %j", (flags, used, duration) => {
    expect(of(flags, ofText, used)).toEqual(duration);
  });

  test("a file of batches that is resumed lasts for what is left of it", () => {
    const ofFile = { ...ofText, count: 10 };
    const used = { step: 4, tokens: 128 }; // 4 batches, without --accumulate
    expect(of({}, ofFile, used)).toEqual({ steps: 7 });
    expect(of({ minutes: 1 }, ofFile, used)).toEqual({ seconds: 60 });
    expect(() => of({ steps: 8 }, ofFile, used)).toThrow(
      "--steps must be at most 7, as --batches has 6 batches left after step 4, and --accumulate takes 2 for a step, got 8",
    );
    expect(() => of({}, ofFile, { step: 5, tokens: 160 })).toThrow(
      "--batches has 5 batches left after step 5, which --accumulate 2 does not divide",
    );
  });
});

test("the default warmup is at most a tenth of the run's steps, or of those that its minutes allow; one that is given stays", () => {
  const settings = { warmup: 50 } as Settings;
  expect(warmedUp(settings, { kernels: "auto" }, { steps: 40 }).warmup).toBe(4);
  expect(warmedUp(settings, { kernels: "auto", warmup: 50 }, { steps: 40 }).warmup).toBe(50);
  expect(warmedUp(settings, { kernels: "auto" }, { seconds: 60 }).warmup).toEqual({ steps: 50, share: 0.1 });
  expect(warmedUp(settings, { kernels: "auto", warmup: 50 }, { seconds: 60 }).warmup).toBe(50);
});
