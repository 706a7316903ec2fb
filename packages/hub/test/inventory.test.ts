/** What the cache holds, what goes when a model is removed, and what a model is before it is fetched. */
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { inspectModel, planRemoval, scanCache, sumOf } from "../src/index.ts";
import { type Files, fixtureFiles, modelOf, text } from "./hub-model.ts";
import { hashOf } from "./local-hub.ts";
import { ID, useHub } from "./use-hub.ts";

const at = useHub();
const tokenizer = { "tokenizer.json": fixtureFiles("gpt2-tokenizer")["tokenizer.json"] };
const tied: Files = { ...fixtureFiles("tiny-tied"), ...tokenizer };
const sharded = fixtureFiles("tiny-sharded");
const COMMIT = "0123456789abcdef0123456789abcdef01234567";

test("what the cache holds, by model and commit, whoever fetched it", async () => {
  at.publish(tied);
  const { commit, folder } = await at.get();
  at.asPython(tied, COMMIT, "models--gpt2");
  mkdirSync(join(at.cacheDir, "datasets--org--data"));
  writeFileSync(at.path("blobs/abc.incomplete"), "12345");
  symlinkSync("../../blobs/gone", join(at.cacheDir, "models--gpt2/snapshots", COMMIT, "gone.bin"));
  const [gpt2, model] = await scanCache(at.cacheDir);
  expect(gpt2).toMatchObject({ id: "gpt2", partBytes: 0, snapshots: [{ commit: COMMIT, refs: ["main"] }] });
  expect(model).toMatchObject({ id: ID, partBytes: 5, snapshots: [{ commit, refs: ["main"], folder }] });
  const bytes = Object.values(tied).reduce((sum, { length }) => sum + length, 0);
  expect(sumOf(model.snapshots[0].files)).toBe(bytes);
  expect(sumOf(gpt2.snapshots[0].files)).toBe(bytes);
  expect(await scanCache(join(at.cacheDir, "nowhere"))).toEqual([]);
});

describe("removing", () => {
  const changed = { ...tied, "config.json": Buffer.concat([tied["config.json"], text(" ")]) };

  /** Two revisions that share all blobs but the config. */
  async function two(): Promise<{ main: string; old: string }> {
    at.hub.repos[ID] = { revisions: { main: tied, "refs/pr/1": changed } };
    return { main: (await at.get()).commit, old: (await at.get({ revision: "refs/pr/1" })).commit };
  }

  test("a model gives back all that it takes", async () => {
    const { main, old } = await two();
    writeFileSync(at.path("blobs/abc.incomplete"), "12345");
    const removal = await planRemoval(ID, { env: at.env });
    const bytes = [...Object.values(tied), changed["config.json"]].reduce((sum, { length }) => sum + length, 5);
    expect(removal).toMatchObject({ id: ID, bytes, commits: [main, old].sort() });
    expect(existsSync(at.path())).toBe(true);
    await removal.remove();
    expect(existsSync(at.path())).toBe(false);
  });

  test("a revision keeps the blobs that another has, and the other whole", async () => {
    const { old } = await two();
    const removal = await planRemoval(ID, { env: at.env, revision: "refs/pr/1" });
    expect(removal).toMatchObject({ commits: [old], bytes: changed["config.json"].length });
    await removal.remove();
    expect(readdirSync(at.path("blobs")).sort()).toEqual(
      Object.entries(tied)
        .map(([name, bytes]) => hashOf(name, bytes))
        .sort(),
    );
    expect(existsSync(at.path("refs/refs/pr/1"))).toBe(false);
    await at.get({ offline: true });
    await expect(at.get({ offline: true, revision: "refs/pr/1" })).rejects.toThrow(/is not in/);
  });

  test("the last revision takes the folder with it", async () => {
    at.publish(tied);
    const { commit } = await at.get();
    await (await planRemoval(ID, { env: at.env, revision: commit })).remove();
    expect(existsSync(at.path())).toBe(false);
  });

  test("what is not there is an error that says where it looked", async () => {
    await expect(planRemoval(ID, { env: at.env })).rejects.toThrow(
      `org/model is not in ${at.cacheDir}; scanCache lists`,
    );
    at.publish(tied);
    await at.get();
    await expect(planRemoval(ID, { env: at.env, revision: "v9" })).rejects.toThrow(
      /^revision "v9" of org\/model is not in/,
    );
  });
});

describe("inspecting", () => {
  test("reads the config and the headers, and leaves nothing behind", async () => {
    at.publish({ ...modelOf(400_000), ...tokenizer });
    const { config, summary, commit, folder } = await inspectModel(ID, { env: at.env });
    expect([config.nLayer, config.nEmbd, commit, folder]).toEqual([1, 16, at.hub.commitOf(ID), undefined]);
    expect(summary).toEqual({
      parameters: summary.bytes / 4,
      dtypes: { F32: summary.parameters },
      bytes: summary.bytes,
    });
    const asked = at.hub.asked.map(({ kind, name, range }) => `${kind} ${name} ${range}`.trim());
    expect(asked[2]).toBe(`file config.json bytes=0-${modelOf(400_000)["config.json"].length - 1}`);
    expect(asked.slice(3, 5)).toEqual(["file", "store"].map((kind) => `${kind} model.safetensors bytes=0-63`));
    expect(asked[6]).toMatch(/^store model\.safetensors bytes=8-\d{4}$/);
    expect(asked).toHaveLength(7);
    expect(readdirSync(at.cacheDir)).toEqual([]);
  });

  test("of what is in the cache asks nothing", async () => {
    at.publish(tied);
    const { folder } = await at.get();
    at.hub.asked.length = 0;
    expect(await inspectModel(ID, { env: at.env })).toMatchObject({ folder });
    expect(at.hub.asked).toEqual([]);
  });

  test("counts shards, and F16", async () => {
    at.publish(sharded);
    const whole = await inspectModel(ID, { env: at.env });
    at.publish(fixtureFiles("tiny-f16"), "org/half");
    const half = await inspectModel("org/half", { env: at.env });
    expect(Object.keys(whole.summary.dtypes)).toEqual(["F32"]);
    expect(Object.keys(half.summary.dtypes)).toEqual(["F16"]);
  });

  test("offline is the error of a model that is not there", async () => {
    await expect(inspectModel(ID, { env: at.env, offline: true })).rejects.toThrow(/offline/);
  });
});
