/** The protocol, both ends of it: results, progress, cancellation, and the order of requests. */
import { readFileSync } from "node:fs";
import { KVCache } from "@tsgpt/gpt";
import { EngineError } from "@tsgpt/tensor";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type FileServer, serveFiles } from "../../gpt/test/file-server.ts";
import { type Client, createClient } from "../src/client.ts";
import type { Lap } from "../src/protocol/cache.ts";
import type { LensColumn } from "../src/protocol/map.ts";
import type { ModelInfo } from "../src/protocol/model.ts";
import type { Sampling, TextChange, Token } from "../src/protocol/text.ts";
import { createAnswerer } from "../src/worker/answer.ts";
import { createHandlers } from "../src/worker/handlers.ts";

const folder = new URL("../../gpt/test/fixtures/fairytales-1/", import.meta.url);
const names = ["config.json", "model.safetensors", "tokenizer.json"];

const sampling: Sampling = { dialect: "lecture" };

let server: FileServer;
let client: Client;
let info: ModelInfo;
const seen: number[] = []; // while it was loaded
const transferred: number[] = [];
beforeAll(async () => {
  server = await serveFiles(new Map(names.map((name) => [name, readFileSync(new URL(name, folder))])));
  client = connect();
  info = await client.ask("load", { url: server.url }, { onProgress: ({ loaded }) => seen.push(loaded) });
});
afterAll(() => server.close());
beforeEach(() => {
  transferred.length = 0;
});

/** A page and a worker, with a message channel that loses the memory it transfers. */
function connect(): Client {
  const answer = createAnswerer(createHandlers(), (message, transfer) => {
    transferred.push(...transfer.map((buffer) => (buffer as ArrayBuffer).byteLength));
    connected.receive(structuredClone(message, { transfer }));
  });
  const connected = createClient((message) => void answer(structuredClone(message)));
  return connected;
}

async function opened(prompt = "Once upon a time"): Promise<readonly Token[]> {
  let tokens: readonly Token[] = [];
  await client.ask("open", { prompt, seed: 7, sampling }, { onProgress: (value) => (tokens = value) });
  return tokens;
}

/** The generated ids after a series of changes. */
function applied(changes: readonly TextChange[]): number[] {
  return changes.reduce<number[]>((ids, { kept, added }) => [...ids.slice(0, kept), ...added.map(({ id }) => id)], []);
}

test("load reports progress, and gives the model and what it runs on", () => {
  expect(info).toMatchObject({ name: "model", config: { vocabSize: 4096 }, kernels: "simd", notes: [] });
  expect(seen.at(-1)).toBeGreaterThan(0);
});

test("open reports the tokens, whose bytes are the prompt's", async () => {
  expect((await opened()).map(({ text }) => text).join("")).toBe("Once upon a time");
});

test("an empty prompt is the model's first token", async () => {
  expect(await opened("")).toEqual([{ id: 0, text: "<|endoftext|>" }]);
});

test("a run's progress and result together are its text, up to the limit; then it ends at once", async () => {
  await opened();
  const changes: TextChange[] = [];
  const { change, end } = await client.ask("run", { maxTokens: 12 }, { onProgress: (value) => changes.push(value) });
  expect(end).toBe("length");
  const ids = applied([...changes, change]);
  expect(ids).toHaveLength(12);
  const again = await client.ask("run", { maxTokens: 12 });
  expect(again).toMatchObject({ end: "length", change: { kept: 12, added: [] } });
});

test("a cancelled run gives what it has, and a request meanwhile is answered", async () => {
  await opened();
  const controller = new AbortController();
  const run = client.ask("run", { maxTokens: 1000 }, { signal: controller.signal });
  const { logits } = await client.ask("distribution", {});
  expect(logits.length).toBeGreaterThan(0);
  controller.abort();
  const { change, end } = await run;
  expect(end).toBe("cancelled");
  expect(change.added.length).toBeLessThan(40);
});

test("after a run was cancelled, at most one more token is drawn", async () => {
  await opened();
  const controller = new AbortController();
  const store = KVCache.prototype.store;
  let calls = 0; // one a layer and token
  let before = 0; // tokens
  const cancel = () => {
    before = Math.floor(calls / info.config.nLayer);
    controller.abort();
  };
  vi.spyOn(KVCache.prototype, "store").mockImplementation(function (this: KVCache, ...args) {
    store.apply(this, args);
    if (++calls === 5 * info.config.nLayer) setTimeout(cancel); // as the page's message: between two tokens
  });
  const changes: TextChange[] = [];
  const asked = { signal: controller.signal, onProgress: (value: TextChange) => changes.push(value) };
  const { change, end } = await client.ask("run", { maxTokens: 400 }, asked);
  vi.restoreAllMocks();
  expect(end).toBe("cancelled");
  const after = applied([...changes, change]).length - before;
  expect([before >= 5, after === 0 || after === 1]).toEqual([true, true]);
});

