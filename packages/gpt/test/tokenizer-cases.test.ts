/**
 * A tokenizer's files key by key: the ids of tools/reference/make_tokenizer_fixtures.py, which AutoTokenizer of transformers 5.18 gave.
 * Those of a small vocabulary are read twice, from a folder and from a hub.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadFolderTokenizer } from "../src/node/index.ts";
import { loadTokenizerFiles } from "../src/tokenizer-files.ts";
import { text } from "./hub-model.ts";
import { useHub } from "./use-hub.ts";

interface Case {
  /** Values by dotted path in tokenizer.json; null for vocab.json and merges.txt in its place. */
  readonly set: readonly (readonly [path: string, value: unknown])[] | null;
  readonly remove: readonly string[];
  readonly beside: Readonly<Record<string, unknown>>;
  readonly texts: readonly string[];
  readonly ids: readonly (readonly number[])[];
}

const read = (name: string) => readFileSync(new URL(`./fixtures/gpt2-tokenizer/${name}`, import.meta.url), "utf8");
const cases: { gpt2: Case[]; tokenizer: Json; small: Case[] } = JSON.parse(read("cases.json"));
const gpt2: Json = JSON.parse(read("tokenizer.json"));
const at = useHub();
const COMMIT = "0123456789abcdef0123456789abcdef01234567";

type Json = Record<string, unknown> & { model: { vocab: Record<string, number>; merges: (string | string[])[] } };

/** The files of a case, by name. */
function filesOf({ set, remove, beside }: Case, whole: Json): Record<string, string> {
  const companions = Object.entries(beside).map(([name, content]) => [name, JSON.stringify(content)]);
  const { vocab, merges } = whole.model;
  const lines = merges.map((merge) => (typeof merge === "string" ? merge : merge.join(" ")));
  if (set === null) companions.push(["vocab.json", JSON.stringify(vocab)], ["merges.txt", lines.join("\n")]);
  else companions.push(["tokenizer.json", JSON.stringify(changed(whole, set, remove))]);
  return Object.fromEntries(companions);
}

function changed(whole: Json, set: NonNullable<Case["set"]>, remove: readonly string[]): unknown {
  const copy = structuredClone(whole);
  const place = (path: string) => {
    const keys = path.split(".");
    const last = keys.pop() as string;
    return [keys.reduce((value, key) => value[key] as Json, copy as Json), last] as const;
  };
  for (const [path, value] of set) place(path)[0][place(path)[1]] = value;
  for (const path of remove) delete place(path)[0][place(path)[1]];
  return copy;
}

const named = (list: readonly Case[]) =>
  list.map(
    (one) => [JSON.stringify({ set: one.set?.map(([path]) => path), ...one.beside }).slice(0, 150), one] as const,
  );

describe("GPT-2's tokenizer", () => {
  test.each(named(cases.gpt2))("%s", (_, one) => {
    const tokenizer = loadTokenizerFiles(filesOf(one, gpt2));
    expect(one.texts.map((each) => tokenizer?.encode(each))).toEqual(one.ids);
  });
});

describe("a small one, from a folder and from a hub", () => {
  test.each(named(cases.small))("%s", async (_, one) => {
    const files = filesOf(one, cases.tokenizer);
    const folder = mkdtempSync(join(tmpdir(), "tsgpt-"));
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    at.publish(Object.fromEntries(Object.entries(files).map(([name, content]) => [name, text(content)])));
    const fetched = await at.get({ need: "tokenizer" });
    for (const place of [folder, fetched.folder]) {
      const tokenizer = await loadFolderTokenizer(place);
      expect(one.texts.map((each) => tokenizer?.encode(each))).toEqual(one.ids);
    }
    rmSync(folder, { recursive: true });
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
