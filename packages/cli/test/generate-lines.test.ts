/** The lines of a file, generated as a batch, are what each line gives alone. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadModel } from "@tsgpt/gpt/node";
import { createEngine, createReferenceEngine, type Engine } from "@tsgpt/tensor";
import { describe, expect, test } from "vitest";
import { sample } from "../../../test/setup/sample.ts";
import { promptOf } from "../src/generate/completion.ts";
import { decode } from "../src/generate/decode.ts";
import { generateLines, readLines } from "../src/generate/generate-lines.ts";
import { withModelDefaults } from "../src/generate/model-defaults.ts";
import { resultAsJson } from "../src/generate/result-json.ts";
import type { LoadedModel } from "../src/model/load-model.ts";
import type { GenerationFlags } from "../src/options/generation.ts";
import { emptyFolder, fixture, tsgpt } from "./process.ts";

const TRAINED = fixture("fairytales-1");
const FLAGS = { dialect: "lecture", cache: true, json: true, quiet: true } as const;

/** Eight tokens a line; with --dialect hf as many as the model's generation config says. */
const flagsOf = (changes: Partial<GenerationFlags> = {}): GenerationFlags => ({
  ...FLAGS,
  ...(changes.dialect !== "hf" && { maxTokens: 8 }),
  ...changes,
});
const LINES = ["The king", "", "Once upon a time there was a fox", "The wolf", "The king"];

const engines = { reference: createReferenceEngine(), simd: await createEngine({ kernels: "simd", threads: 2 }) };
const load = async (engine: Engine) => ({
  ...(await loadModel(TRAINED, { name: "fairytales", engine })),
  isDefault: false,
});
const models = {
  reference: await load(engines.reference),
  simd: await load(engines.simd),
};

type Kernels = keyof typeof models;

interface Run {
  readonly flags?: Partial<GenerationFlags>;
  readonly kernels?: Kernels;
  readonly model?: LoadedModel;
  readonly signal?: AbortSignal;
  readonly onWrite?: () => void;
}

/** What generating these lines writes. */
async function run(lines: readonly string[], { flags: changes, kernels = "simd", onWrite, ...rest }: Run = {}) {
  const { model = models[kernels], signal = new AbortController().signal } = rest;
  const flags = flagsOf(changes);
  let [stdout, stderr] = ["", ""];
  const write = (text: string) => {
    stdout += text;
    onWrite?.();
  };
  const terminal = {
    write: (text: string) => {
      stderr += text;
    },
  };
  const task = { model, flags, seed: 5, signal, loadSeconds: 0 };
  const result = await generateLines(task, lines, { json: flags.json === true, write, terminal, showProgress: true });
  return {
    stdout,
    stderr,
    result,
    objects: flags.json
      ? stdout
          .split("\n")
          .slice(0, -1)
          .map((line) => JSON.parse(line))
      : [],
  };
}

/** The object that generate --json writes for a line alone. */
async function alone(line: string, changes: Partial<GenerationFlags> = {}, model: LoadedModel = models.simd) {
  const prompt = promptOf(model, line);
  const { flags } = withModelDefaults(flagsOf(changes), model, "sample", prompt.ids.length);
  const { signal } = new AbortController();
  const task = { model, draft: undefined, prompt, flags, seed: 5, signal, write: () => {}, heldTexts: [] };
  const result = await decode.sample(task);
  return JSON.parse(resultAsJson({ model, strategy: "sample", prompt, seed: 5, result, loadSeconds: 0 }));
}

/** Equal, numbers bit for bit, but for times. */
function expectSame(actual: Record<string, unknown>, expected: Record<string, unknown>): void {
  expect(Object.keys(actual)).toEqual(Object.keys(expected));
  const [{ timings, ...rest }, { timings: others, ...wanted }] = [actual, expected];
  expect(Object.keys(timings ?? {})).toEqual(Object.keys(others ?? {}));
  expect(rest).toEqual(wanted);
}

