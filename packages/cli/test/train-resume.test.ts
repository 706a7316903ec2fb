/** tsgpt train --resume: at the end of a run, and with steps of another size than those before. */
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadTokenizer } from "@tsgpt/gpt";
import { writeSafetensorsFile } from "@tsgpt/gpt/node";
import { encodeDocuments, splitDocuments } from "@tsgpt/train";
import { beforeAll, expect, test } from "vitest";
import { emptyFolder, fixture, tsgpt } from "./process.ts";

const TEXT = "The fox said to the wolf: the moon is in the well, and the well is in the yard.\n".repeat(12);
const ONE = ["--threads", "1"];
const COUNT = 8; // batches of two sequences of four tokens

let shared: string;
let batches: string;
let text: string;
let tokenizer: string;
beforeAll(async () => {
  shared = emptyFolder();
  [batches, text] = [join(shared, "batches.safetensors"), join(shared, "text.txt")];
  writeFileSync(text, TEXT);
  const ids = Int32Array.from({ length: COUNT * 2 * 5 }, (_, i) => (7 * i) % 50);
  await writeSafetensorsFile(batches, [["ids", { dtype: "I32", shape: [COUNT, 2, 5], data: ids }]]);
  const output = join(shared, "start");
  const sizes = ["--vocab-size", "260", "--context", "8", "--batch-size", "1", "--steps", "1", "--sample-every", "0"];
  await tsgpt(["train", text, ...sizes, ...ONE, "--output", output]);
  tokenizer = join(output, "tokenizer.json");
});

const resume = (output: string, ...args: string[]) => tsgpt(["train", "--output", output, "--resume", ...args]);
const linesOf = (path: string) =>
  readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
const kinds = (path: string) =>
  linesOf(path).map(({ step, ...rest }) => `${step} ${Object.keys(rest)[0]?.replace(/^gradientNorm$/, "loss")}`);

/** The name, the content and the time of writing of all files. */
const contents = (folder: string) =>
  readdirSync(folder).map((name) => {
    const path = join(folder, name);
    return [name, readFileSync(path, "base64"), statSync(path).mtimeMs];
  });

test("a run that was killed as it wrote its last model has that, its curve and its log's end after --resume", async () => {
  const folder = emptyFolder();
  const output = join(folder, "run");
  const path = (name: string) => join(output, name);
  const how = ["--from", fixture("tiny-tied"), "--batches", batches, ...ONE, "--log", path("../log.jsonl")];
  await tsgpt(["train", ...how, "--steps", "2", "--output", output]);
  const old = readFileSync(path("model.safetensors"));
  await resume(output, "--steps", "3");
  const [whole, log] = [contents(output), readFileSync(path("../log.jsonl"), "utf8")];
  writeFileSync(path("model.safetensors"), old);
  rmSync(path("loss.svg"));
  writeFileSync(path("../log.jsonl"), log.replace(/.*peakBytes.*\n/, ""));
  const { code, stdout, stderr } = await resume(output);
  expect([code, stdout, stderr]).toEqual([
    0,
    expect.not.stringContaining("step"),
    expect.stringMatching(/^peak memory .*\nwrote .*: a model after 3 steps; .*\n$/),
  ]);
  const withoutTime = (files: typeof whole) => files.map(([name, content]) => [name, content]);
  expect(withoutTime(contents(output))).toEqual(withoutTime(whole));
  expect(kinds(path("../log.jsonl"))).toEqual(["1 loss", "2 loss", "3 loss", "3 peakBytes"]);
  const mended = contents(output);
  for (const typed of [output, `${folder}/./run`])
    expect((await resume(typed)).stderr).toBe("already at step 3; give --steps N for more\n");
  expect(contents(output)).toEqual(mended);
});

test("the evaluation that is due at the end is done by --resume, once", async () => {
  const folder = emptyFolder();
  const [output, log] = [join(folder, "run"), join(folder, "log.jsonl")];
  const sizes = ["--context", "8", "--batch-size", "1", "--steps", "1", "--sample-every", "0", ...ONE];
  await tsgpt(["train", text, "--tokenizer", tokenizer, ...sizes, "--output", output, "--log", log]);
  expect(kinds(log)).toEqual(["1 loss", "1 peakBytes"]);
  const { code, stdout } = await resume(output, "--validation", text);
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^step 1 {2}validation loss /)]);
  expect(kinds(log)).toEqual(["1 loss", "1 validationLoss", "1 peakBytes"]);
  expect(readFileSync(join(output, "loss.svg"), "utf8")).toContain("<circle");
  for (let time = 0; time < 2; time++) expect((await resume(output)).stderr).toMatch(/^already at step 1; /);
});

test("--epochs are those of the text, with a larger batch from some step on", async () => {
  const folder = emptyFolder();
  const [output, log] = [join(folder, "run"), join(folder, "log.jsonl")];
  const sizes = ["--context", "16", "--sample-every", "0", "--log", log, ...ONE];
  const begin = ["train", text, "--tokenizer", tokenizer, ...sizes, "--batch-size", "2", "--epochs", "0.25"];
  await tsgpt([...begin, "--output", output]);
  const first = linesOf(log).at(-2);
  expect((await resume(output, "--batch-size", "8", "--epochs", "1")).code).toBe(0);
  const last = linesOf(log).at(-2);
  const { ids } = await encodeDocuments(splitDocuments(TEXT), loadTokenizer(readFileSync(tokenizer, "utf8")));
  const windows = Math.floor((ids.length - 1) / 16);
  expect(first.step).toBe(Math.ceil(windows / 4 / 2));
  expect(last.step).toBe(first.step + Math.ceil((windows - 2 * first.step) / 8));
  const again = await resume(output, "--batch-size", "2", "--epochs", "1");
  expect(again.stderr).toBe(`already at step ${last.step}; give --epochs N for more\n`);
});

test.each([
  ["1", 4, "2", 6],
  ["2", 2, "1", 6],
] as const)("batches at --accumulate %s for %i steps, then %s, end with step %i", async (before, steps, after, end) => {
  const output = join(emptyFolder(), "run");
  const how = ["--from", fixture("tiny-tied"), "--batches", batches, ...ONE, "--accumulate", before];
  await tsgpt(["train", ...how, "--steps", `${steps}`, "--output", output]);
  const tooMany = await resume(output, "--accumulate", after, "--steps", `${end + 1}`);
  expect([tooMany.code, tooMany.stderr]).toEqual([
    2,
    expect.stringContaining(
      `--steps must be at most ${end}, as --batches has 4 batches left after step ${steps}, and --accumulate takes ${after} for a step`,
    ),
  ]);
  const { code, stderr } = await resume(output, "--accumulate", after, "--steps", `${end}`);
  expect([code, stderr]).toEqual([0, expect.stringContaining(`a model after ${end} steps`)]);
  expect((await resume(output)).stderr).toBe(`already at step ${end}, and --batches has no more\n`);
});

test("batches that end before the minutes do end the run, with an evaluation and a sample", async () => {
  const folder = emptyFolder();
  const [output, log] = [join(folder, "run"), join(folder, "log.jsonl")];
  const how = ["--batches", batches, "--tokenizer", tokenizer, "--validation", text, "--accumulate", "4", ...ONE];
  await tsgpt(["train", ...how, "--minutes", "100", "--output", output, "--log", log]);
  expect(kinds(log)).toEqual(["1 loss", "2 loss", "2 validationLoss", "2 sample", "2 peakBytes"]);
  expect((await resume(output)).stderr).toBe("already at step 2, and --batches has no more\n");
});
