/** Loading another model: the one before answers until the text goes over, and stays if the other fails. */
import { memoryByDtype } from "@tsgpt/gpt";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type FileServer, serveFiles } from "../../gpt/test/file-server.ts";
import { modelWith } from "../../gpt/test/hostile-files.ts";
import { tinyTensors } from "../../gpt/test/tiny-checkpoint.ts";
import { tinyFiles } from "../../gpt/test/tiny-files.ts";
import { type LocalHub, sha256, startHub } from "../../hub/test/local-hub.ts";
import { type Client, createClient } from "../src/client.ts";
import type { LoadProgress, ModelPlace } from "../src/protocol/model.ts";
import type { Token } from "../src/protocol/text.ts";
import { createAnswerer } from "../src/worker/answer.ts";
import { createHandlers } from "../src/worker/handlers.ts";
import { writeRecord } from "../src/worker/models/storage.ts";
import { fakeStorage } from "./fake-storage.ts";

const files = tinyFiles();
const PROMPT = "abba";
const asFiles = (of: Iterable<[string, Uint8Array]>, folder = "folder") =>
  [...of].map(([name, bytes]) => ({
    path: `${folder}/${name}`,
    file: new File([bytes as Uint8Array<ArrayBuffer>], name),
  }));
const picked: ModelPlace = { files: asFiles(files) };
const broken: ModelPlace = { files: asFiles(modelWith("model.safetensors", new Uint8Array(7))) };
const sampling = { dialect: "lecture" } as const;

