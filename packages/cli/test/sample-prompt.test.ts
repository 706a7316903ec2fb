/** tsgpt sample of a prompt: the distribution in words, as text and as JSON. */
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { memorySource, readHeader } from "@tsgpt/gpt";
import { describe, expect, test } from "vitest";
import { type SampleFlags, sampleCommand } from "../src/commands/sample.ts";
import { captured } from "./captured.ts";
import { emptyFolder, fixture } from "./process.ts";

const ENGINE = { kernels: "reference", dtype: "auto" } as const; // the same numbers on every machine
const TRAINED = fixture("fairytales-1");
const run = (flags: Partial<SampleFlags>) =>
  captured(() => sampleCommand({ dialect: "lecture", ...ENGINE, ...(!flags.logits && { model: TRAINED }), ...flags }));
const json = async (flags: Partial<SampleFlags>) => JSON.parse(await run({ ...flags, json: true }));

const ONCE = "Once upon a"; // three tokens

describe("--prompt", () => {
  test("names the likeliest continuations in quotes, then the tail; head, tail mass and entropy stand above", async () => {
    const shown = await run({ prompt: ONCE });
    const lines = shown.split("\n");
    expect(lines[0]).toBe('the next token after "Once upon a"');
    expect(lines.slice(2, 7)).toEqual([
      "  prompt   3 tokens, read by model fairytales-1",
      "  tokens   4096",
      "  entropy  5.11 bits, as of 34.6 equally probable tokens",
      "  head     245 tokens hold 90%",
      "  tail     29.5% beyond the first 20",
    ]);
    expect(lines[9]).toMatch(/^ {10}1 {2}" time" {6}8\.927 {7}48\.87% {2}█+ +48\.87%$/);
    expect(lines.slice(29).map((line) => line.split(/ {2,}/).slice(1, 3))).toEqual([
      ["21-100", "80 tokens"],
      ["101-1000", "900 tokens"],
      ["1001-4096", "3096 tokens"],
      [],
    ]);
    expect(Math.max(...lines.map((line) => [...line].length))).toBe(80);
  });

  test("before and after each step: counts, entropy, head and tail, what went, and each token's two probabilities", async () => {
    const shown = await run({ prompt: ONCE, temperature: 1.5, topP: 0.9 });
    const { initial, steps } = await json({ prompt: ONCE, temperature: 1.5, topP: 0.9 });
    const blocks = shown.split(/\n\n(?=\S)/);
    expect(blocks.map((block) => block.split("\n")[0])).toEqual([
      expect.stringContaining("the next token after"),
      "temperature (temperature 1.5)",
      "top-p (p 0.9)",
    ]);
    for (const [i, step] of steps.entries()) {
      const given = steps[i - 1] ?? initial;
      const block = blocks[i + 1] as string;
      expect(block).toContain(`entropy  ${given.entropyBits.toFixed(2)} -> ${step.entropyBits.toFixed(2)} bits\n`);
      expect(block).toContain(`head     ${given.headSize} -> ${step.headSize} tokens hold 90%\n`);
      expect(block).toMatch(/tail {5}[\d.]+% -> [\d.]+% beyond the first 10\n/);
      const two = [given, step].map(({ top }) => `${(100 * top[0].probability).toFixed(2)}%`);
      expect(block).toMatch(new RegExp(`    1  " time" +${two[0]} +${two[1]}  █`));
    }
    expect(blocks[2]).toContain(`  tokens   4096 -> ${steps[1].kept}\n`);
    expect(blocks[2]).toMatch(/ {2}removed {2}9\.9\d%: ".*\d%, and \d+ more\n/);
  });

  test("--json: the keys without a model, and model, prompt and the texts of tokens", async () => {
    const result = await json({ prompt: "The king", topK: 2 });
    const keys = ["model", "prompt", "dialect", "chain", "history", "initial", "steps", "top", "probabilities"];
    expect(Object.keys(result)).toEqual(keys);
    const { model, prompt, history, initial, steps, top, probabilities } = result;
    expect({ model, prompt, history }).toEqual({ model: "fairytales-1", prompt: "The king", history: [336, 581] });
    expect(probabilities).toHaveLength(4096);
    const [was, s] = [307, 367].map((id) => ({ id, probability: probabilities[id] }));
    expect(top).toEqual([
      { text: " was", ...was },
      { text: "'s", ...s },
    ]);
    expect(top[0].probability + top[1].probability).toBeCloseTo(1, 12);
    expect(initial.top[2]).toEqual({ id: 338, text: " had", probability: expect.any(Number) });
    expect(steps[0].removed[0]).toEqual(initial.top[2]);
    expect(steps[0].top[0]).toEqual({ ...top[0], given: initial.top[0].probability });
  });

  test("the prompt is the history: penalties count it, and nothing counts as generated", async () => {
    const { chain, steps } = await json({ prompt: "The king The king", presencePenalty: 1.5, dialect: "openai" });
    expect(chain[0]).toMatchObject({ scope: "generated" });
    expect(steps[0].entropyBits).toBe((await json({ prompt: "The king The king" })).initial.entropyBits);
    const bigrams = await json({ prompt: " the king the", noRepeatNgram: 2 });
    expect(bigrams.steps[0]).toMatchObject({ before: 4096, kept: 4095, removed: [{ id: 581, text: " king" }] });
  });

  test("options take texts: a banned word with and without its space, breakers, no end of the text", async () => {
    const { steps, chain } = await json({
      prompt: ONCE,
      banned: [" time"],
      dryMultiplier: 1,
      dryBreaker: ["king"],
      minTokens: 1,
      greedy: true,
    });
    const types = chain.map(({ type }: { type: string }) => type);
    expect(types).toEqual(["dry", "banned-words", "min-length", "greedy"]);
    expect(chain[0].breakers).toContain(581);
    expect(chain[2]).toEqual({ type: "min-length", length: 1, eos: 0 });
    expect(steps[1].removed).toMatchObject([{ id: 508, text: " time" }]);
    expect(steps[3].top).toMatchObject([{ text: " while", probability: 1 }]);
  });

  test("a prompt is cut in the title alone, and what would move the cursor is shown by its number", async () => {
    const prompt = `${"word ".repeat(20)}\u0085\u00a0end`;
    const title = (await run({ prompt })).split("\n")[0] as string;
    expect(title).toMatch(/^the next token after \.\.\."[a-z]*( word){7} \\u0085\\u00a0end"$/);
    expect(title).toHaveLength(80);
    expect((await json({ prompt })).prompt).toBe(prompt);
  });

  test("@file is its text, and @@ a text that begins with @", async () => {
    const file = join(emptyFolder(), "prompt.txt");
    writeFileSync(file, "The king\n");
    expect(await json({ prompt: `@${file}` })).toMatchObject({ prompt: "The king", history: [336, 581] });
    expect((await json({ prompt: "@@king" })).prompt).toBe("@king");
  });

  test("an empty prompt begins with the token that ends a text", async () => {
    expect((await json({ prompt: "" })).history).toEqual([0]);
  });

  test("draws name the tokens", async () => {
    expect(await run({ prompt: ONCE, topK: 1, draws: 3 })).toMatch(
      /\n3 draws, seed 0\n {2}token {4} +final {2}drawn {2}of all draws\n {2}" time" {2}1\.00000 {6}3 {10}100%\n$/,
    );
  });

  test("one logit, one draw and one token of history are not several", async () => {
    const shown = await run({ logits: { row: [5] }, history: [0], draws: 1 });
    expect(shown).toMatch(/^the next token after 1 token, by 1 logit\n/);
    expect(shown).toContain("\n1 draw, seed 0\n");
  });

  test("draws name what a step that acts by chance removed this time and not every time", async () => {
    const shown = await run({ logits: { row: [0, -1, -2] }, xtcProbability: 0.5, draws: 1000 });
    const counts = [...shown.matchAll(/^ {2}\d +[\d.]{7} +(\d+) +[\d.]+%$/gm)].map(([, count]) => Number(count));
    expect(counts).toHaveLength(3);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1000);
    expect(Math.min(...counts)).toBeGreaterThan(0);
    expect(shown).toMatch(/xtc drew a new random number for each draw; final is for the one above\n$/);
  });

  test("logits of a model that are no numbers: an error that names the model", async () => {
    const folder = emptyFolder();
    cpSync(TRAINED, folder, { recursive: true });
    const file = join(folder, "model.safetensors");
    const bytes = readFileSync(file);
    const { tensors, dataStart } = await readHeader(memorySource(file, bytes));
    const weight = [...tensors].find(([name]) => name.endsWith("ln_f.weight"))?.[1];
    writeFileSync(file, bytes.fill(0xff, dataStart + (weight?.begin ?? 0), dataStart + (weight?.end ?? 0))); // NaN in every float
    const running = run({ prompt: "x", model: folder });
    await expect(running).rejects.toThrow(/^model ".*": logits: every logit must be a finite number/);
  });

  test.each<[string, Partial<SampleFlags>, RegExp]>([
    ["neither a prompt nor logits", {}, /give --prompt or --logits, one of them/],
    ["both", { prompt: "x", logits: { row: [1] } }, /give --prompt or --logits, one of them/],
    ["too many tokens", { prompt: "word ".repeat(600) }, /602.* tokens.* 512/],
    [
      "a text without a tokenizer",
      { prompt: "x", model: fixture("tiny-tied") },
      /has no tokenizer for --prompt; use token ids: tsgpt logits --tokens/,
    ],
    ["a token beyond the model", { prompt: "x", allowed: [4096] }, /--allowed: token id 4096 is out of range/],
    [
      "a seed that nothing uses, before a model is looked for",
      { prompt: "x", seed: 1, model: "no/where" },
      /--seed does nothing/,
    ],
  ])("%s: an error", async (_, flags, message) => {
    await expect(run(flags)).rejects.toThrow(message);
  });
});