test("another text ends a run", async () => {
  await opened();
  const run = client.ask("run", { maxTokens: 1000 });
  const open = client.ask("open", { prompt: "The king", seed: 7, sampling });
  expect((await run).end).toBe("cancelled");
  expect(await open).toMatchObject({ kept: 0, added: [] });
});

test("a race's progress and result together are its laps; the cache is described meanwhile", async () => {
  await opened();
  const laps: Lap[] = [];
  const race = client.ask("race", { seed: 7, tokens: 12 }, { onProgress: (more) => laps.push(...more) });
  const contents = await client.ask("cache", {});
  const { laps: last, end } = await race;
  expect(end).toBe("length");
  expect([...laps, ...last]).toHaveLength(12);
  expect(await client.ask("cache", {})).toEqual(contents);
  const changes: TextChange[] = [];
  const { change } = await client.ask("run", { maxTokens: 12 }, { onProgress: (value) => changes.push(value) });
  expect(applied([...changes, change])).toEqual([...laps, ...last].map(({ withCache }) => withCache.id));
});

test("a cancelled race gives what it has", async () => {
  await opened();
  const controller = new AbortController();
  const race = client.ask(
    "race",
    { seed: 7, tokens: 400 },
    { signal: controller.signal, onProgress: () => controller.abort() },
  );
  expect(await race).toMatchObject({ end: "cancelled" });
});

test("another text ends a race, a race ends a run", async () => {
  await opened();
  const run = client.ask("run", { maxTokens: 400 });
  const race = client.ask("race", { seed: 7, tokens: 400 });
  const open = client.ask("open", { prompt: "The king", seed: 7, sampling });
  expect((await run).end).toBe("cancelled");
  expect((await race).end).toBe("cancelled");
  expect(await open).toMatchObject({ kept: 0, added: [] });
});

test("an error in the midst of a run is told; the text that there is then can be asked for, and continued", async () => {
  const tokens = await opened();
  const store = KVCache.prototype.store;
  let calls = 0;
  vi.spyOn(KVCache.prototype, "store").mockImplementation(function (this: KVCache, ...args) {
    if (++calls > 5 * info.config.nLayer) throw new EngineError("no memory");
    store.apply(this, args);
  });
  await expect(client.ask("run", { maxTokens: 12 })).rejects.toThrow("no memory");
  vi.restoreAllMocks();
  const { prompt, change } = await client.ask("text", {});
  expect(prompt).toEqual(tokens);
  expect(change).toMatchObject({ kept: 0, end: undefined });
  expect(change.added).toHaveLength(5);
  const rest: TextChange[] = [];
  const { change: last } = await client.ask("run", { maxTokens: 12 }, { onProgress: (value) => rest.push(value) });
  const ids = applied([change, ...rest, last]);
  await opened();
  const whole: TextChange[] = [];
  const run = await client.ask("run", { maxTokens: 12 }, { onProgress: (value) => whole.push(value) });
  expect(ids).toEqual(applied([...whole, run.change]));
});

test("what is thrown and no error has its text as the message", async () => {
  vi.spyOn(KVCache.prototype, "store").mockImplementation(() => {
    throw "a word";
  });
  await expect(client.ask("open", { prompt: "Another", seed: 7, sampling })).rejects.toThrow("a word");
});

test("requests take turns in the order of arrival", async () => {
  await opened();
  const results = await Promise.all([
    client.ask("step", { id: 5 }),
    client.ask("step", { id: 6 }),
    client.ask("back", {}),
  ]);
  expect(results.map(({ kept, added }) => [kept, added.map(({ id }) => id)])).toEqual([
    [0, [5]],
    [1, [6]],
    [1, []],
  ]);
});

test("a text that is cancelled before its turn is not computed", async () => {
  await opened();
  const controller = new AbortController();
  const step = client.ask("step", { id: undefined });
  const open = client.ask("open", { prompt: "The king", seed: 7, sampling }, { signal: controller.signal });
  controller.abort();
  await expect(open).rejects.toMatchObject({ name: "AbortError" });
  expect((await step).added).toHaveLength(1);
  expect((await client.ask("back", {})).kept).toBe(0);
});

test("arrays are transferred", async () => {
  await opened();
  const { logits, probabilities } = await client.ask("distribution", {});
  expect(transferred).toEqual([logits.byteLength, probabilities.byteLength]);
});