let server: FileServer;
let hub: LocalHub;
let client: Client;
beforeAll(async () => {
  server = await serveFiles(files);
  hub = await startHub({ "org/tales": { revisions: { main: Object.fromEntries(files) } } });
});
afterAll(async () => {
  await Promise.all([server.close(), hub.close()]);
});
beforeEach(() => {
  hub.asked.length = 0;
  vi.stubEnv("TSGPT_EXPLORER_HUB", hub.url);
  client = connect();
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

function connect(): Client {
  const answer = createAnswerer(createHandlers(), (message, transfer) =>
    connected.receive(structuredClone(message, { transfer })),
  );
  const connected = createClient((message) => void answer(message));
  return connected;
}

async function opened(): Promise<readonly Token[]> {
  let tokens: readonly Token[] = [];
  const asked = { prompt: PROMPT, seed: 7, sampling };
  await client.ask("open", asked, { onProgress: (value) => (tokens = value) });
  return tokens;
}

async function loadBundled(): Promise<readonly Token[]> {
  await client.ask("load", { url: server.url });
  return opened();
}

const step = async () => (await client.ask("step", { id: undefined })).added.map(({ id }) => id);

/** A storage of the browser's, empty, with an estimate of what is left. */
function withStorage(quota = 1e12): ReturnType<typeof fakeStorage> {
  const storage = fakeStorage();
  const manager = { getDirectory: async () => storage, estimate: async () => ({ quota, usage: 0 }) };
  vi.stubGlobal("navigator", { storage: manager });
  return storage;
}

test("a folder is inspected: what it is, and what it needs in each dtype", async () => {
  const offer = await client.ask("inspect", picked);
  const numbers = [...tinyTensors().values()].reduce((sum, { data }) => sum + data.byteLength / 4, 0);
  expect(offer).toMatchObject({ name: "folder", parameters: numbers, stored: { F32: numbers }, dtype: "f32" });
  expect(offer.memory).toEqual(memoryByDtype(offer.config));
  expect(offer.fitting).toEqual(["f32", "f16", "bf16", "int8"]);
  expect(offer.download).toBeUndefined();
});

test("what does not fit is said, and the dtype that does is proposed", async () => {
  const { memory } = await client.ask("inspect", picked);
  vi.stubGlobal("navigator", { deviceMemory: (memory.f32.total - 1) / 2 ** 30 });
  const offer = await client.ask("inspect", picked);
  expect([offer.fitting, offer.dtype]).toEqual([["f16", "bf16", "int8"], "bf16"]);
});

test("another model is used from the next text on; the one before answers until then", async () => {
  const tokens = await loadBundled();
  const info = await client.ask("load", { ...picked, dtype: "int8" });
  expect(info).toMatchObject({ name: "folder", dtype: "int8", isFromUrl: false, hub: undefined });
  const { logits: before } = await client.ask("distribution", {});
  expect(await opened()).toEqual(tokens);
  const { logits: after } = await client.ask("distribution", {});
  expect([...before]).not.toEqual([...after]);
});

test("a model that fails to load changes nothing", async () => {
  await loadBundled();
  const first = await step();
  await client.ask("back", {});
  await expect(client.ask("load", broken)).rejects.toThrow(
    "model.safetensors: has 7 bytes; a safetensors file has at least 8",
  );
  expect(await step()).toEqual(first);
});

test("without room for two, the one before leaves first, once the other has been checked", async () => {
  await loadBundled();
  vi.stubGlobal("navigator", { deviceMemory: 1 / 1024 }); // 1 MiB: each alone fits
  await expect(client.ask("load", broken)).rejects.toThrow("has 7 bytes");
  expect(await step()).toHaveLength(1);
  const seen: LoadProgress[] = [];
  await client.ask("load", picked, { onProgress: (progress) => seen.push(progress) });
  expect(seen.every(({ isAlone }) => isAlone)).toBe(true);
  await expect(client.ask("step", { id: undefined })).rejects.toThrow("there is no text yet; open one first");
  await opened();
  expect(await step()).toHaveLength(1);
});

describe("where the machine has no memory for two", () => {
  const noMemory = () => {
    throw new RangeError("no memory");
  };

  test("the one before leaves, and the other is loaded", async () => {
    await loadBundled();
    const grow = vi.spyOn(WebAssembly.Memory.prototype, "grow").mockImplementationOnce(noMemory);
    const seen: LoadProgress[] = [];
    await client.ask("load", picked, { onProgress: (progress) => seen.push(progress) });
    expect(grow.mock.calls.length).toBeGreaterThan(1);
    expect(seen.at(-1)?.isAlone).toBe(true);
    await opened();
    expect(await step()).toHaveLength(1);
    grow.mockRestore();
  });

  test("and none for one, it is one sentence, and a model can be loaded again", async () => {
    await loadBundled();
    const grow = vi.spyOn(WebAssembly.Memory.prototype, "grow").mockImplementation(noMemory);
    await expect(client.ask("load", picked)).rejects.toThrow(
      /^this machine does not give the simd engine \d+ bytes more$/,
    );
    grow.mockRestore();
    await expect(client.ask("step", { id: undefined })).rejects.toThrow("there is no model yet; load one first");
    await loadBundled();
    expect(await step()).toHaveLength(1);
  });
});

test("a cancelled load changes nothing", async () => {
  await loadBundled();
  const controller = new AbortController();
  const loading = client.ask("load", picked, { signal: controller.signal });
  controller.abort();
  await expect(loading).rejects.toMatchObject({ name: "AbortError" });
  expect(await step()).toHaveLength(1);
});

describe("of the hub", () => {
  const place: ModelPlace = { hub: "org/tales", revision: "main" };
  const total = [...files.values()].reduce((sum, { length }) => sum + length, 0);

  test("what has to be downloaded is said before any of it is", async () => {
    withStorage();
    const offer = await client.ask("inspect", place);
    expect(offer).toMatchObject({ name: "org/tales", download: { total, there: 0 }, dtype: "f32" });
    expect(hub.asked.filter(({ kind, range }) => kind === "store" && range?.endsWith("-"))).toEqual([]);
  });

  test("is kept: listed, loaded again without a request, deleted", async () => {
    const storage = withStorage();
    const seen: LoadProgress[] = [];
    const info = await client.ask("load", place, { onProgress: (progress) => seen.push(progress) });
    const commit = hub.commitOf("org/tales");
    expect(info).toMatchObject({ name: "org/tales", notes: [], hub: { revision: "main", commit } });
    expect(seen.filter(({ stage }) => stage === "download").at(-1)).toMatchObject({ loaded: total, total });
    const { models } = await client.ask("keptModels", {});
    expect(models).toMatchObject([
      { name: "org/tales", revision: "main", commit, bytes: total, there: total, isComplete: true },
    ]);
    hub.asked.length = 0;
    for (const again of [place, { hub: "org/tales", revision: commit }, { kept: models[0].key }]) {
      expect(await client.ask("load", again)).toMatchObject({ name: "org/tales", hub: { revision: "main", commit } });
    }
    expect(hub.asked).toEqual([]);
    await (await storage.getDirectoryHandle("models")).removeEntry(`${models[0].key}`);
    await expect(client.ask("load", { kept: models[0].key })).rejects.toThrow(
      "org/tales: its config.json is no longer in the browser's storage; delete the model, and load it again",
    );
    await client.ask("deleteModel", { key: models[0].key });
    expect(await client.ask("keptModels", {})).toEqual({ models: [], problem: undefined });
    expect([...storage.files().keys()].filter((path) => !path.endsWith(".lock"))).toEqual([]);
    await expect(client.ask("load", { kept: models[0].key })).rejects.toThrow("this model is no longer kept");
  });

  test("a second tab is told that another is downloading it", async () => {
    withStorage();
    hub.fault = ({ kind, range }) => (kind === "store" && range?.endsWith("-") ? { stallAfter: 100 } : undefined);
    const controller = new AbortController();
    let isHere: () => void = () => {};
    const here = new Promise<void>((resolve) => (isHere = resolve));
    const first = client.ask("load", place, { signal: controller.signal, onProgress: () => isHere() });
    await here;
    const problem = "org/tales: another tab is downloading or deleting it; wait for that, or close the tab";
    await expect(connect().ask("load", place)).rejects.toThrow(problem);
    const [{ key, isComplete }] = (await client.ask("keptModels", {})).models;
    expect(isComplete).toBe(false);
    await expect(client.ask("deleteModel", { key })).rejects.toThrow(problem);
    await expect(client.ask("load", { kept: key })).rejects.toThrow("org/tales: only a part of it is kept");
    controller.abort();
    await expect(first).rejects.toMatchObject({ name: "AbortError" });
    hub.fault = () => undefined;
    expect((await client.ask("inspect", place)).download?.there).toBeGreaterThan(0);
  });

  test("without room in the storage it runs from memory, and says so", async () => {
    const storage = withStorage(1000);
    const { notes } = await client.ask("load", place);
    expect(notes).toEqual([
      "the browser's storage has 1 MB left, the model needs 1 MB, so it runs from memory and is not kept",
    ]);
    expect([...storage.files().keys()].filter((path) => !path.endsWith(".lock"))).toEqual([]);
  });

  test.each([false, true])("where not even its record fits it runs from memory; cut short: %s", async (cutsShort) => {
    const storage = withStorage();
    Object.assign(storage, { quota: 10, cutsShort });
    const { notes } = await client.ask("load", place);
    expect(notes).toEqual(["the browser's storage is full, so the model runs from memory and is not kept"]);
    expect((await client.ask("keptModels", {})).models).toEqual([]);
    expect([...storage.files().keys()].filter((path) => !path.endsWith(".lock"))).toEqual([]);
  });

  test("without a storage it runs from memory, and says so", async () => {
    vi.stubGlobal("navigator", {});
    const { notes } = await client.ask("load", place);
    expect(notes).toEqual([
      expect.stringMatching(/^this browser keeps no files for this page: .*, so the model runs from memory$/),
    ]);
    expect((await client.ask("keptModels", {})).problem).toMatch(/^this browser keeps no files for this page: /);
  });

  test("an id or a revision that is none is refused before anything is asked", async () => {
    await expect(client.ask("inspect", { hub: "../a", revision: "main" })).rejects.toThrow(
      '"../a" is not a model id: use org/name, or gpt2',
    );
    await expect(client.ask("inspect", { hub: "gpt2", revision: "../a" })).rejects.toThrow(
      'revision "../a" is not a valid name of a branch, tag or commit',
    );
    expect(hub.asked).toEqual([]);
  });
});

describe("a folder that is to be kept", () => {
  const keep: ModelPlace = {
    files: [
      ...asFiles([...files, ["notes.txt", new Uint8Array(9)]]),
      ...asFiles([["config.json", new Uint8Array(3)]], "folder/onnx"),
    ],
    keep: true,
  };

  test("is copied: the model's files, and no others", async () => {
    const storage = withStorage();
    const seen: LoadProgress[] = [];
    await client.ask("load", keep, { onProgress: (progress) => seen.push(progress) });
    const [{ key, name, isComplete, bytes, there }] = (await client.ask("keptModels", {})).models;
    expect([name, isComplete, there]).toEqual(["folder", true, bytes]);
    const stored = [...storage.files()].filter(([path]) => path.startsWith(`models/${key}/`));
    const hashes = (of: Iterable<[string, Uint8Array]>) =>
      Object.fromEntries([...of].map(([path, content]) => [path.split("/").at(-1), sha256(content)]));
    expect(hashes(stored)).toEqual(hashes(files));
    expect(seen.filter(({ stage }) => stage === "keep").at(-1)).toMatchObject({ loaded: bytes, total: bytes });
    expect(await client.ask("load", { kept: key })).toMatchObject({ name: "folder" });
  });

  test.each([
    [1000, false],
    [1000, true],
    [10, false],
    [10, true],
  ])("that does not fit runs, and says that it is not kept; quota %d, cut short: %s", async (quota, cutsShort) => {
    const storage = withStorage();
    Object.assign(storage, { quota, cutsShort });
    const { notes } = await client.ask("load", keep);
    expect(notes).toEqual(["the browser's storage is full, so the model is not kept"]);
    expect((await client.ask("keptModels", {})).models).toEqual([]);
  });

  test("of which only a part is kept is called by its name, also by one that could be a function's", async () => {
    const storage = withStorage();
    const models = await storage.getDirectoryHandle("models", { create: true });
    const record = { key: "tales--1", id: "tales", revision: undefined, commit: undefined, files: [], time: 1 };
    await writeRecord(models, { ...record, isComplete: false });
    const problem = /^tales: only a part of it is kept; delete that, and load the model again$/;
    await expect(client.ask("load", { kept: record.key })).rejects.toThrow(problem);
  });

  test("that is broken is not kept", async () => {
    withStorage();
    const bad = { ...keep, files: asFiles(modelWith("vocab.json", new TextEncoder().encode("{"))) };
    await expect(client.ask("load", bad)).rejects.toThrow("vocab.json");
    expect((await client.ask("keptModels", {})).models).toEqual([]);
  });
});
