/** The cache: Python's layout both ways, offline and at once, and what is fetched into it. */
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generate } from "@tsgpt/gpt";
import { loadModel } from "@tsgpt/gpt/node";
import { describe, expect, test } from "vitest";
import { type FetchOptions, HubError, type HubEvent } from "../src/index.ts";
import { type Files, fixtureFiles, modelOf, text } from "./hub-model.ts";
import { hashOf } from "./local-hub.ts";
import { ID, useHub } from "./use-hub.ts";

const at = useHub();
const tokenizer = { "tokenizer.json": fixtureFiles("gpt2-tokenizer")["tokenizer.json"] };
const tied: Files = { ...fixtureFiles("tiny-tied"), ...tokenizer };
const sharded = fixtureFiles("tiny-sharded");
const COMMIT = "0123456789abcdef0123456789abcdef01234567";

describe("Python's layout", () => {
  test("is what a download leaves: blobs by hash, relative links, a ref, and nothing else", async () => {
    at.publish(tied);
    const commit = at.hub.commitOf(ID);
    expect(await at.get()).toEqual({ id: ID, revision: "main", commit, folder: at.path("snapshots", commit) });
    expect(readFileSync(at.path("refs/main"), "utf8")).toBe(commit);
    expect(readdirSync(at.path("blobs")).sort()).toEqual(
      Object.entries(tied)
        .map(([name, bytes]) => hashOf(name, bytes))
        .sort(),
    );
    for (const [name, bytes] of Object.entries(tied)) {
      expect(readlinkSync(at.path("snapshots", commit, name))).toBe(join("../../blobs", hashOf(name, bytes)));
      expect(readFileSync(at.path("snapshots", commit, name))).toHaveBits(bytes);
    }
    expect(readdirSync(at.cacheDir).sort()).toEqual([".locks", "models--org--model"]);
    expect(readdirSync(at.path()).sort()).toEqual([".no_exist", "blobs", "refs", "snapshots"]);
    const companions = [
      "generation_config.json",
      "added_tokens.json",
      "special_tokens_map.json",
      "tokenizer_config.json",
    ];
    const absent = ["merges.txt", "vocab.json", ...companions].sort();
    expect(readdirSync(at.path(".no_exist", commit)).sort()).toEqual(absent);
  });

  test("has generation_config.json where the model has one, and it counts as in a folder", async () => {
    at.publish({ ...tied, "generation_config.json": text({ eos_token_id: [9, 31], top_k: 5 }) });
    const { config, generation } = await loadModel((await at.get()).folder);
    expect([config.eosTokenId, generation?.topK]).toEqual([[9, 31], 5]);
    expect(at.fetched().sort()).toEqual([
      "config.json",
      "generation_config.json",
      "model.safetensors",
      "tokenizer.json",
    ]);
  });

  test("of a time when no generation config was asked for is completed by it, and offline used as it is", async () => {
    at.publish({ ...tied, "generation_config.json": text({ eos_token_id: 31 }) });
    const { folder, commit } = await at.get();
    rmSync(join(folder, "generation_config.json"));
    expect((await loadModel((await at.get({ offline: true })).folder)).config.eosTokenId).toBeUndefined();
    expect(existsSync(at.path(".no_exist", commit))).toBe(true);
    expect((await loadModel((await at.get()).folder)).config.eosTokenId).toBe(31);
  });

  test("that Python filled is used, and the network is asked nothing", async () => {
    at.asPython(tied, COMMIT);
    expect((await at.get()).folder).toBe(at.path("snapshots", COMMIT));
    expect(at.hub.asked).toEqual([]);
  });

  test("of a short name, as Python makes it, is found by the short name", async () => {
    at.asPython(tied, COMMIT, "models--gpt2");
    expect(await at.get({ offline: true }, "gpt2")).toMatchObject({
      id: "openai-community/gpt2",
      folder: join(at.cacheDir, "models--gpt2/snapshots", COMMIT),
    });
  });

  test("that Python filled in part is completed, and what is there is not fetched again", async () => {
    at.publish(tied);
    const { "config.json": config, "tokenizer.json": tokens } = tied;
    at.asPython({ "config.json": config, "tokenizer.json": tokens }, at.hub.commitOf(ID));
    await at.get();
    expect(at.fetched()).toEqual(["model.safetensors"]);
  });

  test("with a blob that an older commit has: it is linked and not fetched", async () => {
    at.publish(tied);
    at.asPython({ "model.safetensors": tied["model.safetensors"] }, COMMIT, "models--org--model", "old");
    await at.get();
    expect(at.fetched()).toEqual(["config.json", "tokenizer.json"]);
  });

  test("where there are no links, the snapshot holds the files themselves", async () => {
    at.publish(tied);
    const { folder } = await at.get({ env: { ...at.env, HF_HUB_DISABLE_SYMLINKS: "1" } });
    expect(lstatSync(join(folder, "model.safetensors")).isFile()).toBe(true);
    expect(readdirSync(at.path("blobs"))).toEqual([]);
    at.hub.asked.length = 0;
    await at.get({ refresh: true });
    expect(at.fetched()).toEqual([]);
  });

  test("a blob cut short under its last name is fetched again", async () => {
    at.publish(tied);
    at.asPython(tied, at.hub.commitOf(ID));
    writeFileSync(at.path("blobs", hashOf("model.safetensors", tied["model.safetensors"])), "short");
    const { folder } = await at.get({ refresh: true });
    expect(readFileSync(join(folder, "model.safetensors"))).toEqual(tied["model.safetensors"]);
  });
});

