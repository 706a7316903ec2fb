/** The main thread of a cross-origin isolated page could share memory, but may not wait. Run by test/browser. */
import { createEngine } from "@tsgpt/tensor";
import { expect, test } from "vitest";

test.each(["auto", "simd"] as const)("kernels %s: two threads are refused, with what to do", async (kernels) => {
  await expect(createEngine({ kernels, threads: 2 })).rejects.toThrow(
    "createEngine: threads must be 1 here, got 2: the main thread of a page may not wait for others; create the engine in a worker",
  );
});

test("by default there is one, which a note says, and why", async () => {
  const notes: string[] = [];
  (await createEngine({ onFallback: (note) => void notes.push(note) })).dispose();
  expect(notes).toEqual([
    "the main thread of a page may not wait for others; create the engine in a worker; the simd kernels run on one thread instead",
  ]);
});

test("one thread may be asked for by name", async () => {
  const engine = await createEngine({ threads: 1 });
  expect(engine.threads).toBe(1);
  engine.dispose();
});