describe.each(["reference", "simd"] as const)("%s", (kernels) => {
  const cases: readonly [string, Partial<GenerationFlags>][] = [
    ["a seed", {}],
    ["greedy", { greedy: true }],
    ["stop strings and a temperature", { stop: ["e"], temperature: 2, topP: 1 }],
    ["--logprobs", { logprobs: 2, maxTokens: 3 }],
    [
      "--trace-sampling, penalties and a last token",
      { traceSampling: true, frequencyPenalty: 1.2, forcedLast: 7, maxTokens: 3 },
    ],
    ["no tokens", { maxTokens: 0 }],
  ];
  test.each(kernels === "reference" ? sample(cases, 2, 3) : cases)(
    "each object is that of generate --json for the line alone: %s",
    async (_, flags) => {
      const { objects, result } = await run(LINES, { flags, kernels });
      expect(objects).toHaveLength(LINES.length);
      for (const [i, line] of LINES.entries()) expectSame(objects[i], await alone(line, flags, models[kernels]));
      expect(result).toMatchObject({ lines: 5, failures: 0, unfinished: 0 });
      expect(result.tokens).toBe(objects.reduce((sum, { tokens }) => sum + tokens.length, 0));
    },
  );
});

test("each line has the defaults of the model's generation config, as it has them alone", async () => {
  const generation = { file: "generation_config.json", unapplied: {}, topK: 3, maxLength: 12, noRepeatNgramSize: 2 };
  const model = { ...models.simd, generation };
  const flags: Partial<GenerationFlags> = { dialect: "hf" };
  const { objects, result } = await run([...LINES, "The king ".repeat(8)], { model, flags });
  for (const [i, line] of LINES.entries()) expectSame(objects[i], await alone(line, flags, model));
  const lengths = LINES.map((line) => 12 - (model.tokenizer?.encode(line).length || 1)); // an empty prompt is one token
  expect(objects.slice(0, 5).map(({ tokens }) => tokens.length)).toEqual(lengths);
  expect(objects[5]).toEqual({
    line: 6,
    error: expect.stringMatching(/"max_length" is 12, which leaves no tokens after/),
  });
  expect(result.first?.applied).toEqual(["noRepeatNgramSize", "topK", "maxLength"]);
});

test("more lines than run at once are written in their order", async () => {
  const lines = Array.from({ length: 40 }, (_, i) => (i % 3 === 0 ? `The ${i}` : "Once upon a time"));
  const { objects } = await run(lines, { flags: { maxTokens: 4 } });
  expect(objects.map(({ prompt }) => prompt)).toEqual(lines);
});

describe("what is wrong with a line", () => {
  const long = "The king ".repeat(400);

  test("is an object with its number in its place, and the others go on", async () => {
    const { objects, result } = await run(["The king", long, "The wolf"]);
    expect(objects[1]).toEqual({
      line: 2,
      error: expect.stringMatching(/the prompt has 8\d\d tokens; the model takes 512/),
    });
    expect([objects[0].prompt, objects[2].prompt]).toEqual(["The king", "The wolf"]);
    expect(result).toMatchObject({ failures: 1, tokens: 16 });
  });

  test("without --json it is said on stderr", async () => {
    const { stdout, stderr } = await run(["The king", long, "The wolf"], { flags: { json: false, maxTokens: 2 } });
    expect(stdout).toMatch(/^The king.*\n\nThe wolf.*\n$/);
    expect(stderr).toMatch(/^error: line 2: .*the prompt has 8\d\d tokens.*\n$/);
  });

  test("a model without bos and eos refuses a blank line, one without a tokenizer every text", async () => {
    const config = { ...models.simd.config, bosTokenId: undefined, eosTokenId: undefined };
    const { objects } = await run(["The king", ""], { model: { ...models.simd, config }, flags: { maxTokens: 1 } });
    expect(objects[1]).toEqual({
      line: 2,
      error: expect.stringMatching(/the prompt is empty and model "fairytales" has no/),
    });
    const textless = await run(["The king", ""], { model: { ...models.simd, tokenizer: undefined } });
    expect(textless.objects[0]).toEqual({ line: 1, error: expect.stringMatching(/has no tokenizer/) });
    expect(textless.objects[1].tokens).toHaveLength(8);
  });

  test("of the options it is said once, and nothing is written", async () => {
    const flags = { forcedFirst: 5000 };
    await expect(run(LINES, { flags })).rejects.toThrow("--forced-first: token id 5000 is out of range");
  });
});

test("without --json each prompt and its continuation are a paragraph", async () => {
  const flags = { greedy: true, maxTokens: 4 };
  const [plain, { objects }] = [await run(LINES, { flags: { ...flags, json: false } }), await run(LINES, { flags })];
  expect(plain.stdout).toBe(`${objects.map(({ prompt, text }) => prompt + text).join("\n\n")}\n`);
  expect(plain.stderr).toBe("");
});

