import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { loadTokenizer } from "@tsgpt/gpt";
import { expect, test } from "vitest";
import { tokenText } from "../src/token-text.ts";

const BUNDLED = fileURLToPath(new URL("../../../weights/fairytales/tokenizer.json", import.meta.url));

test("a token beyond the tokenizer has no text, nor has any without one", async () => {
  const tokenizer = loadTokenizer(await readFile(BUNDLED, "utf8"));
  expect(tokenText(tokenizer, 581)).toBe(" king");
  expect(tokenText(tokenizer, 4096)).toBeUndefined(); // a padded vocabulary has such
  expect(tokenText(undefined, 0)).toBeUndefined();
});
