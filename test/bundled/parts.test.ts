/** The bundled model's training: its recipe's parts, one after another, ended and gone on with. */
import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { joinedLog, trainedModel, trainParts } from "../../tools/bundled/parts.ts";
import { FULL } from "../setup/sample.ts";

const folder = mkdtempSync(join(tmpdir(), "bundled-"));
const tales = readFileSync(join(import.meta.dirname, "../../bench/texts/tales.txt"), "utf8");
const texts = { train: join(folder, "train.txt"), validation: join(folder, "validation.txt") };
const short = [
  ...["--context", "16", "--batch-size", "2", "--warmup", "1", "--learning-rate", "0.03", "--threads", "1"],
  ...["--sample-every", "0", "--eval-every", "20"],
];
const shape = { nLayer: 1, nHead: 1, nEmbd: 16 };
const part = (steps: number, seed: number) => [...short, "--steps", String(steps), "--seed", String(seed)];
const recipe = { shape, parts: [part(40, 1), part(21, 2)] };
const [whole, ended] = [join(folder, "whole"), join(folder, "ended")];

/** The exit code; ended once a file has so many lines. */
async function trained(output: string, endAfter?: readonly [file: string, lines: number]): Promise<number> {
  const end = new AbortController();
  const linesOf = (file: string) => (existsSync(file) ? readFileSync(file, "utf8").split("\n").length - 1 : 0);
  const timer = setInterval(() => {
    if (endAfter && linesOf(endAfter[0]) >= endAfter[1]) end.abort();
  }, 2);
  const options = { ...texts, output, signal: end.signal, reports: "ignore" } as const;
  return trainParts(recipe, options).finally(() => clearInterval(timer));
}

const weights = (output: string) => readFileSync(join(trainedModel(recipe, output), "model.safetensors"));
const lines = async (output: string) => {
  const log = await joinedLog(recipe, output);
  return log.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line)]));
};

beforeAll(async () => {
  writeFileSync(texts.train, tales.slice(0, -2_000));
  writeFileSync(texts.validation, tales.slice(-2_000));
  expect(await trained(whole)).toBe(0);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a part begins with the model of the one before", async () => {
  const losses = (await lines(whole)).filter(({ loss }) => loss !== undefined).map(({ loss }) => loss);
  const [first, lastOfFirst, firstOfSecond] = [losses[0], losses[4], losses[5]];
  expect(lastOfFirst).toBeLessThan(first - 1);
  expect(firstOfSecond).toBeLessThan(first - 1);
});

test("its log counts on, and keeps every tenth step and all evaluations", async () => {
  const log = await lines(whole);
  const kept = log.filter(({ loss }) => loss !== undefined);
  expect(kept.map(({ step }) => step)).toEqual([1, 10, 20, 30, 40, 41, 50, 60]);
  expect(kept.map(({ tokens }) => tokens)).toEqual(kept.map(({ step }) => 32 * step));
  const evaluated = log.filter(({ validationLoss }) => validationLoss !== undefined);
  expect(evaluated.map(({ step }) => step)).toEqual([20, 40, 60, 61]);
});

test.runIf(FULL)(
  "ended in each part, and killed before a part's model was written, it ends with the same bytes",
  async () => {
    expect(await trained(ended, [join(ended, "1/log.jsonl"), 5])).toBe(143);
    expect(existsSync(join(ended, "1/model"))).toBe(false);
    expect(await trained(ended, [join(ended, "2/log.jsonl"), 5])).toBe(143);
    renameSync(join(ended, "1/model"), join(ended, "1/model.unfinished"));
    expect(await trained(ended)).toBe(0);
    expect(weights(ended).equals(weights(whole))).toBe(true);
    expect((await lines(ended)).map(({ step, loss }) => [step, loss])).toEqual(
      (await lines(whole)).map(({ step, loss }) => [step, loss]),
    );
  },
);

test("a part whose model is there is not trained again, wherever that came from", async () => {
  const carried = join(folder, "carried");
  cpSync(join(whole, "1/model"), join(carried, "1/model"), { recursive: true });
  const { mtimeMs } = statSync(join(carried, "1/model/model.safetensors"));
  expect(await trained(carried)).toBe(0);
  expect(statSync(join(carried, "1/model/model.safetensors")).mtimeMs).toBe(mtimeMs);
  expect(existsSync(join(carried, "1/run"))).toBe(false);
  expect(weights(carried).equals(weights(whole))).toBe(true);
});