test("after Ctrl-C the lines that are finished are written, in their order, and no other", async () => {
  const controller = new AbortController();
  let passes = 0;
  const takeArena = () => {
    if (++passes === 6) controller.abort();
    return engines.simd.takeArena();
  };
  const model = { ...models.simd, engine: { ...engines.simd, takeArena } };
  const almostFull = Array.from(
    { length: 2 },
    (_, i) => models.simd.tokenizer?.decode(new Array(509 - i).fill(581)) ?? "",
  );
  const lines = ["The king", almostFull[0] as string, "The wolf", almostFull[1] as string];
  const { objects, result } = await run(lines, {
    model,
    flags: { ignoreEos: true, maxTokens: 99 },
    signal: controller.signal,
  });
  expect(objects.map(({ prompt, finishReason }) => [prompt, finishReason])).toEqual([
    [lines[1], "context"],
    [lines[3], "context"],
  ]);
  expect(result.unfinished).toBe(2);
});

test("the caches of the lines under way are pluralize, at most", async () => {
  const { result } = await run(["The king", "The king"], { flags: { maxTokens: 6 } });
  const { nLayer, nEmbd } = models.simd.config;
  expect(result.cacheBytes).toBe(2 * 2 * nLayer * nEmbd * 4 * (2 + 6)); // "The king" is two tokens
});

test.each([
  ["a\nb\n", ["a", "b"]],
  ["a\r\n\r\nb", ["a", "", "b"]],
  ["\n", [""]],
  ["", []],
  ["a\n\n", ["a", ""]],
  ["@a\n b \n", ["@a", " b "]],
])("the lines of %j are %j", async (contents, lines) => {
  const path = join(emptyFolder(), "prompts.txt");
  writeFileSync(path, contents);
  expect(await readLines(path)).toEqual(lines);
});

describe.concurrent("tsgpt generate --file", () => {
  const file = (...lines: string[]) => {
    const path = join(emptyFolder(), "prompts.txt");
    writeFileSync(path, lines.map((line) => `${line}\n`).join(""));
    return path;
  };

  test("writes the objects, a summary, and exits with 1 if a line failed", async () => {
    const path = file("The king", "The king ".repeat(400), "");
    const { code, stdout, stderr } = await tsgpt([
      "generate",
      "--file",
      path,
      "--json",
      "--seed",
      "3",
      "--max-tokens",
      "4",
    ]);
    expect(
      stdout
        .split("\n")
        .slice(0, -1)
        .map((line) => Object.keys(JSON.parse(line))[0]),
    ).toEqual(["model", "line", "model"]);
    expect(stderr).toMatch(/^3 lines, 8 tokens, .* tokens\/s, seed 3, 1 failed\n$/);
    expect(code).toBe(1);
  });

  test("Ctrl-C: what is finished is written, exit code 130", async () => {
    const path = file(...new Array(2000).fill("The king"));
    const args = ["generate", "--file", path, "--json", "--max-tokens", "20"];
    const { code, stdout, stderr } = await tsgpt(args, { interruptAfter: 10 });
    const objects = stdout
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line));
    expect(objects.length).toBeGreaterThan(0);
    expect(objects.length).toBeLessThan(2000);
    for (const { finishReason } of objects) expect(finishReason).toMatch(/length|eos/);
    expect(stderr).toMatch(/, \d+ not finished\n$/);
    expect(code).toBe(130);
  });

  test("--quiet leaves stderr empty; --verbose tells the caches", async () => {
    const args = ["generate", "--model", TRAINED, "--file", file("The king", "The fox"), "--max-tokens", "2"];
    const [quiet, verbose] = await Promise.all([tsgpt([...args, "--quiet"]), tsgpt([...args, "--verbose"])]);
    expect(quiet).toMatchObject({ code: 0, stderr: "" });
    expect(verbose.stderr).toMatch(/, cache 0\.1 MB, .*\n(.*\n)?2 lines, 4 tokens, /);
  });

  test("a file of no lines writes nothing", async () => {
    expect(await tsgpt(["generate", "--file", file(), "--json", "--model", fixture("tiny-tied")])).toMatchObject({
      code: 0,
      stdout: "",
      stderr: expect.stringMatching(/^0 lines, 0 tokens, /),
    });
  });
});
