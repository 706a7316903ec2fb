import { Writable } from "node:stream";
import { expect, test } from "vitest";
import { writePieces } from "../src/terminal/write-pieces.ts";

test("pieces are written in order, and the next one waits while the reader is behind", async () => {
  const written: string[] = [];
  let made = 0;
  const slow = new Writable({
    highWaterMark: 1,
    write: (chunk, _, done) => {
      written.push(String(chunk));
      expect(made - written.length).toBeLessThanOrEqual(1);
      setImmediate(done);
    },
  });
  function* pieces() {
    for (; made < 20; ) yield `${made++}`;
  }
  await writePieces(pieces(), slow);
  expect(written).toEqual(Array.from({ length: 20 }, (_, i) => `${i}`));
});
