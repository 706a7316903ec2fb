/** Downloads that cannot be had: one clear line each, nothing in the cache that looks whole, and the next run is not spoilt. */
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { type FetchOptions, HubError } from "../src/index.ts";
import { type Files, fixtureFiles, modelOf } from "./hub-model.ts";
import { type Fault, hashOf, sha256, startHub } from "./local-hub.ts";
import { useHub } from "./use-hub.ts";

const at = useHub();
const files: Files = { ...modelOf(200_000), "tokenizer.json": fixtureFiles("gpt2-tokenizer")["tokenizer.json"] };
const weights = files["model.safetensors"];
const other = modelOf(200_000, 2)["model.safetensors"];
beforeEach(() => at.publish(files));

async function expectWhole(): Promise<void> {
  const { folder } = await at.get();
  expect(sha256(readFileSync(join(folder, "model.safetensors")))).toBe(sha256(weights));
}

/** The one line it fails with; nothing in the cache looks whole. */
async function failure(options: FetchOptions = {}): Promise<string> {
  const error = await at.get(options).then(
    () => undefined,
    (reason: Error) => reason,
  );
  expect(error).toBeInstanceOf(HubError);
  expect(error?.message).not.toContain("\n");
  const all = readdirSync(at.cacheDir, { recursive: true, encoding: "utf8" });
  expect(all.filter((path) => /snapshots.*model\.safetensors|refs\/|\.lock$|\.partial/.test(path))).toEqual([]);
  expect(all).not.toContain(join("models--org--model/blobs", sha256(weights)));
  return error?.message as string;
}

describe("fails with one line, and is not tried again:", () => {
  test.each<[string, Fault, RegExp]>([
    ["401", { status: 401 }, /^org\/model: model\.safetensors: no such model .*HF_TOKEN.*\(HTTP 401\)$/],
    ["403", { status: 403 }, /requires a token, and its terms accepted.*\(HTTP 403\)$/],
    [
      "404",
      { status: 404, headers: { "x-error-code": "EntryNotFound" } },
      /the revision has no such file \(HTTP 404\)$/,
    ],
    ["416", { status: 416 }, /does not support resuming this file \(HTTP 416\)$/],
    ["a wrong hash", { body: other }, /its SHA-256 is [0-9a-f]{64}, the hub says [0-9a-f]{64}; it is deleted$/],
    [
      "a web page of another length",
      { body: "<!doctype html><p>log in", contentType: "text/html" },
      /24 bytes came in place of \d+; what came is a web page/,
    ],
    [
      "a web page of the very length",
      { body: `<!doctype html>${" ".repeat(weights.length - 15)}` },
      /; what came is a web page, not weights.*it is deleted$/,
    ],
    [
      "a Git LFS pointer",
      { body: "version https://git-lfs.github.com/spec/v1\n" },
      /43 bytes came in place of \d+; what came is a Git LFS pointer/,
    ],
    [
      "more bytes than the file's",
      { body: Buffer.concat([weights, weights]), chunked: true },
      /received more than its \d+$/,
    ],
    [
      "a wait of a day",
      { status: 429, headers: { "retry-after": "86400" } },
      /too many requests.*asked to wait 1440 minutes/,
    ],
  ])("%s", async (_, fault, message) => {
    at.onDownload(fault);
    expect(await failure()).toMatch(message);
    expect(at.waits).toEqual([]);
  });

  test("a wrong hash leaves no part, so that the next run is not spoilt", async () => {
    at.leavePart(weights, other.subarray(0, 100_000));
    expect(await failure()).toMatch(/its SHA-256 is/);
    expect(existsSync(at.partOf(weights))).toBe(false);
    await expectWhole();
  });

  test("a refusal leaves no part where nothing came", async () => {
    at.onDownload({ status: 404 });
    await failure();
    expect(existsSync(at.partOf(weights))).toBe(false);
  });

  test("416 for what is left leaves no part", async () => {
    at.leavePart(weights, weights.subarray(0, 100_000));
    at.onDownload({ status: 416 });
    expect(await failure()).toMatch(/HTTP 416/);
    expect(existsSync(at.partOf(weights))).toBe(false);
  });

  test("a small file with another content: git's hash is checked as well", async () => {
    at.hub.fault = ({ name }) =>
      name === "config.json" ? { body: Buffer.alloc(files["config.json"].length, 32) } : undefined;
    expect(await failure()).toMatch(/^org\/model: config\.json: its git hash is [0-9a-f]{40}, the hub says/);
  });

  test("a web page in place of the API's JSON", async () => {
    at.hub.fault = ({ kind }) => (kind === "revision" ? { body: "<html>log in</html>" } : undefined);
    expect(await failure()).toMatch(/does not answer as a hub does: .*a login page, or a wrong HF_ENDPOINT/);
  });

  test.runIf(existsSync("/dev/full"))("a full disk, and the part stays", async () => {
    mkdirSync(join(at.partOf(weights), ".."), { recursive: true });
    symlinkSync("/dev/full", at.partOf(weights));
    expect(await failure()).toMatch(
      /^org\/model: model\.safetensors: cannot be written: the disk is full; free some space/,
    );
    expect(at.waits).toEqual([]);
    expect(at.downloads()).toHaveLength(1);
  });

  test("no room on the disk, before a byte is fetched", async () => {
    const tree = Object.entries(files).map(([path, { length }]) => {
      const lfs = path.endsWith("safetensors") ? { lfs: { oid: hashOf(path, files[path]), size: length } } : {};
      return {
        type: "file",
        path,
        size: path === "tokenizer.json" ? 1e15 : length,
        oid: hashOf(path, files[path]),
        ...lfs,
      };
    });
    at.hub.fault = ({ kind }) => (kind === "tree" ? { body: JSON.stringify(tree) } : undefined);
    expect(await failure()).toMatch(/^org\/model: needs 10000000\d\d MB, the disk of .* has \d+ MB left$/);
    expect(at.downloads()).toEqual([]);
  });

  test("no hub there", async () => {
    const gone = await startHub({});
    await gone.close();
    expect(await failure({ env: { ...at.env, HF_ENDPOINT: gone.url } })).toMatch(
      /^cannot reach 127\.0\.0\.1:\d+ \(ECONNREFUSED\); cached models need no network with option offline$/,
    );
    expect(at.waits).toEqual([]);
  });
});

describe("is tried six times, and then one line:", () => {
  test.each<[string, Fault, RegExp]>([
    ["503", { status: 503 }, /reports a server error \(HTTP 503\) \(tried 6 times; try again later\)$/],
    ["429", { status: 429, headers: { "retry-after": "1" } }, /too many requests to .* \(HTTP 429\) \(tried 6 times/],
    ["a cut before the first byte", { cutAfter: 0 }, /was lost .* \(tried 6 times; try again later\)$/],
  ])("%s", async (_, fault, message) => {
    at.onDownload(fault, 99);
    expect(await failure()).toMatch(message);
    expect(at.waits).toHaveLength(5);
    expect(at.downloads()).toHaveLength(6);
  });

  test("what had come by then stays for the next run", async () => {
    at.onDownload({ cutAfter: 1000 }, 99);
    await failure();
    expect(readFileSync(at.partOf(weights))).toEqual(Buffer.from(weights.subarray(0, 6000)));
  });
});
