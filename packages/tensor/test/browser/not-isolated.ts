/** A page that is not cross-origin isolated, in a worker or not, can share no memory between threads. Run by test/browser. */
import { createEngine } from "@tsgpt/tensor";
import { expect, test } from "vitest";

test("the page is what these tests are about", () => {
  expect([globalThis.crossOriginIsolated, "SharedArrayBuffer" in globalThis]).toEqual([false, false]);
});

test.each(["auto", "simd"] as const)("kernels %s: one note, that they run on one thread and why", async (kernels) => {
  const notes: string[] = [];
  (await createEngine({ kernels, onFallback: (note) => void notes.push(note) })).dispose();
  (await createEngine({ kernels, threads: 1, onFallback: (note) => void notes.push(note) })).dispose(); // as asked for
  expect(notes).toEqual([
    "the page is not cross-origin isolated; serve it with Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp; the simd kernels run on one thread instead",
  ]);
});

test.each(["auto", "simd"] as const)("kernels %s: two threads are refused, with what to do", async (kernels) => {
  await expect(createEngine({ kernels, threads: 2 })).rejects.toThrow(
    "createEngine: threads must be 1 here, got 2: the page is not cross-origin isolated; serve it with Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp",
  );
});
