/** tsgpt sample --logits with --model: the words of a tokenizer for logits that came without one. */
import { describe, expect, test } from "vitest";
import { type SampleFlags, sampleCommand } from "../src/commands/sample.ts";
import { createProgram } from "../src/program.ts";
import { captured } from "./captured.ts";
import { fixture } from "./process.ts";

const TRAINED = fixture("fairytales-1");
const run = (flags: Partial<SampleFlags>) =>
  captured(() => sampleCommand({ dialect: "lecture", dtype: "auto", kernels: "auto", model: TRAINED, ...flags }));
const json = async (flags: Partial<SampleFlags>) => JSON.parse(await run({ ...flags, json: true }));

/** Logits of 5,000 ids, more than the tokenizer has: " king" is the most probable, then id 4999, then " was". */
const HIGH = new Map([
  [581, 9],
  [4999, 8],
  [307, 7],
]);
const logits = { row: Array.from({ length: 5000 }, (_, id) => HIGH.get(id) ?? 0) };

describe("--logits with --model", () => {
  test("shows tokens and history as words, and as ids what the tokenizer does not have", async () => {
    const shown = await run({ logits, history: [336, 581] }); // The king
    expect(shown).toMatch(
      /^the next token after "The king"\n\n {2}words {4}from the tokenizer of model fairytales-1\n/,
    );
    expect(shown).toMatch(/\n +1 {2}" king" .*\n +2 {2}4999 .*\n +3 {2}" was" /);
  });

  test("a history that has no text is pluralize", async () => {
    expect(await run({ logits, history: [4999] })).toMatch(/^the next token after 1 token\n/);
  });

  test("no history is none", async () => {
    expect(await run({ logits })).toMatch(/^the next token\n/);
  });

  test("--json has the model, no prompt, and a text for each id, null where it has none", async () => {
    const { model, initial, top, steps, ...others } = await json({ logits, topK: 2 });
    const texts = (shares: { text: string | null }[]) => shares.map(({ text }) => text);
    expect(model).toBe("fairytales-1");
    expect(others).not.toHaveProperty("prompt");
    expect(texts(top)).toEqual([" king", null]);
    expect(texts(initial.top).slice(0, 3)).toEqual([" king", null, " was"]);
    expect(texts(steps[0].removed)[0]).toBe(" was");
  });

  test("--banned and --dry-breaker take texts", async () => {
    const { chain, top } = await json({ logits, banned: ["king"], dryMultiplier: 1, dryBreaker: ["king"] });
    expect(chain[0].breakers).toContain(581);
    expect(chain[1].type).toBe("banned-words");
    expect(top[0]).toMatchObject({ id: 4999, text: null }); // " king" is banned too
  });

  test("a text whose token the logits do not have is an error", async () => {
    await expect(run({ logits: { row: [1, 2] }, banned: [" king"] })).rejects.toThrow(
      "--banned: token id 581 is out of range; ids go from 0 to 1",
    );
  });

  test("a folder with a tokenizer alone is enough; one without is an error", async () => {
    expect((await json({ logits, model: fixture("gpt2-tokenizer") })).model).toBe("gpt2-tokenizer");
    await expect(run({ logits, model: fixture("tiny-tied") })).rejects.toThrow(/has neither tokenizer\.json nor/);
  });

  test("the engine's options stay refused", async () => {
    const typed = ["sample", "--logits", "1,2", "--model", TRAINED, "--dtype", "f32"];
    const program = await createProgram();
    await expect(program.parseAsync(typed, { from: "user" })).rejects.toThrow(/--dtype.* cannot be used with/);
  });
});
