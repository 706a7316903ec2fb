/** Downloads from a hub that misbehaves for a while: each ends in a whole, checked file, and goes on where it was cut. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import type { HubEvent } from "../src/index.ts";
import { type Files, fixtureFiles, modelOf, text } from "./hub-model.ts";
import { hashOf, sha256 } from "./local-hub.ts";
import { useHub } from "./use-hub.ts";

const at = useHub();
const files: Files = { ...modelOf(200_000), "tokenizer.json": fixtureFiles("gpt2-tokenizer")["tokenizer.json"] };
const weights = files["model.safetensors"];
beforeEach(() => at.publish(files));

const totalBytes = () => weights.length + files["tokenizer.json"].length;
const parameters = () => (weights.length - 8 - Number(Buffer.from(weights).readBigUInt64LE(0))) / 4;

async function expectWhole(): Promise<void> {
  const { folder } = await at.get();
  expect(sha256(readFileSync(join(folder, "model.safetensors")))).toBe(sha256(weights));
}

describe("goes on and ends whole:", () => {
  test("without a fault: each file once, and only what is needed", async () => {
    at.publish({ ...files, "pytorch_model.bin": text("PK"), "README.md": text("# read me") });
    await expectWhole();
    const asked = at.hub.asked.filter(({ kind }) => kind === "file").map(({ name }) => name);
    const header = ["model.safetensors", "model.safetensors"]; // its length, and then it
    expect(asked.slice(0, 3)).toEqual(["config.json", ...header]);
    expect(asked.slice(3).sort()).toEqual(["model.safetensors", "tokenizer.json"]); // both at once
    expect(at.waits).toEqual([]);
  });

  test("a cut is resumed by a range, from the very byte", async () => {
    at.onDownload({ cutAfter: 70_000 });
    await expectWhole();
    expect(at.downloads().map(({ range }) => range)).toEqual([undefined, "bytes=70000-"]);
    expect(at.waits).toEqual([0.5]);
    expect(at.events).toContainEqual({
      kind: "retry",
      reason: expect.stringMatching(/^the connection to 127\.0\.0\.1:\d+ was lost/),
      seconds: 0.5,
    });
  });

  test("an answer that ends early without a word is resumed too", async () => {
    at.onDownload({ endAfter: 70_000, chunked: true });
    await expectWhole();
    expect(at.downloads().map(({ range }) => range)).toEqual([undefined, "bytes=70000-"]);
  });

  test("five cuts, with waits that double", async () => {
    at.onDownload({ cutAfter: 10_000 }, 5);
    await expectWhole();
    expect(at.waits).toEqual([0.5, 1, 2, 4, 8]);
  });

  test("a range that the server ignores begins the file again", async () => {
    at.leavePart(weights, weights.subarray(0, 70_000));
    at.onDownload({ ignoreRange: true });
    await expectWhole();
    expect(at.events.filter(({ kind }) => kind === "progress").at(-1)).toMatchObject({
      bytes: totalBytes(),
      totalBytes: totalBytes(),
    });
  });

  test("what an earlier run left is gone on with", async () => {
    at.leavePart(weights, weights.subarray(0, 123_456));
    await expectWhole();
    expect(at.downloads().map(({ range }) => range)).toEqual(["bytes=123456-"]);
    expect(at.events[0]).toEqual({ kind: "start", parameters: parameters(), bytes: 123_456, totalBytes: totalBytes() });
  });

  test("a part that is the whole file is checked and used", async () => {
    at.leavePart(weights, weights);
    await expectWhole();
    expect(at.downloads()).toEqual([]);
  });

  test("a part that is longer than the file is begun again", async () => {
    at.leavePart(weights, Buffer.concat([weights, weights]));
    await expectWhole();
  });

  test.each([
    ["seconds", { "retry-after": "7" }, 7],
    ["a date", { "retry-after": new Date(Date.now() + 600_000).toUTCString() }, 600],
    ["the hub's own header", { ratelimit: '"api";r=0;t=55' }, 55],
  ])("429 waits as told, by %s", async (_, headers, seconds) => {
    at.onDownload({ status: 429, headers });
    await expectWhole();
    expect(Math.abs((at.waits[0] as number) - seconds)).toBeLessThan(60);
    expect(at.waits).toHaveLength(1);
  });

  test.each([500, 502, 503, 504, 408])("%d, then fine", async (status) => {
    at.onDownload({ status }, 2);
    await expectWhole();
    expect(at.waits).toEqual([0.5, 1]);
  });

  test.each(["revision", "tree", "file", "store"])("503 for the first request of every kind: %s", async (kind) => {
    let left = 1;
    at.hub.fault = (asked) => (asked.kind === kind && left-- > 0 ? { status: 503 } : undefined);
    await expectWhole();
  });

  test("a cut within the listing asks for it again", async () => {
    let left = 1;
    at.hub.fault = ({ kind }) => (kind === "tree" && left-- > 0 ? { cutAfter: 10 } : undefined);
    await expectWhole();
  });

  test("a connection that says nothing more counts as cut", async () => {
    at.onDownload({ stallAfter: 70_000 });
    const { folder } = await at.get({ env: { ...at.env, HF_HUB_DOWNLOAD_TIMEOUT: "1" } });
    expect(sha256(readFileSync(join(folder, "model.safetensors")))).toBe(sha256(weights));
    expect(at.downloads().map(({ range }) => range)).toEqual([undefined, "bytes=70000-"]);
  });

  test("a server that knows no ranges at all", async () => {
    at.hub.fault = () => ({ ignoreRange: true });
    await expectWhole();
  });

  test("a slow server, and progress that only grows up to the size", async () => {
    at.onDownload({ bytesPerSecond: 2_000_000 });
    await expectWhole();
    const seen = at.events.flatMap((event) => (event.kind === "progress" ? [event.bytes] : []));
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBe(totalBytes());
  });
});

describe("an abort", () => {
  test("ends at once with the signal's reason, keeps what has come, and the next run resumes", async () => {
    at.onDownload({ bytesPerSecond: 400_000 });
    const controller = new AbortController();
    const onEvent = (event: HubEvent) => {
      if (event.kind === "progress" && event.bytes > 60_000 + files["tokenizer.json"].length) controller.abort();
    };
    await expect(at.get({ signal: controller.signal, onEvent })).rejects.toThrow(controller.signal.reason);
    const kept = readFileSync(at.partOf(weights)).length;
    expect(kept).toBeGreaterThan(0);
    await expectWhole();
    expect(at.downloads().at(-1)?.range).toBe(`bytes=${kept}-`);
  });

  test("ends a wait that the server asked for", async () => {
    at.hub.fault = () => ({ status: 429, headers: { "retry-after": "600" } });
    const controller = new AbortController();
    const getting = at.get({ signal: controller.signal, sleep: undefined, onEvent: () => controller.abort() });
    await expect(getting).rejects.toMatchObject({ name: "AbortError" });
  });
});

test("the hashes that name blobs are those of sha256sum and git hash-object", () => {
  // echo hello | sha256sum; echo hello | git hash-object --stdin
  expect(hashOf("a.safetensors", text("hello\n"))).toBe(
    "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03",
  );
  expect(hashOf("a.json", text("hello\n"))).toBe("ce013625030ba8dba906f756967f9e9ca394464a");
});
