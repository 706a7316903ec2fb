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
  await writePieces(pieces(), { stream: slow });
  expect(written).toEqual(Array.from({ length: 20 }, (_, i) => `${i}`));
});

test("a signal ends the wait for a reader; nothing stays on the stream", async () => {
  const stuck = new Writable({ highWaterMark: 1, write: () => {} });
  const before = stuck.eventNames();
  const controller = new AbortController();
  async function* pieces() {
    yield "a";
    yield Uint8Array.of(98);
  }
  const written = writePieces(pieces(), { stream: stuck, signal: controller.signal });
  setImmediate(() => controller.abort());
  await expect(written).rejects.toMatchObject({ name: "AbortError" });
  expect(stuck.eventNames()).toEqual(before);
});
