/** Files are cut at line ends, and every byte is in one shard. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { emptyFolder } from "../../cli/test/process.ts";
import { bytesOf, planShards, shardName, shardsOfPart } from "../src/shard.ts";
import { fileWith } from "./folder.ts";

const rangesOf = async (content: string, shardBytes: number) =>
  (await planShards([fileWith(content)], shardBytes)).map(({ start, end, firstLine, lines }) => [
    start,
    end,
    firstLine,
    lines,
  ]);

describe("planShards", () => {
  test("cuts after the line that reaches the size: 4 + 4 bytes, then 4", async () => {
    expect(await rangesOf("abc\ndef\nghi\n", 5)).toEqual([
      [0, 8, 1, 2],
      [8, 12, 3, 1],
    ]);
  });

  test("cuts at a line end that is exactly at the size", async () => {
    expect(await rangesOf("abc\ndef\n", 4)).toEqual([
      [0, 4, 1, 1],
      [4, 8, 2, 1],
    ]);
  });

  test("counts a last line without an end, and blank lines", async () => {
    expect(await rangesOf("\n\nabc", 100)).toEqual([[0, 5, 1, 3]]);
  });

  test("gives an empty file no shard, and each file its own", async () => {
    const files = [fileWith("a\n"), fileWith(""), fileWith("b\n")];
    expect((await planShards(files, 100)).map(({ file, firstLine }) => [file, firstLine])).toEqual([
      [0, 1],
      [2, 1],
    ]);
  });

  test("has no limit on the number of shards", async () => {
    const shards = await planShards([fileWith("\n".repeat(200_000))], 1);
    expect(shards.length).toBe(200_000);
    expect(shards.at(-1)).toMatchObject({ firstLine: 200_000, start: 199_999, end: 200_000 });
  });

  test("a line of more than a megabyte is in one shard", async () => {
    const long = `${"x".repeat(3_000_000)}\n`;
    expect(await rangesOf(`a\n${long}b\n`, 2)).toEqual([
      [0, 2, 1, 1],
      [2, 2 + long.length, 2, 1],
      [2 + long.length, 4 + long.length, 3, 1],
    ]);
  });

  test("of any content: the shards are the file, each ends a line, and has the hash of its bytes", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom("\n", "a", "é", "\r", "\u2028"), { maxLength: 60 }),
        fc.integer({ min: 1, max: 12 }),
        async (pieces, size) => {
          const path = fileWith(pieces.join(""));
          const bytes = readFileSync(path);
          const shards = await planShards([path], size);
          const parts = shards.map(({ start, end }) => bytes.subarray(start, end));
          expect(Buffer.concat(parts)).toEqual(bytes);
          for (const [i, { firstLine, lines, sha256 }] of shards.entries()) {
            const part = parts[i] as Buffer;
            expect(createHash("sha256").update(part).digest("hex")).toBe(sha256);
            if (i < shards.length - 1) expect([part.at(-1), part.length >= size]).toEqual([10, true]);
            expect(lines).toBe(String(part).replace(/\n$/, "").split("\n").length);
            expect(firstLine).toBe(1 + shards.slice(0, i).reduce((sum, shard) => sum + shard.lines, 0));
          }
        },
      ),
      { numRuns: 50, seed: 1 },
    ));

  test("says which file cannot be read", async () => {
    await expect(planShards(["no.jsonl"], 1)).rejects.toThrow('cannot read "no.jsonl": ENOENT');
    await expect(bytesOf("no.jsonl")).rejects.toThrow('cannot read "no.jsonl": ENOENT');
    await expect(bytesOf(emptyFolder())).rejects.toThrow("it is not a file; write its lines to one");
  });
});

test("a shard's name depends on its bytes, its place, the name of its file, and the run", () => {
  const shard = { file: 0, start: 0, end: 2, firstLine: 1, lines: 1, sha256: "00" };
  const name = shardName("run", undefined, shard);
  expect(name).toMatch(/^[0-9a-f]{32}$/);
  expect(shardName("run", undefined, { ...shard, start: 5 })).toBe(name); // what is before it may get longer
  expect(shardName("run", undefined, { ...shard, file: 1 })).toBe(name); // files may come in another order
  const others = [
    shardName("run", undefined, { ...shard, firstLine: 2 }),
    shardName("run", undefined, { ...shard, sha256: "01" }),
    shardName("run", "one.jsonl", shard),
    shardName("run", "two.jsonl", shard),
    shardName("other", undefined, shard),
  ];
  expect(new Set([name, ...others]).size).toBe(6);
});

test("the parts have every shard once", () => {
  const shards = Array.from({ length: 7 }, (_, i) => ({
    file: i,
    start: 0,
    end: 1,
    firstLine: 1,
    lines: 1,
    sha256: "",
  }));
  const parts = [0, 1, 2].map((index) => shardsOfPart(shards, { index, count: 3 }).map(({ file }) => file));
  expect(parts).toEqual([
    [0, 3, 6],
    [1, 4],
    [2, 5],
  ]);
});