describe("export", () => {
  test.each([
    ["state", "application/json"],
    ["distribution", "application/json"],
    ["picture", "image/svg+xml"],
  ] as const)("of the %s has what was asked for before", async (what, type) => {
    await opened();
    const run = client.ask("run", { maxTokens: 3 });
    const { file } = await client.ask("export", { what });
    expect(file.type).toBe(type);
    expect(await file.text()).toMatch(what === "picture" ? /^<svg .*<\/svg>\n$/s : /^\{".*\}\n$/s);
    expect((await run).end).toBe("length");
  });

  test("of a trace leaves the text to others: a run goes on meanwhile, and the trace is of the text as it was", async () => {
    await opened();
    const done: number[] = [];
    const trace = client.ask("export", { what: "trace" }, { onProgress: (value) => done.push(value) });
    const { change } = await client.ask("run", { maxTokens: 3 });
    const { file } = await trace;
    const header = new DataView(await file.arrayBuffer()).getBigUint64(0, true);
    const shapes = JSON.parse(await file.slice(8, 8 + Number(header)).text());
    expect(shapes.logits.shape).toEqual([(await opened()).length, info.config.vocabSize]);
    expect(done).toHaveLength(info.config.nLayer);
    expect(change.kept + change.added.length).toBe(3);
  });
});

test("the lens gives the likeliest tokens of a cell", async () => {
  await opened();
  const cell = await client.ask("lens", { position: 0, depth: 0 });
  expect(cell).toMatchObject({ position: 0, depth: 0, token: { text: "Once" } });
  expect(cell.likeliest).toHaveLength(5);
  await expect(client.ask("lens", { position: 9, depth: 0 })).rejects.toThrow(/^position must be from 0 to 3, got 9/);
});

describe("the map", () => {
  /** Asks until every token has its column. */
  async function columnsOf(length: number, known: readonly LensColumn[] = []): Promise<readonly LensColumn[]> {
    const { kept, added } = await client.ask("lensColumns", { known: known.map(({ id }) => id) });
    const columns = [...known.slice(0, kept), ...added];
    return columns.length < length ? columnsOf(length, columns) : columns;
  }

  test("has a column for each token, in as many answers as it takes", async () => {
    const tokens = await opened("the king and the queen ".repeat(10));
    const columns = await columnsOf(tokens.length);
    expect(columns.map(({ id }) => id)).toEqual(tokens.map(({ id }) => id));
  });

  test("during a run, which goes on", async () => {
    const tokens = await opened();
    const run = client.ask("run", { maxTokens: 12 });
    await columnsOf(tokens.length + 1);
    const { change, end } = await run;
    expect([end, change.kept + change.added.length]).toEqual(["length", 12]);
  });

  test("asked for and cancelled, it is not computed", async () => {
    await opened();
    const controller = new AbortController();
    const asked = client.ask("lensColumns", { known: [] }, { signal: controller.signal });
    controller.abort();
    await expect(asked).rejects.toMatchObject({ name: "AbortError" });
  });
});

test("a prompt that is too long is not reported, and the text stays", async () => {
  await opened();
  let reports = 0;
  const open = client.ask("open", { prompt: "a ".repeat(600), seed: 7, sampling }, { onProgress: () => reports++ });
  await expect(open).rejects.toThrow(/^The prompt has \d+ tokens, the model reads at most 512; shorten it$/);
  expect(reports).toBe(0);
  expect((await client.ask("step", { id: 5 })).kept).toBe(0);
});

test("a token's bytes, and the symbols after each of its merges", async () => {
  const [, upon] = await opened();
  const { bytes, steps } = await client.ask("token", { id: (upon as Token).id });
  expect(new TextDecoder().decode(bytes)).toBe(" upon");
  expect(steps?.map(({ begins }) => begins.length)).toEqual([5, 4, 3, 2, 1]);
});

test("a request without a model, or without a text, is told so", async () => {
  const other = connect();
  await expect(other.ask("open", { prompt: "a", seed: 1, sampling })).rejects.toThrow(
    "there is no model yet; load one first",
  );
  await other.ask("load", { url: server.url });
  await expect(other.ask("step", { id: undefined })).rejects.toThrow("there is no text yet; open one first");
});

test("when the worker is gone, every request fails, and those to come", async () => {
  const silent = createClient(() => {});
  const asked = silent.ask("back", {});
  silent.fail("gone");
  await expect(asked).rejects.toThrow("gone");
  await expect(silent.ask("back", {})).rejects.toThrow("gone");
});

test("an error does not name the function that found it, and keeps the name of a file", async () => {
  const client = createClient(() => {});
  const fails = (request: number, message: string) => {
    const asked = client.ask("back", {});
    client.receive([{ type: "error", request, name: "Error", message }]);
    return expect(asked).rejects;
  };
  await fails(0, "patchActivation: position 1 must be in both texts").toThrow(/^position 1 must be in both texts$/);
  await fails(1, "a.json: line 2: not JSON").toThrow(/^a\.json: line 2: not JSON$/);
  await fails(2, "a rule: broken").toThrow(/^a rule: broken$/);
});
