/** tsgpt watermark as a process, on texts that the library has written with and without a watermark. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { detectWatermark } from "@tsgpt/analysis";
import { generate, type Model } from "@tsgpt/gpt";
import { loadModel } from "@tsgpt/gpt/node";
import { createSampler, presetChain, type WatermarkKey } from "@tsgpt/sampling";
import { createSimdEngine } from "@tsgpt/tensor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { emptyFolder, fixture, tsgpt } from "./process.ts";

const KEY = ["--watermark-key", "42"];
const engine = createSimdEngine({ threads: 1 });
let model: Model;
let marked: string;
let plain: string;

async function generated(watermark?: WatermarkKey): Promise<string> {
  const sample = createSampler(presetChain("lecture", { watermark }), { seed: 1 });
  let text = "";
  for await (const token of generate(model, "Once", { sample, maxTokens: 150, ignoreEos: true })) text += token.text;
  return text.trim();
}

beforeAll(async () => {
  model = await loadModel(fixture("fairytales-1"), { engine });
  marked = await generated({ key: 42 });
  plain = await generated();
});
afterAll(() => engine.dispose());

const zOf = (stdout: string) => Number(/^z = (-?[\d.]+) /m.exec(stdout)?.[1]);
const json = async (text: string, ...args: string[]) =>
  JSON.parse((await tsgpt(["watermark", text, "--json", ...args])).stdout);

describe.concurrent("tsgpt watermark", () => {
  test("flags a text that bears the key's mark, in words, and says what that is worth", async () => {
    const { code, stdout, stderr } = await tsgpt(["watermark", marked, ...KEY]);
    expect(stdout).toMatch(
      /^green tokens: \d+ of \d+, \d\d\.\d%; about 25\.0% expected without this key's watermark\nz = /,
    );
    expect(stdout).toMatch(/by chance: p = \d\.\de-\d+\nflagged as watermarked with this key \(threshold: z above 4\)/);
    expect(stdout).toMatch(/A statistic, not a proof\.\n$/);
    expect(zOf(stdout)).toBeGreaterThan(6);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  test("does not flag it under another key, and exits with 0 all the same", async () => {
    const { code, stdout } = await tsgpt(["watermark", marked, "--watermark-key", "43"]);
    expect(stdout).toMatch(/^not flagged \(threshold: z above 4\)/m);
    expect(zOf(stdout)).toBeLessThan(3);
    expect(code).toBe(0);
  });

  test("does not flag a text without a mark", async () => {
    const { code, stdout } = await tsgpt(["watermark", plain, ...KEY]);
    expect(stdout).toMatch(/^not flagged/m);
    expect(code).toBe(0);
  });

  test("a text, a file and stdin are the same, with a newline at the end or without", async () => {
    const file = join(emptyFolder(), "story.txt");
    writeFileSync(file, `${marked}\n`);
    const given = await tsgpt(["watermark", marked, ...KEY]);
    expect(await tsgpt(["watermark", `@${file}`, ...KEY])).toEqual(given);
    expect(await tsgpt(["watermark", ...KEY], { input: `${marked}\n` })).toEqual(given);
    expect(await tsgpt(["watermark", ...KEY], { input: marked })).toEqual(given);
  });

  test("a text that begins with @ comes by stdin", async () => {
    const { code, stdout } = await tsgpt(["watermark", ...KEY], { input: "@home, said the king" });
    expect(stdout).toContain("green tokens: ");
    expect(code).toBe(0);
  });

  test("--json: what the detector finds, and each token with its color", async () => {
    const { tokens, ...evidence } = await json(marked, ...KEY);
    const { colors, ...expected } = detectWatermark(
      tokens.map(({ id }: { id: number }) => id),
      { key: 42 },
    );
    expect(evidence).toEqual(expected);
    expect(tokens.map(({ text }: { text: string }) => text).join("")).toBe(marked);
    expect(tokens.map(({ colour }: { colour: string | null }) => colour ?? undefined)).toEqual(colors);
  });

  test("--watermark-gamma, --watermark-hash and --watermark-width are the key's", async () => {
    const args = ["--watermark-gamma", "0.5", "--watermark-hash", "self", "--watermark-width", "3"];
    const { tokens, z, scored, green } = await json(plain, ...KEY, ...args);
    const key: WatermarkKey = { key: 42, gamma: 0.5, hash: "self", width: 3 };
    const ids = tokens.map(({ id }: { id: number }) => id);
    expect(detectWatermark(ids, key)).toMatchObject({ z, scored, green });
    expect(tokens.slice(0, 4).map(({ colour }: { colour: string | null }) => colour === null)).toEqual([
      ...[true, true, true],
      false,
    ]);
  });

  test("--threshold decides what is flagged", async () => {
    const { z, flagged } = await json(marked, ...KEY, "--threshold", "6");
    expect(flagged).toBe(true);
    expect((await json(marked, ...KEY, "--threshold", String(z + 0.01))).flagged).toBe(false);
  });

  test("--all-repeats counts what comes again", async () => {
    const loop = "the king and ".repeat(20);
    const [once, again] = [await json(loop, ...KEY), await json(loop, ...KEY, "--all-repeats")];
    expect(once.scored).toBeLessThan(10);
    expect(again.scored).toBe(again.tokens.length - 1);
  });

  test("a p that float64 cannot hold is below 1e-300, not 0", async () => {
    const { stdout } = await tsgpt(["watermark", ...KEY, "--all-repeats"], { input: marked.repeat(25) });
    expect(zOf(stdout)).toBeGreaterThan(40);
    expect(stdout).toContain("by chance: p below 1e-300\n");
  });

  test("says of a few tokens that no color would flag them", async () => {
    const { stdout } = await tsgpt(["watermark", "Once upon a", ...KEY]);
    expect(stdout).toMatch(/^too short to be flagged: if all tokens were green, z would be [123]\.\d\d \(threshold/m);
  });
});
