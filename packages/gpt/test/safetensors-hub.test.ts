import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSafetensorsMetadata, parseSafetensorsShardFilename, type SafetensorsFileHeader } from "@huggingface/hub";
import { expect, test } from "vitest";
import { memorySource } from "../src/checkpoint/byte-source.ts";
import { readHeader, type SafetensorsHeader } from "../src/checkpoint/safetensors.ts";
import { parseShardIndex } from "../src/checkpoint/shard-index.ts";
import { CheckpointError } from "../src/errors.ts";
import { entry, safetensorsFile } from "./safetensors-file.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
const roots = [join(here, "fixtures"), join(here, "../../../weights")].filter((root) => existsSync(root));
const files = roots.flatMap((root) =>
  readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".safetensors"))
    .map((name) => join(root, name)),
);

/** What the hub client makes of these bytes; its fetch is answered from memory, ranges as a server would. */
async function hubHeader(bytes: Uint8Array): Promise<SafetensorsFileHeader> {
  const fetch = async (_: unknown, init: RequestInit = {}) => {
    const range = /bytes=(\d+)-(\d+)/.exec(new Headers(init.headers).get("range") ?? "");
    const [begin, end] = range ? [Number(range[1]), Math.min(Number(range[2]) + 1, bytes.length)] : [0, bytes.length];
    const headers = {
      "content-range": `bytes ${begin}-${end - 1}/${bytes.length}`,
      "content-length": String(end - begin),
      etag: '"0"',
    };
    return new Response(bytes.slice(begin, end), { status: range ? 206 : 200, headers });
  };
  const parsed = await parseSafetensorsMetadata({
    repo: "a/b",
    path: "m.safetensors",
    fetch: fetch as typeof globalThis.fetch,
  });
  if (parsed.sharded) throw new Error("one file was asked for");
  return parsed.header;
}

function asHub({ tensors, metadata }: SafetensorsHeader): unknown {
  const entries = [...tensors].map(([name, { begin, end, ...rest }]) => [
    name,
    { ...rest, data_offsets: [begin, end] },
  ]);
  return {
    ...(metadata.size > 0 ? { __metadata__: Object.fromEntries(metadata) } : {}),
    ...Object.fromEntries(entries),
  };
}

test.each(files.map((file) => [file.slice(here.length), file] as const))(
  "our header of %s equals the hub client's",
  async (_, file) => {
    const bytes = new Uint8Array(readFileSync(file));
    const header = await readHeader(memorySource(basename(file), bytes));
    expect(header.tensors.size).toBeGreaterThan(0);
    expect(asHub(header)).toEqual(await hubHeader(bytes));
  },
);

const body = new Uint8Array(8);
const a = entry("F32", [2], [0, 8]);
test.each([
  ["two tensors that overlap", safetensorsFile(JSON.stringify({ a, b: entry("F32", [1], [4, 8]) }), body)],
  ["a hole", safetensorsFile(JSON.stringify({ a: entry("U8", [3], [0, 3]), b: entry("F32", [1], [4, 8]) }), body)],
  ["a first offset that is not 0", safetensorsFile(JSON.stringify({ a: entry("F32", [1], [4, 8]) }), body)],
  ["a shape of other bytes", safetensorsFile(JSON.stringify({ a: entry("F32", [3], [0, 8]) }), body)],
  ["an unknown dtype", safetensorsFile(JSON.stringify({ a: entry("X1", [2], [0, 8]) }), body)],
  ["bytes after the last tensor", safetensorsFile(JSON.stringify({ a }), new Uint8Array(9))],
  ["a body cut short", safetensorsFile(JSON.stringify({ a }), new Uint8Array(4))],
  ["a byte order mark", safetensorsFile(`\u{feff}${JSON.stringify({ a })}`, body)],
  ["a header of []", safetensorsFile("[]")],
  ["metadata of numbers", safetensorsFile(JSON.stringify({ __metadata__: { n: 1 }, a }), body)],
  ["a key that is there twice", safetensorsFile(`{"a":${JSON.stringify(a)},"a":${JSON.stringify(a)}}`, body)],
  ["a size of 2.0", safetensorsFile('{"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}', body)],
  ["an offset of -0", safetensorsFile('{"a":{"dtype":"F32","shape":[2],"data_offsets":[-0,8]}}', body)],
  ["half of a surrogate pair", safetensorsFile(`{"\\ud800":${JSON.stringify(a)}}`, body)],
] as const)("the hub client accepts %s, and the gate does not: why there is a gate", async (_, bytes) => {
  await expect(hubHeader(bytes)).resolves.toBeDefined();
  await expect(readHeader(memorySource("m.safetensors", bytes))).rejects.toThrow("m.safetensors: ");
});

test("the hub client meets a file under 8 bytes with a bare RangeError, the gate with a CheckpointError", async () => {
  await expect(hubHeader(new Uint8Array(7))).rejects.toThrow(RangeError);
  await expect(readHeader(memorySource("m.safetensors", new Uint8Array(7)))).rejects.toThrow(CheckpointError);
});

test.each([
  "model-00001-of-00002.safetensors",
  "model_000001-of-000002.safetensors",
  "a-00001-of-00001.safetensors",
  "model-0001-of-0002.safetensors",
  "model-0000001-of-0000002.safetensors",
  "model00001-of-00002.safetensors",
  "model-00001-of-00002-b.safetensors",
  "model-00001-OF-00002.safetensors",
  "model.safetensors",
])("the number of shards that the name %s counts is the hub client's", (shard) => {
  const total = Number(parseSafetensorsShardFilename(shard)?.total ?? 1);
  const index = JSON.stringify({ weight_map: { a: shard } });
  if (total === 1) expect(parseShardIndex("index.json", index).get("a")).toBe(shard);
  else expect(() => parseShardIndex("index.json", index)).toThrow(`is one of ${total}`);
});
