/** Downloads from a hub on this machine: resumed, hashed, moved to memory where the storage is full. */
import { type HubClient, remoteRevision, type Wanted } from "@tsgpt/hub/remote";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { modelOf, text } from "../../hub/test/hub-model.ts";
import { type Asked, type LocalHub, sha256, startHub } from "../../hub/test/local-hub.ts";
import { download } from "../src/worker/models/download.ts";
import { connectHub } from "../src/worker/models/hub-client.ts";
import { createPlace } from "../src/worker/models/place.ts";
import { keptFile, openPart } from "../src/worker/models/storage.ts";
import { type FakeStorage, fakeStorage } from "./fake-storage.ts";

const NAME = "model.safetensors";
const files = modelOf(400_000);
const weights = files[NAME];
const half = Math.floor(weights.length / 2);

let hub: LocalHub;
let client: HubClient;
let storage: FakeStorage;
const retries: string[] = [];
beforeAll(async () => {
  hub = await startHub({ "org/model": { revisions: { main: files } } });
});
afterAll(() => hub.close());
beforeEach(() => {
  hub.asked.length = 0;
  hub.fault = () => undefined;
  retries.length = 0;
  storage = fakeStorage();
  const onRetry = (reason: string) => void retries.push(reason);
  client = connectHub(hub.url, { signal: new AbortController().signal, onRetry, sleep: async () => {} });
});

async function wanted(name = NAME): Promise<Wanted> {
  const { files, commit } = await remoteRevision(client, "org/model", "main");
  const file = files.get(name);
  if (!file) throw new Error(`no ${name}`);
  return { file, url: `${hub.url}/org/model/resolve/${commit}/${name}`, subject: `org/model: ${name}` };
}

const inStorage = () => createPlace(storage, "key", undefined);
const ranges = () => hub.asked.filter(({ kind }) => kind === "store").map(({ range }) => range);
const isFirst = ({ kind, before }: Asked) => kind === "store" && before === 0;
const hashOfKept = async () => {
  const file = await keptFile(storage, "key", NAME);
  return file && sha256(new Uint8Array(await file.arrayBuffer()));
};

test("a file is asked for whole, from its beginning, and kept", async () => {
  const seen: number[] = [];
  await download(client, await wanted(), inStorage(), (bytes) => seen.push(bytes));
  expect(ranges()).toEqual(["bytes=0-"]);
  expect([seen[0], seen.at(-1)]).toEqual([0, weights.length]);
  expect(await hashOfKept()).toBe(sha256(weights));
});

test("after a cut the rest is asked for", async () => {
  hub.fault = (asked) => (isFirst(asked) ? { cutAfter: half } : undefined);
  await download(client, await wanted(), inStorage(), () => {});
  expect(ranges()).toEqual(["bytes=0-", `bytes=${half}-`]);
  expect(retries).toEqual([`the connection to ${new URL(hub.url).host} was lost`]);
  expect(await hashOfKept()).toBe(sha256(weights));
});

test("what is there from before is hashed, and the rest asked for", async () => {
  const part = await openPart(storage, "key", NAME);
  part.write(new Uint8Array(weights.subarray(0, half)), { at: 0 });
  part.close();
  await download(client, await wanted(), inStorage(), () => {});
  expect(ranges()).toEqual([`bytes=${half}-`]);
  expect(await hashOfKept()).toBe(sha256(weights));
});

test("a server that ignores ranges begins again, and so does the hash", async () => {
  hub.fault = (asked) => (isFirst(asked) ? { cutAfter: half } : { ignoreRange: true });
  await download(client, await wanted(), inStorage(), () => {});
  expect(await hashOfKept()).toBe(sha256(weights));
});

test("a part that is longer than the file is forgotten", async () => {
  const part = await openPart(storage, "key", NAME);
  part.write(new Uint8Array(weights.length + 1), { at: 0 });
  part.close();
  await download(client, await wanted(), inStorage(), () => {});
  expect(ranges()).toEqual(["bytes=0-"]);
  expect(await hashOfKept()).toBe(sha256(weights));
});

test("a wrong SHA-256 is refused, and the file deleted", async () => {
  const wrong = Buffer.from(weights);
  wrong[half] ^= 1;
  hub.fault = ({ kind }) => (kind === "store" ? { body: wrong } : undefined);
  const problem = `org/model: ${NAME}: its SHA-256 is ${sha256(wrong)}, the hub says ${sha256(weights)}; it is deleted`;
  await expect(download(client, await wanted(), inStorage(), () => {})).rejects.toThrow(problem);
  expect(await hashOfKept()).toBeUndefined();
});

test("a web page in place of a file is named", async () => {
  const page = text("<!doctype html>".padEnd(files["config.json"].length));
  hub.fault = ({ kind }) => (kind === "file" ? { body: page } : undefined);
  await expect(download(client, await wanted("config.json"), inStorage(), () => {})).rejects.toThrow(
    /config\.json: its git hash is [0-9a-f]{40}, the hub says [0-9a-f]{40}; what came is a web page, not weights; it is deleted$/,
  );
});

test.each([false, true])(
  "where the storage is full it goes on in memory, and what was stored is deleted; cut short: %s",
  async (cutsShort) => {
    Object.assign(storage, { quota: half, cutsShort });
    const place = inStorage();
    await download(client, await wanted(), place, () => {});
    expect(ranges()).toEqual(["bytes=0-"]);
    expect(place.problem).toBe("the browser's storage is full, so the model runs from memory and is not kept");
    expect(sha256((await place.read(NAME)) as Uint8Array)).toBe(sha256(weights));
    expect(storage.files()).toEqual(new Map());
  },
);

test("a connection that is lost again and again is one sentence, and what came stays", async () => {
  hub.fault = ({ kind, before }) => (kind === "store" ? { cutAfter: before === 0 ? half : 0 } : undefined);
  await expect(download(client, await wanted(), inStorage(), () => {})).rejects.toThrow(
    `the connection to ${new URL(hub.url).host} was lost (tried 6 times; try again later)`,
  );
  expect((await keptFile(storage, "key", NAME))?.size).toBe(half);
});

test("a hub that cannot be reached is one sentence, at once", async () => {
  const nobody = connectHub("http://127.0.0.1:9", { signal: new AbortController().signal });
  await expect(remoteRevision(nobody, "org/model", "main")).rejects.toThrow(
    /^cannot reach 127\.0\.0\.1:9: there is no network, or it does not answer web pages; kept models need no network$/,
  );
});

test("an abort is its reason", async () => {
  const controller = new AbortController();
  const aborted = connectHub(hub.url, { signal: controller.signal });
  const asked = await wanted();
  const downloading = download(aborted, asked, inStorage(), (bytes) => bytes > 0 && controller.abort());
  await expect(downloading).rejects.toMatchObject({ name: "AbortError" });
});

test("a model that is not there, or is closed, says what to do", async () => {
  await expect(remoteRevision(client, "org/none", "main")).rejects.toThrow(
    /^org\/none: no such model on .*, or it needs a token: check the name, or download it in another way, and open its folder; this page sends no token \(HTTP 401\)$/,
  );
});
