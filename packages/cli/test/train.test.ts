/** tsgpt train: whole runs of a tiny model. The numbers of training are tested in packages/train. */
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { emptyFolder, fixture, tsgpt } from "./process.ts";

const BATCHES = join(fixture("training"), "batches.safetensors");
const TINY = ["--from", fixture("tiny-tied"), "--batches", BATCHES, "--learning-rate", "3e-3", "--warmup", "10"];
const ONE = ["--threads", "1"];

const TEXT = "The fox said to the wolf: the moon is in the well, and the well is in the yard.\n".repeat(12);

const linesOf = (path: string) =>
  readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

test("--batches runs exactly these, and --log has six numbers per step: the losses of a loop in PyTorch", async () => {
  const folder = emptyFolder();
  const [output, log] = [join(folder, "run"), join(folder, "log.jsonl")];
  const { code, stdout, stderr } = await tsgpt([
    "train",
    ...TINY,
    ...ONE,
    "--steps",
    "10",
    "--output",
    output,
    "--log",
    log,
  ]);
  expect([code, stderr.replaceAll(/[\d.]+ [kMG]B/g, "SIZE")]).toEqual([
    0,
    `peak memory SIZE\nwrote ${output}: a model after 10 steps; SIZE\n`,
  ]);
  const reference = JSON.parse(readFileSync(join(fixture("training"), "losses.json"), "utf8")).steps;
  const records = linesOf(log);
  const last = records.at(-1);
  expect([Object.keys(last), last.step]).toEqual([["step", "peakBytes"], 10]);
  expect(last.peakBytes).toBeGreaterThan(20e6); // Node alone has more
  const steps = records.slice(0, -1);
  expect(steps).toHaveLength(10);
  for (const [i, step] of steps.entries()) {
    expect(Object.keys(step)).toEqual(["step", "loss", "gradientNorm", "learningRate", "tokens", "tokensPerSecond"]);
    expect([step.step, step.tokens]).toEqual([i + 1, 48 * (i + 1)]); // 4 sequences of 12
    expect(Math.abs(step.loss - reference[i].loss)).toBeLessThan(1e-4);
  }
  expect(stdout).toMatch(
    /^step 1\/10 {2}loss 4\.714 {2}norm 1\.43 {2}rate 3\.0e-4 {2}[\d,]+ tokens\/s {2}\d+ s left\n/,
  );
  expect(stdout).toMatch(/\n {2}4\.7\d .*█.*\n(.*\n){6} {2}4\.\d\d █+.*\n$/); // the curve
  expect(readFileSync(join(output, "loss.svg"), "utf8")).toMatch(/^<svg .*<\/svg>\n$/s);
});

