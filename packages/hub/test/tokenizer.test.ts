/** Tokenizers of a hub: every file that a tokenizer is read from is fetched, with the ids of AutoTokenizer of transformers 5.18. */
import { loadFolderTokenizer } from "@tsgpt/gpt/node";
import { describe, expect, test } from "vitest";
import { cases, filesOf, named } from "../../gpt/test/tokenizer-cases.ts";
import { text } from "./hub-model.ts";
import { useHub } from "./use-hub.ts";

const at = useHub();
const COMMIT = "0123456789abcdef0123456789abcdef01234567";

describe("a small one", () => {
  test.each(named(cases.small))("%s", async (_, one) => {
    const files = filesOf(one, cases.tokenizer);
    at.publish(Object.fromEntries(Object.entries(files).map(([name, content]) => [name, text(content)])));
    const tokenizer = await loadFolderTokenizer((await at.get({ need: "tokenizer" })).folder);
    expect(one.texts.map((each) => tokenizer?.encode(each))).toEqual(one.ids);
  });
});

describe("a snapshot of the cache", () => {
  const files = { "vocab.json": text({ a: 0, b: 1 }), "merges.txt": text(""), "added_tokens.json": text({ "<x>": 2 }) };
  const ids = async (folder: string) => (await loadFolderTokenizer(folder))?.encode("a<x>b");

  test("whose files were asked for one by one, without those beside the tokenizer, is completed", async () => {
    at.publish(files);
    const { "added_tokens.json": _, ...early } = files;
    const commit = at.hub.commitOf("org/model");
    at.asPython(early, commit);
    at.markAbsent(commit, "tokenizer.json");
    expect(await ids((await at.get({ need: "tokenizer" })).folder)).toEqual([0, 2, 1]);
    expect(at.fetched()).toEqual(["added_tokens.json"]);
  });

  test("is used as it is offline", async () => {
    at.asPython({ "vocab.json": files["vocab.json"], "merges.txt": files["merges.txt"] }, COMMIT);
    at.markAbsent(COMMIT, "tokenizer.json");
    expect((await at.get({ need: "tokenizer", offline: true })).commit).toBe(COMMIT);
  });
});
