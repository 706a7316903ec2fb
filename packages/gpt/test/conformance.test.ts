/** The conformance program itself, on models that are not GPT-2: it must say so. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createReferenceEngine } from "@tsgpt/tensor";
import { afterAll, beforeAll, expect, test } from "vitest";
import { presetConfig } from "../src/config/presets.ts";
import { writeRandomModel } from "../src/node/index.ts";
import { conformance, formatRow, type Published, type Row } from "./conformance/conformance.ts";

const published: Published[] = JSON.parse(
  readFileSync(new URL("./conformance/published.json", import.meta.url), "utf8"),
);
const runnable = published.filter(({ kind }) => kind !== "skipped");
let folder = "";

/** GPT-2's vocabulary and one narrow layer. */
beforeAll(async () => {
  folder = join(mkdtempSync(join(tmpdir(), "tsgpt-")), "model");
  await writeRandomModel(folder, { ...presetConfig("gpt2"), nLayer: 1, nHead: 2, nEmbd: 8, nInner: 32 });
});
afterAll(() => rmSync(join(folder, ".."), { recursive: true }));

const withTokenizer = () => {
  const source = new URL("./fixtures/gpt2-tokenizer/tokenizer.json", import.meta.url);
  copyFileSync(source, join(folder, "tokenizer.json"));
};

async function rowsOf(values: readonly Published[], of: string | undefined): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const row of conformance(values, of, createReferenceEngine())) rows.push(row);
  return rows;
}

test("without a folder every value is skipped by name, with the reason", async () => {
  const rows = await rowsOf(published, undefined);
  expect(rows.map(({ name }) => name)).toEqual(published.map(({ name }) => name));
  expect(rows.filter(({ verdict, why }) => verdict !== "skipped" || !why)).toEqual([]);
});

test("without a tokenizer only ids are run", async () => {
  const rows = await rowsOf(runnable, folder);
  expect(rows.filter(({ verdict }) => verdict === "FAIL").map(({ name }) => name)).toEqual(["The dog: 18 greedy ids"]);
  expect(rows[1]).toMatchObject({ verdict: "skipped", why: "the folder has no tokenizer" });
});

test("a model that is not GPT-2 fails every value, and the table shows what it got", async () => {
  withTokenizer();
  const rows = await rowsOf(published, folder);
  expect(rows.map(({ verdict }) => verdict)).toEqual([
    ...runnable.map(() => "FAIL"),
    ...published.slice(runnable.length).map(() => "skipped"),
  ]);
  expect(formatRow(rows[0]!)).toMatch(
    /^FAIL {5}The dog: 18 greedy ids\n {9}expected \[373,1043,.*\]\n {9}got {6}\[\d+(,\d+){17}\]$/,
  );
  expect(rows.at(5)!.got).toMatch(/^1\d\.\d+$/); // a random model's loss is near ln 50257 = 10.8
});

test("values that the model does have pass, and within the tolerance only", async () => {
  withTokenizer();
  const got = (await rowsOf(runnable, folder)).map((row) => JSON.parse(row.got!));
  const own = runnable.map((value, i) => ({ ...value, expected: got[i] }) as Published);
  expect((await rowsOf(own, folder)).filter(({ verdict }) => verdict !== "pass")).toEqual([]);
  const off = own.map((value) =>
    value.kind === "loss" ? { ...value, expected: value.expected + 2 * value.tolerance } : value,
  );
  expect((await rowsOf(off, folder)).filter(({ verdict }) => verdict === "FAIL")).toHaveLength(1);
});

test("a value that cannot be computed is a failure, not an end", async () => {
  const value: Published = { name: "x", source: "", kind: "greedy", prompt: [60_000], newTokens: 1, expected: [1] };
  const [row] = await rowsOf([value], folder);
  expect(row).toMatchObject({ verdict: "FAIL" });
  expect(row!.got).toContain("60000");
});
