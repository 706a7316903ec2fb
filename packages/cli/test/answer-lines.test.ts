/** prompt --file: each line is answered as alone, in order; and an output that is cut anywhere is continued to the byte. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadModel } from "@tsgpt/gpt/node";
import { createSimdEngine } from "@tsgpt/tensor";
import { describe, expect, test } from "vitest";
import { FULL } from "../../../test/setup/sample.ts";
import type { TemplateFlags } from "../src/options/template.ts";
import { answerLines } from "../src/prompt/answer-lines.ts";
import { openOutput } from "../src/prompt/output-file.ts";
import { runDigest } from "../src/prompt/run-digest.ts";
import { settingsOf } from "../src/prompt/settings.ts";
import { violations } from "./json-schema.ts";
import { emptyFolder, fixture } from "./process.ts";

const schema = JSON.parse(readFileSync(new URL("../schemas/prompt.json", import.meta.url), "utf8"));
const loaded = await loadModel(fixture("fairytales-1"), {
  name: "fairytales",
  engine: createSimdEngine({ threads: 2 }),
});
const model = { ...loaded, isDefault: false };
const GENERATE: TemplateFlags = { topP: 0.9, maxTokens: 6 };
const CHOOSE: TemplateFlags = { choices: [" his", " her own"], normalize: "length" };
const LINES = [
  '{"input": "The king took", "id": 7, "label": " his"}',
  '"The queen took"',
  "{broken",
  '{"input": ""}',
  "",
  "5",
  '{"text": "The wolf"}',
  JSON.stringify({ input: "wolf ".repeat(600) }),
  '{"input": "Grüße {{input}} \\ud83e\\udd8a"}',
];

const taskOf = (flags: TemplateFlags, body = "{{input}}", signal = new AbortController().signal) => ({
  model,
  body,
  settings: settingsOf({ path: "t.txt", body, flags }, {}),
  signal,
});

const terminal = { write: () => {} };
const OUTPUT = { run: "r", answered: 0, writesAfterGaps: true, terminal, showProgress: false };

/** What a file of lines gives. */
async function answered(lines: readonly string[], flags: TemplateFlags) {
  let text = "";
  const write = (piece: string) => {
    text += piece;
  };
  const result = await answerLines(taskOf(flags), lines, { ...OUTPUT, write });
  const entries = text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line));
  return { text, result, entries };
}

describe.each([
  ["generated text", GENERATE],
  ["choices", CHOOSE],
] as const)("%s", (_, flags) => {
  test("gives a line for each line, in order, the broken ones with number and error", async () => {
    const { entries, result } = await answered(LINES, flags);
    expect(entries.map(({ line }) => line)).toEqual(LINES.map((_, i) => i + 1));
    for (const entry of entries) expect(violations(entry, schema)).toEqual([]);
    expect(entries.map(({ error }) => error?.replace(/\d+ tokens; the model takes.*/, "..."))).toEqual([
      undefined,
      undefined,
      'not JSON: "{broken"; a line is a JSON string or an object: {"input": "..."}',
      undefined,
      'the line is empty; an empty input is {"input": ""}',
      'must be a JSON string or an object with a string "input", got 5',
      'must be a JSON string or an object with a string "input", got {"text":"The wolf"}',
      flags === CHOOSE ? "prompt and choice have ..." : "the prompt has ...",
      undefined,
    ]);
    expect(entries[0]).toMatchObject({ input: "The king took", extra: { id: 7, label: " his" } });
    expect(entries[1]).not.toHaveProperty("extra");
    expect(entries[8].prompt).toBe("Grüße {{input}} 🦊");
    expect(result).toEqual({ written: 9, failures: 5 });
  });

  test("is for each line what the line gives alone", async () => {
    const { entries } = await answered(LINES, flags);
    for (const i of FULL ? LINES.keys() : [1, 8]) {
      const [alone] = (await answered([LINES[i] as string], flags)).entries;
      expect({ ...alone, line: i + 1 }).toEqual(entries[i]);
    }
  });
});

test("generated text depends on the seed, and is the same for the same one", async () => {
  const [a, again, b] = await Promise.all([1, 1, 2].map((seed) => answered(LINES.slice(0, 2), { ...GENERATE, seed })));
  expect(a?.text).toBe(again?.text);
  expect(a?.entries.map(({ text }) => text)).not.toEqual(b?.entries.map(({ text }) => text));
});