describe("once it is in the cache", () => {
  test("the network is asked nothing, and the model generates", async () => {
    at.publish(tied);
    await at.get();
    at.hub.asked.length = 0;
    const { folder } = await at.get();
    expect(at.hub.asked).toEqual([]);
    const model = await loadModel(folder);
    const ids: number[] = [];
    for await (const { id } of generate(model, [1, 2], { sample: () => 3, maxTokens: 2 })) ids.push(id);
    expect(ids).toEqual([3, 3]);
  });

  test("a model without a tokenizer is not asked for one again", async () => {
    at.publish(fixtureFiles("tiny-tied"));
    await at.get();
    at.hub.asked.length = 0;
    await at.get();
    expect(at.hub.asked).toEqual([]);
  });

  test("refresh asks what the revision is now; the old commit stays until it is removed", async () => {
    at.publish(tied);
    const old = await at.get();
    at.publish({ ...tied, "config.json": Buffer.concat([tied["config.json"], text(" ")]) });
    expect(await at.get()).toEqual(old);
    const fresh = await at.get({ refresh: true });
    expect(fresh.commit).toBe(at.hub.commitOf(ID));
    expect(await at.get()).toEqual(fresh);
    expect(await at.get({ revision: old.commit })).toMatchObject({ folder: old.folder });
    expect(at.fetched().filter((name) => name === "model.safetensors")).toHaveLength(1);
  });

  test("vocab.json and merges.txt in place of a tokenizer.json count as one", async () => {
    at.publish({ ...fixtureFiles("tiny-tied"), "vocab.json": text({ a: 0 }), "merges.txt": text("#version: 0.2\n") });
    const { folder } = await at.get();
    expect(readdirSync(folder).sort()).toEqual(["config.json", "merges.txt", "model.safetensors", "vocab.json"]);
    at.hub.asked.length = 0;
    await at.get();
    expect(at.hub.asked).toEqual([]);
  });
});

describe("offline", () => {
  test.each<[string, FetchOptions]>([
    ["by option", { offline: true }],
    ["HF_HUB_OFFLINE=1", { env: { HF_HUB_OFFLINE: "1" } }],
    ["HF_HUB_OFFLINE=on", { env: { HF_HUB_OFFLINE: "on" } }],
    ["HF_HUB_OFFLINE=Yes", { env: { HF_HUB_OFFLINE: "Yes" } }],
    ["HF_HUB_OFFLINE=TRUE", { env: { HF_HUB_OFFLINE: "TRUE" } }],
  ])("%s: an error that says where it looked, and no request", async (_, options) => {
    at.publish(tied);
    const getting = at.get({ ...options, env: { ...at.env, ...options.env } });
    await expect(getting).rejects.toThrow(`revision "main" is not in ${at.cacheDir}`);
    await expect(getting).rejects.toThrow(HubError);
    expect(at.hub.asked).toEqual([]);
  });

  test("HF_HUB_OFFLINE=0 is online", async () => {
    at.publish(tied);
    await at.get({ env: { ...at.env, HF_HUB_OFFLINE: "0" } });
  });

  test("what is missing of a snapshot is named", async () => {
    const { "config.json": config } = tied;
    at.asPython({ "config.json": config }, COMMIT);
    await expect(at.get({ offline: true })).rejects.toThrow(
      /and tokenizer\.json, model\.safetensors of revision "main" is not in/,
    );
  });

  test("a missing shard is named", async () => {
    const { "model-00002-of-00004.safetensors": _, ...rest } = sharded;
    at.asPython({ ...rest, ...tokenizer }, COMMIT);
    await expect(at.get({ offline: true })).rejects.toThrow(/model-00002-of-00004\.safetensors of revision/);
  });

  test("a model whose tokenizer nobody fetched still runs on ids", async () => {
    at.asPython(fixtureFiles("tiny-tied"), COMMIT);
    expect((await at.get({ offline: true })).commit).toBe(COMMIT);
  });
});

