/** A model with more rows than its tokenizer has tokens, as padding to a round number leaves: what no token names is no text. */
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { emptyFolder, fixture, tsgpt } from "./process.ts";

const folder = emptyFolder();

beforeAll(() => {
  cpSync(fixture("tiny-tied"), folder, { recursive: true }); // 61 rows
  const vocab = Object.fromEntries([..."abcdefgh"].map((letter, id) => [letter, id]));
  const model = { type: "BPE", vocab, merges: [] };
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, use_regex: true, trim_offsets: true };
  const json = { version: "1.0", added_tokens: [], pre_tokenizer: byteLevel, decoder: byteLevel, model };
  writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(json));
});

test.each(["--seed 3", "--num-samples 2 --seed 3", "--beams 2", "--penalty-alpha 0.5", "--prompt-lookup --seed 3"])(
  "generate %s goes on past an id without a token",
  async (options) => {
    const args = ["generate", "abc", "--model", folder, "--max-tokens", "6", "--json", ...options.split(" ")];
    const { code, stdout } = await tsgpt(args);
    expect(code).toBe(0);
    const { tokens, text } = JSON.parse(stdout) as { tokens: { id: number; text: string }[]; text: string };
    expect(tokens).toHaveLength(6);
    expect(tokens.some(({ id }) => id >= 8)).toBe(true);
    for (const token of tokens) expect(token.text).toBe("abcdefgh".charAt(token.id));
    expect(text).toBe(tokens.map(({ text }) => text).join(""));
  },
);