test("the progress line counts lines and tokens, on a terminal only", async () => {
  let shown = "";
  const screen = { isTTY: true, write: (text: string) => (shown += text) };
  let clock = 0;
  const now = () => (clock += 1000);
  const output = { ...OUTPUT, write: () => {}, terminal: screen, showProgress: true, now };
  await answerLines(taskOf(GENERATE), LINES.slice(0, 2), output);
  const [first, ...others] = shown.split("\r\x1b[K").slice(1);
  expect(first).toBe("0 of 2 lines, 1 tokens");
  expect(others.some((line) => /^1 of 2 lines, \d+ tokens$/.test(line))).toBe(true);
  expect(shown.endsWith("\r\x1b[K")).toBe(true);
});

/** Answers the lines into a file, as the command does. */
async function writeFile(
  path: string,
  lines: readonly string[],
  flags: TemplateFlags,
  resume = false,
): Promise<string> {
  const task = taskOf(flags);
  const run = runDigest(task);
  const file = openOutput({ path, resume, run, inputs: lines });
  await answerLines(task, lines, { ...OUTPUT, run, write: file.append, answered: file.lines, writesAfterGaps: false });
  file.close();
  return readFileSync(path, "utf8");
}

const SHORT = LINES.slice(0, 4);

describe("--resume", () => {
  const folder = emptyFolder();
  const path = join(folder, "out.jsonl");

  test("after a cut at any byte gives the same file", { timeout: 120_000 }, async () => {
    for (const flags of [CHOOSE, { ...GENERATE, maxTokens: 2 }]) {
      const whole = await writeFile(join(emptyFolder(), "whole.jsonl"), SHORT, flags);
      const bytes = Buffer.from(whole);
      const ends = [...bytes.keys()].filter((i) => bytes[i] === 10);
      const [first = 0, second = 0] = ends;
      const around = ends.flatMap((end) => [end - 1, end, end + 1]);
      const everywhere = [...bytes.keys()].filter((i) => i % 11 === 0);
      const cuts = FULL ? [...everywhere, ...around] : [0, first, first + 1, second - 1];
      for (const cut of cuts) {
        writeFileSync(path, bytes.subarray(0, cut));
        expect(await writeFile(path, SHORT, flags, true)).toBe(whole);
      }
    }
  });

  test("begins where there is no file, and adds nothing to a whole one", async () => {
    const fresh = join(emptyFolder(), "fresh.jsonl");
    const whole = await writeFile(fresh, SHORT, CHOOSE, true);
    expect(await writeFile(fresh, SHORT, CHOOSE, true)).toBe(whole);
  });

  test("a half line in the middle of a character is removed", async () => {
    const whole = await writeFile(join(emptyFolder(), "whole.jsonl"), LINES.slice(8), CHOOSE);
    const bytes = Buffer.from(whole);
    writeFileSync(path, bytes.subarray(0, bytes.indexOf("ü") + 1));
    expect(await writeFile(path, LINES.slice(8), CHOOSE, true)).toBe(whole);
  });

  test.each<[string, readonly string[], TemplateFlags, string]>([
    [
      "other options",
      SHORT,
      { ...CHOOSE, normalize: "none" },
      "line 1: it was written with another template, model or options",
    ],
    [
      "another input",
      [SHORT[0] as string, '"The queen lost"', ...SHORT.slice(2)],
      CHOOSE,
      "line 2: it was written for another input",
    ],
    [
      "another label",
      [(SHORT[0] as string).replace("7", "8"), ...SHORT.slice(1)],
      CHOOSE,
      "line 1: it was written for another input",
    ],
    [
      "a line that was broken and is not",
      [...SHORT.slice(0, 2), '"x"', SHORT[3] as string],
      CHOOSE,
      "line 3: it was written for another input",
    ],
    [
      "a line that was not broken and is",
      [SHORT[0] as string, "{", ...SHORT.slice(2)],
      CHOOSE,
      "line 2: it was written for another input",
    ],
    ["fewer lines", SHORT.slice(0, 3), CHOOSE, "line 4: --file has only 3 lines"],
  ])("refuses %s, and leaves the file", async (_, lines, flags, message) => {
    const whole = await writeFile(join(emptyFolder(), "whole.jsonl"), SHORT, CHOOSE);
    writeFileSync(path, `${whole}{"half`);
    await expect(writeFile(path, lines, flags, true)).rejects.toThrow(
      `cannot resume ${JSON.stringify(path)}, ${message}`,
    );
    expect(readFileSync(path, "utf8")).toBe(`${whole}{"half`);
  });

  const [first, second] = [SHORT[0] as string, SHORT[1] as string];
  const run = runDigest(taskOf(CHOOSE));
  const beginning = (line: number, digest: string, input: string) =>
    JSON.stringify({ line, run: digest, ...JSON.parse(input) });

  test.each([
    ["another file", '{"my":"only copy"}'],
    ["a text", "notes"],
    ["another run", '{"line":1,"run":"0123456789ab"'],
    ["another line", beginning(2, run, first).slice(0, -1)],
    ["another input", beginning(1, run, second).slice(0, -1)],
    ["a whole line of another program", beginning(1, run, first)],
  ])("refuses and keeps a last line without an end that is of %s", async (_, text) => {
    writeFileSync(path, text);
    await expect(writeFile(path, SHORT, CHOOSE, true)).rejects.toThrow(
      "line 1: it is cut off, and not the beginning of the line that this run writes there; resume with",
    );
    expect(readFileSync(path, "utf8")).toBe(text);
  });

  test("refuses and keeps a last line without an end after the last input", async () => {
    const whole = await writeFile(join(emptyFolder(), "whole.jsonl"), SHORT, CHOOSE);
    writeFileSync(path, `${whole}{"line":5`);
    await expect(writeFile(path, SHORT, CHOOSE, true)).rejects.toThrow("line 5: --file has only 4 lines");
    expect(readFileSync(path, "utf8")).toBe(`${whole}{"line":5`);
  });

  test.each(["not JSON\n", "5\n", '{"line":2,"run":"x"}\n', '{"line":1}\n', "null\n"])(
    "refuses the file %j",
    async (text) => {
      writeFileSync(path, text);
      await expect(writeFile(path, SHORT, CHOOSE, true)).rejects.toThrow(
        "line 1: it is not a line of tsgpt prompt; resume with",
      );
    },
  );
});