test("a text: a tokenizer is trained, and the folder generates; evaluations and samples are logged without a loss", async () => {
  const folder = emptyFolder();
  const [output, log, text] = ["run", "log.jsonl", "text.txt"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(text, TEXT);
  const sizes = ["--vocab-size", "300", "--context", "16", "--batch-size", "2", "--steps", "4"];
  const every = ["--eval-every", "2", "--sample-every", "4", "--validation", text, "--log", log];
  const { code, stdout, stderr } = await tsgpt(["train", text, "--output", output, ...sizes, ...every, ...ONE]);
  expect(code).toBe(0);
  expect(stderr).toMatch(/^note: the text gives a vocabulary of 290 tokens, fewer than 300\npeak memory .*\nwrote /);
  expect(stdout).toMatch(/^step 1\/4 {2}loss 5\.\d+ {2}\d\.\d\d bits per byte/);
  expect(stdout).toMatch(/\nstep 2 {2}validation loss 4\.\d+ {2}\d\.\d\d bits per byte\n/);
  expect(stdout).toMatch(/\nstep 4 {2}sample:\n {2}\| /);
  expect(linesOf(log).map((record) => Object.keys(record).join())).toEqual([
    ...Array(2).fill("step,loss,gradientNorm,learningRate,tokens,tokensPerSecond"),
    "step,validationLoss,validationBitsPerByte",
    ...Array(2).fill("step,loss,gradientNorm,learningRate,tokens,tokensPerSecond"),
    "step,validationLoss,validationBitsPerByte",
    "step,sample",
    "step,peakBytes",
  ]);
  expect(readdirSync(output).sort()).toEqual([
    "checkpoint.safetensors",
    "config.json",
    "loss.svg",
    "model.safetensors",
    "tokenizer.json",
  ]);
  const config = JSON.parse(readFileSync(join(output, "config.json"), "utf8"));
  expect(config).toMatchObject({ vocab_size: 290, n_layer: 4, bos_token_id: 0, eos_token_id: 0, dtype: "float32" });
  const generated = await tsgpt(["generate", "The fox", "--model", output, "--max-tokens", "3", "--quiet"]);
  expect([generated.code, generated.stdout.startsWith("The fox")]).toEqual([0, true]);
});

test("--tokenizer gives a new model that tokenizer, and --from keeps the tokenizer and the shape of a model", async () => {
  const folder = emptyFolder();
  const text = join(folder, "text.txt");
  writeFileSync(text, TEXT);
  const [first, other, tuned] = ["first", "other", "tuned"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const sizes = ["--context", "8", "--batch-size", "1", "--steps", "1", "--sample-every", "0", ...ONE];
  const read = (output: string, name: string) => readFileSync(join(output, name), "utf8");
  const runs = [
    [text, "--vocab-size", "265", "--output", first],
    [text, "--tokenizer", join(first, "tokenizer.json"), "--output", other],
    [text, "--from", first, "--output", tuned],
  ];
  for (const run of runs) expect((await tsgpt(["train", ...run, ...sizes])).code).toBe(0);
  for (const output of [other, tuned]) {
    expect(read(output, "tokenizer.json")).toBe(read(first, "tokenizer.json"));
    expect(read(output, "config.json")).toBe(read(first, "config.json"));
  }
});

test("a run that is stopped and resumed writes the model and the losses of an undisturbed one, bit for bit", async () => {
  const folder = emptyFolder();
  const how = ["--accumulate", "2", "--optimizer", "muon", "--schedule", "constant", ...ONE];
  const [whole, parts] = [join(folder, "whole"), join(folder, "parts")];
  const logOf = (output: string) => ["--log", `${output}.jsonl`];
  await tsgpt(["train", ...TINY, ...how, "--steps", "6", "--output", whole, ...logOf(whole)]);
  await tsgpt(["train", ...TINY, ...how, "--steps", "4", "--output", parts, ...logOf(parts)]);
  writeFileSync(`${parts}.jsonl`, '{"step":5,"loss":9}\n{"step":6,"lo', { flag: "a" }); // lost in a crash
  const { code } = await tsgpt(["train", "--output", parts, "--resume", "--steps", "6"]);
  expect(code).toBe(0);
  const read = (output: string, name: string) => readFileSync(join(output, name));
  expect(read(parts, "model.safetensors").equals(read(whole, "model.safetensors"))).toBe(true);
  const losses = (output: string) =>
    linesOf(`${output}.jsonl`).map(({ tokensPerSecond: _, peakBytes: __, ...rest }) => rest);
  expect(losses(parts)).toEqual(losses(whole));
  expect(losses(parts)).toHaveLength(7); // and the memory, once
});

test("a run that is at its end, or past it, says so when it is resumed, and nothing is written", async () => {
  const folder = emptyFolder();
  const [output, log] = [join(folder, "run"), join(folder, "log.jsonl")];
  await tsgpt(["train", ...TINY, ...ONE, "--steps", "3", "--output", output, "--log", log]);
  const contents = () => [...readdirSync(output).map((name) => join(output, name)), log].map(fingerprint);
  const before = contents();
  for (const length of [[], ["--steps", "2"], ["--steps", "3"]]) {
    const { code, stdout, stderr } = await tsgpt(["train", "--output", output, "--resume", ...length]);
    expect([code, stdout, stderr]).toEqual([0, "", "already at step 3; give --steps N for more\n"]);
    expect(contents()).toEqual(before);
  }
});

/** The name, the content and the time of writing of a file. */
const fingerprint = (path: string) => [path, readFileSync(path, "base64"), statSync(path).mtimeMs];

test("a run does not continue on another text", async () => {
  const folder = emptyFolder();
  const [output, text] = [join(folder, "run"), join(folder, "text.txt")];
  writeFileSync(text, TEXT);
  const sizes = ["--vocab-size", "260", "--context", "16", "--batch-size", "1", "--steps", "1", "--sample-every", "0"];
  expect((await tsgpt(["train", text, "--output", output, ...sizes, ...ONE])).code).toBe(0);
  writeFileSync(text, `${TEXT}More.`);
  const { code, stderr } = await tsgpt(["train", "--output", output, "--resume", "--steps", "2"]);
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(/^error: the data are not those that the run began with: /),
  ]);
});

test("a NaN stops the run with its step and tensor, and the last good checkpoint is kept", async () => {
  const output = join(emptyFolder(), "run");
  const wild = ["--steps", "9", "--save-every", "1", "--warmup", "0", "--schedule", "constant", ...ONE];
  const { code, stderr } = await tsgpt(["train", ...TINY, ...wild, "--learning-rate", "1e25", "--output", output]);
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^error: step 2: (the gradient of|tensor) transformer\.\S+ has .*; the checkpoint of step [01] is kept: tsgpt train --output \S+ --resume --learning-rate \.\.\.\n/,
  );
  expect((await tsgpt(["logits", "--model", output, "--tokens", "1", "--output", `${output}.safetensors`])).code).toBe(
    0,
  );
});

test("a log that cannot be written stops the run in one line, with a checkpoint to continue from", async () => {
  const output = join(emptyFolder(), "run");
  const { code, stderr } = await tsgpt(["train", ...TINY, ...ONE, "--output", output, "--log", "/dev/full"]);
  expect([code, stderr]).toEqual([
    1,
    'error: cannot write "/dev/full": ENOSPC: no space left on device, write; the checkpoint of step 0 is kept, and ' +
      `continues with: tsgpt train --output ${output} --resume\nsee tsgpt train --help\n`,
  ]);
});
