/** A tokenizer's files key by key; those of a small vocabulary are read from a folder. From a hub: packages/hub/test/tokenizer.test.ts. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sample } from "../../../test/setup/sample.ts";
import { loadFolderTokenizer } from "../src/node/index.ts";
import { loadTokenizerFiles } from "../src/tokenizer/tokenizer-files.ts";
import { cases, filesOf, gpt2, named } from "./tokenizer-cases.ts";

describe("GPT-2's tokenizer", () => {
  test.each(sample(named(cases.gpt2), 4))("%s", (_, one) => {
    const tokenizer = loadTokenizerFiles(filesOf(one, gpt2));
    expect(one.texts.map((each) => tokenizer?.encode(each))).toEqual(one.ids);
  });
});

describe("a small one, from a folder", () => {
  test.each(named(cases.small))("%s", async (_, one) => {
    const folder = mkdtempSync(join(tmpdir(), "tsgpt-"));
    for (const [name, content] of Object.entries(filesOf(one, cases.tokenizer)))
      writeFileSync(join(folder, name), content);
    const tokenizer = await loadFolderTokenizer(folder);
    expect(one.texts.map((each) => tokenizer?.encode(each))).toEqual(one.ids);
    rmSync(folder, { recursive: true });
  });
});