test("without --resume a file that exists is kept", async () => {
  const path = join(emptyFolder(), "out.jsonl");
  writeFileSync(path, "mine");
  await expect(writeFile(path, SHORT, CHOOSE)).rejects.toThrow(`${JSON.stringify(path)} exists; --resume continues it`);
  expect(readFileSync(path, "utf8")).toBe("mine");
});

test("a file that cannot be written or read is an error that names it", async () => {
  const path = join(emptyFolder(), "no", "out.jsonl");
  await expect(writeFile(path, SHORT, CHOOSE)).rejects.toThrow(`cannot write ${JSON.stringify(path)}: ENOENT`);
  const folder = emptyFolder();
  await expect(writeFile(folder, SHORT, CHOOSE, true)).rejects.toThrow(
    `cannot resume ${JSON.stringify(folder)}: it is not a file`,
  );
});

test("after an interruption the file has no gap, and is continued", async () => {
  const path = join(emptyFolder(), "out.jsonl");
  const lines = Array.from({ length: 12 }, (_, i) => JSON.stringify(`The king had ${i}`));
  const whole = await writeFile(join(emptyFolder(), "whole.jsonl"), lines, GENERATE);
  const controller = new AbortController();
  const task = taskOf(GENERATE, "{{input}}", controller.signal);
  const run = runDigest(task);
  const file = openOutput({ path, resume: true, run, inputs: lines });
  let count = 0;
  const write = (text: string) => {
    file.append(text);
    if (++count === 3) controller.abort();
  };
  const { written } = await answerLines(task, lines, { ...OUTPUT, run, write, writesAfterGaps: false });
  file.close();
  expect(written).toBeGreaterThanOrEqual(3);
  expect(whole.startsWith(readFileSync(path, "utf8"))).toBe(true);
  expect(await writeFile(path, lines, GENERATE, true)).toBe(whole);
});

test("the digest is the same for the same run, and another for another template, option or model", () => {
  const base = runDigest(taskOf({ topP: 0.9, maxTokens: 6 }));
  expect(base).toMatch(/^[0-9a-f]{12}$/);
  expect(runDigest(taskOf({ maxTokens: 6, topP: 0.9 }))).toBe(base);
  expect(runDigest(taskOf({ topP: 0.9, maxTokens: 7 }))).not.toBe(base);
  expect(runDigest(taskOf({ topP: 0.9, maxTokens: 6, seed: 1 }))).not.toBe(base);
  expect(runDigest(taskOf({ topP: 0.9, maxTokens: 6 }, "{{input}} "))).not.toBe(base);
  const task = taskOf({ topP: 0.9, maxTokens: 6 });
  expect(runDigest({ ...task, model: { ...model, name: "other" } })).not.toBe(base);
  expect(runDigest({ ...task, model: { ...model, isDefault: true } })).not.toBe(base);
  const { lnF } = model.parameters;
  const trained = { ...model.parameters, lnF: { weight: lnF.bias, bias: lnF.weight } };
  expect(runDigest({ ...task, model: { ...model, parameters: trained } })).not.toBe(base);
});