describe("what is fetched", () => {
  test("shards: the index, and the shards that it names", async () => {
    at.publish({ ...sharded, "extra.safetensors": sharded["model-00001-of-00004.safetensors"] });
    const events: HubEvent[] = [];
    const { folder } = await at.get({ onEvent: (event) => events.push(event) });
    expect(readdirSync(folder).sort()).toEqual(Object.keys(sharded).sort());
    await expect(loadModel(folder)).resolves.toBeDefined();
    const last = events.at(-1);
    expect(last?.kind === "progress" && last.bytes === last.totalBytes).toBe(true);
  });

  test("several files at once", async () => {
    at.publish(sharded);
    at.hub.fault = ({ kind }) => (kind === "store" ? { bytesPerSecond: 50_000 } : undefined);
    await at.get();
    expect(at.hub.mostActive).toBeGreaterThanOrEqual(3);
  });

  test("the tokenizer alone, where that is all that is needed", async () => {
    at.publish(tied);
    await at.get({ need: "tokenizer" });
    expect(at.fetched()).toEqual(["tokenizer.json"]);
    await at.get();
    expect(at.fetched()).toEqual(["tokenizer.json", "config.json", "model.safetensors"]);
  });

  test.each(["v1.0", "refs/pr/1", "feature/x"])("another revision: %s", async (revision) => {
    at.hub.repos[ID] = { revisions: { main: tied, [revision]: sharded } };
    const { folder, commit } = await at.get({ revision });
    expect(commit).toBe(at.hub.commitOf(ID, revision));
    expect(readFileSync(at.path("refs", revision), "utf8")).toBe(commit);
    expect((await at.get({ revision, offline: true })).folder).toBe(folder);
  });

  test("a commit, which needs no ref", async () => {
    at.publish(tied);
    const commit = at.hub.commitOf(ID);
    await at.get({ revision: commit });
    expect(existsSync(at.path("refs"))).toBe(false);
    expect((await at.get({ revision: commit, offline: true })).commit).toBe(commit);
  });

  test("parameters and size are told before the first byte of the weights", async () => {
    at.publish(modelOf(100_000));
    const seen: string[] = [];
    at.hub.fault = ({ kind, range }) => void (kind === "store" && seen.push(range ?? "all"));
    await at.get({ onEvent: ({ kind, ...event }) => void (kind === "start" && seen.push(JSON.stringify(event))) });
    const { length } = modelOf(100_000)["model.safetensors"];
    expect(seen.at(-2)).toMatch(`"bytes":0,"totalBytes":${length}`);
    expect(seen.at(-2)).toMatch(/"parameters":2\d{4},/);
    expect(seen.at(-1)).toBe("all");
  });
});

test("a cache that cannot be written is one line", async () => {
  at.publish(tied);
  writeFileSync(join(at.cacheDir, "file"), "");
  await expect(at.get({ cacheDir: join(at.cacheDir, "file") })).rejects.toThrow(
    /^org\/model: the cache cannot be written: ENOTDIR/,
  );
});

test("a folder copied elsewhere still leads to its blobs: links are relative", async () => {
  at.publish(tied);
  const { commit } = await at.get();
  const moved = mkdtempSync(join(tmpdir(), "tsgpt-moved-"));
  cpSync(at.path(), join(moved, "models--org--model"), { recursive: true, verbatimSymlinks: true });
  rmSync(at.path(), { recursive: true });
  expect((await at.get({ offline: true, cacheDir: moved })).commit).toBe(commit);
  rmSync(moved, { recursive: true });
});
