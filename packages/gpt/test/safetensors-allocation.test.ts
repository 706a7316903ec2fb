/** What a hostile file may cost: no buffer larger than the file itself before the gate has passed. */
import { afterEach, expect, test, vi } from "vitest";
import type { ByteSource } from "../src/checkpoint/byte-source.ts";
import { shardedCheckpoint, singleFileCheckpoint } from "../src/checkpoint/checkpoint.ts";
import { readTensors } from "../src/checkpoint/read-tensors.ts";
import { CheckpointError } from "../src/errors.ts";
import { entry, safetensorsFile } from "./safetensors-file.ts";

const BUFFERS = ["ArrayBuffer", "SharedArrayBuffer", "Uint8Array", "Float32Array", "Float64Array", "DataView"] as const;

/** Counts the bytes of every buffer that is made from now on by its length. */
function countAllocations(): { largest: number } {
  const count = { largest: 0 };
  for (const name of BUFFERS) {
    const Original = globalThis[name] as new (...args: unknown[]) => object;
    const construct = (_: unknown, args: unknown[]) => {
      const made = Reflect.construct(Original, args) as { byteLength: number };
      if (typeof args[0] === "number") count.largest = Math.max(count.largest, made.byteLength);
      return made;
    };
    vi.stubGlobal(name, new Proxy(Original, { construct }));
  }
  return count;
}

afterEach(() => vi.unstubAllGlobals());

/** A source that counts the bytes it is asked for. */
function countedSource(bytes: Uint8Array): ByteSource & { asked: number } {
  const source = {
    name: "m.safetensors",
    size: bytes.length,
    asked: 0,
    read: async (offset: number, into: Uint8Array) => {
      source.asked += into.length;
      into.set(bytes.subarray(offset, offset + into.length));
    },
  };
  return source;
}

const withInfo = (info: object) => safetensorsFile(JSON.stringify({ a: info }), new Uint8Array(8));

test.each([
  ["a header of 100 MB", safetensorsFile("{}", new Uint8Array(10), 100_000_000n)],
  ["a header of 2^64 - 1 bytes", safetensorsFile("{}", new Uint8Array(10), 2n ** 64n - 1n)],
  ["a header one byte too long", safetensorsFile("{}", new Uint8Array(10), 13n)],
  ["a tensor of 2^52 bytes", withInfo(entry("U8", [2 ** 52], [0, 2 ** 52]))],
  ["a tensor that begins at 2^52", withInfo(entry("U8", [8], [2 ** 52, 2 ** 52 + 8]))],
  ["a shape of 2^52 elements", withInfo(entry("U8", [2 ** 52], [0, 8]))],
  ["a shape of 2^52 rows of nothing", withInfo(entry("U8", [2 ** 52, 0], [0, 0]))],
])("a small file that claims %s", async (_, bytes) => {
  const [source, second] = [countedSource(bytes), countedSource(bytes)];
  const allocated = countAllocations();
  await expect(singleFileCheckpoint(source)).rejects.toThrow(CheckpointError);
  await expect(readTensors(second)).rejects.toThrow(CheckpointError);
  expect(allocated.largest).toBeLessThanOrEqual(bytes.length);
  expect(allocated.largest).toBeGreaterThan(0);
  expect(source.asked).toBeLessThanOrEqual(bytes.length + 64); // the first 64 bytes are looked at, then the header
});

test("a shard is no exception", async () => {
  const bytes = safetensorsFile("{}", new Uint8Array(10), 100_000_000n);
  const index = { name: "index.json", text: '{"weight_map":{"a":"s.safetensors"}}' };
  const allocated = countAllocations();
  await expect(shardedCheckpoint(index, async () => countedSource(bytes))).rejects.toThrow(CheckpointError);
  expect(allocated.largest).toBeLessThanOrEqual(bytes.length);
});

test("the count sees a buffer that is too large", () => {
  const allocated = countAllocations();
  new Uint8Array(1000);
  new Uint8Array(new ArrayBuffer(2000), 8);
  expect(allocated.largest).toBe(2000);
});
